"""Preflight: each finding planted and found, nothing found in good texts."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

import evaluator
from evaluator.check import CHECKS, Limit, Problem, Texts, find_problems
from tests.conftest import SAMPLE, Cli

WHO = ("The ferry", "A heavy barge", "The old lighthouse keeper", "Nobody in the village", "Their youngest engineer")
DID = ("has waited for the tide since noon", "was seen near the broken pier", "will not sell the second boat to them", "could hear what they were saying")
WHERE = ("because of the storm", "before the council had voted", "with three of the crew on board")
REFERENCE = [f"{who} {did} {where}, day {k} of the strike." for k, (who, did, where) in enumerate((a, b, c) for a in WHO for b in DID for c in WHERE)]
GOOD = [
    text.replace("has waited", "waited long").replace("council had", "council").replace("on board", "aboard").replace("of the storm", "of a storm")
    for text in REFERENCE
]
SOURCE = [
    text.replace("The ferry", "Die Fähre")
    .replace("has waited", "hat gewartet und ist nicht")
    .replace("of the storm", "dem Sturm auf der See")
    .replace(" was ", " wurde ")
    for text in REFERENCE
]


def _find(system: Sequence[str], reference: Sequence[str] = REFERENCE, source: Sequence[str] | None = None, limit: Limit | None = None) -> list[Problem]:
    texts = {"ref.txt": reference, "sys.txt": system, **({"src.txt": source} if source is not None else {})}
    numbers = {name: range(1, len(lines) + 1) for name, lines in texts.items()}
    sources = {"src.txt": source} if source is not None else {}
    return find_problems(Texts({"ref.txt": reference}, {"sys.txt": system}, sources, numbers), limit)


def _but(changes: Mapping[int, str], texts: Sequence[str] = GOOD) -> list[str]:
    return [changes.get(i, text) for i, text in enumerate(texts)]


GERMAN = "Der alte Mann hat nicht auf die Fähre gewartet und ist mit dem Bus gefahren."
PLANTED: dict[str, tuple[str, Sequence[str], tuple[int, ...] | None]] = {
    "empty": ("empty", _but({4: "", 9: "  "}), (5, 10)),
    "a line shifted": ("shifted", [*GOOD[:20], *GOOD[21:41], GOOD[20], *GOOD[41:]], None),
    "all lines shifted by three": ("shifted", [*GOOD[3:], *GOOD[:3]], None),
    "one text for two references": ("duplicates", _but({30: GOOD[3]}), (31,)),
    "a copy of the reference": ("copied-reference", [*REFERENCE[:30], *GOOD[30:]], None),
    "another language": ("language", _but({7: GERMAN}), (8,)),
    "another script": ("script", _but({7: "Старый маяк стоит на берегу"}), (8,)),
    "tokenized": ("tokenized", [text.replace(",", " ,").replace(".", " .") for text in GOOD], None),
    "escaped": ("tokenized", _but({i: GOOD[i].replace(",", "&quot;,") for i in range(5)}), (1, 2, 3, 4, 5)),
    "markup": ("markup", _but({2: "The <b>ferry</b> left early today."}), (3,)),
    "mojibake": ("mojibake", _but({2: "They met at the cafÃ© in the old town.", 5: "It\u00e2\u20ac\u2122s late."}), (3, 6)),
    "a replacement character": ("mojibake", _but({2: "They met at the caf\ufffd in the old town."}), (3,)),
    "talk about the task": ("boilerplate", _but({0: "Sure! Here is the translation: The ferry has waited."}), (1,)),
    "one beginning everywhere": ("boilerplate", ["In today's fast world, " + text for text in GOOD], None),
    "a canary": ("canary", _but({0: "BENCHMARK canary 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"}), (1,)),
    "a control character": ("unicode", _but({2: "The ferry\x07 left."}), (3,)),
    "a byte-order mark inside": ("unicode", _but({2: "\ufeffThe ferry left."}), (3,)),
    "a zero-width space": ("unicode", _but({2: "The ferry\u200b left."}), (3,)),
    "a soft hyphen": ("unicode", _but({2: "The fer\u00adry left."}), (3,)),
    "a directional mark": ("unicode", _but({2: "The ferry left.\u200e"}), (3,)),
    "a word joiner": ("unicode", _but({2: "The ferry\u2060 left."}), (3,)),
    "a joiner among Latin letters": ("unicode", _but({2: "The fer\u200dry left."}), (3,)),
    "tabs as in a table": ("markup", _but({i: f"{i}\t{GOOD[i]}" for i in range(4)}), (1, 2, 3, 4)),
    "special tokens of a model": ("markup", _but({2: "The <unk> left early."}), (3,)),
    "two normal forms": ("normal-form", _but({2: "The cafe\u0301 was shut.", 5: "The caf\u00e9 was open."}), (3,)),
    "a line separator": ("unicode", _but({2: "The ferry left.\u2028Nobody saw it."}), (3,)),
}  # fmt: skip


@pytest.mark.model
def test_nothing_is_found_in_good_texts(cli: Cli) -> None:
    assert _find(GOOD) == []
    assert _find(GOOD, source=SOURCE) == []
    clean = cli("check", SAMPLE / "reference.txt", SAMPLE / "rewrite.txt")
    assert (clean.code, clean.err) == (0, "")
    assert clean.out == "nothing found in 2 texts\n"


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_planted_is_found_and_nothing_else(planted: str) -> None:
    check, system, lines = PLANTED[planted]
    found = _find(system)
    assert {problem.check for problem in found} == {check}
    assert all(problem.text == "sys.txt" for problem in found)
    assert lines is None or found[0].lines == lines


def test_a_copied_source_is_found() -> None:
    assert SOURCE[0] != REFERENCE[0]
    german = [f"{GERMAN[:-1]}, am Tag {k}." for k in range(len(REFERENCE))]
    (found,) = (problem for problem in _find(_but({3: german[3], 8: german[8]}), source=german) if problem.check == "copied-source")
    assert found.lines == (4, 9)


def test_a_lost_line_is_counted_and_placed() -> None:
    (found,) = _find([*GOOD[:20], *GOOD[21:]])
    assert (found.check, found.count, found.lines) == ("unequal-lines", 1, (21,))
    assert found.message.startswith("has 59 lines of text, ref.txt has 60: 1 fewer; from line 21")
    (found,) = _find([*GOOD[:20], "One more here.", "And another.", *GOOD[20:]])
    assert found.message.startswith("has 62 lines of text, ref.txt has 60: 2 more; from line 2")
    assert "match those 2 earlier" in found.message


def test_a_shift_says_by_how_many() -> None:
    (found,) = _find([*GOOD[3:], *GOOD[:3]])
    assert found.count == 3
    assert "match those 3 later in ref.txt" in found.message


def test_references_in_the_wrong_place_are_found(write: Callable[[str, str | bytes], Path], cli: Cli) -> None:
    files = {name: write(name, "\n".join(texts) + "\n") for name, texts in {"ref.A.txt": REFERENCE, "ref.B.txt": GOOD[::-1][::-1], "mt.txt": GOOD}.items()}
    given = cli("check", "-r", files["ref.A.txt"], files["ref.B.txt"], "-i", files["mt.txt"], "--model", "none")
    assert given.code == 1
    assert "a reference was given as a system" in given.out
    other = write("other.txt", "\n".join(text.replace("the", "that") for text in REFERENCE) + "\n")
    swapped = cli("check", other, files["ref.A.txt"], "--model", "none")
    assert "the reference comes first" in swapped.out
    by_segment = [write(f"segment{k}.txt", f"{GOOD[k]}\n{REFERENCE[k]}\n") for k in range(3)]
    system = write("three.txt", "\n".join(GOOD[:3]) + "\n")
    transposed = cli("check", "-r", *by_segment, "-i", system, "--model", "none")
    assert "they are transposed" in transposed.out


def test_a_source_in_the_place_of_the_reference_is_found() -> None:
    german = [f"{GERMAN[:-1]}, am Tag {k}." for k in range(len(REFERENCE))]
    found = [problem for problem in _find(GOOD, german, REFERENCE) if problem.check == "transposed"]
    assert [problem.text for problem in found] == ["ref.txt"]


@pytest.mark.model
def test_paragraphs_over_the_limit_are_counted_in_tokens(cli: Cli, write: Callable[[str, str | bytes], Path]) -> None:
    long = " ".join(REFERENCE[:50])
    found = _find(_but({6: long}), limit=Limit("tiny", 100, lambda texts: [len(text.split()) + 2 for text in texts]))
    assert [(problem.check, problem.lines) for problem in found] == [("too-long", (7,))]
    reference, system = write("r.txt", "\n".join(REFERENCE) + "\n"), write("s.txt", "\n".join(_but({6: long})) + "\n")
    shown = cli("check", reference, system)
    assert "1 paragraphs are longer than the 512 tokens of minilm (line 7" in shown.out


@pytest.mark.model
def test_the_command_has_json_and_takes_tables(cli: Cli, write: Callable[[str, str | bytes], Path]) -> None:
    rows = "".join(f"{r}\t{h}\n" for r, h in zip(REFERENCE, _but({4: ""}), strict=True))
    result = cli("check", write("t.tsv", f"reference\thypothesis\n{rows}"), "--format", "json")
    assert result.code == 1
    (found,) = json.loads(result.out)["findings"]
    assert (found["check"], found["count"], found["lines"]) == ("empty", 1, [5])
    missing = cli("check", "nowhere.txt", "nothing.txt")
    assert (missing.code, missing.out) == (2, "")
    assert "nowhere.txt" in missing.err
    assert "Did you mean json" in cli("check", "a", "b", "--format", "jsn").err


def test_blank_lines_between_paragraphs_are_no_finding(cli: Cli, write: Callable[[str, str | bytes], Path]) -> None:
    reference, spaced = write("r.txt", "\n".join(REFERENCE[:20]) + "\n"), write("s.txt", "\n\n".join(GOOD[:20]) + "\n")
    assert cli("check", reference, spaced, "--model", "none").code == 0


def test_score_tells_what_the_preflight_sees_in_few_lines() -> None:
    broken = {"a": _but({4: "", 7: GERMAN, 2: "caf\ufffd at noon"}), "b": [text.replace(",", " ,").replace(".", " .") for text in GOOD]}
    notes = evaluator.evaluate(REFERENCE, broken, metrics=["chrf"], resamples=100).manifest["notes"]
    told = [note for note in notes if note.startswith("check: ")]
    assert any(note.startswith("check: a: 1 of 60 segments: empty") for note in told)
    assert any("wrong encoding" in note for note in told)
    assert any("look tokenized" in note for note in told)
    many = {f"s{k}": _but({k: f"caf\ufffd number {k}"}) for k in range(8)}
    told = [note for note in evaluator.evaluate(REFERENCE, many, metrics=["chrf"], resamples=100).manifest["notes"] if note.startswith("check: ")]
    assert len(told) == 6
    assert told[-1] == "check: 3 more findings: evaluator check lists them all."


def test_every_check_is_planted_somewhere() -> None:
    elsewhere = {"near-copy", "unequal-lines", "transposed", "copied-source", "too-long", "unknown"}
    assert {check for check, _, _ in PLANTED.values()} | elsewhere == set(CHECKS)


LOUD = [f"word{k} alpha{k} beta{k} gamma{k} delta{k} epsilon{k}" for k in range(9)]


@pytest.mark.model
def test_lines_have_the_numbers_of_the_file_where_some_are_blank(tmp_path: Path, cli: Cli) -> None:
    for name, lines in {"ref": LOUD, "lost": ["", "", LOUD[0], *LOUD[2:]], "shifted": ["", "", *LOUD[1:], "the last line of them all"]}.items():
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n")
    lost = cli("check", tmp_path / "ref.txt", tmp_path / "lost.txt")
    assert "1 fewer; from line 4 ('word2 " in lost.out
    assert "lines 3 to 10 match those 1 later" in cli("check", tmp_path / "ref.txt", tmp_path / "shifted.txt").out


@pytest.mark.model
def test_one_file_given_twice_is_found(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "ref.txt").write_text("\n".join(LOUD) + "\n")
    (tmp_path / "sys.txt").write_text("\n".join(f"{line} more" for line in LOUD) + "\n")
    result = cli("check", tmp_path / "ref.txt", f"a={tmp_path / 'sys.txt'}", f"b={tmp_path / 'sys.txt'}")
    assert result.code == 1
    assert f"sys.txt (system b): is {tmp_path / 'sys.txt'} again, line for line" in result.out
    copied = cli("check", tmp_path / "ref.txt", tmp_path / "ref.txt")
    assert f"ref.txt (system ref): is {tmp_path / 'ref.txt'} itself" in copied.out
    assert "copied-reference" in copied.out


CAPITALS = [
    "KÉŽ BY BYLO VÍC ČASU!", "Úžasné, řekl ŽÁK ZE ŠKOLY.", "PŘÍŠTÍ RÁNO: NÁŠ DŮM, VÁŠ DŮM", "„MEGÁLLÓ”", "KÉSŐ ESTE, NÉGY ÓRÁIG…", "ŻÓŁĆ – „GĘŚLĄ JAŹŃ”",
    "İŞÇİLER GÜN IŞIĞINDA",
    "CAFÉ’S OPEN", "„DÉJÀ”, dit-il… «À»", "Țara și ȘCOALA", "ŽIŪRI „ŠĮ” ĄŽUOLĄ", "ÕUN “ÕŽ” ÄÄR", "10 Å–20 Å", "allé…” et là-bas", "MÍŠA A TÁŇA",
]  # fmt: skip


@pytest.mark.parametrize("text", CAPITALS)
def test_capitals_and_marks_of_many_languages_are_no_mojibake(text: str) -> None:
    assert [problem for problem in _find([text, "one more"], [text, "one more"]) if problem.check == "mojibake"] == []


@pytest.mark.parametrize(
    "text", ["zaÅ¾Ã­t to", "KÃ¶szÃ¶nÃ¶m szÃ©pen", "gÃ¼neÅŸ doÄŸdu", "ZaÅ¼Ã³Å‚Ä‡ gÄ™Å›lÄ…", "ÐŸÑ€Ð¸Ð²ÐµÑ‚ Ð²ÑÐµÐ¼", "Itâ€™s â€œgoodâ€", "Ã‰TÃ‰"]
)
def test_real_mojibake_of_the_same_languages_is_found(text: str) -> None:
    assert [problem.lines for problem in _find([text, "one more"], ["It is so.", "one more"]) if problem.check == "mojibake"] == [(1,)]


def test_invisible_characters_that_a_script_needs_are_no_finding() -> None:
    texts = ["می\u200cخواهم", "क्\u200dष", "👩\u200d👩\u200d👧 went home", "ភាសា\u200bខ្មែរ", "ภาษา\u200bไทย", "नमस्\u200cते"]
    assert [problem for problem in _find(texts, texts) if problem.check == "unicode"] == []


@pytest.mark.parametrize(
    ("character", "name"), [("\u200b", "zero-width space U+200B"), ("\u00ad", "soft hyphen U+00AD"), ("\u200f", "right-to-left mark U+200F")]
)
def test_an_invisible_character_is_named(character: str, name: str) -> None:
    (found,) = _find(_but({2: f"The{character} ferry left."}))
    assert name in found.message


def test_a_stray_tab_is_no_finding_for_all_metrics_take_it_for_a_space() -> None:
    from evaluator.metrics import BLEU, CHRF, TER

    tabbed = _but({2: GOOD[2].replace(" ", "\t", 1)})
    assert tabbed != GOOD
    assert _find(tabbed) == []
    for metric in (BLEU(), CHRF(), TER()):
        assert metric.corpus_score(tabbed, [REFERENCE]).score == metric.corpus_score(GOOD, [REFERENCE]).score
    hidden = _but({2: GOOD[2].replace(" ", "\u200b ", 1)})
    for metric in (BLEU(), CHRF(), TER()):
        assert metric.corpus_score(hidden, [REFERENCE]).score != metric.corpus_score(GOOD, [REFERENCE]).score


def test_an_invisible_character_of_the_source_is_named_where_a_system_took_it_over() -> None:
    source = _but({2: "\u200b" + SOURCE[2], 5: SOURCE[5] + "\u200b"}, SOURCE)
    assert _find(GOOD, source=source) == []
    (found,) = _find(_but({2: "\u200b" + GOOD[2]}), source=source)
    assert (found.text, found.message) == ("sys.txt", "1 odd character (zero-width space U+200B) in line 3, taken over from the source")
    (found,) = _find(_but({2: "\u200b" + GOOD[2], 3: GOOD[3] + "\u200b"}), source=source)
    assert found.message.endswith("in lines 3, 4, 1 of them taken over from the source")
    (found,) = _find(GOOD, source=_but({2: "\x85" + SOURCE[2]}, SOURCE))
    assert (found.check, found.text) == ("unicode", "src.txt")


def test_tags_of_html_are_told_from_special_tokens() -> None:
    assert "special tokens of a model such as '<unk>'" in _find(_but({2: "The <unk> left early."}))[0].message
    assert "special tokens of a model such as '<|endoftext|>'" in _find(_but({2: "The ferry left.<|endoftext|>"}))[0].message
    assert "tags as HTML or XML has them, such as '<b>'" in _find(_but({2: "The <b>ferry</b> left."}))[0].message


def test_a_json_list_that_was_cut_is_no_text_in_silence(cli: Cli, write: Callable[[str, str | bytes], Path]) -> None:
    texts = {"r": REFERENCE[:6], "h": GOOD[:6]}
    cut = {name: write(f"{name}.txt", json.dumps(lines, indent=1)[:-4]) for name, lines in texts.items()}
    strings = {name: write(f"{name}s.txt", "".join(json.dumps(line) + "\n" for line in lines)) for name, lines in texts.items()}
    for files in (cut, strings):
        shown = cli("score", files["r"], files["h"], "-m", "bleu", "-b")
        assert "has whole lines in quotation marks such as" in shown.err or shown.code == 2, shown.err
    dialogue = ['"Come in," she said.', '"No."', "He waited.", "The door stayed open.", '"Then go!"', "Nobody went."]
    assert [one for one in _find(dialogue, dialogue[::-1]) if one.check == "markup"] == []


@pytest.mark.slow
def test_findings_are_weighed_and_the_major_ones_come_first_in_the_notes(cli: Cli, write: Callable[[str, str | bytes], Path]) -> None:
    reference, good = REFERENCE * 20, [f"{text} {k}" for k, text in enumerate(GOOD * 20)]
    reference = [f"{text} {k}" for k, text in enumerate(reference)]
    few, many = _but({2: "The\u200b ferry"}, good), _but(dict.fromkeys((2, 5), "The\u200b ferry left"), good)
    assert [one.severity for one in _find(few, reference) if one.check == "unicode"] == ["minor"]
    assert [one.severity for one in _find(many, reference) if one.check == "unicode"] == ["major"]
    assert _find(_but({2: "The\u200b ferry left."}))[0].severity == "major"  # 1 of 60
    files = [write(f"{name}.txt", "\n".join(lines) + "\n") for name, lines in (("r", reference), ("a", few), ("b", _but({0: "", 9: "", 70: ""}, good)))]
    shown = cli("check", *files, "--model", "none").out.splitlines()
    planted = [(line.split()[0], line.endswith(" (minor)")) for line in shown if line.startswith(("unicode", "empty"))]
    assert planted == [("unicode", True), ("empty", False)]
    found = json.loads(cli("check", *files, "--model", "none", "--format", "json").out)["findings"]
    assert [one["severity"] for one in found if one["check"] in ("unicode", "empty")] == ["minor", "major"]
    notes = [line for line in cli("score", *files, "-m", "chrf", "-b").err.splitlines() if "check: " in line]
    assert ["empty" in notes[0], "zero-width" in notes[1]] == [True, True]


KOLN = ["Er wohnt in K\u00f6ln.", "Das Caf\u00e9 ist zu.", "Nichts davon."]


def _forms(system: Sequence[str], reference: Sequence[str]) -> list[Problem]:
    return [problem for problem in _find(system, reference) if problem.check == "normal-form"]


def test_normal_forms_that_differ_are_found_on_either_side() -> None:
    decomposed = [unicodedata.normalize("NFD", text) for text in KOLN]
    (found,) = _forms(decomposed, KOLN)
    assert (found.text, found.lines) == ("sys.txt", (1, 2))
    assert "NFD, lines 1, 2" in found.message
    (found,) = _forms(KOLN, decomposed)
    assert found.text == "sys.txt"
    (found,) = _forms([KOLN[0], decomposed[1], "Viel sp\u00e4ter"], [*KOLN[:2], "Viel spa\u0308ter"])
    assert (found.text, found.lines) == ("sys.txt", (2,))
    mixed = _forms(KOLN, [KOLN[0], decomposed[0], KOLN[2]])
    assert [(one.text, "in two ways" in one.message) for one in mixed] == [("ref.txt", True), ("sys.txt", False)]


def test_one_form_in_all_texts_is_no_finding() -> None:
    decomposed = [unicodedata.normalize("NFD", text) for text in KOLN]
    assert _forms(KOLN, KOLN[::-1]) == []
    assert _forms(decomposed, decomposed[::-1]) == []
    assert _forms(decomposed, ["Plain", "ASCII", "text"]) == []
    assert _forms(["हिन्दी क\u093cलम", "किताब", "x"], ["क\u093cलम हिन्दी", "किताब", "x"]) == []


@pytest.mark.model
def test_segments_that_the_model_cannot_read_are_counted(cli: Cli, write: Callable[[str, str | bytes], Path]) -> None:
    reference, system = write("r.txt", "ሰላም ለዓለም\nThe gate opened.\nመንገዱ ተዘግቷል\n"), write("s.txt", "ሰላም ሁን\nThe gate was opened.\nመንገዱ ዝግ ነው\n")
    shown = cli("check", reference, system)
    assert shown.code == 1
    assert "2 of 3 segments are not in an alphabet that minilm knows (lines 1, 3)" in shown.out
    assert "alphabet" not in cli("check", reference, system, "--model", "none").out
