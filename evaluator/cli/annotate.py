"""`evaluator annotate`: segments handed to people, and what they say of the flags."""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from evaluator.cli.parser import Parser
from evaluator.cli.printing import log
from evaluator.types import EvaluatorError

if TYPE_CHECKING:
    from evaluator.annotate.answers import Answer, Judgement
    from evaluator.annotate.draw import Item
    from evaluator.annotate.result import AnnotationResult
    from evaluator.types import Evaluation

SUMMARY = "Hands flagged segments and a sample of the others to people (export), and reads from their answers how right the flags are (import)."
EXAMPLES = (
    "evaluator annotate export results/run1 -o to-annotate --sample 50",
    "evaluator annotate import results/run1 to-annotate/anna.tsv to-annotate/ben.csv -o answers",
    "evaluator score ref.txt new.txt --calibration answers/calibration.json",
)
SAMPLE, SEED = 50, 12345
FORMATS = {"esa": "sheet.tsv", "mqm": "sheet.tsv", "csv": "sheet.csv", "pearmut": "pearmut.json"}
"""Forms of one file, and which of an export's files each is: ESA's scores and MQM's marks are columns of one sheet."""
KEY, CALIBRATION, HUMAN = "key.json", "calibration.json", "human.jsonl"


def build() -> Parser:
    """The options of both halves."""
    parser = Parser("annotate", SUMMARY, EXAMPLES)
    parser.usage = "\n       ".join(
        (
            "evaluator annotate export RUN_DIR [-o FOLDER] [options]",
            "evaluator annotate export RUN_DIR --format FORM -o FILE [options]",
            "evaluator annotate import RUN_DIR FILE ... [-o FOLDER] [options]",
        )
    )
    parser.add_argument("action", nargs="?", metavar="export|import", help="what to do")
    parser.add_argument("run", nargs="?", metavar="RUN_DIR", help="a run with a diagnosis")
    parser.add_argument("files", nargs="*", metavar="FILE", help="import: the sheets that came back (.tsv, .csv), or Pearmut's annotations (.json, .jsonl)")
    parser.add_argument("-o", "--output", metavar="FOLDER", help="a new folder for what is written; default annotation-RUN, answers-RUN")
    out = parser.add_argument_group("export")
    out.add_argument("--format", choices=FORMATS, metavar="FORM", help=f"one sheet alone, {', '.join(FORMATS)}, written to -o FILE with its key beside it")
    out.add_argument("--sample", type=int, metavar="N", help=f"unflagged segments to draw beside all flagged ones; default {SAMPLE}")
    out.add_argument("--seed", type=int, metavar="S", help=f"of the sample and the order; default {SEED}")
    out.add_argument("--system", metavar="NAME", help="segments of this system alone")
    out.add_argument("--blind", action="store_true", help="numbers instead of the names of systems")
    out.add_argument("--no-spans", action="store_true", help="mark no findings in advance")
    out.add_argument("--raters", type=int, metavar="N", help="people who judge all items in Pearmut; default 1")
    back = parser.add_argument_group("import")
    back.add_argument("--key", metavar="FILE", help=f"the export's key; default {KEY} beside the first FILE")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Run the command."""
    args = build().parse(arguments)
    if args.action not in ("export", "import"):
        raise EvaluatorError(f"evaluator annotate takes export or import{f', not {args.action!r}' if args.action else ''}. See evaluator annotate --help")
    if args.run is None:
        raise EvaluatorError(f"No run was given: evaluator annotate {args.action} RUN_DIR. See evaluator annotate --help")
    from evaluator.results import read_run, refuse_stream

    if args.action == "import" and not Path(args.run).is_dir() and (folders := [path for path in args.files if Path(path).is_dir()]):
        args.files = [args.run, *(path for path in args.files if path != folders[0])]  # `import FILE RUN_DIR` is understood as well
        args.run = folders[0]
    evaluation = read_run(Path(args.run).expanduser())
    refuse_stream(evaluation, f"evaluator annotate {args.action}")
    default = f"{'annotation' if args.action == 'export' else 'answers'}-{_name(args.run)}"
    target = Path(args.output or default).expanduser()
    if args.format is None:
        _check_target(target)
    return (_export if args.action == "export" else _import)(args, evaluation, target)


def _export(args: argparse.Namespace, evaluation: Evaluation, target: Path) -> int:
    from evaluator.annotate.draw import draw_items, shown_systems
    from evaluator.annotate.forms import csv_text, pearmut_campaign, sheet_rows, tsv_text
    from evaluator.annotate.key import key_text

    if args.files or args.key:
        raise EvaluatorError(f"evaluator annotate export reads a run alone; {args.files[0] if args.files else '--key'} is for import.")
    sample, seed, raters = (default if given is None else given for given, default in ((args.sample, SAMPLE), (args.seed, SEED), (args.raters, 1)))
    for name, value, least in (("--sample", sample, 1), ("--seed", seed, 0), ("--raters", raters, 1)):
        if value < least:
            raise EvaluatorError(f"{name} is {value}; it must be {least} or more.")
    drawn = draw_items(evaluation, sample, seed, args.system)
    systems, spans = evaluation.manifest.systems, not args.no_spans
    names = shown_systems(systems, seed, blind=args.blind)
    rows = sheet_rows(drawn.items, names, spans=spans)
    campaign = f"evaluator-{re.sub(r'[^A-Za-z0-9_-]+', '-', _name(args.run))}"
    files = {
        "sheet.tsv": tsv_text(rows),
        "sheet.csv": csv_text(rows),
        "pearmut.json": pearmut_campaign(drawn.items, shown_systems(systems, seed, blind=True), campaign, raters, spans=spans),
        KEY: key_text(drawn, names, sample, seed),
    }
    key = _write_one(args, files) if args.format else KEY
    if args.format is None:
        _write_folder(target, files)
    flagged = len(drawn.items) - drawn.sampled
    sys.stdout.write(f"{len(drawn.items)} items: {flagged} flagged, and {drawn.sampled} of {drawn.unflagged} unflagged\n")
    log(f"written: {target} (keep {key}: it tells which items are flagged, and the import needs it)")
    return 0


def _import(args: argparse.Namespace, evaluation: Evaluation, target: Path) -> int:
    from evaluator.annotate.answers import join_answers
    from evaluator.annotate.key import read_key
    from evaluator.annotate.result import human_lines, judge_answers, result_text
    from evaluator.readers.source import decode, read_bytes

    if not args.files:
        raise EvaluatorError("No answers were given: evaluator annotate import RUN_DIR FILE ... See evaluator annotate --help")
    if given := [name for name in ("format", "sample", "seed", "system", "blind", "no_spans", "raters") if getattr(args, name)]:
        raise EvaluatorError(f"--{given[0].replace('_', '-')} is an option of evaluator annotate export; the key has it already.")
    key = args.key or _key_beside(args.files[0])
    drawn = read_key(decode(read_bytes(key), key), key, evaluation)
    judged = join_answers([answer for path in args.files for answer in _answers(path)], drawn.items)
    stated = evaluation.manifest.diagnosis or {}
    if lacking := [name for name in ("prior", "threshold") if name not in stated]:
        raise EvaluatorError(f"The run folder {args.run} has a diagnosis without {' and '.join(lacking)} in run.json; score again with this version.")
    result = judge_answers(drawn, judged, float(stated["prior"]), float(stated["threshold"]))
    files = {HUMAN: human_lines(drawn.items, judged), **_calibration(result, evaluation)}
    _write_folder(target, files)
    sys.stdout.write(result_text(result, _span_f1(drawn.items, judged)))
    log(f"written: {target} ({', '.join(files)})")
    return 0


def _answers(path: str) -> list[Answer]:
    """The rows of a file as the room takes them."""
    from evaluator.annotate.answers import Answer
    from evaluator.annotate.draw import Mark
    from evaluator.readers.annotations import read_answers

    return [
        Answer(
            row.where, row.item, row.rater, row.reference, row.hypothesis,
            tuple(Mark(one.side, *one.mark) for one in row.marks), row.score, row.form,
        )
        for row in read_answers(path)
    ]  # fmt: skip


def _calibration(result: AnnotationResult, evaluation: Evaluation) -> dict[str, str]:
    """The calibration file by name; nothing where nothing could be fitted."""
    from evaluator.annotate.fit import calibration_text
    from evaluator.signatures import diagnosis_version

    if result.fitted is None or evaluation.manifest.diagnosis is None:
        return {}
    flags = result.flags
    figures = {"precision": flags.precision.value, "recall": flags.recall.value, "f1_before": result.fitted.f1_before, "f1_after": result.fitted.f1_after}
    told = {"flagged": result.n_flagged, "sampled": result.n_sampled, "unflagged": result.unflagged, "raters": len(result.raters)}
    known = {name: None if math.isnan(value) else round(value, 6) for name, value in figures.items()}
    return {CALIBRATION: calibration_text(result.fitted, diagnosis_version(evaluation.manifest.diagnosis), {**told, **known})}


def _span_f1(items: Sequence[Item], judged: Mapping[str, Sequence[Judgement]]) -> float:
    """F1 of raters' marks by character, the mean over pairs of raters; NaN with one, or where no pair marked anything."""
    from evaluator.annotate.result import span_texts
    from evaluator.meta.spans import span_f1

    pairs = combinations([span_texts(items, own) for own in judged.values()], 2)
    found = [score for one, other in pairs if not math.isnan(score := span_f1(one, other).f1)]
    return sum(found) / len(found) if found else math.nan


