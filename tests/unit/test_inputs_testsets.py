"""What WMT gives since 2024, and references that are chosen, near copies, or lack segments."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import sacrebleu

import evaluator
from evaluator.check import Texts, find_problems
from evaluator.readers.testsets import is_human
from tests.conftest import Cli

Write = Callable[[str, str | bytes], Path]
REFERENCE = ["The pier was shut on Monday.", "Some 300 boats were waiting there.", "Nobody knew why it took so long.", "It will open again in May, they say."]
HYPOTHESIS = [
    "The pier was closed on Monday.",
    "About 300 boats waited there.",
    "Nobody knew why it lasted so long.",
    "They say that it will open again in May.",
]


def _jsonl(rows: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def _row(pair: str, name: str, references: Mapping[str, str], outputs: Mapping[str, str] | None = None) -> dict[str, Any]:
    source, target = pair.split("-")
    row: dict[str, Any] = {"dataset_id": "t", "doc_id": f"{pair}_#_news_#_{name}", "domain": "news", "src_lang": source, "tgt_lang": target}
    row |= {"src_text": "\n\n".join(f"q {name}" for _ in range(2)), "refs": {ref: {"ref": text} for ref, text in references.items()}}
    return {**row, "tgt_text": dict(outputs)} if outputs else row


def _documents(texts: Sequence[str]) -> list[str]:
    """Two documents of two paragraphs; the second paragraph of the first has a line break of its own."""
    return [f"{texts[0]}\n\n{texts[1]}\nA second line.", f"{texts[2]}\n\n{texts[3]}"]


def _test_set(write: Write, **further: str) -> Path:
    one, two = _documents(REFERENCE)
    rows = [_row("xx-en_US", "d1", {"refA": one}), _row("xx-en_US", "d2", {"refA": two}), _row("xx-de_DE", "d3", {"refA": "Ein Satz."})]
    return write("set.jsonl", _jsonl([*rows, _row("xx-en_US", "d4", {})]))


def _outputs(write: Write) -> Path:
    one, two = _documents(HYPOTHESIS)
    rows = [{"doc_id": "xx-de_DE_#_news_#_d3", "hypothesis": "Satz."}, {"doc_id": "xx-en_US_#_news_#_d2", "hypothesis": two, "system": "S"}]
    return write(
        "S.jsonl", _jsonl([*rows, {"doc_id": "xx-en_US_#_news_#_d1", "hypothesis": one}, {"doc_id": "xx-en_US_#_news_#_d4", "hypothesis": "No reference."}])
    )


def _segments(folder: Path) -> list[dict[str, str]]:
    with open(folder / "segments.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _bleu(hypotheses: Sequence[str], *references: Sequence[str | None]) -> float:
    return float(sacrebleu.corpus_bleu(list(hypotheses), [list(one) for one in references]).score)  # type: ignore[arg-type]


def test_paragraphs_of_documents_are_segments_with_their_line_breaks(cli: Cli, write: Write) -> None:
    run = _test_set(write).parent / "run"
    result = cli("score", f"{run.parent / 'set.jsonl'}:xx-en_US", _outputs(write), "-m", "bleu", "-b", "-w", "10", "-o", run)
    broken = "\nA second line."
    expected = _bleu([HYPOTHESIS[0], HYPOTHESIS[1] + broken, *HYPOTHESIS[2:]], [REFERENCE[0], REFERENCE[1] + broken, *REFERENCE[2:]])
    assert result.out.strip() == f"{expected:.10f}"
    rows = _segments(run)
    assert [(row["document"][-2:], row["segment"], row["domain"]) for row in rows] == [
        ("d1", "1", "news"),
        ("d1", "2", "news"),
        ("d2", "1", "news"),
        ("d2", "2", "news"),
    ]
    assert rows[1]["reference"] == REFERENCE[1] + broken
    assert rows[1]["source"] == "q d1"
    segments = json.loads((run / "run.json").read_text(encoding="utf-8"))["segments"]
    assert (segments["unit"], segments["count"], segments["documents"]) == ("paragraph", 4, 2)
    assert "1 of 3 documents have no reference and are left out" in result.err
    assert "every number is the same" in cli("verify", run).out


def test_a_test_set_of_several_pairs_asks_which(cli: Cli, write: Write) -> None:
    result = cli("score", _test_set(write), _outputs(write), "-m", "bleu", "-b")
    assert (result.code, result.out) == (2, "")
    assert "holds 2 language pairs (xx-en_US, xx-de_DE); choose one: " in result.err


def test_a_document_with_other_paragraphs_is_one_segment(cli: Cli, write: Write) -> None:
    joined = [HYPOTHESIS[0], HYPOTHESIS[1], f"{HYPOTHESIS[2]} {HYPOTHESIS[3]}", ""]
    output = write("S.jsonl", (_outputs(write).read_text(encoding="utf-8")).replace(json.dumps(_documents(HYPOTHESIS)[1]), json.dumps(joined[2])))
    run = output.parent / "run"
    result = cli("score", f"{_test_set(write)}:xx-en_US", output, "-m", "bleu", "-b", "-o", run)
    assert result.code == 0
    assert "1 of 2 documents have other numbers of paragraphs in some text and are one segment each; the first is xx-en_US_#_news_#_d2 (2 in" in result.err
    assert [row["hypothesis"] for row in _segments(run)][-1] == joined[2]


def test_a_system_that_lacks_a_document_is_refused(cli: Cli, write: Write) -> None:
    short = write("T.jsonl", "\n".join(_outputs(write).read_text(encoding="utf-8").split("\n")[2:]))
    result = cli("score", f"{_test_set(write)}:xx-en_US", short, "-m", "bleu", "-b")
    assert result.code == 2
    assert "lacks 1, the first is 'xx-en_US_#_news_#_d2'" in result.err


def test_outputs_by_document_are_lines_beside_a_plain_reference(cli: Cli, write: Write) -> None:
    output = write("S.jsonl", _jsonl([{"doc_id": f"d{i}", "hypothesis": text} for i, text in enumerate(HYPOTHESIS)]))
    by_paragraph = write(
        "P.jsonl", _jsonl([{"doc_id": "a", "hypothesis": "\n\n".join(HYPOTHESIS[:2])}, {"doc_id": "b", "hypothesis": "\n\n".join(HYPOTHESIS[2:])}])
    )
    reference = write("ref.txt", "\n".join(REFERENCE) + "\n")
    for path in (output, by_paragraph):
        result = cli("score", reference, path, "-m", "bleu", "-b", "-w", "10", "-o", reference.parent / path.stem)
        assert result.out.strip() == f"{_bleu(HYPOTHESIS, REFERENCE):.10f}"


def test_bad_sources_of_wmt24pp_are_left_out_and_counted(cli: Cli, write: Write) -> None:
    rows = [{"lp": "en-de_DE", "domain": "canary", "document_id": "c", "segment_id": 0, "is_bad_source": True, "source": "c", "target": "canary"}]
    rows += [
        {"lp": "en-de_DE", "domain": "news", "document_id": "n", "segment_id": i, "is_bad_source": i == 3, "source": "q", "target": t}
        for i, t in enumerate(REFERENCE, 1)
    ]
    test_set = write("pp.jsonl", _jsonl(rows))
    good = [0, 1, 3]
    expected = f"{_bleu([HYPOTHESIS[i] for i in good], [REFERENCE[i] for i in good]):.10f}"
    every, kept = write("all.txt", "\n".join(["c", *HYPOTHESIS]) + "\n"), write("kept.txt", "\n".join(HYPOTHESIS[i] for i in good) + "\n")
    table = write("t.jsonl", _jsonl([{**row, "hypothesis": text} for row, text in zip(rows, ["c", *HYPOTHESIS], strict=True)]))
    for files in ([test_set, every], [test_set, kept], [table]):
        result = cli("score", *files, "-m", "bleu", "-b", "-w", "10", "-o", test_set.parent / f"run{len(files)}{files[-1].stem}")
        assert result.out.strip() == expected
        assert "2 of 5" in result.err
        assert "is_bad_source" in result.err
    assert {row["domain"] for row in _segments(test_set.parent / "run2all")} == {"news"}


def test_human_evaluation_is_a_table_and_scores(cli: Cli, write: Write) -> None:
    rows = []
    for i, (r, h) in enumerate(zip(REFERENCE, HYPOTHESIS, strict=True)):
        scores = {"S": {"human": 80.0 + i, "errors": []}, **({"T": [{"score": "70"}, {"score": 60}]} if i else {})}
        rows.append({"doc_id": f"xx-en_US_#_news_#_d_#_{i}", "src_text": "q", "tgt_text": {"refA": r, "S": h, "T": f"{h} Yes."}, "scores": scores})
    human = write("human.jsonl", _jsonl(rows))
    run = human.parent / "run"
    result = cli("score", human, "-m", "chrf", "--scores", f"esa={human}", "-o", run, "--resamples", "100")
    assert result.code == 0, result.err
    by_system: dict[str, list[str]] = {}
    for row in _segments(run):
        by_system.setdefault(row["system"], []).append(row["esa"])
    # A segment that nobody judged for some system is left out for all.
    assert by_system == {"S": ["", "81.0", "82.0", "83.0"], "T": ["", "65.0", "65.0", "65.0"]}
    judged: list[dict[str, Any]] = [
        {"system": "S", "tgt": h, "doc_id": "d", "line_id": i, "esa_score": score, "esa_spans": [], "annotator": who}
        for i, h in enumerate(HYPOTHESIS[:3])
        for who, score in (("a", 50 + i), ("b", "60"))
    ]
    esa = write("esa.jsonl", _jsonl(judged))
    result = cli(
        "score", write("r.txt", "\n".join(REFERENCE)), write("S.txt", "\n".join(HYPOTHESIS)), "-m", "chrf", "--scores", f"esa={esa}", "-o", run, "--force"
    )
    assert [row["esa"] for row in _segments(run)] == ["55.0", "55.5", "56.0", ""]
    other = write("other.txt", "\n".join(f"No {k}." for k in range(4)))
    result = cli("score", human.parent / "r.txt", other, "-m", "chrf", "--scores", f"esa=other={esa}", "-o", run, "--force")
    assert (result.code, "0 of 3 judged texts of 'other' are segments of this run" in result.err) == (2, True)


def _folder(tmp_path: Path) -> Path:
    lines = {
        "references/xx-en.refA.txt": REFERENCE,
        "references/xx-en.synthetic_ref.txt": HYPOTHESIS,
        "references/xx-en.GPT9.txt": HYPOTHESIS,
        "sources/xx-en.txt": REFERENCE,
    }
    lines |= {"system-outputs/xx-en/S.txt": HYPOTHESIS, "system-outputs/xx-en/refA.txt": REFERENCE}
    for name, texts in lines.items():
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_text("\n".join(texts) + "\n", encoding="utf-8")
    return tmp_path / "set"


def test_folders_give_references_by_people_and_those_asked_for(cli: Cli, tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    result = cli("score", f"{folder}:xx-en", "-m", "bleu", "-b", "-w", "10", "-o", tmp_path / "a")
    assert result.out.strip() == f"{_bleu(HYPOTHESIS, REFERENCE):.10f}"
    assert "References: refA (those by people, by their names); not used: GPT9, synthetic_ref. --references NAME … chooses." in result.err
    result = cli("score", f"{folder}:xx-en", "--references", "synthetic_ref", "refA", "-m", "bleu", "-b", "-o", tmp_path / "b")
    assert result.out.strip() == "100.0"
    result = cli("score", f"{folder}:xx-en", "--references", "refB", "-m", "bleu", "-b")
    assert (result.code, "has no reference 'refB'. Did you mean refA?" in result.err) == (2, True)
    (folder / "references" / "xx-en.refA.txt").unlink()
    result = cli("score", f"{folder}:xx-en", "-m", "bleu", "-b")
    assert (result.code, "no reference that is known to be by people, only GPT9, synthetic_ref" in result.err) == (2, True)
    assert cli("score", tmp_path / "a" / "segments.csv", "--references", "refA", "-m", "bleu").code == 2


@pytest.mark.parametrize(
    ("name", "human"),
    [("refA", True), ("refB", True), ("ref", True), ("ref2", True), ("synthetic_ref", False), ("refPseudo", False), ("GPT4", False), ("PseudoRef", False)],
)
def test_names_of_references_by_people(name: str, human: bool) -> None:
    assert is_human(name) == human


def _set(size: int = 30) -> dict[str, list[str]]:
    base = [f"On day {k} the harbour master number {k} told the crew of boat {k} to wait." for k in range(size)]
    return {
        "refA": [f"The master of harbour {k} said on that day {k} that boat {k} must stay back." for k in range(size)],
        "a": base,
        "b": [f"It was day {k} when master {k} asked boat number {k} and its crew for patience." for k in range(size)],
        "c": [f"Boat {k} was told by harbour master {k} that it has to wait on day {k}." for k in range(size)],
    }


def test_a_reference_that_is_nearly_a_systems_output_is_found_with_its_gain(cli: Cli, write: Write) -> None:
    texts = _set()
    edited = [text.replace("told", "asked") if k % 3 else texts["refA"][k] for k, text in enumerate(texts["a"])]
    files = {name: write(f"{name}.txt", "\n".join(lines) + "\n") for name, lines in {**texts, "edited": edited}.items()}
    systems = [files[name] for name in "abc"]
    assert "near-copy" not in cli("check", files["refA"], *systems, "--model", "none").out
    both = cli("check", "-r", files["refA"], files["edited"], "-i", *systems, "--model", "none")
    assert both.code == 1
    (line,) = [line for line in both.out.splitlines() if line.startswith("near-copy")]
    assert f"edited.txt: is nearly the output of {files['a']}: 20 of 30 longer segments" in line
    chrf = {name: [sacrebleu.corpus_chrf(texts[system], [lines]).score for system in "abc"] for name, lines in (("A", texts["refA"]), ("edited", edited))}
    assert f"It gains {chrf['edited'][0] - chrf['A'][0]:.1f} chrF2: {chrf['edited'][0]:.1f} with this reference, {chrf['A'][0]:.1f} with " in line
    usual = sum(chrf["edited"][k] - chrf["A"][k] for k in (1, 2)) / 2
    assert f"(the other systems gain {usual:.1f}, median); number 1 of 3 with it, number " in line
    noted = cli("score", "-r", files["refA"], files["edited"], "-i", *systems, "-m", "bleu", "-b")
    assert "check: reference 2: is nearly the output of a: 20 of 30 longer segments (67%)" in noted.err
    assert f"It gains {chrf['edited'][0] - chrf['A'][0]:.1f} chrF2" in noted.err
    alone = cli("score", files["edited"], *systems, "-m", "bleu", "-b", "-o", files["a"].parent / "run", "--resamples", "100")
    assert "check: reference: is nearly the output of a: 20 of 30 longer segments (67%)" in alone.err
    others = sum(chrf["edited"][1:]) / 2
    assert f"Its chrF2 is {chrf['edited'][0]:.1f}, of the other systems {others:.1f} (median)" in alone.err
    assert "Score against another reference" in alone.err
    assert not [
        p for p in find_problems(Texts({"refA": texts["refA"]}, {"a": edited}, {}, {name: range(1, 31) for name in ("refA", "a")})) if p.check == "near-copy"
    ]


A, B = ["The dam broke.", "", "It rained all day."], ["The dam burst.", "Nobody was hurt there.", "It was raining all day long."]
H = ["A dam broke.", "Nobody was injured there.", "It rained all the day."]


@pytest.mark.parametrize("form", ["text", "python"])
def test_a_reference_that_lacks_a_segment_gives_one_number_in_both_orders(cli: Cli, write: Write, form: str) -> None:
    expected = [sacrebleu.corpus_bleu(H, [A, B]).score, sacrebleu.corpus_chrf(H, [A, B]).score, sacrebleu.corpus_ter(H, [A, B]).score]
    files = {name: write(f"{name}.txt", "\n".join(texts) + "\n") for name, texts in (("a", A), ("b", B), ("h", H))}
    for k, (first, second) in enumerate((("a", "b"), ("b", "a"))):
        if form == "text":
            result = cli(
                "score", "-r", files[first], files[second], "-i", files["h"], "-m", "bleu", "chrf", "ter", "-b", "-w", "10", "-o", files["h"].parent / str(k)
            )
            assert result.out.split() == [f"{score:.10f}" for score in expected]
            assert f"Reference {k + 1} has no text for 1 of 3 segments (number 2); the other references judge them." in result.err
            assert "every number is the same" in cli("verify", files["h"].parent / str(k), "--texts").out
        else:
            texts = {"a": A, "b": B}
            run = evaluator.evaluate(texts[first], {"h": H}, references=[texts[second]], metrics=["bleu", "chrf", "ter"])
            assert run.scores.iloc[0][["BLEU", "chrF2", "TER"]].tolist() == expected


def test_rows_without_a_reference_lack_it_whichever_it_is(cli: Cli, write: Write) -> None:
    none_a = [text or None for text in A]
    expected = [sacrebleu.corpus_bleu(H, [none_a, B]).score, sacrebleu.corpus_ter(H, [none_a, B]).score]  # type: ignore[list-item]
    rows = [{"reference": a, "reference_2": b, "hypothesis": h} for a, b, h in zip(A, B, H, strict=True)]
    turned = [{"reference": b, **({"reference_2": a} if a else {}), "hypothesis": h} for a, b, h in zip(A, B, H, strict=True)]
    lists = [{"reference": [b, a] if a else [b], "hypothesis": h} for a, b, h in zip(A, B, H, strict=True)]
    forms: list[Sequence[Mapping[str, Any]]] = [rows, turned, lists]
    for k, given in enumerate(forms):
        path = write(f"t{k}.jsonl", _jsonl(given))
        result = cli("score", path, "-m", "bleu", "ter", "-b", "-w", "10", "-o", path.parent / str(k))
        assert result.out.split() == [f"{score:.10f}" for score in expected], result.err
        assert "has no text for 1 of 3 segments (number 2)" in result.err
        assert "every number is the same" in cli("verify", path.parent / str(k), "--texts").out


@pytest.mark.model
def test_a_segment_that_only_another_reference_has_is_diagnosed_without_a_place(cli: Cli, write: Write) -> None:
    files = {name: write(f"{name}.txt", "\n".join(texts) + "\n") for name, texts in (("a", A), ("b", B), ("h", [H[0], "", H[2]]))}
    run = files["h"].parent / "run"
    assert cli("score", "-r", files["a"], files["b"], "-i", files["h"], "-m", "bertscore", "-o", run).code == 0
    row = _segments(run)[1]
    assert (row["alignment"], row["reference"], row["bertscore_f1"]) == ("1-0", "", "0.0")
    with open(run / "findings.csv", encoding="utf-8", newline="") as file:
        (finding,) = [one for one in csv.DictReader(file) if one["segment"] == "2"]
    assert (finding["category"], finding["start"], finding["end"], finding["text"]) == ("accuracy/omission", "", "", "")
