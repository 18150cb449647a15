"""The command line: parse, one library call, print. Only here is anything printed or the environment read."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper

from evaluator.cli.shortage import hold_memory, shortage_of
from evaluator.extras import importing
from evaluator.types import EvaluatorError, SeveralErrors
from evaluator.version import __version__

COMMANDS = {
    "score": "score systems against a reference, or a table of pairs",
    "compare": "compare systems of a run, or of inputs as score takes them",
    "report": "write the reports of a stored run",
    "gate": "exit 1 when a run is worse than its baseline",
    "bench": "run a suite: test sets x systems x metrics x options from one file",
    "validate": "check the file of a suite, its cards and the digests of its sets",
    "meta": "judge metrics against human scores",
    "annotate": "hand segments to people, and read from their answers how right the flags are",
    "check": "look for what is likely wrong with inputs",
    "verify": "make a stored run again and say what differs",
    "explain-diff": "say what moved the scores between two runs",
    "cache": "show or empty the cache of segment statistics",
    "list": "list metrics, detectors, models or formats",
    "demo": "score the article pair that ships with evaluator",
}
OVERVIEW = """usage: evaluator COMMAND ...

Judges machine translation and paraphrase, paragraph by paragraph.

commands:
{commands}

evaluator COMMAND --help says more; evaluator --version prints the version.

examples:
  evaluator score reference.txt rewrite.txt
  evaluator score reference.txt nmt=a.txt llm=b.txt -m bleu chrf -o results/run1
  evaluator list metrics
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 ok, 1 a check failed, 2 bad input, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # NumPy's products are small here: more threads wait for each other, a third of the time of a comparison.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8
    try:
        with _ended_by_sigterm(), _seldom_collected():
            return _run(arguments)
    except KeyboardInterrupt:
        print("evaluator: interrupted; what was not finished was not written.", file=sys.stderr)
        return 130
    except Exception as error:
        message = shortage_of(error)
        if message is None:
            raise
        print(f"evaluator: error: {message}", file=sys.stderr)
        return 2


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM (a cluster's way to end a job) unwind like Ctrl-C, so that nothing half-written stays."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let the garbage collector look for cycles less often: a run makes many small objects and hardly any cycle, and the search takes a twentieth of it."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _run(arguments: list[str]) -> int:
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except EvaluatorError as error:
        from evaluator.reports.safe import printable

        lines = error.lines if isinstance(error, SeveralErrors) else (str(error),)
        print("\n".join(["evaluator: error: " + printable(lines[0]), *map(printable, lines[1:])]), file=sys.stderr)
        return 2
    except SystemExit as stop:  # argparse's way out of --help, and SIGTERM's
        return int(stop.code or 0)
    except BrokenPipeError:
        # Whoever read our output has gone; keep Python from flushing into the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        if shortage_of(error):
            raise
        from evaluator.reports.safe import printable

        place = error.filename or "standard output or another file that was being written"
        print(f"evaluator: error: {error.strerror or error}: {printable(str(place))}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except RuntimeError as error:
        if "home directory" not in str(error):  # pathlib's words for ~NAME
            raise
        print("evaluator: error: a path begins with ~ and that user's home directory is not known; write the path in full.", file=sys.stderr)
        return 2


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(OVERVIEW.format(commands="\n".join(f"  {name:14s}{summary}" for name, summary in COMMANDS.items())), end="")
        return 0 if arguments else 2
    name, *rest = arguments
    if name in ("-V", "--version"):
        print(f"evaluator {__version__}")
        return 0
    if name not in COMMANDS:
        from evaluator.plugins import did_you_mean

        raise EvaluatorError(f"There is no command {name!r}.{did_you_mean(name, COMMANDS)}")
    hold_memory()
    # A module called `list` would take the built-in's name in this package.
    module_name = f"evaluator.cli.{'listing' if name == 'list' else name.replace('-', '_')}"
    with importing("", f"The command {name}"):  # the last net: parts say themselves what they need
        code: int = importlib.import_module(module_name).run(rest)
    return code
