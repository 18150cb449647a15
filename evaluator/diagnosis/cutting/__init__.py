"""Long pairs cut into pieces that are aligned sentence by sentence, so that no text is too long to judge.

`pieces.py` is the entry point. `units.py` has what is counted and where a text can be cut, `anchors.py`
the words that both texts share, `parts.py` cuts sentences, `beads.py` finds which belong together.
"""
