"""Segments handed to annotators and their answers read back: every figure against a calculation by hand, every damage against its message."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import evaluator
from evaluator.annotate.draw import Item, Mark
from evaluator.annotate.figures import Z, judge_flags, kappa, share_of
from evaluator.annotate.fit import Case, f1_of, fit, move
from evaluator.annotate.forms import COLUMNS, marked_text, pearmut_campaign, shown_text
from evaluator.calibrated import flagged_from
from evaluator.cli.annotate import CALIBRATION, EXAMPLES, HUMAN, KEY, build
from evaluator.readers.annotations import read_answers
from evaluator.request import Request
from evaluator.types import Diagnosis, EvalSet, EvaluatorError, SegmentPair, System
from evaluator.wiring import make_judge
from tests.conftest import ROOT, Cli

pytestmark = pytest.mark.model
Rows = list[dict[str, str]]
N, BROKEN, SAMPLE = 40, 10, 10
HOSTILE = (
    '=HYPERLINK("http://x")\tthe dam held.',
    "The <v>dam</v> held for 3 hours.\x1b[31m",
    "<img src=x onerror=alert(1)> it held.",
    "The 😀 dam held 3 days.",
)


def reference(i: int) -> str:
    return f"The {('dam', 'road', 'mill', 'bridge')[i % 4]} at post {i + 200} was closed for {i + 3} hours after the storm."


def hypothesis(i: int) -> str:
    """Every fourth of the first forty has another number."""
    return reference(i).replace(f" {i + 3} hours", f" {i + 53} hours") if i % 4 == 0 else reference(i)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one system: 10 of 40 segments have another number, the others are copies."""
    folder = tmp_path_factory.mktemp("annotate") / "run"
    run = evaluator.evaluate([reference(i) for i in range(N)], {"nmt": [hypothesis(i) for i in range(N)]}, metrics=["chrf"], diagnose="on", resamples=100)
    assert run.segments["flagged"].tolist() == [i % 4 == 0 for i in range(N)]
    run.save(folder)
    return folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two systems whose texts attack spreadsheets, markup and terminals."""
    folder = tmp_path_factory.mktemp("hostile") / "run"
    changed = [text.replace("held", "never broke").replace("3 ", "30 ") for text in HOSTILE]
    evaluator.evaluate(list(HOSTILE), {"@sum": changed, "b": list(HOSTILE)}, metrics=["chrf"], diagnose="on", align="line", resamples=100).save(folder)
    return folder


@pytest.fixture
def export(cli: Cli, stored: Path, tmp_path: Path) -> Path:
    done = cli("annotate", "export", stored, "-o", tmp_path / "out", "--sample", SAMPLE)
    assert done.code == 0, done.err
    assert done.out == "20 items: 10 flagged, and 10 of 30 unflagged\n"
    return tmp_path / "out"


def read_tsv(path: Path) -> Rows:
    header, *rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    return [dict(zip(header, row, strict=True)) for row in rows]


def write_tsv(path: Path, rows: Rows) -> Path:
    path.write_text("".join("\t".join(cells) + "\n" for cells in (COLUMNS, *([row[name] for name in COLUMNS] for row in rows))), encoding="utf-8")
    return path


def items_of(export: Path) -> dict[bool, list[str]]:
    """Numbers of flagged and of unflagged items."""
    items = json.loads((export / "key.json").read_text())["items"]
    return {flag: [str(item["item"]) for item in items if item["flagged"] == flag] for flag in (True, False)}


def answered(export: Path, rater: str, serious: Sequence[str], *, mark: str = "hours") -> Rows:
    """One row per item: `mark` as a major error in those that are serious."""
    rows = {row["seg_id"]: row for row in read_tsv(export / "sheet.tsv")}
    out = []
    for number, row in rows.items():
        plain = {name: row[name].replace("<v>", "").replace("</v>", "") for name in ("target", "reference")}
        judged = {"category": "Accuracy/Number", "severity": "major"} if number in serious else {"category": "No-error", "severity": "no-error"}
        if number in serious:
            plain["target"] = plain["target"].replace(mark, f"<v>{mark}</v>")
        out.append({**row, **plain, **judged, "rater": rater})
    return out


def test_an_export_answered_by_hand_gives_the_figures_of_a_hand_calculation(cli: Cli, stored: Path, export: Path, tmp_path: Path) -> None:
    items = items_of(export)
    # 8 of 10 flags are right, and 1 of 10 sampled of 30 unflagged is broken: 8 and 3 broken segments of 40.
    sheet = write_tsv(export / "anna.tsv", answered(export, "anna", [*items[True][:8], items[False][0]]))
    done = cli("annotate", "import", stored, sheet, "-o", tmp_path / "answers")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "20 items by 1 rater: 10 flagged, and 10 of 30 unflagged"
    assert lines[1].startswith("precision of flags   0.800 [0.490, 0.943]")  # Wilson's for 8 of 10
    assert lines[2].startswith("recall of flags      0.727 [")
    assert lines[3].startswith("missed               0.100 [0.018, 0.404]")  # Wilson's for 1 of 10
    assert "--prior 0.275" in done.out  # 11 of 40
    assert "agreement" not in done.out
    calibration = json.loads((tmp_path / "answers" / "calibration.json").read_text())
    assert calibration["prior"] == 0.275
    assert calibration["fitted_on"]["recall"] == pytest.approx(8 / 11, abs=1e-6)
    assert calibration["fitted_on"]["f1_before"] == pytest.approx(2 * 8 / (10 + 11), abs=1e-6)
    human = [json.loads(line) for line in (tmp_path / "answers" / "human.jsonl").read_text().splitlines()]
    assert [len(row["raters"][0]) for row in human].count(1) == 9
    marked = next(row for row in human if row["raters"][0])
    error = marked["raters"][0][0]
    assert (marked["hypothesis"][error["start"] : error["end"]], error["severity"]) == ("hours", "major")
    read = evaluator.load(stored).segments
    assert all(read["hypothesis"][row["segment"] - 1] == row["hypothesis"] for row in human)


@pytest.mark.parametrize(("form", "name"), [("esa", "a.tsv"), ("mqm", "a.tsv"), ("csv", "a.csv"), ("pearmut", "a.json")])
def test_one_sheet_alone_has_its_key_beside_it_and_the_run_may_stand_last(cli: Cli, stored: Path, export: Path, tmp_path: Path, form: str, name: str) -> None:
    file = tmp_path / "one" / name
    done = cli("annotate", "export", stored, "-o", file, "--format", form, "--sample", SAMPLE)
    assert done.code == 0, done.err
    same = {"esa": "sheet.tsv", "mqm": "sheet.tsv", "csv": "sheet.csv", "pearmut": "pearmut.json"}[form]
    assert file.read_bytes() == (export / same).read_bytes()
    assert Path(f"{file}.key.json").read_bytes() == (export / KEY).read_bytes()
    again = cli("annotate", "export", stored, "-o", file, "--format", form)
    assert (again.code, "exists" in again.err) == (2, True)
    if form in ("esa", "mqm"):
        write_tsv(file, answered(export, "ann", items_of(export)[True][:8]))
        back = [cli("annotate", "import", *order, "-o", tmp_path / f"back{k}") for k, order in enumerate(((file, stored), (stored, file)))]
        assert [one.code for one in back] == [0, 0], back[0].err
        assert back[0].out == back[1].out


def test_a_key_that_a_killed_export_left_alone_is_no_obstacle(cli: Cli, stored: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "one.tsv"
    command = ("annotate", "export", stored, "-o", sheet, "--format", "esa", "--sample")
    assert cli(*command, SAMPLE).code == 0
    whole = sheet.read_bytes()
    sheet.unlink()  # as where the export was ended between the key and the sheet
    other = cli(*command, SAMPLE - 1)
    assert (other.code, "one.tsv.key.json exists" in other.err) == (2, True), "the key of another sheet is kept"
    assert cli(*command, SAMPLE).code == 0
    assert sheet.read_bytes() == whole


def test_one_form_needs_a_file(cli: Cli, stored: Path) -> None:
    done = cli("annotate", "export", stored, "--format", "csv")
    assert (done.code, "name it with -o FILE" in done.err) == (2, True)


def test_two_raters_agree_by_kappa_and_spans_of_a_hand_calculation(cli: Cli, stored: Path, export: Path, tmp_path: Path) -> None:
    flagged = items_of(export)[True]
    write_tsv(export / "anna.tsv", answered(export, "anna", flagged))
    write_tsv(export / "ben.tsv", answered(export, "ben", flagged[:8], mark=" hours"))
    done = cli("annotate", "import", stored, export / "anna.tsv", export / "ben.tsv", "-o", tmp_path / "answers")
    assert done.code == 0, done.err
    # Both say serious of 8 and not of 10: .9 observed, .5 x .4 + .5 x .6 = .5 by chance. 8 x 5 characters in common, 10 x 5 and 8 x 6 marked.
    assert f"kappa 0.800 (serious or not), span F1 {2 * 40 / (50 + 48):.3f}" in done.out
    assert "precision of flags   0.900" in done.out  # two items have half a vote each: 9 of 10
    assert "by 2 raters" in done.out
    rows = [json.loads(line) for line in (tmp_path / "answers" / "human.jsonl").read_text().splitlines()]
    assert all(len(row["raters"]) == 2 for row in rows)


def test_answers_are_human_scores_for_meta(cli: Cli, stored: Path, export: Path, tmp_path: Path) -> None:
    sheet = write_tsv(export / "anna.tsv", answered(export, "anna", items_of(export)[True]))
    assert cli("annotate", "import", stored, sheet, "-o", tmp_path / "answers").code == 0
    done = cli("meta", stored, "--human", tmp_path / "answers" / "human.jsonl", "-o", tmp_path / "meta", "--resamples", 0, "--draws", 0)
    assert done.code == 0, done.err
    assert "20 of 20 judgements" in done.out


def test_a_calibration_sets_prior_and_threshold_and_is_named_with_its_digest(cli: Cli, stored: Path, export: Path, tmp_path: Path) -> None:
    sheet = write_tsv(export / "anna.tsv", answered(export, "anna", items_of(export)[True][:5]))
    assert cli("annotate", "import", stored, sheet, "-o", tmp_path / "answers").code == 0
    file = tmp_path / "answers" / "calibration.json"
    fitted = json.loads(file.read_text())
    file.write_text(json.dumps({**fitted, "threshold": 0.999}))
    ref, sys = tmp_path / "ref.txt", tmp_path / "sys.txt"
    ref.write_text("".join(reference(i) + "\n" for i in range(N)))
    sys.write_text("".join(hypothesis(i) + "\n" for i in range(N)))
    score = ("score", ref, sys, "-m", "chrf", "--diagnose", "on", "--no-report")
    done = cli(*score, "--calibration", file, "-o", tmp_path / "run")
    assert done.code == 0, done.err
    run = evaluator.load(tmp_path / "run")
    stated = run.manifest["diagnosis"]
    assert (stated["prior"], stated["threshold"]) == (fitted["prior"], 0.999)
    named = next(one for one in run.manifest["inputs"] if one["role"] == "calibration")
    assert named["sha256"] == stated["calibration_sha256"] != ""
    assert not run.segments["flagged"].any()
    assert (run.segments["flagged"] == (run.segments["risk"] >= 0.999)).all()
    assert run.segments["risk"].max() < evaluator.load(stored).segments["risk"].max()  # 5 of 40 are broken, and not 20 %
    for how in ((), ("--texts",)):
        assert cli("verify", tmp_path / "run", *how).code == 0
    file.write_text(json.dumps({**fitted, "diagnosis": "reader:other"}))
    refused = cli(*score, "--calibration", file, "-o", tmp_path / "other")
    assert refused.code == 2
    assert "was fitted for the diagnosis reader:other, and this run has reader:minilm-joint" in refused.err


def test_a_stream_is_calibrated_too_and_another_file_of_the_same_name_is_another_job(cli: Cli, export: Path, stored: Path, tmp_path: Path) -> None:
    sheet = write_tsv(export / "anna.tsv", answered(export, "anna", items_of(export)[True][:5]))
    assert cli("annotate", "import", stored, sheet, "-o", tmp_path / "answers").code == 0
    file, table = tmp_path / "answers" / "calibration.json", tmp_path / "pairs.tsv"
    table.write_text("reference\thypothesis\n" + "".join(f"{reference(i)}\t{hypothesis(i)}\n" for i in range(N)))
    stream = ("score", table, "--stream", "--workers", 1, "-m", "chrf", "--diagnose", "on", "--no-report", "--calibration", file, "-o", tmp_path / "run")
    assert cli(*stream).code == 0
    stated = evaluator.load(tmp_path / "run").manifest["diagnosis"]
    assert stated["threshold"] == json.loads(file.read_text())["threshold"]
    file.write_text(json.dumps({**json.loads(file.read_text()), "threshold": 0.999}))
    again = cli(*stream)
    assert again.code == 2  # the folder holds another run
    assert "exists; use --force" in again.err
    assert cli(*stream, "--force").code == 0
    assert evaluator.load(tmp_path / "run").scores["flagged"].tolist() == [0]


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("{}", (), "is no calibration file: its format is not evaluator-calibration-1"),
        ("[", (), "it is not JSON"),
        ('{"format": "evaluator-calibration-1", "prior": 1.5, "threshold": 0.3}', (), "prior is '1.5'; it must be a number above 0 and below 1"),
        ('{"format": "evaluator-calibration-1", "prior": 0.5, "threshold": true}', (), "threshold is 'True'"),
        ('{"format": "evaluator-calibration-1", "prior": 0.5, "threshold": 0.3}', ("--prior", 0.3), "--prior 0.3 and --calibration both set the prior"),
        ('{"format": "evaluator-calibration-1", "prior": 0.5, "threshold": 0.3}', ("--diagnose", "off"), "is for the diagnosis, which is off"),
    ],
)
def test_a_calibration_that_cannot_be_used_is_refused(
    cli: Cli, write: Callable[[str, str | bytes], Path], tmp_path: Path, text: str, options: Sequence[object], words: str
) -> None:
    ref = write("ref.txt", "It rained.\n")
    done = cli("score", ref, ref, "-m", "chrf", "--diagnose", "on", "--calibration", write("c.json", text), *options, "-o", tmp_path / "run")
    assert done.code == 2
    assert words in done.err
    assert not (tmp_path / "run").exists()


def test_a_calibration_is_not_left_unused_where_the_language_is_not_judged(write: Callable[[str, str | bytes], Path]) -> None:
    file = write("c.json", '{"format": "evaluator-calibration-1", "prior": 0.5, "threshold": 0.3}')
    pairs = (SegmentPair("d", 1, "1-1", ("Hráz se protrhla v noci.",), "Hráz vydržela.", ""),)
    request = Request(metrics=("bertscore",), lang="cs", calibration=str(file))
    with pytest.raises(EvaluatorError, match="--calibration is for the diagnosis. Diagnosis: off"):
        make_judge(request, EvalSet((System("a", pairs),), 1))


def test_a_lower_threshold_flags_with_a_serious_finding_and_a_reason() -> None:
    quiet = Diagnosis(90.0, 0.2, "none", False, ())
    found = flagged_from(quiet, 0.2)
    assert (found.flagged, found.severity) == (True, "major")
    assert found.reason
    assert flagged_from(quiet, 0.3) is quiet
    assert flagged_from(found, 0.3).flagged is False


def _cell(column: str, value: Callable[[str], str]) -> Callable[[Rows], Rows]:
    return lambda rows: [{**rows[0], column: value(rows[0][column])}, *rows[1:]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[:-2], "judged 18 of 20 items; the first that is missing is item 19"),
        (_cell("target", lambda text: text.replace("The", "the", 1)), "line 2: the target of item 1 was changed at character 1: 'the "),
        (_cell("reference", lambda text: text + " "), "the reference of item 1 was changed at character"),
        (_cell("seg_id", lambda _: "21"), "there is no item '21'; the export has items 1 to 20"),
        (_cell("rater", lambda _: ""), "line 2: item 1 has no rater"),
        (_cell("severity", lambda _: "bad"), "line 2: the severity is 'bad'; write neutral, minor, major, critical, or no-error"),
        (_cell("score", lambda _: "101"), "line 2: the score is '101'; write a number from 0 to 100"),
        (_cell("target", lambda text: text.replace("</v>", "")), "line 2, target: a <v> is never closed"),
        (_cell("target", lambda text: text.replace("The", "The</v>", 1)), "line 2, target: </v> at character"),
        (lambda rows: [*rows, rows[0]], "line 22: the row stands twice, at "),
        (lambda rows: [*rows, rows[-1]], "judged item 20 twice"),
        (lambda rows: [{**rows[0], "category": "No-error", "target": rows[0]["target"].replace("The", "<v>The</v>", 1)}, *rows[1:]], "has <v> marks"),
        (lambda rows: [{**rows[0], "score": "20"}, {**rows[0], "category": "Style", "score": "30"}, *rows[1:]], "item 1 has the scores 20 and 30 by 'anna'"),
    ],
)
def test_a_damaged_sheet_is_answered_with_one_message(cli: Cli, stored: Path, export: Path, tmp_path: Path, change: Callable[[Rows], Rows], words: str) -> None:
    rows = answered(export, "anna", ["1"], mark="storm")
    done = cli("annotate", "import", stored, write_tsv(export / "anna.tsv", change(rows)), "-o", tmp_path / "answers")
    assert done.code == 2
    assert words in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "answers").exists()


def test_keys_and_columns_that_are_missing_or_others_are_said(cli: Cli, stored: Path, hostile: Path, export: Path, tmp_path: Path) -> None:
    sheet = write_tsv(export / "anna.tsv", answered(export, "anna", []))
    assert "is not what this run has there; name the run that was exported" in cli("annotate", "import", hostile, sheet, "-o", tmp_path / "x").err
    away = tmp_path / "anna.tsv"
    away.write_bytes(sheet.read_bytes())
    assert "There is no key.json beside" in cli("annotate", "import", stored, away, "-o", tmp_path / "x").err
    done = cli("annotate", "import", stored, away, "--key", export / "key.json", "-o", tmp_path / "x")
    assert done.code == 0
    assert "there is nothing to fit" in done.out
    assert not (tmp_path / "x" / "calibration.json").exists()
    assert "is no key of an export" in cli("annotate", "import", stored, away, "--key", sheet, "-o", tmp_path / "y").err
    away.write_text("seg_id\trater\n1\tanna\n")
    assert (
        "has no column reference, target, category, severity" in cli("annotate", "import", stored, away, "--key", export / "key.json", "-o", tmp_path / "y").err
    )
    for arguments, words in (
        (("export", stored, "--sample", 0), "--sample is 0; it must be 1 or more"),
        (("export", stored, "--system", "nmd"), "Did you mean nmt?"),
        (("export", stored, "-o", export), "is not an empty folder"),
        (("import", stored, "-o", tmp_path / "y"), "No answers were given"),
        (("import", stored, sheet, "--seed", 3, "-o", tmp_path / "y"), "--seed is an option of evaluator annotate export"),
        (("exprot", stored), "takes export or import, not 'exprot'"),
    ):
        done = cli("annotate", *arguments)
        assert (done.code, words in done.err) == (2, True), done.err


def test_a_run_without_a_diagnosis_has_nothing_to_check(cli: Cli, tmp_path: Path) -> None:
    evaluator.evaluate(["It rained."], {"a": ["It snowed."]}, metrics=["chrf"], diagnose="off").save(tmp_path / "run")
    assert "The run has no diagnosis" in cli("annotate", "export", tmp_path / "run", "-o", tmp_path / "out").err


def test_the_order_does_not_tell_flagged_items_and_the_seed_gives_the_same_bytes(cli: Cli, stored: Path, export: Path, tmp_path: Path) -> None:
    flags = [item["flagged"] for item in json.loads((export / "key.json").read_text())["items"]]
    assert flags != sorted(flags, reverse=True)
    assert cli("annotate", "export", stored, "-o", tmp_path / "again", "--sample", SAMPLE).code == 0
    assert cli("annotate", "export", stored, "-o", tmp_path / "other", "--sample", SAMPLE, "--seed", 1).code == 0
    for path in export.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
        assert path.read_bytes() != (tmp_path / "other" / path.name).read_bytes()
    key = json.loads((export / "key.json").read_text())
    assert (key["share"], key["unflagged"]) == (pytest.approx(1 / 3), 30)
    assert not {"flagged", "risk"} & set(read_tsv(export / "sheet.tsv")[0])


def test_systems_are_blinded_and_findings_left_out_where_asked(cli: Cli, hostile: Path, tmp_path: Path) -> None:
    assert cli("annotate", "export", hostile, "-o", tmp_path / "out", "--blind", "--no-spans").code == 0
    for name in ("sheet.tsv", "sheet.csv", "pearmut.json"):
        text = (tmp_path / "out" / name).read_text()
        assert "@sum" not in text
        assert "<v>" not in text
    rows = read_tsv(tmp_path / "out" / "sheet.tsv")
    assert {row["system"] for row in rows} == {"system-1", "system-2"}
    assert {row["severity"] for row in rows} == {"no-error"}


def test_hostile_texts_come_back_whole_from_every_form(cli: Cli, hostile: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli("annotate", "export", hostile, "-o", out).code == 0
    with open(out / "sheet.csv", encoding="utf-8", newline="") as file:
        header, *cells = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert not [cell for row in cells for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert any(cell.startswith("'=HYPERLINK") for row in cells for cell in row)
    assert "\x1b" not in (out / "sheet.tsv").read_text() + (out / "sheet.csv").read_text()
    for row in cells:
        row[3] = "anna"
    with open(out / "anna.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *cells])
    write_tsv(out / "ben.tsv", [{**row, "rater": "ben"} for row in read_tsv(out / "sheet.tsv")])
    (out / "pearmut.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in pearmut_entries(out / "pearmut.json", "cleo")))
    done = cli("annotate", "import", hostile, out / "anna.csv", out / "ben.tsv", out / "pearmut.jsonl", "-o", tmp_path / "answers")
    assert done.code == 0, done.err
    rows = [json.loads(line) for line in (tmp_path / "answers" / "human.jsonl").read_text().splitlines()]
    found = evaluator.load(hostile).findings
    for k, row in enumerate(rows):
        anna, ben, cleo = ([error for error in rater if error["start"] is not None] for rater in row["raters"])
        own = found[(found["row"] == k) & (found["side"] == "hypothesis") & found["start"].notna()]
        assert anna == ben
        assert {(error["start"], error["end"]) for error in ben} == set(zip(own["start"], own["end"], strict=True))
        assert {(error["start"], error["end"]) for error in cleo} <= {(error["start"], error["end"]) for error in ben}
        assert bool(cleo) == bool(ben)


def pearmut_entries(path: Path, user: str) -> list[dict[str, object]]:
    """What Pearmut stores of a person who leaves every mark as it is, item by item."""
    (task,) = json.loads(path.read_text(encoding="utf-8"))["data"]
    entries: list[dict[str, object]] = [{"annotation": [{}], "item": [{"tgt": {}}], "user_id": user, "item_i": "welcome_0"}]
    for i, (item,) in enumerate(task):
        (code,) = item["tgt"]
        judged = {code: {"score": 70, "error_spans": item["error_spans"][code], "textfield": None}}
        entries.append({"annotation": [judged], "actions": [], "item": [item], "user_id": user, "item_i": i})
    return entries


def test_a_campaign_of_pearmut_counts_utf16_units_marks_omissions_and_holds_no_markup() -> None:
    marks = (
        Mark("hypothesis", 2, 5, "accuracy/number", "critical"),
        Mark("hypothesis", 4, 6, "style", "minor"),
        Mark("reference", 0, 1, "accuracy/omission", "major"),
        Mark("hypothesis", None, None, "accuracy/mistranslation", "major"),
    )
    item = Item(7, 0, "<b>", "d", 1, "", "a<script>b", "😀 abc<br>", True, 0.9, marks)
    campaign = json.loads(pearmut_campaign([item], {"<b>": "system-1"}, "c", 2))
    assert campaign["info"] == {"assignment": "task-based", "protocol": "ESA"}
    assert len(campaign["data"]) == 2
    ((shown,),) = campaign["data"][0]
    assert "<" not in json.dumps(campaign, ensure_ascii=False)
    assert "src" not in shown
    # The emoji counts twice and the end is included; the text has 10 units, and unit 10 is [missing].
    spans = [(span["start_i"], span["end_i"], span["severity"]) for span in shown["error_spans"]["system-1"]]
    assert spans == [(3, 5, "major"), (10, 10, "major")]


def test_answers_of_pearmut_are_read_with_resets_and_the_last_judgement(write: Callable[[str, str | bytes], Path]) -> None:
    def entry(item_i: object, score: float, spans: object) -> dict[str, object]:
        item = {"item_id": str(item_i), "ref": "r", "tgt": {"system-1": "😀 ab"}}
        return {"annotation": [{"system-1": {"score": score, "error_spans": spans}}], "item": [item], "user_id": "u", "item_i": item_i}

    span = {"start_i": 3, "end_i": 3, "severity": "Minor", "category": None}
    missing = {"start_i": 5, "end_i": 5, "severity": "major", "category": None}
    entries = [entry(1, 10, []), entry(1, 20, [span, missing]), entry(2, 5, []), {"annotation": "RESET", "user_id": "u", "item_i": 2}]
    (row,) = read_answers(str(write("annotations.json", json.dumps({"campaign": entries}))))
    assert (row.item, row.rater, row.score, row.form) == ("1", "u", 20.0, "pearmut")
    assert [(one.side, one.mark.start, one.mark.end) for one in row.marks] == [("hypothesis", 2, 3), ("reference", None, None)]
    assert row.marks[1].mark.category == "accuracy/omission"
    whole = [entry(1, 10, []), entry(2, 5, []), {**entry(1, 9, []), "user_id": "w"}, {"annotation": "__RESET__", "user_id": "u"}, entry(2, 7, [])]
    rows = read_answers(str(write("log.jsonl", "".join(json.dumps(one) + "\n" for one in whole))))
    assert [(row.rater, row.item, row.score) for row in rows] == [("w", "1", 9.0), ("u", "2", 7.0)]
    for spans, words in (
        ([{**span, "end_i": 9}], "a span from 3 to 9 in a text of 5 units"),
        ([{**span, "severity": None}], "the severity of a span is ''"),
        ("x", "error_spans must be a list"),
    ):
        with pytest.raises(EvaluatorError, match=words):
            read_answers(str(write("bad.json", json.dumps({"campaign": [entry(1, 1, spans)]}))))


def test_a_shown_text_keeps_every_offset() -> None:
    text = "a\tb\r\n<v>c</v>\x00\u2028=d"
    assert len(shown_text(text)) == len(text)
    assert "\t" not in shown_text(text)
    assert marked_text(text, Mark("reference", 8, 9, "x", "minor"), "reference") == "a b  ‹v›<v>c</v>‹/v›␀ =d"


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (function(middle) > 0) == (function(low) > 0) else (low, middle)
    return (low + high) / 2


def test_the_interval_of_a_share_is_wilsons() -> None:
    for k, n in ((8, 10), (1, 10), (3, 7)):
        p = k / n
        found = share_of([1.0] * k + [0.0] * (n - k))
        ends = [_bisect(lambda q, p=p, n=n: (p - q) ** 2 - Z**2 * q * (1 - q) / n, *sides) for sides in ((0.0, p), (p, 1.0))]  # type: ignore[misc]
        assert [found.low, found.high] == pytest.approx(ends, abs=1e-9)
    assert share_of([0.0] * 5).low == 0.0
    assert math.isnan(share_of([]).value)


def test_the_interval_of_recall_is_where_the_difference_that_the_ratio_makes_reaches_zero() -> None:
    """MOVER's ends of missed / precision are the r at which the interval of missed - r x precision ends at 0."""
    found = judge_flags([1.0] * 8 + [0.0] * 2, [1.0] + [0.0] * 9, 30)
    a, b = found.missed, found.precision
    low = _bisect(lambda r: a.value - r * b.value - math.hypot(a.value - a.low, r * (b.high - b.value)), 0.0, a.value / b.value)
    high = _bisect(lambda r: a.value - r * b.value + math.hypot(a.high - a.value, r * (b.value - b.low)), a.value / b.value, 50.0)
    assert found.recall.value == pytest.approx(8 / 11)
    assert [found.recall.low, found.recall.high] == pytest.approx([1 / (1 + 3 * high), 1 / (1 + 3 * low)], abs=1e-9)
    assert found.prior == pytest.approx(11 / 40)


