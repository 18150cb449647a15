"""What differs between two runs: settings (`settings.py`), numbers (`numbers.py`), and why (`explain.py`).

What two versions of the diagnosis made is left out and reported as such (`versions.py`).
"""

from evaluator.diff.explain import Explanation, explain
from evaluator.diff.numbers import compare_numbers
from evaluator.diff.settings import CAUSES, Difference, compare_settings
from evaluator.diff.versions import NotCompared, find_not_compared, without_diagnosis

__all__ = ["CAUSES", "Difference", "Explanation", "NotCompared", "compare_numbers", "compare_settings", "explain", "find_not_compared", "without_diagnosis"]
