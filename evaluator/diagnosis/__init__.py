"""Tells broken meaning from harmless rewording: where, why, how surely.

`judge.py` is the way in: pairs with their token vectors to diagnoses. `detect/` has one file a
family of detectors; `decide.py` turns evidence into fidelity, risk and flags. Each pair is judged
alone, from the vectors that BERTScore made.
"""
