"""Python as its users write it: frames, lists, series and arrays; functions of the commands; messages that name arguments."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import sacrebleu

import evaluator
from evaluator.cells import LEFT, MAX_ROWS, html_table
from evaluator.types import EvaluatorError
from evaluator.wording import python_words
from tests.conftest import ROOT, Cli

Write = Callable[[str, str | bytes], Path]
REFERENCE = ["The lock keeper opened the gate.", "Two barges came through.", "Nobody asked for a fee.", "The third one turned back."]
SYSTEM = ["The lock keeper opened a gate.", "Two barges passed through.", "Nobody asked for any fee.", "The third one went back."]
FRAME = pd.DataFrame({"reference": REFERENCE, "hypothesis": SYSTEM}, index=[7, 7, 3, 1])


def _with_gap(texts: list[str]) -> Any:
    """A column whose last cell is missing."""
    return [*texts, None]


EXPECTED = evaluator.evaluate(REFERENCE, {"x": SYSTEM}, metrics=["bleu"]).scores["BLEU"][0]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (lambda: (FRAME,), ["table"]),
        (lambda: (FRAME.assign(system="nmt"),), ["nmt"]),
        (lambda: (FRAME.rename(columns={"reference": "ref", "hypothesis": "mt"}),), ["table"]),
        (lambda: ({"reference": REFERENCE, "hypothesis": tuple(SYSTEM)},), ["table"]),
        (lambda: ({"reference": np.array(REFERENCE), "hypothesis": pd.Series(SYSTEM)},), ["table"]),
        (lambda: (FRAME.to_dict("records"),), ["table"]),
        (lambda: (pa.table({"reference": REFERENCE, "hypothesis": SYSTEM}),), ["table"]),
        (lambda: (REFERENCE, SYSTEM), ["system"]),
        (lambda: (tuple(REFERENCE), (text for text in SYSTEM)), ["system"]),
        (lambda: (np.array(REFERENCE), np.array(SYSTEM, dtype=object)), ["system"]),
        (lambda: (FRAME.reference, FRAME.hypothesis), ["hypothesis"]),
        (lambda: (FRAME["reference"], {"s": FRAME["hypothesis"]}), ["s"]),
        (lambda: (pa.array(REFERENCE), {"s": pa.array(SYSTEM)}), ["s"]),
        (lambda: (REFERENCE, pd.DataFrame({"a": SYSTEM, "b": SYSTEM})), ["a", "b"]),
    ],
)
def test_every_way_to_hand_in_texts_gives_the_same_score(given: Callable[[], tuple[Any, ...]], names: list[str]) -> None:
    run = evaluator.evaluate(*given(), metrics=["bleu"], resamples=100)
    assert run.scores["system"].tolist() == names
    assert set(run.scores["BLEU"]) == {EXPECTED}


@pytest.mark.slow
def test_a_str_or_path_is_a_file_and_a_sequence_holds_texts(write: Write, tmp_path: Path) -> None:
    reference, system = write("r.txt", "\n".join(REFERENCE) + "\n"), write("s.txt", "\n".join(SYSTEM) + "\n")
    for given in (str(system), system, [system], {"s": system}, {"s": str(system)}):
        run = evaluator.evaluate(str(reference), given, metrics=["bleu"])
        assert (run.scores["system"][0], run.scores["BLEU"][0]) == ("s", EXPECTED)
    assert evaluator.evaluate(REFERENCE, system, metrics=["bleu"]).scores["BLEU"][0] == EXPECTED
    with pytest.raises(EvaluatorError, match="a list of 1 names of files, and a list holds texts"):
        evaluator.evaluate(reference, [str(system)], metrics=["bleu"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((REFERENCE, ["a", "b"]), "2"),
        ((REFERENCE, [SYSTEM, SYSTEM]), "2 lists without names; give {name: list of texts}"),
        ((REFERENCE, {"a": [*SYSTEM[:3], None]}), r"systems\['a'\]\[3\] is missing \(None\); write ''"),
        ((REFERENCE, {"a": pd.Series([*SYSTEM[:3], float("nan")])}), r"systems\['a'\]\[3\] is missing"),
        ((REFERENCE, {"a": [*SYSTEM[:3], 4]}), r"systems\['a'\]\[3\] is int, not text"),
        ((REFERENCE, {"a": b"bytes"}), "is bytes; it must be a list of texts"),
        ((REFERENCE, {"a": np.array([SYSTEM])}), "has 2 dimensions"),
        ((REFERENCE, {"a": "One text that is no file."}), "a str is the path of a file"),
        ((REFERENCE, 5), "systems is int; it must be a list of texts"),
        ((FRAME, SYSTEM), "reference is a DataFrame; give one of its columns"),
        ((FRAME.drop(columns="hypothesis"),), "no column 'hypothesis'"),
        ((REFERENCE,), "evaluate needs systems beside the reference"),
        (({"reference": REFERENCE, "hypothesis": SYSTEM[:3]},), "differ in length: reference has 4, hypothesis has 3"),
        ((FRAME.assign(hypothesis=_with_gap(SYSTEM[:3])),), "row 3, column hypothesis: null instead of text"),
        ((pd.concat([FRAME, FRAME], axis=1),), "two columns of one name"),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(given: tuple[Any, ...], words: str) -> None:
    with pytest.raises(EvaluatorError, match=words):
        evaluator.evaluate(*given, metrics=["bleu"])


def test_a_flat_list_of_further_references_is_refused() -> None:
    with pytest.raises(EvaluatorError, match=r"references holds 4 texts.*wrap it as \[references\]"):
        evaluator.evaluate(REFERENCE, SYSTEM, references=SYSTEM, metrics=["bleu"])
    run = evaluator.evaluate(REFERENCE, SYSTEM, references=[pd.Series(SYSTEM)], metrics=["bleu"])
    assert run.scores["BLEU"][0] == pytest.approx(100)


def test_a_missing_further_reference_in_a_frame_is_none() -> None:
    run = evaluator.evaluate(FRAME.assign(reference_2=_with_gap([*SYSTEM[1:]])), metrics=["bleu"])
    assert "nrefs:var" in run.manifest["signatures"]["BLEU"]["corpus"]


@pytest.mark.parametrize("form", [list, tuple, pd.Series, np.array])
def test_documents_and_source_are_lists_too(form: Callable[[list[str]], Any]) -> None:
    run = evaluator.evaluate(REFERENCE, SYSTEM, metrics=["chrf"], documents=form(["x", "x", "y", "y"]), source=form([text.upper() for text in REFERENCE]))
    assert run.segments["document"].tolist() == ["x", "x", "y", "y"]
    assert run.segments["segment"].tolist() == [1, 2, 1, 2]
    assert run.segments["source"][3] == REFERENCE[3].upper()
    with pytest.raises(EvaluatorError, match="documents has 3 lines, the reference has 4 segments"):
        evaluator.evaluate(REFERENCE, SYSTEM, metrics=["chrf"], documents=form(["x", "x", "y"]))


def test_a_run_of_lists_is_saved_loaded_and_verified_from_its_texts(tmp_path: Path) -> None:
    evaluator.evaluate(FRAME, metrics=["chrf"]).save(tmp_path / "table")
    evaluator.evaluate(REFERENCE, SYSTEM, metrics=["chrf"], documents=["x", "x", "y", "y"]).save(tmp_path / "lists")
    for name in ("table", "lists"):
        assert evaluator.verify(tmp_path / name, texts=True).passed
        with pytest.raises(EvaluatorError, match="texts=True"):
            evaluator.verify(tmp_path / name)


def test_a_notebook_shows_the_scores_and_nothing_that_can_run() -> None:
    hostile = '<img src=x onerror="alert(1)">'
    run = evaluator.evaluate(REFERENCE, {hostile: SYSTEM, "plain & simple": REFERENCE}, metrics=["bleu", "chrf"], resamples=100)
    shown = run._repr_html_()
    assert "<table" in shown
    assert "<th>BLEU ↑</th><th>chrF2 ↑</th>" in shown
    assert re.search(rf"<td>(<small>[-12]+</small> )?(<b>)?{EXPECTED:.1f}(</b>)? <small>[\d.]+–[\d.]+</small></td>", shown)
    assert shown.index("<b>") < shown.index("<table>")  # who leads, then the scores
    assert shown.index("plain &amp; simple</th>") < shown.index("&quot;&gt;</th>")  # best first, whatever the order they were given in
    assert "<img" not in shown
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in shown
    assert "plain &amp; simple" in shown
    assert not re.search(r"<(?!/?(?:table|thead|tbody|tr|th|td|p|ul|li|b|small)>)", shown.replace(LEFT, ""))


def test_a_notebook_names_arguments_in_its_notes() -> None:
    texts = ["船闸在黎明时打开了。", "两艘驳船通过了。"]
    shown = evaluator.evaluate(texts, texts, metrics=["bleu"])._repr_html_()
    assert "or lang=&quot;zh&quot;" in shown
    assert "--" not in shown


@pytest.mark.model
def test_check_is_a_function_and_a_package() -> None:
    assert evaluator.check(REFERENCE, SYSTEM, model=None) == []
    (found,) = evaluator.check(REFERENCE, {"s": ["", *SYSTEM[1:]]})
    assert (found.check, found.lines) == ("empty", (1,))
    assert [one.check for one in evaluator.check(FRAME.assign(hypothesis=["", *SYSTEM[1:]]))] == ["empty"]
    from evaluator.check import Problem

    assert isinstance(found, Problem)
    assert "references" in inspect.signature(evaluator.check).parameters
    with pytest.raises(EvaluatorError, match="check needs systems"):
        evaluator.check(REFERENCE)


def test_compare_is_a_function_and_a_package(tmp_path: Path) -> None:
    from evaluator.compare import paired_tests

    run = evaluator.evaluate(REFERENCE, {"a": SYSTEM, "b": REFERENCE}, metrics=["chrf", "bleu"], resamples=100)
    again = evaluator.compare(run, metrics=["chrf"], test="bootstrap", resamples=200)
    assert isinstance(again, evaluator.Run)
    assert again.pairs["test"].tolist() == ["bootstrap"]
    run.save(tmp_path / "run")
    assert evaluator.compare(tmp_path / "run", resamples=100).pairs.equals(run.pairs)
    assert len(paired_tests({"a": [0.9, 0.8, 0.7], "b": [0.4, 0.8, 0.2]})) == 1
    assert "buckets" in inspect.signature(evaluator.compare).parameters
    with pytest.raises(EvaluatorError, match="comparing needs at least two"):
        evaluator.compare(evaluator.evaluate(REFERENCE, SYSTEM, metrics=["chrf"]))


def test_gate_is_a_function() -> None:
    good, poor = (evaluator.evaluate(REFERENCE, {"s": texts}, metrics=["chrf"]) for texts in (REFERENCE, SYSTEM))
    assert evaluator.gate(good, poor, max_drop={"chrf": 1}).passed
    verdict = evaluator.gate(poor, good, max_drop={"chrf": 1})
    assert not verdict.passed
    assert verdict.checks[0].segments
    with pytest.raises(EvaluatorError, match="^max_drop names 'cherf'"):
        evaluator.gate(poor, good, max_drop={"cherf": 1})
    with pytest.raises(EvaluatorError, match="give baseline=RUN_DIR, or max_critical=N"):
        evaluator.gate(good)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Use --align paragraph to align them, or --alignment FILE.", 'Use align="paragraph" to align them, or alignment=FILE.'),
        ("--resamples is 3; it must be 100 or more.", "resamples is 3; it must be 100 or more."),
        ("let a model compare them with --align-model minilm.", 'let a model compare them with align_model="minilm".'),
        ("run exists; use --force to replace it, or another place with -o DIR.", "run exists; use force=True to replace it, or another place."),
        ("cannot be made: no. Choose another place with -o DIR.", "cannot be made: no. Choose another place."),
        ("Give each its own name with NAME=FILE.", "Give each its own name with systems={name: file}."),
        ("a quoted '--align paragraph' is a text, --align line no", "a quoted '--align paragraph' is a text, align=\"line\" no"),
        (
            "Run `sacrebleu -t wmt --echo src`, or pandoc -f html -t plain --wrap=none.",
            "Run `sacrebleu -t wmt --echo src`, or pandoc -f html -t plain --wrap=none.",
        ),
        ("Score again with --tokenize zh.", 'Score again with metric_options={"bleu": {"tokenize": "zh"}}.'),
        ("needs --lang, for example --lang en.", 'needs lang, for example lang="en".'),
        ("--references NAME … chooses", "reference_names=NAME … chooses"),
        ("write --scores quality=scores.csv.", 'write scores={"quality": scores.csv}.'),
        ("Score again with --ter-normalized --ter-asian-support.", 'Score again with metric_options={"ter": {"normalized": True, "asian_support": True}}.'),
        ("--lang th chooses nothing here", 'lang="th" chooses nothing here'),
        ("e-mail, well-known and -5 stay", "e-mail, well-known and -5 stay"),
    ],
)
def test_options_are_named_as_arguments(message: str, words: str) -> None:
    assert python_words(message) == words


OF_OTHERS = {"--wrap", "--echo", "--local-dir", "--to_json", "--to-json", "--help", "--no-deps"}
"""Options of other programs, which messages quote."""


def _messages() -> Mapping[str, str]:
    """Every text of an EvaluatorError outside the command line, by its place, where functions lead to it; what is filled in stands as X."""
    found = {}
    for path in (ROOT / "evaluator").rglob("*.py"):
        if "cli" in path.parts or "streams" in path.parts or path.name == "batches.py":
            continue  # streams have no function in Python
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "EvaluatorError":
                parts = [part for argument in node.args for part in ast.walk(argument) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
                found[f"{path.relative_to(ROOT)}:{node.lineno}"] = "X".join(
                    str(part.value) for part in sorted(parts, key=lambda part: (part.lineno, part.col_offset))
                )
    return found


@pytest.mark.slow
def test_no_message_of_a_function_names_an_option_of_the_command_line() -> None:
    left = {}
    for place, message in _messages().items():
        words = re.sub(r"`[^`]*`|iconv \S+ \S+|pandoc .*", "", python_words(message))
        options = {option for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", words) if option not in OF_OTHERS}
        if options or re.search(r"(?<![\w-])-[oirs](?![\w-])", words):
            left[place] = words
    assert len(_messages()) > 100
    assert left == {}


def test_notes_of_a_run_from_python_name_arguments_in_memory_and_in_its_folder(tmp_path: Path, cli: Cli) -> None:
    import json

    texts = ["船闸在黎明时打开了。", "两艘驳船通过了船闸。", "他说 '--align line' 没有用。"]
    run = evaluator.evaluate(texts, {"a": texts[::-1], "b": [text[1:] for text in texts]}, metrics=["bleu", "ter"], diagnose="off", resamples=100)
    run.save(tmp_path / "run")
    stored = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["notes"]
    assert stored == run.manifest["notes"]
    assert 'metric_options={"bleu": {"tokenize": "zh"}} (or lang="zh")' in stored[0]
    assert 'metric_options={"ter": {"normalized": True, "asian_support": True}} (or lang="zh")' in stored[1]
    assert not [note for note in stored if re.search(r"(?<![\w'-])--[a-z]", note)]
    assert cli("verify", tmp_path / "run", "--texts").code == 0
    for name, lines in (("ref", texts), ("a", texts[::-1])):
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert cli("score", tmp_path / "ref.txt", tmp_path / "a.txt", "-m", "bleu", "-q", "-o", tmp_path / "cli").code == 0
    assert "--tokenize zh (or --lang zh)" in evaluator.load(tmp_path / "cli").manifest["notes"][0]


def test_notes_of_a_comparison_from_python_name_arguments() -> None:
    systems = {name: [text.replace("the", name) for text in SYSTEM] for name in "abcdefgh"}
    run = evaluator.evaluate(REFERENCE, systems, metrics=["chrf"], resamples=100, diagnose="off")
    again = evaluator.compare(run, resamples=100)
    for one in (run, again):
        notes = one.manifest["comparison"]["notes"]
        assert any("more resamples or fewer systems" in note for note in notes), notes


def test_messages_from_python_name_arguments(tmp_path: Path) -> None:
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: evaluator.evaluate(REFERENCE, {"s": SYSTEM[:3]}, metrics=["chrf"], align="line"), 'align="paragraph"'),
        (lambda: evaluator.evaluate(REFERENCE, {"s": SYSTEM}, metrics=["chrf"], diagnose="maybe"), "^diagnose is"),
        (lambda: evaluator.evaluate(REFERENCE, {"s": SYSTEM}, metrics=["chrf"], resamples=3), "^resamples is 3"),
        (lambda: evaluator.evaluate(REFERENCE, {"s": SYSTEM}, metrics=["comet"]), 'scores={"comet": comet.json}'),
        (lambda: evaluator.evaluate(REFERENCE, {" ": SYSTEM}, metrics=["chrf"]), "systems={name:"),
    ]
    for call, words in calls:
        with pytest.raises(EvaluatorError, match=words) as raised:
            call()
        assert not re.search(r"(?<!\w)--[a-z]", str(raised.value))


HOSTILE = "<img src=x onerror=alert(1)> & \"'\u202e\x1b[31m"


@pytest.mark.model
def test_what_functions_return_shows_itself_in_a_notebook_with_every_text_escaped(cli: Cli, tmp_path: Path) -> None:
    texts = [f"In 1990 the dam {HOSTILE} broke."], [f"In 1991 the dam {HOSTILE} broke."]
    diagnosed = evaluator.diagnose(*texts)
    run = evaluator.evaluate(*texts, metrics=["chrf"], diagnose="off")
    shown = {
        "diagnosis": diagnosed[0]._repr_html_(),
        "list of diagnoses": diagnosed._repr_html_(),
        "problems": evaluator.check(texts[0] * 3, {"s": [*texts[1] * 2, "Sure! Here is the translation: <b>"]}, model=None)._repr_html_(),
        "pairs": evaluator.align(["One.", "Two."], ["One."], model=None)._repr_html_(),
        "verdict": evaluator.gate(run, run, max_drop={"chrf": 1})._repr_html_(),
        "run": run._repr_html_(),
    }
    for name, html in shown.items():
        assert "<table>" in html, name
        html = html.replace(LEFT, "")  # the only attribute
        tags = set(re.findall(r"<(/?\w+)[^>]*>", html))
        assert {tag.strip("/") for tag in tags} <= {"table", "thead", "tbody", "tr", "th", "td", "p", "ul", "li", "b", "small"}, name
        assert not re.search(r"[\x00-\x1f\u202e]|<[^>]*=", html), name
    assert "number" in shown["diagnosis"]
    assert "&lt;img" in shown["list of diagnoses"] or "1991" in shown["list of diagnoses"]
    assert f"risk {diagnosed[0].risk:.3f}" in shown["diagnosis"]
    assert isinstance(diagnosed, list)
    assert diagnosed == list(diagnosed)
    assert evaluator.check(["a b"], ["a b c"], model=None)._repr_html_() == "<p>nothing found</p>"


def test_a_long_list_is_cut_in_a_notebook() -> None:
    html = html_table(["n"], [[i] for i in range(MAX_ROWS + 7)])
    assert html.count("<td>") == MAX_ROWS
    assert "<p>7 more rows</p>" in html


def test_texts_stand_on_the_left_in_a_notebook_and_numbers_on_the_right() -> None:
    html = html_table(["", "risk", "reason"], [[0, "0.542", "<b>"], [1, "", ""]])
    assert html.count(LEFT) == 3
    assert f"<th>risk</th><th{LEFT}>reason</th>" in html
    assert f"<td>0.542</td><td{LEFT}>&lt;b&gt;</td>" in html


QUOTED = 'reference\thypothesis\n"Go!"\t"Go."\n"Stop that, please!"\t"Stop it!"\n'


@pytest.mark.parametrize("quoting", [True, False])
def test_functions_read_quotation_marks_of_a_table_as_they_are_told(write: Write, quoting: bool) -> None:
    reference, hypothesis = (
        [text if not quoting else text.strip('"') for text in side] for side in (['"Go!"', '"Stop that, please!"'], ['"Go."', '"Stop it!"'])
    )
    run = evaluator.evaluate(write("t.tsv", QUOTED), metrics=["bleu"], quoting=quoting)
    assert run.segments["reference"].tolist() == reference
    assert run.scores["BLEU"][0] == pytest.approx(sacrebleu.corpus_bleu(hypothesis, [reference]).score, abs=1e-9)
    assert run.manifest["options"]["quoting"] is quoting
    holes = write("holes.tsv", QUOTED.replace('"Go."', '""'))
    assert ("empty" in {found.check for found in evaluator.check(holes, quoting=quoting, model=None)}) is quoting


def _test_set(write: Write) -> tuple[Path, Path]:
    """A set with three references, of which refB has a character of no width and one is a system's; and outputs."""
    references = {"refA": REFERENCE, "refB": [text.replace("o", "o\u200b", 1) for text in REFERENCE], "nmt9": SYSTEM}
    rows = [
        {"doc_id": f"d{k}", "src_lang": "xx", "tgt_lang": "en", "src_text": "q", "refs": {name: {"ref": texts[k]} for name, texts in references.items()}}
        for k in range(len(REFERENCE))
    ]
    outputs = [{"doc_id": f"d{k}", "hypothesis": text} for k, text in enumerate(SYSTEM)]
    return tuple(write(name, "".join(json.dumps(row) + "\n" for row in listed)) for name, listed in (("set.jsonl", rows), ("s.jsonl", outputs)))  # type: ignore[return-value]


def test_functions_take_references_by_name(write: Write) -> None:
    test_set, outputs = _test_set(write)
    hidden = [text.replace("o", "o\u200b", 1) for text in REFERENCE]
    for names, used in (((), [REFERENCE, hidden]), (["refA"], [REFERENCE]), (["refB"], [hidden]), (["refB", "nmt9"], [hidden, SYSTEM])):
        run = evaluator.evaluate(test_set, outputs, reference_names=names, metrics=["bleu"])
        assert run.scores["BLEU"][0] == pytest.approx(sacrebleu.corpus_bleu(SYSTEM, used).score, abs=1e-9)
        assert run.manifest["options"]["reference_names"] == list(names)
        found = {problem.message for problem in evaluator.check(test_set, outputs, reference_names=names, model=None) if "zero-width" in problem.message}
        assert bool(found) == (hidden in used)
    for call in (evaluator.evaluate, evaluator.check):
        with pytest.raises(EvaluatorError, match="has no reference 'refC'. Did you mean"):
            call(test_set, outputs, reference_names=["refC"])
        with pytest.raises(EvaluatorError, match="reference_names names refA, and .* is no test set"):
            call(write("t.tsv", QUOTED), reference_names=["refA"])
