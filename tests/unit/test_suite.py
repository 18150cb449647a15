"""Suites: a file with mistakes told all at once, runs that are kept, resumed and ranked, sets of every form."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import evaluator
from evaluator.readers.collections import find_mtme, find_sacrebleu
from evaluator.run import fill_folder
from evaluator.suite import read_config
from evaluator.suite.index import COLUMNS, append_line, locked
from evaluator.types import EvaluatorError
from tests.conftest import ROOT, Cli

Write = Callable[[str, str | bytes], Path]
REFERENCE = [f"the {word} sails at noon from pier {k} and nobody is left behind" for k, word in enumerate(["ferry", "barge", "yacht", "canoe"] * 5)]
GOOD = [text.replace("noon", "midday") for text in REFERENCE]
POOR = [text.replace("nobody is left behind", "all stay") for text in REFERENCE]
OTHER = [text.replace("pier", "quay") for text in REFERENCE]


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Two sets (one by card with documents and domains), a matrix, and their configuration."""
    data = tmp_path / "data" / "harbour"
    (data / "sys").mkdir(parents=True)
    domains = ["news\n", "chat\n"]
    files = {
        "ref.txt": _text(REFERENCE),
        "docs.txt": "".join(f"doc{k // 5}\t{domains[k // 10]}" for k in range(20)),
        "sys/good.txt": _text(GOOD),
        "sys/poor.txt": _text(POOR),
    }
    roles = {"ref.txt": "reference", "docs.txt": "documents"}
    lines = ["name: harbour", "version: 3", "languages: [en]", "source: written for this test", "licence: Apache-2.0", "get: Ask the harbour master.", "files:"]
    for name, text in files.items():
        (data / name).write_text(text)
        lines.append(f"  - {{path: {name}, role: {roles.get(name, 'system')}, sha256: {hashlib.sha256(text.encode()).hexdigest()}}}")
    (tmp_path / "card.yaml").write_text("\n".join(lines) + "\n")
    (tmp_path / "second.ref.txt").write_text(_text(REFERENCE[::-1]))
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "good.txt").write_text(_text(GOOD[::-1]))
    (tmp_path / "outputs" / "other.txt").write_text(_text(OTHER[::-1]))
    config = tmp_path / "suite.yaml"
    config.write_text(
        "suite: boats\ndata: data\nmetrics: [chrf, ter]\noptions: {resamples: 100}\nmatrix:\n  chrf.word_order: [0, 2]\nsets:\n"
        "  - card: card.yaml\n  - name: second\n    reference: second.ref.txt\n    system_files: ['outputs/*.txt']\n"
    )
    return config


@pytest.mark.slow
def test_a_suite_writes_runs_a_leaderboard_a_report_and_the_index(suite: Path, cli: Cli, tmp_path: Path) -> None:
    result = cli("bench", suite, "-o", tmp_path / "results")
    assert result.code == 0
    folder = tmp_path / "results" / "boats"
    names = {f"{name}--chrf.word_order={order}" for name in ("harbour", "second") for order in (0, 2)}
    assert {path.name for path in folder.iterdir()} == {*names, "leaderboard.csv", "report.md", "report.html", "history.csv", "suite.json", ".lock"}
    run = evaluator.load(folder / "harbour--chrf.word_order=2")
    assert run.scores.columns[1] == "chrF2++"
    assert run.manifest["suite"]["version"] == "3"
    rows = list(csv.DictReader((folder / "leaderboard.csv").read_text().splitlines()))
    plain = evaluator.load(folder / "harbour--chrf.word_order=0")
    second = evaluator.load(folder / "second--chrf.word_order=0")
    macro = next(row for row in rows if (row["metric"], row["scope"], row["system"]) == ("chrF2", "all", "good"))
    scores = [dict(zip(one.scores["system"], one.scores["chrF2"], strict=True)) for one in (plain, second)]
    assert float(macro["score"]) == (scores[0]["good"] + scores[1]["good"]) / 2
    assert (macro["rank"], macro["sets"], macro["segments"]) == ("1", "2", "40")
    assert next(row for row in rows if (row["scope"], row["system"]) == ("all", "poor"))["rank"] == ""
    news = next(row for row in rows if (row["metric"], row["scope"], row["name"], row["system"]) == ("chrF2", "domain", "news", "poor"))
    alone = evaluator.evaluate(REFERENCE[:10], {"poor": POOR[:10]}, metrics=["chrf"])
    assert float(news["score"]) == pytest.approx(alone.scores["chrF2"][0], abs=1e-9)
    assert result.out == (folder / "report.md").read_text()
    assert "### chrF2 by domain" in result.out
    index = list(csv.DictReader((tmp_path / "results" / "index.csv").read_text().splitlines()))
    assert [row["run"] for row in index] == [f"boats/{name}" for name in sorted(names)]
    assert all(row["best"] == "good" and row["segments"] == "20" for row in index if row["set"] == "harbour")


