"""Suites that are hostile or mistaken: names that leave their folder, YAML that grows, runs that share a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import evaluator
from evaluator.suite import plan_suite, read_config
from evaluator.suite.yaml_locations import MAX_VALUES
from evaluator.types import EvaluatorError
from tests.conftest import Cli

Write = Callable[[str, str | bytes], Path]
ROWS = "reference\thypothesis\nthe ferry sails at noon\tthe ferry sails at midday\nnobody is left\tnobody is left behind\n"
PLAIN = "metrics: [chrf]\noptions: {resamples: 100, diagnose: 'off'}\n"


@pytest.mark.parametrize("name", ["..", ".", ".hidden"])
@pytest.mark.parametrize("config", ["suite: '{}'\nsets:\n  - table: t.tsv\n", "sets:\n  - name: '{}'\n    table: t.tsv\n"])
def test_no_name_leads_out_of_its_folder(write: Write, config: str, name: str) -> None:
    write("t.tsv", ROWS)
    with pytest.raises(EvaluatorError, match="no full stop first, it names a folder"):
        read_config(str(write("c.yaml", config.format(name))))


def test_a_card_does_not_name_the_folder_above(write: Write) -> None:
    write("card.yaml", "name: ..\nversion: 1\nlanguages: [en]\nsource: here\nlicence: none\nfiles: []\n")
    with pytest.raises(EvaluatorError, match="card.yaml:1:7: name is '..'"):
        read_config(str(write("c.yaml", "sets:\n  - card: card.yaml\n")))


def test_a_file_does_not_name_its_set_after_a_step(write: Write) -> None:
    write("..txt", "one\n")
    with pytest.raises(EvaluatorError, match=r"c.yaml:2:5: the set would be called '\.'"):
        read_config(str(write("c.yaml", "sets:\n  - reference: '..txt'\n")))


@pytest.mark.parametrize(
    "text", ["seed: !!int 'abc'", "seed: !!float 'abc'", "suite: 2020-13-45", "suite: !!timestamp 'soon'", "suite: !!bool maybe", "suite: !!int ''",
             "suite: !!python/object/apply:os.getcwd []\nx: !!python/name:os.system ''"]
)  # fmt: skip
def test_values_that_are_not_of_their_tag_are_told_with_their_place(write: Write, text: str) -> None:
    with pytest.raises(EvaluatorError, match=r"c\.yaml:\d:\d+: "):
        read_config(str(write("c.yaml", f"{text}\nsets: []\n")))


@pytest.mark.slow
def test_aliases_of_aliases_end_soon(write: Write) -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", *(f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]" for k in range(1, 10))]
    with pytest.raises(EvaluatorError, match=f"more than {MAX_VALUES} values"):
        read_config(str(write("c.yaml", "\n".join(lines) + "\nsets: *a9\n")))
    with pytest.raises(EvaluatorError, match="nested too deeply"):
        read_config(str(write("c.yaml", "sets: " + "[" * 5000 + "]" * 5000)))


def test_a_card_that_is_no_text_is_told(write: Write) -> None:
    write("card.yaml", b"name: \xff\xfe\n")
    with pytest.raises(EvaluatorError, match=r"card\.yaml:1:"):
        read_config(str(write("c.yaml", "sets:\n  - card: card.yaml\n")))


def test_a_table_without_systems_is_a_set(write: Write, cli: Cli, tmp_path: Path) -> None:
    write("pairs.tsv", ROWS)
    assert cli("bench", write("c.yaml", PLAIN + "sets:\n  - table: pairs.tsv\n"), "-o", tmp_path / "results").code == 0
    assert evaluator.load(tmp_path / "results" / "c" / "pairs.tsv").scores["system"].tolist() == ["pairs"]


def test_two_runs_do_not_share_a_folder(write: Write) -> None:
    write("pairs.tsv", ROWS)
    for values in ("[0, 0]", "[0, 2, 0]"):
        config = read_config(str(write("c.yaml", f"{PLAIN}matrix: {{chrf.word_order: {values}}}\nsets:\n  - table: pairs.tsv\n")))
        with pytest.raises(EvaluatorError, match="2 runs would be written to the folder 'pairs.tsv--chrf.word_order=0'"):
            plan_suite(config)


def test_a_folder_with_brackets_is_no_pattern(write: Write, tmp_path: Path) -> None:
    folder = tmp_path / "old [1]"
    folder.mkdir()
    for name in ("ref.txt", "sys.a.txt", "b[2].txt"):
        (folder / name).write_text("the ferry sails\n")
    (folder / "c.yaml").write_text(PLAIN + "sets:\n  - {name: s, reference: ref.txt, system_files: ['sys*.txt', 'b[[]2].txt']}\n")
    (run,) = plan_suite(read_config(str(folder / "c.yaml")))
    assert list(run.request.systems) == ["sys.a", "b[2]"]
    (folder / "c.yaml").write_text(PLAIN + "sets:\n  - {name: s, reference: ref.txt, system_files: [sys.a.txt]}\n")
    assert list(plan_suite(read_config(str(folder / "c.yaml")))[0].request.systems) == ["sys.a"]


@pytest.mark.parametrize("content", [b"foo,bar\n1,2\n", b"\xff\xfe\n1\n"])
def test_a_foreign_index_is_told_and_left_alone(write: Write, cli: Cli, tmp_path: Path, content: bytes) -> None:
    write("pairs.tsv", ROWS)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "index.csv").write_bytes(content)
    result = cli("bench", write("c.yaml", PLAIN + "sets:\n  - table: pairs.tsv\n"), "-o", tmp_path / "results")
    assert (result.code, "is not an index of suites" in result.err) == (2, True)
    assert (tmp_path / "results" / "index.csv").read_bytes() == content


def test_another_domain_of_the_card_reaches_the_leaderboard(write: Write, cli: Cli, tmp_path: Path) -> None:
    from hashlib import sha256

    write("pairs.tsv", ROWS)
    file = f"  - {{path: pairs.tsv, role: table, sha256: {sha256(ROWS.encode()).hexdigest()}}}\n"
    config = write("c.yaml", PLAIN + "sets:\n  - card: card.yaml\n")
    for domain in ("news", "chat"):
        write("card.yaml", f"name: s\nversion: 1\nlanguages: [en]\nsource: here\nlicence: none\nform: table\ndomain: {domain}\nfiles:\n{file}")
        assert cli("bench", config, "-o", tmp_path / "results").code == 0
        assert f",domain,{domain}," in (tmp_path / "results" / "c" / "leaderboard.csv").read_text()


@pytest.mark.parametrize("encoding", ["nonsense", "big5", "utf-7"])
def test_xml_in_an_encoding_that_cannot_be_read_is_refused(write: Write, cli: Cli, encoding: str) -> None:
    result = cli("score", write("set.xml", f'<?xml version="1.0" encoding="{encoding}"?><dataset/>'), "-m", "chrf")
    assert (result.code, "Write it in UTF-8." in result.err) == (2, True)


def test_xml_with_two_outputs_of_a_system_is_refused(write: Write, cli: Cli) -> None:
    hyp = '<hyp system="s"><seg id="1">{}</seg></hyp>'
    text = f'<dataset><doc id="d"><ref translator="A"><seg id="1">x</seg></ref>{hyp.format("one")}{hyp.format("two")}</doc></dataset>'
    result = cli("score", write("set.xml", text), "-m", "chrf")
    assert (result.code, "document d: there are 2 <hyp> of the system 's'" in result.err) == (2, True)


def test_another_model_or_baseline_in_the_same_place_is_another_run(write: Write, tmp_path: Path) -> None:
    write("pairs.tsv", ROWS)
    (tmp_path / "model").mkdir()
    options = f"options: {{model: '{tmp_path / 'model'}', bertscore: {{baseline_path: '{tmp_path / 'base.tsv'}'}}}}\n"
    config = read_config(str(write("c.yaml", f"metrics: [bertscore]\n{options}sets:\n  - table: pairs.tsv\n")))
    seen = set()
    for weights, baseline in (("one", "one"), ("other", "one"), ("other", "another")):
        write("model/model.safetensors", weights)
        write("base.tsv", baseline)
        seen |= {plan_suite(config)[0].fingerprint, plan_suite(config)[0].fingerprint}
    assert len(seen) == 3


def test_the_home_of_nobody_is_told(write: Write, cli: Cli) -> None:
    result = cli("validate", write("c.yaml", "sets:\n  - {name: s, reference: '~nobody-of-this-name/r.txt', system_files: [a.txt]}\n"))
    assert (result.code, "home directory is not known" in result.err) == (2, True)


def test_values_with_which_nothing_can_run_are_told(write: Write) -> None:
    text = "options: {resamples: 50, prior: 3.0}\nmatrix: {bleu.tokenize: [13a, 13b]}\nsets:\n  - table: t.tsv\n"
    with pytest.raises(EvaluatorError) as caught:
        read_config(str(write("c.yaml", text)))
    for told in ("c.yaml:1:22: resamples is 50; it must be 100 or more", "c.yaml:1:33: prior is 3.0; it must be between 0 and 1", "c.yaml:2:31: ", "13b"):
        assert told in str(caught.value)
    assert "3 mistakes:" in str(caught.value)


def test_domains_and_names_in_the_report_are_neither_obeyed_nor_cells(write: Write, cli: Cli, tmp_path: Path) -> None:
    lines = "the ferry sails at noon\nnobody is left behind\n"
    write("ref.txt", lines), write("docs.txt", "d1\t\x1b[31mred|<b>x\n" * 2), write("sys.txt", lines)
    sets = "sets:\n  - {name: s, reference: ref.txt, documents: docs.txt, system_files: ['a|b=sys.txt']}\n"
    result = cli("bench", write("c.yaml", PLAIN + sets), "-o", tmp_path / "results")
    assert result.code == 0
    assert "\x1b" not in result.out
    assert "| rank | system | all | ␛\\[31mred\\|&lt;b&gt;x |" in result.out
    assert "| a\\|b |" in result.out
