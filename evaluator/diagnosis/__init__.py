"""Tells broken meaning from harmless rewording: where, why, how surely.

`judge.py` is the entry point: pairs to diagnoses. `pieces.py` cuts long paragraphs, `reader.py`
looks at both texts at once, `detect/` has one file a family of detectors, `evidence.py` turns both
into numbers, `decide.py` turns these into fidelity, risk and flags. Each pair is judged alone.
"""
