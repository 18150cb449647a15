"""Suites: test sets x systems x metrics x options from one file.

`config.py` reads the file (`yaml_locations.py` with the place of each value, `options.py` options, `card.py` cards), `plan.py` makes runs of it,
`run.py` runs them and resumes where it stopped; `writing.py` writes what is over all runs: `tables.py` the leaderboard, `history.py` every
result, `page.py` and `past.py` the page. `index.py` is the index of all suites.
"""

from evaluator.suite.config import SuiteConfig, read_config
from evaluator.suite.plan import PlannedRun, plan_suite
from evaluator.suite.run import SuiteResult, is_finished, run_suite

__all__ = ["PlannedRun", "SuiteConfig", "SuiteResult", "is_finished", "plan_suite", "read_config", "run_suite"]