@pytest.mark.slow
def test_a_second_run_makes_nothing_and_a_changed_input_only_its_own(suite: Path, cli: Cli, tmp_path: Path) -> None:
    cli("bench", suite, "-o", tmp_path / "results")
    before = _digests(tmp_path / "results")
    again = cli("bench", suite, "-o", tmp_path / "results")
    assert "0 runs made, 4 kept" in again.err
    assert _digests(tmp_path / "results") == before
    (tmp_path / "outputs" / "third.txt").write_text(_text(POOR[::-1]))
    dry = cli("bench", suite, "-o", tmp_path / "results", "--dry-run")
    assert [line.rsplit(": ", 1)[1] for line in dry.out.splitlines()] == ["finished", "finished", "to do", "to do"]
    assert _digests(tmp_path / "results") == before
    more = cli("bench", suite, "-o", tmp_path / "results")
    assert "2 runs made, 2 kept" in more.err
    assert "| third |" in more.out
    assert len((tmp_path / "results" / "index.csv").read_text().splitlines()) == 7
    history = list(csv.DictReader((tmp_path / "results" / "boats" / "history.csv").read_text().splitlines()))
    results = list(dict.fromkeys((row["run"], row["fingerprint"]) for row in history))
    assert [run for run, _ in results].count("second--chrf.word_order=0") == 2
    assert [run for run, _ in results].count("harbour--chrf.word_order=0") == 1
    page = (tmp_path / "results" / "boats" / "report.html").read_text()
    assert page.count('<td class="left">new</td>') == 2  # one of each combination
    assert "2 systems as before: same texts, same scores." in page


