"""`evaluator gate`: exit 1 when a run is worse than its baseline."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluator.cli.comparing import add_comparison_options, plan_of
from evaluator.cli.parser import Parser
from evaluator.compare import Limits, check_gate
from evaluator.types import EvaluatorError

SUMMARY = (
    "Exit code 1, with the segments that got worse, when a run is worse than its baseline. Without a limit: when a metric is "
    "significantly worse, or there are more critical findings."
)
EXAMPLES = (
    "evaluator gate results/new --baseline results/run1",
    "evaluator gate results/new --baseline results/run1 --max-drop chrf=0.5 bleu=1",
    "evaluator gate results/new --max-critical 99",
)


def run(arguments: Sequence[str]) -> int:
    """Run the command: 0 when every rule is kept, 1 when one is broken."""
    from evaluator.reports.parts import render_gate
    from evaluator.results import read_run, refuse_stream

    parser = Parser("gate", SUMMARY, EXAMPLES)
    parser.add_argument("run", metavar="RUN_DIR", nargs="?", help="the run to judge")
    parser.add_argument("--baseline", metavar="RUN_DIR", help="the run that it must keep up with; systems are matched by name")
    parser.add_argument("--max-drop", nargs="+", action="extend", default=[], metavar="METRIC=X", help="most points that a metric may be worse")
    parser.add_argument("--max-critical", type=int, metavar="N", help="most critical findings that a system may have")
    add_comparison_options(parser)
    args = parser.parse(arguments)
    if args.run is None:
        raise EvaluatorError("No run was given: evaluator gate RUN_DIR --baseline RUN_DIR. See evaluator gate --help")
    plan, limits = plan_of(args), Limits(_drops(args.max_drop), args.max_critical)
    baseline = read_run(Path(args.baseline).expanduser()) if args.baseline else None
    run = read_run(Path(args.run).expanduser())
    for one in (run, *([baseline] if baseline else [])):
        refuse_stream(one, "evaluator gate")
    checks = check_gate(run, baseline, limits, plan)
    sys.stdout.write(render_gate(checks))
    return 0 if all(check.passed for check in checks) else 1


def _drops(texts: Sequence[str]) -> dict[str, float]:
    """Limits by metric.

    Raises:
        EvaluatorError: no `=`, or no number of 0 or more after it.
    """
    drops = {}
    for text in texts:
        name, _, number = text.partition("=")
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if not 0 <= value < math.inf:
            raise EvaluatorError(f"--max-drop {text}: write METRIC=X with X the points that it may fall, 0 or more, such as chrf=0.5.")
        drops[name] = value
    return drops
