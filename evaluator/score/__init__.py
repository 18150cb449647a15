"""From segment pairs to numbers and tables: `systems.py` maps metrics, `tables.py` lays out.

Nothing here knows how a metric works (`metrics/`) or where tables go (`results.py`).
"""

from evaluator.score.systems import MetricScores, StartWork, score_systems
from evaluator.score.tables import make_tables

__all__ = ["MetricScores", "StartWork", "make_tables", "score_systems"]