def _digests(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _but_times(found: dict[str, bytes]) -> dict[str, bytes]:
    rows = list(csv.DictReader(found["index.csv"].decode().splitlines()))
    timed = ("boats/history.csv", "boats/report.html")  # they say when results were finished
    plain = {name: re.sub(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ?", b"TIME", found[name]) for name in timed}
    return {**found, **plain, "index.csv": repr(sorted([*row.values()][1:] for row in rows)).encode()}


@pytest.mark.slow
def test_killed_and_resumed_gives_the_same_bytes(suite: Path, cli: Cli, tmp_path: Path) -> None:
    cli("bench", suite, "-o", tmp_path / "whole")
    command = [sys.executable, "-m", "evaluator", "bench", str(suite), "-o", str(tmp_path / "killed"), "--quiet", "--no-cache"]
    killed = 0
    for moment in range(3):  # once a temporary folder is there, once a run is finished, once two are
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
        folder = tmp_path / "killed" / "boats"
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            there = [path.name for path in folder.iterdir()] if folder.is_dir() else []
            if len([name for name in there if "--" in name and not name.startswith(".")]) >= moment and any(
                name.startswith((".harbour", ".second")) for name in there
            ):
                break
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
    assert killed >= 1
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    assert _but_times(_digests(tmp_path / "killed")) == _but_times(_digests(tmp_path / "whole"))


def test_half_made_folders_and_torn_lines_are_removed(suite: Path, cli: Cli, tmp_path: Path) -> None:
    cli("bench", suite, "-o", tmp_path / "results")
    whole = _digests(tmp_path / "results")
    left = tmp_path / "results" / "boats" / ".harbour--chrf.word_order=0-x1"
    left.mkdir()
    partial = tmp_path / "results" / "boats" / ".leaderboard.csv.123"
    partial.write_text("half")
    own = tmp_path / "results" / "boats" / ".gitignore"
    own.write_text("*")
    (left / "segments.csv").write_text("half")
    with open(tmp_path / "results" / "index.csv", "a") as file:
        file.write("2031-01-01T00:00:00Z,boats,bo")
    (tmp_path / "results" / "boats" / "second--chrf.word_order=0" / "run.json").unlink()
    broken = cli("bench", suite, "-o", tmp_path / "results")
    assert broken.code == 2
    assert "is not a run folder" in broken.err  # never replaced: it may be something else
    shutil.rmtree(tmp_path / "results" / "boats" / "second--chrf.word_order=0")
    assert cli("bench", suite, "-o", tmp_path / "results").code == 0
    assert not left.exists()
    assert not partial.exists()
    assert own.read_text() == "*"  # nothing of ours
    own.unlink()
    after = _digests(tmp_path / "results")
    assert {name: data for name, data in after.items() if name != "index.csv"} == {name: data for name, data in whole.items() if name != "index.csv"}


def test_a_torn_line_of_the_index_is_dropped_when_the_next_is_added(tmp_path: Path) -> None:
    row = {name: f"{name}1" for name in COLUMNS}
    assert append_line(tmp_path / "index.csv", row)
    with open(tmp_path / "index.csv", "a") as file:
        file.write("torn,li")
    assert not append_line(tmp_path / "index.csv", row)
    assert append_line(tmp_path / "index.csv", {**row, "run": "run2"})
    lines = (tmp_path / "index.csv").read_text().splitlines()
    assert [line.split(",")[2] for line in lines] == ["run", "run1", "run2"]


def test_two_processes_cannot_run_one_suite(tmp_path: Path) -> None:
    with locked(tmp_path / "s"), pytest.raises(EvaluatorError, match="Another process is running the suite"), locked(tmp_path / "s"):
        pass


def test_an_interrupted_suite_says_how_to_go_on(suite: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = fill_folder
    calls: list[int] = []

    def interrupted(*arguments: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("evaluator.suite.run.fill_folder", interrupted)
    result = cli("bench", suite, "-o", tmp_path / "results")
    assert result.code == 130
    assert "The same command resumes from there" in result.err
    monkeypatch.undo()
    assert "3 runs made, 1 kept" in cli("bench", suite, "-o", tmp_path / "results").err


WRONG = """suite: boats
metric: [chrf]
metrics: [chrf, blue, ter, ter]
options:
  resample: 100
  seed: twelve
  test: bootstrp
  bleu: {tokenise: zh}
  chrf: {word_order: many}
matrix:
  bleu.tokeniz: [13a]
  lang: en
sets:
  - card: nowhere.yaml
  - name: a b
    reference: ref.txt
    systems: [x]
    refrences: [A]
  - systems: [x]
  - name: twice
    table: t.tsv
  - name: twice
    table: t.tsv
"""


def test_all_mistakes_are_told_at_once_with_their_places(write: Write, cli: Cli) -> None:
    path = write("wrong.yaml", WRONG)
    result = cli("validate", path)
    assert result.code == 2
    told = {line.split(str(path) + ":", 1)[1] for line in result.err.splitlines() if line.startswith(f"{path}:") and line.count(":") > 2}
    for expected in (
        "2:1: there is no key 'metric'. Did you mean metrics?", "3:17: there is no metric 'blue'. Did you mean bleu?", "3:28: the metric ter is there twice",
        "5:3: there is no option 'resample'. Did you mean resamples?", "6:9: seed is 'twelve'; it must be a whole number",
        "7:9: There is no test 'bootstrp'. Did you mean bootstrap?",
        "8:10: the metric bleu has no option 'tokenise'. Did you mean tokenize?", "9:22: chrf.word_order is 'many'; it must be int",
        "11:3: the metric bleu has no option 'tokeniz'. Did you mean tokenize?", "12:9: lang must be a list of the values to try", "14:11: the card ",
        "15:11: name is 'a b'", "17:14: 'systems' has no meaning beside 'reference'", "18:5: there is no key 'refrences'. Did you mean references?",
        "19:5: a set has one of card, sacrebleu, table, mtme, reference; none is there", "22:5: the set 'twice' is there twice",
    ):  # fmt: skip
        assert any(line.startswith(expected) for line in told), expected
    assert "16 mistakes:" in result.err


@pytest.mark.parametrize(
    ("text", "place"),
    [("sets: [", ":1:8: not YAML"), ("suite: a\nsuite: b\nsets: []\n", ":2:1: 'suite' is there twice"), ("\n", "is empty"),
     ("- a\n", ":1:1: a list instead of")]
)  # fmt: skip
def test_what_is_no_configuration_is_told_with_its_place(write: Write, text: str, place: str) -> None:
    with pytest.raises(EvaluatorError) as caught:
        read_config(str(write("c.yaml", text)))
    assert place in str(caught.value)


def test_missing_and_changed_files_are_told_with_where_to_get_them(suite: Path, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "data" / "harbour" / "sys" / "good.txt").write_text("changed\n")
    (tmp_path / "data" / "harbour" / "docs.txt").unlink()
    (tmp_path / "outputs" / "good.txt").unlink()
    (tmp_path / "outputs" / "other.txt").unlink()
    result = cli("bench", suite, "-o", tmp_path / "results")
    assert result.code == 2
    assert "2 of 2 sets cannot be run" in result.err
    assert "docs.txt does not exist; sys/good.txt has sha256" in result.err
    assert "Ask the harbour master." in result.err
    assert "second: no file is found by" in result.err
    assert not (tmp_path / "results").exists()
    assert "right, 2 sets, 2 combinations of options" in cli("validate", suite, "--no-files").out
    one = suite.read_text(encoding="utf-8").partition("  - name: second")[0].replace("[0, 2]", "[2]")
    suite.write_text(one, encoding="utf-8")
    assert "right, 1 set, 1 combination of options" in cli("validate", suite, "--no-files").out


def test_the_folder_of_data_is_an_option_or_of_the_environment(suite: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite.write_text(suite.read_text().replace("data: data\n", ""))
    assert cli("validate", suite).code == 2
    assert cli("validate", suite, "--data", tmp_path / "data").code == 0
    assert cli("validate", suite, "--data", tmp_path / "data" / "harbour").code == 0
    monkeypatch.setenv("EVALUATOR_DATA", str(tmp_path / "data"))
    assert cli("validate", suite).code == 0


def test_systems_and_references_are_picked_by_pattern(suite: Path, cli: Cli) -> None:
    suite.write_text(
        suite.read_text().replace("  - card: card.yaml\n", "  - card: card.yaml\n    systems: ['g*']\n    system_files: [mine=outputs/other.txt]\n")
    )
    assert "harbour--chrf.word_order=0: 2 systems" in cli("bench", suite, "--dry-run").out
    suite.write_text(suite.read_text().replace("['g*']", "['goood']"))
    assert "harbour has no system 'goood'. Did you mean good?" in cli("bench", suite, "--dry-run").err


XML = """<?xml version="1.0" encoding="UTF-8"?>
<dataset id="t"><collection id="c">
{documents}</collection></dataset>
"""


def _xml() -> str:
    parts = []
    for d in range(2):
        lines = range(10 * d, 10 * d + 10)
        sides = [("src", 'lang="de"', REFERENCE), ("ref", 'lang="en" translator="A"', REFERENCE), ("ref", 'lang="en" translator="B"', OTHER)]
        sides += [("hyp", f'system="{name}" lang="en"', texts) for name, texts in (("good", GOOD), ("poor", POOR))]
        blocks = [f"<{tag} {given}><p>" + "".join(f'<seg id="{i}">{texts[i]}</seg>\n' for i in lines) + f"</p></{tag}>" for tag, given, texts in sides]
        parts.append(f'<doc origlang="de" id="doc{d}" domain="news">{"".join(blocks)}</doc>\n')
    return XML.format(documents="".join(parts))


def test_wmt_xml_is_scored_as_its_texts_are(write: Write, cli: Cli, tmp_path: Path) -> None:
    path = write("set.xml", _xml())
    assert cli("score", path, "-m", "chrf", "--resamples", "100", "-o", tmp_path / "run").code == 0
    run = evaluator.load(tmp_path / "run")
    assert run.scores["system"].tolist() == ["good", "poor"]
    assert run.segments["document"].nunique() == 2
    assert run.segments["domain"].tolist() == ["news"] * 40
    texts = evaluator.evaluate(REFERENCE, {"good": GOOD, "poor": POOR}, references=[OTHER], metrics=["chrf"], resamples=100)
    assert run.scores["chrF2"].tolist() == texts.scores["chrF2"].tolist()
    assert cli("verify", tmp_path / "run").code == 0


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("</dataset>", "", "is not XML"), ("<hyp", "<hip", "is not XML"), ('<seg id="3">', '<seg id="33">', "the first that differs is"),
        ('<seg id="3">', '<seg id="4">', "the segment 4 is there twice"), ("doc ", "dok ", "is not XML"),
    ],
)  # fmt: skip
def test_wrong_xml_is_refused(write: Write, cli: Cli, old: str, new: str, told: str) -> None:
    text = _xml()
    result = cli("score", write("set.xml", text.replace(old, new, 1)), "-m", "chrf")
    assert result.code == 2
    assert told in result.err


def test_a_folder_of_mt_metrics_eval_is_scored_and_benched(write: Write, cli: Cli, tmp_path: Path) -> None:
    root = tmp_path / "mtme" / "wmt99"
    for name, lines in {
        "sources/de-en.txt": REFERENCE, "references/de-en.refA.txt": REFERENCE, "system-outputs/de-en/good.txt": GOOD, "system-outputs/de-en/poor.txt": POOR,
        "system-outputs/de-en/refA.txt": REFERENCE, "documents/de-en.docs": [f"news doc{k // 5}" for k in range(20)],
    }.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(_text(lines))
    assert cli("score", f"{root}:de-en", "-m", "chrf", "--resamples", "100", "-o", tmp_path / "run").code == 0
    run = evaluator.load(tmp_path / "run")
    assert run.scores["system"].tolist() == ["good", "poor"]
    assert run.segments["document"].nunique() == 4
    assert cli("verify", tmp_path / "run").code == 0
    config = write("c.yaml", f"metrics: [chrf]\noptions: {{resamples: 100}}\nsets:\n  - mtme: '{root}:de-en'\n")
    assert "| good |" in cli("bench", config, "-o", tmp_path / "results").out
    with pytest.raises(EvaluatorError, match="has no system-outputs/de-es. Did you mean de-en"):
        find_mtme(f"{root}:de-es")


def test_tables_are_sets_too(write: Write, cli: Cli, tmp_path: Path) -> None:
    rows = [f"{name}\t{r}\t{h}\n" for name, texts in (("good", GOOD), ("poor", POOR)) for r, h in zip(REFERENCE, texts, strict=True)]
    table = write("t.tsv", "system\treference\thypothesis\n" + "".join(rows))
    config = write("c.yaml", f"metrics: [chrf]\nsets:\n  - table: {table}\n    systems: [good]\n")
    assert cli("bench", config, "-o", tmp_path / "results").code == 0
    (folder,) = (path for path in (tmp_path / "results" / "c").iterdir() if path.is_dir())
    assert evaluator.load(folder).scores["system"].tolist() == ["good"]
    assert cli("verify", folder).code == 0


def test_sacrebleus_sets_need_its_network_or_its_folder(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from sacrebleu.dataset import DATASETS

    with pytest.raises(EvaluatorError, match="no test set 'wmt2z'"):
        find_sacrebleu("sacrebleu:wmt2z/en-de")
    with pytest.raises(EvaluatorError, match="wmt20 has no pair 'en-dx'. Did you mean en-de"):
        find_sacrebleu("sacrebleu:wmt20/en-dx")

    def offline(self: object, langpair: str) -> str:
        raise OSError("no network here")

    monkeypatch.setattr(type(DATASETS["wmt20"]), "get_source_file", offline)
    assert "sacreBLEU could not get wmt20/en-de: no network here." in cli("score", "sacrebleu:wmt20/en-de", "x.txt", "-m", "bleu").err
    source, reference, system = (tmp_path / name for name in ("src", "ref", "s.txt"))
    for path, lines in ((source, REFERENCE), (reference, REFERENCE), (system, GOOD)):
        path.write_text(_text(lines))
    monkeypatch.setattr(type(DATASETS["wmt20"]), "get_source_file", lambda self, pair: str(source))
    monkeypatch.setattr(type(DATASETS["wmt20"]), "get_reference_files", lambda self, pair: [str(reference)])
    assert cli("score", "sacrebleu:wmt20/en-de", system, "-m", "chrf", "-o", tmp_path / "run").code == 0
    config = tmp_path / "c.yaml"
    config.write_text(f"metrics: [chrf]\nsets:\n  - sacrebleu: wmt20/en-de\n    system_files: [{system}]\n")
    assert "wmt20.en-de" in cli("bench", config, "-o", tmp_path / "results").out or (tmp_path / "results" / "c").is_dir()


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.name)
def test_the_shipped_configurations_are_right(path: Path, cli: Cli) -> None:
    assert cli("validate", path, "--no-files").code == 0
    assert path.name == "wmt22.yaml" or cli("validate", path).code == 0


def test_no_text_of_a_set_is_among_its_cards() -> None:
    for folder in (ROOT / "benchmarks").glob("wmt*"):
        assert [path.name for path in folder.iterdir()] == ["card.yaml"]


@pytest.mark.slow
def test_a_run_of_a_suite_is_verified(suite: Path, cli: Cli, tmp_path: Path) -> None:
    cli("bench", suite, "-o", tmp_path / "results")
    assert cli("verify", tmp_path / "results" / "boats" / "harbour--chrf.word_order=2").code == 0
