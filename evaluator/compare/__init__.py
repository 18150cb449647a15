"""Systems compared from stored statistics: tests, intervals, corrections, ranks, words.

>>> from evaluator.compare import paired_tests

`systems.py` is the entry point; `docs/compare.md` says why it is done this way. Nothing here reads
texts or files, and no metric is needed: a formula is plain data.
"""

from evaluator.compare.buckets import BUCKETERS, bucket_table, check_bucketers
from evaluator.compare.frame import paired_tests
from evaluator.compare.gate import Limits, check_gate
from evaluator.compare.ngrams import ngram_table
from evaluator.compare.plan import CORRECTIONS, SEED, TESTS, UNITS, ComparisonData, MetricData, Plan, Sums, check_plan
from evaluator.compare.runs import contest_of, with_comparison
from evaluator.compare.systems import Comparison, compare_systems
from evaluator.plugins import make_callable

__all__ = [
    "BUCKETERS", "CORRECTIONS", "SEED", "TESTS", "UNITS", "Comparison", "ComparisonData", "Limits", "MetricData", "Plan", "Sums",
    "bucket_table", "check_bucketers", "check_gate", "check_plan", "compare_systems", "contest_of", "ngram_table", "paired_tests", "with_comparison",
]  # fmt: skip

make_callable(__name__, "evaluator.python.runs:compare")  # evaluator.compare(…) from Python
