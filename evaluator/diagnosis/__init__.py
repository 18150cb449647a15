"""Tells broken meaning from harmless rewording: where, why, how surely.

`judge.py` is the entry point: pairs to diagnoses. `observe.py` has a pair cut (`cutting/`), read
(`reader.py` looks at both texts at once) and searched (`detect/` has one file for each family of
detectors). `evidence.py` turns both into numbers, `decide.py` turns these into fidelity, risk and
flags. German is judged by `rules/`. Each pair is judged alone.
"""
