"""What differs between two runs: settings (`settings.py`), numbers (`numbers.py`), and why (`explain.py`)."""

from evaluator.diff.explain import Explanation, explain
from evaluator.diff.numbers import compare_numbers
from evaluator.diff.settings import CAUSES, Difference, compare_settings

__all__ = ["CAUSES", "Difference", "Explanation", "compare_numbers", "compare_settings", "explain"]
