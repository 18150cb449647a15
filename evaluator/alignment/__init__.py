"""From two texts to segment pairs: line by line where they line up, as articles where not.

`pairing.py` decides which, `aligner.py` aligns articles, `regroup.py` turns beads into one
hypothesis text per reference paragraph, `cuts.py` finds where to cut. Nothing here reads files,
runs a model or scores. (Not called `align`: that is the public function `evaluator.align`.)
"""

from evaluator.alignment.pairing import MODES, pair_inputs

__all__ = ["MODES", "pair_inputs"]