def test_recall_at_the_edges() -> None:
    assert judge_flags([1.0] * 4, [0.0] * 5, 50).recall.value == 1.0
    assert judge_flags([1.0] * 4, [0.0] * 5, 50).recall.high == 1.0
    assert judge_flags([1.0] * 4, [0.0] * 5, 50).recall.low < 0.5  # 5 of 50 say little of the others
    assert judge_flags([0.0] * 4, [1.0, 0.0], 9).recall[:2] == (0.0, 0.0)
    assert math.isnan(judge_flags([0.0], [0.0], 9).recall.value)
    assert judge_flags([], [1.0, 0.0], 2).recall.value == 0.0
    assert judge_flags([1.0, 0.0], [], 0).recall.value == 1.0
    assert math.isnan(kappa([[True, True], [True, True]]))


def test_the_fitted_threshold_is_the_best_of_all_by_search() -> None:
    cases = [Case(0.9, 1, 1), Case(0.6, 0, 1), Case(0.5, 1, 1), Case(0.3, 1, 4), Case(0.2, 0, 4), Case(0.1, 0, 4), Case(0.0, 0, 4)]
    found = fit(cases, 0.2, 0.4)
    assert found is not None
    assert found.prior == round(6 / 19, 4)
    moved = [case._replace(risk=move(case.risk, 0.2, found.prior)) for case in cases]
    assert found.f1_after == pytest.approx(max(f1_of(moved, k / 1000) for k in range(1, 1000)))
    assert found.f1_before == pytest.approx(2 * 2 / (3 + 6))
    assert moved[4].risk < found.threshold < moved[3].risk
    again = fit([Case(0.9, 1, 1), Case(0.1, 0, 1)], 0.2, 0.4)
    assert again is not None
    assert again.threshold == pytest.approx(move(0.4, 0.2, 0.5), abs=1e-6)  # the run's own is as good as any
    assert fit([Case(0.9, 0, 1)], 0.2, 0.4) is None


def test_the_page_names_every_option_file_and_column() -> None:
    page = (ROOT / "docs" / "annotate.md").read_text(encoding="utf-8")
    options = [option for action in build()._actions for option in action.option_strings if option.startswith("--") and option not in ("--help", "--output")]
    names = [*options, *COLUMNS, "sheet.tsv", "sheet.csv", "pearmut.json", KEY, CALIBRATION, HUMAN, "calibration_sha256", *EXAMPLES]
    assert not [name for name in names if name not in page]