def _name(folder: str) -> str:
    """The name of a run folder, also where it is given as `.`."""
    return Path(folder).expanduser().resolve().name[:60]


def _check_target(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise EvaluatorError(f"{target} exists and is not an empty folder; choose another place with -o FOLDER.")


def _write_one(args: argparse.Namespace, files: Mapping[str, str]) -> str:
    """Write one sheet and its key as files; the key's path."""
    from evaluator.atomic import write_files

    if not args.output:
        raise EvaluatorError("--format writes one file: name it with -o FILE.")
    target, key = Path(args.output).expanduser(), Path(f"{args.output}.{KEY}").expanduser()
    for path, text in ((target, None), (key, files[KEY])):
        if path.exists() and not (text and _holds(path, text)):  # the key alone is what is left where an export was ended between the two
            raise EvaluatorError(f"{path} exists; choose another place with -o FILE.")
    try:
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EvaluatorError(f"The folder of {target} cannot be made: {error.strerror or error}. Choose another place with -o FILE.") from None
    write_files(target.parent, {key.name: files[KEY], target.name: files[FORMATS[args.format]]})
    return str(key)


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except OSError:
        return False


def _key_beside(sheet: str) -> str:
    """The key of a sheet: of its own name, or of its folder."""
    for path in (Path(f"{sheet}.{KEY}"), Path(sheet).parent / KEY):
        if path.exists():
            return str(path)
    raise EvaluatorError(f"There is no {KEY} beside {sheet}; name the key that the export wrote with --key FILE.")


def _write_folder(target: Path, files: Mapping[str, str]) -> None:
    """Write the files into a new folder, all of them or none."""
    from evaluator.atomic import write_folder

    _check_target(target)
    write_folder(target, files)
