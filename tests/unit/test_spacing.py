"""Text whose words spaces do not show: the note, and what a language chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import sacrebleu

import evaluator
from evaluator.check.spacing import find_writing
from evaluator.types import EvaluatorError
from tests.conftest import Cli

Write = Callable[[str, str | bytes], Path]
TEXTS = {
    "Chinese": ["船闸在黎明时打开了。", "两艘驳船通过了船闸。", "没有人要求付费。"],
    "Japanese": ["夜明けに水門が開いた。", "二隻のはしけが通り抜けた。", "誰も料金を求めなかった。"],
    "Korean": ["새벽에 수문이 열렸다.", "바지선 두 척이 지나갔다.", "아무도 요금을 요구하지 않았다."],
    "Thai": ["ประตูน้ำเปิดตอนรุ่งสาง", "เรือสองลำแล่นผ่านไป", "ไม่มีใครเก็บค่าผ่านทาง"],
    "Lao": ["ປະຕູນ້ຳເປີດຕອນເຊົ້າ", "ເຮືອສອງລຳຜ່ານໄປ"],
    "Khmer": ["ទ្វារទឹកបើកនៅពេលព្រឹក", "ទូកពីរបានឆ្លងកាត់"],
    "Burmese": ["မနက်စောစောတွင်ရေတံခါးဖွင့်သည်", "သင်္ဘောနှစ်စင်းဖြတ်သွားသည်"],
    "Tibetan": ["ཆུ་སྒོ་ཞོགས་པར་ཕྱེ་སོང་།", "གྲུ་གཉིས་བརྒལ་སོང་།"],
}
ADVICE = {"Chinese": ("zh", 'lang="zh"'), "Japanese": ("ja-mecab", 'lang="ja"'), "Korean": ("ko-mecab", 'lang="ko"')}
TER_OPTIONS = 'metric_options={"ter": {"normalized": True, "asian_support": True}}'


def _notes(texts: list[str], metrics: list[str], **options: Any) -> list[str]:
    run = evaluator.evaluate(texts, {"s": [text[1:] for text in texts]}, metrics=metrics, diagnose="off", **options)
    return [note for note in run.manifest["notes"] if note.startswith("WRONG TOKENIZER")]


@pytest.mark.parametrize("language", TEXTS)
def test_text_without_spaces_is_noted_with_the_option_to_write(language: str) -> None:
    bleu, ter = _notes(TEXTS[language], ["bleu", "ter"])
    tokenizer, lang = ADVICE.get(language, ("char", '{"tokenize": "flores200"}'))
    assert f"reference segments are {language}," in bleu
    assert f'Score again with metric_options={{"bleu": {{"tokenize": "{tokenizer}"}}}}' in bleu
    assert lang in bleu
    assert (TER_OPTIONS if language in ADVICE else "Use chrf") in ter


@pytest.mark.parametrize(
    ("language", "metrics", "options"),
    [
        ("Chinese", ["bleu"], {"lang": "zh"}),
        ("Chinese", ["bleu", "ter"], {"lang": "zh-Hant"}),
        ("Chinese", ["bleu"], {"metric_options": {"bleu": {"tokenize": "char"}}}),
        ("Japanese", ["bleu"], {"metric_options": {"bleu": {"tokenize": "char"}}}),
        ("Thai", ["bleu", "chrf"], {"metric_options": {"bleu": {"tokenize": "char"}}}),
        ("Korean", ["chrf", "chrf++"], {}),
        ("Chinese", ["chrf"], {}),
        ("Chinese", ["ter"], {"metric_options": {"ter": {"normalized": True, "asian_support": True}}}),
    ],
)
def test_the_right_options_are_not_noted(language: str, metrics: list[str], options: Mapping[str, Any]) -> None:
    assert _notes(TEXTS[language], metrics, **options) == []


def test_a_tokenizer_of_another_language_is_noted() -> None:
    (note,) = _notes(TEXTS["Japanese"], ["bleu"], metric_options={"bleu": {"tokenize": "zh"}})
    assert "tokenizer zh is made for another language" in note
    assert '{"tokenize": "ja-mecab"}' in note
    (note,) = _notes(TEXTS["Chinese"], ["chrf++"])
    assert "Use chrf" in note


@pytest.mark.parametrize("tokenizer", ["13a", "intl", "none"])
def test_every_tokenizer_by_spaces_is_noted(tokenizer: str) -> None:
    (note,) = _notes(TEXTS["Chinese"], ["bleu"], metric_options={"bleu": {"tokenize": tokenizer}})
    assert f"tokenizer {tokenizer} counts" in note


def test_text_with_spaces_is_not_noted() -> None:
    for texts in (
        ["船闸 在 黎明 时 打开 了 。", "两 艘 驳船 通过 了 。"],
        ["The word 会议 means meeting.", "It rained."],
        ["Ворота открыли на рассвете."],
        ["कुल लोग आए।"],
        ["فتحت البوابة"],
    ):
        assert find_writing(texts) is None
    assert find_writing(["", "12", "…"]) is None


def test_a_part_of_a_set_is_counted_and_a_quotation_is_no_part() -> None:
    found = find_writing([*["It rained all day."] * 15, *TEXTS["Chinese"]])
    assert found is not None
    assert (found.writing.name, found.segments, found.of) == ("Chinese", 3, 18)
    assert find_writing([*["It rained all day."] * 60, TEXTS["Chinese"][0]]) is None


def test_the_note_stands_in_the_terminal_the_reports_and_the_lockfile(cli: Cli, write: Write, tmp_path: Path) -> None:
    texts = "\n".join(TEXTS["Chinese"]) + "\n"
    result = cli("score", write("ref.txt", texts), write("sys.txt", texts.replace("两", "三")), "-m", "bleu", "-o", tmp_path / "run", "--quiet")
    assert "note: WRONG TOKENIZER: 3 of 3 reference segments are Chinese" in result.out
    for name in ("run.json", "report.md", "report.html"):
        assert "WRONG TOKENIZER" in (tmp_path / "run" / name).read_text(encoding="utf-8")
    bare = cli("score", tmp_path / "ref.txt", tmp_path / "sys.txt", "-m", "bleu", "-b")
    assert "WRONG TOKENIZER" in bare.err


def test_a_language_chooses_sacrebleus_tokenizer_and_what_was_chosen_stays(cli: Cli, write: Write, tmp_path: Path) -> None:
    from evaluator.metrics import BLEU, TER

    texts = "\n".join(TEXTS["Chinese"]) + "\n"
    files = write("ref.txt", texts), write("sys.txt", texts.replace("两", "三"))
    common = ("score", *files, "-m", "bleu", "ter", "--lang", "zh", "--force", "-o", tmp_path / "run")
    assert cli(*common).code == 0
    run = evaluator.load(tmp_path / "run")
    hypotheses = texts.replace("两", "三").split("\n")[:-1]
    assert run.scores["BLEU"][0] == BLEU(tokenize="zh").corpus_score(hypotheses, [TEXTS["Chinese"]]).score
    assert run.scores["TER"][0] == TER(normalized=True, asian_support=True).corpus_score(hypotheses, [TEXTS["Chinese"]]).score
    assert "tok:zh" in run.manifest["signatures"]["BLEU"]["corpus"]
    assert run.manifest["options"]["metric_options"]["bleu"] == {"tokenize": "zh"}
    assert cli("verify", tmp_path / "run").code == 0
    assert cli(*common, "--tokenize", "char", "--no-ter-asian-support").code == 0
    signatures = evaluator.load(tmp_path / "run").manifest["signatures"]
    assert "tok:char" in signatures["BLEU"]["corpus"]
    assert "asian:no" in signatures["TER"]["corpus"]


@pytest.mark.parametrize(("lang", "extra"), [("ja", "sacrebleu[ja]"), ("ko", "sacrebleu[ko]")])
def test_a_missing_tokenizer_is_an_error_with_what_to_install(lang: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for module in ("MeCab", "mecab_ko"):
        monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    for module in ("ja_mecab", "ko_mecab"):
        monkeypatch.delitem(sys.modules, f"sacrebleu.tokenizers.tokenizer_{module}", raising=False)
    texts = TEXTS["Japanese" if lang == "ja" else "Korean"]
    with pytest.raises(EvaluatorError, match="is not ready") as raised:
        evaluator.evaluate(texts, {"s": texts}, metrics=["bleu"], lang=lang)
    assert f"pip install '{extra}'" in str(raised.value)


@pytest.mark.parametrize(
    ("lang", "language"), [("th", "Thai"), ("tha", "Thai"), ("th-TH", "Thai"), ("km", "Khmer"), ("lo", "Lao"), ("my", "Burmese"), ("bo", "Tibetan")]
)
def test_a_language_without_a_tokenizer_chooses_none_aloud(lang: str, language: str) -> None:
    run = evaluator.evaluate(TEXTS[language], {"s": TEXTS[language][::-1]}, metrics=["bleu", "chrf"], diagnose="off", lang=lang)
    assert "tok:13a" in run.manifest["signatures"]["BLEU"]["corpus"]
    (note,) = [note for note in run.manifest["notes"] if note.startswith("WRONG TOKENIZER")]
    assert note.endswith(f"chooses nothing here: sacreBLEU has no tokenizer made for {language}.")
    cut = [" ".join(text[k : k + 2] for k in range(0, len(text), 2)) for text in TEXTS[language]]
    (note,) = [n for n in evaluator.evaluate(cut, {"s": cut}, metrics=["bleu"], diagnose="off", lang=lang).manifest["notes"] if "TOKENIZER" in n]
    assert note.startswith("NO TOKENIZER CHOSEN: ")
    assert f"none made for {language}" in note
    for quiet in ({"metrics": ["chrf"]}, {"metrics": ["bleu"], "metric_options": {"bleu": {"tokenize": "char"}}}):
        assert not [n for n in evaluator.evaluate(cut, {"s": cut}, diagnose="off", lang=lang, **quiet).manifest["notes"] if "TOKENIZER" in n]


@pytest.mark.parametrize(("pair", "language"), [("en-th", "Thai"), ("de-lo", "Lao"), ("en-km", "Khmer"), ("en-my_MM", "Burmese"), ("bo", "Tibetan")])
def test_a_language_pair_with_such_a_target_is_as_loud(cli: Cli, tmp_path: Path, pair: str, language: str) -> None:
    target = pair.rpartition("-")[2]
    cut = [" ".join(text[k : k + 2] for k in range(0, len(text), 2)) for text in TEXTS[language]]
    said = []
    for name, texts in (("whole", TEXTS[language]), ("cut", cut)):
        (tmp_path / f"{name}.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
        by_pair, by_language = (
            cli("score", tmp_path / f"{name}.txt", f"s={tmp_path / name}.txt", "-m", "bleu", "-b", "--diagnose", "off", "--resamples", "100", *option).err
            for option in (("-l", pair), ("--lang", target))
        )
        said.append(by_pair)
        assert by_pair.lower().replace(f"the target {target.lower()} of the language pair", f"--lang {target.lower()}") == by_language.lower()
    assert f"The target {target} of the language pair chooses nothing here: sacreBLEU has no tokenizer made for {language}." in said[0]
    assert f"NO TOKENIZER CHOSEN: the target {target} of the language pair chooses none" in said[1]


def test_the_tokenizer_that_is_named_for_thai_works_here(cli: Cli, write: Write, tmp_path: Path) -> None:
    texts = "\n".join(TEXTS["Thai"]) + "\n"
    files = write("ref.txt", texts), write("sys.txt", texts.replace("เรือ", "เรื่อ"))
    first = cli("score", *files, "-m", "bleu", "--lang", "th", "-b")
    assert "note: WRONG TOKENIZER: 3 of 3 reference segments are Thai" in first.err
    assert "Score again with --tokenize char (single characters; works offline)" in first.err
    second = cli("score", *files, "-m", "bleu", "--lang", "th", "--tokenize", "char", "-b", "-w", "4")
    assert (second.code, second.err) == (0, "")
    expected = sacrebleu.corpus_bleu(texts.replace("เรือ", "เรื่อ").splitlines(), [TEXTS["Thai"]], tokenize="char").score
    assert second.out == f"{expected:.4f}\n"


def test_suites_never_average_or_rank_different_signatures(cli: Cli, write: Write, tmp_path: Path) -> None:
    import csv

    english = ["The lock opened at dawn.", "Two barges came through.", "Nobody paid."]
    for name, texts in (("en", english), ("more", english[::-1]), ("zh", TEXTS["Chinese"])):
        write(f"{name}.ref.txt", "\n".join(texts) + "\n")
        (tmp_path / name).mkdir()
        for system, change in (("one", slice(1, None)), ("two", slice(None, -1))):
            (tmp_path / name / f"{system}.txt").write_text("\n".join(text[change] for text in texts) + "\n", encoding="utf-8")
    (tmp_path / "more" / "three.txt").write_text("\n".join(english[::-1]) + "\n", encoding="utf-8")
    sets = "".join(f"  - name: {name}\n    reference: {name}.ref.txt\n    system_files: ['{name}/*.txt']\n" for name in ("en", "more", "zh"))
    config = write("mixed.yaml", f"metrics: [bleu, chrf]\noptions: {{resamples: 100, diagnose: 'off'}}\nsets:\n{sets}    options: {{lang: zh}}\n")
    result = cli("bench", config, "-o", tmp_path / "results")
    assert result.code == 0, result.err
    rows = list(csv.DictReader((tmp_path / "results" / "mixed" / "leaderboard.csv").read_text(encoding="utf-8").splitlines()))
    whole = [row for row in rows if (row["metric"], row["scope"]) == ("BLEU", "all")]
    assert {row["signature"].split("|")[3]: row["sets"] for row in whole if row["system"] == "one"} == {"tok:13a": "2", "tok:zh": "1"}
    by_set = {(row["name"], row["system"]): float(row["score"]) for row in rows if (row["metric"], row["scope"]) == ("BLEU", "set")}
    mean = next(float(row["score"]) for row in whole if row["system"] == "one" and "tok:13a" in row["signature"])
    assert mean == pytest.approx((by_set["en", "one"] + by_set["more", "one"]) / 2)
    lone = next(row for row in whole if row["system"] == "three")
    assert (lone["score"], lone["rank"], lone["sets"]) == ("", "", "1")
    assert {row["sets"] for row in rows if (row["metric"], row["scope"], row["system"]) == ("chrF2", "all", "one")} == {"3"}
    assert "sets signed" in result.out
    assert "stand apart" in result.out
