"""How well metrics agree with people: statistics on arrays of scores, nothing else.

>>> from evaluator import meta
>>> meta.pearson([1, 2, 3, 4], [2, 4, 6, 9]) > 0.99
True

Arrays are systems by segments, human scores (`gold`) come first, higher is better, NaN is a score
that does not exist. `docs/meta.md` has the formulas, their sources and how to read them.
"""

from evaluator.meta.auc import Auc, auc
from evaluator.meta.contrast import Preference, contrastive_accuracy
from evaluator.meta.kendall import kendall
from evaluator.meta.pearson import pearson
from evaluator.meta.permutation import Permutation, perm_both
from evaluator.meta.spans import SpanScore, span_f1
from evaluator.meta.systems import PairwiseAccuracy, outliers, pairwise_accuracy, spa
from evaluator.meta.ties import TieCalibration, acc_eq
from evaluator.plugins import make_callable

__all__ = [
    "Auc",
    "PairwiseAccuracy",
    "Permutation",
    "Preference",
    "SpanScore",
    "TieCalibration",
    "acc_eq",
    "auc",
    "contrastive_accuracy",
    "kendall",
    "outliers",
    "pairwise_accuracy",
    "pearson",
    "perm_both",
    "spa",
    "span_f1",
]

make_callable(__name__, "evaluator.python.meta_result:meta")  # evaluator.meta(…) from Python
