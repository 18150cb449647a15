"""From two texts to segment pairs: line by line where they line up, as articles where not.

`pairing.py` decides which, `beads.py` aligns articles, `regroup.py` turns beads into one
hypothesis text per reference paragraph. Nothing here reads files or scores.
"""

from evaluator.align.pairing import MODES, pair_inputs

__all__ = ["MODES", "pair_inputs"]
