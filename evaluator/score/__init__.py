"""From segment pairs to numbers and tables.

`jobs.py` lists the texts, `systems.py` maps metrics over them, `means.py` takes in external scores, `tables.py` lays out.
Nothing here knows how a metric works (`metrics/`) or where tables go (`results.py`).
"""

from evaluator.score.cached import CachedStatistics
from evaluator.score.means import fidelity_scores, imported_scores, paraphrase_scores
from evaluator.score.systems import MetricScores, StartWork, score_systems
from evaluator.score.tables import make_tables

__all__ = ["CachedStatistics", "MetricScores", "StartWork", "fidelity_scores", "imported_scores", "make_tables", "paraphrase_scores", "score_systems"]
