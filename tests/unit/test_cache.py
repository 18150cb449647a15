"""The cache of segment statistics: faster, and never a number of its own."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from evaluator.cache import FILE, SET_ASIDE, Cache, setting_of
from evaluator.compare import Plan
from evaluator.metrics import kernel
from evaluator.metrics.sacrebleu_base import SacrebleuBase
from evaluator.pipeline import evaluate
from evaluator.plugins import create_metric, metric_class
from evaluator.request import Request
from evaluator.score.cached import MIN_TEXTS, Texts, text_digests
from evaluator.types import Advance, Evaluation
from evaluator.user_folders import cache_folder
from tests.conftest import Cli

Write = Callable[[str, str | bytes], Path]
REFERENCE = [f"the {word} sails at noon from pier {k}" for k, word in enumerate(["ferry", "barge", "yacht", "canoe"] * MIN_TEXTS)]
SYSTEMS = {
    "a": [text.replace("noon", "midday") for text in REFERENCE],
    "b": [text.replace("pier", "quay") if k % 3 else text for k, text in enumerate(REFERENCE)],
}


@pytest.fixture(autouse=True)
def everything_is_worth_keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """As without the compiled kernel, which counts n-grams in less time than a lookup takes."""
    monkeypatch.setattr("evaluator.metrics.adapters.is_cheaper_than_cache", lambda *_: False)


def test_what_the_kernel_counts_sooner_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "compiled", None)
    assert not any(kernel.is_cheaper_than_cache(name, "13a") for name in ("bleu", "chrf", "chrf++", "ter"))
    monkeypatch.setattr(kernel, "compiled", object())
    assert [kernel.is_cheaper_than_cache(name, "13a") for name in ("bleu", "chrf", "chrf++", "ter")] == [True, True, True, False]
    assert not kernel.is_cheaper_than_cache("bleu", "intl")


def _nothing(what: str, total: int) -> Advance:
    return lambda _: None


def _score(
    cache: Cache | None, systems: Mapping[str, Sequence[str]] = SYSTEMS, metrics: Sequence[str] = ("bleu", "chrf", "ter"), **options: object
) -> Evaluation:
    request = Request(references=[REFERENCE], systems=systems, metrics=metrics, store=cache, plan=Plan(resamples=100), **options)  # type: ignore[arg-type]
    return evaluate(request, _nothing)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many hypotheses each call computed."""
    calls: list[int] = []
    original = SacrebleuBase.pair_statistics

    def counting(self: SacrebleuBase, hypotheses: Sequence[str], segments: Sequence[int], advance: Advance) -> object:
        calls.append(len(hypotheses))
        return original(self, hypotheses, segments, advance)

    monkeypatch.setattr(SacrebleuBase, "pair_statistics", counting)
    return calls


def _same(one: Evaluation, two: Evaluation) -> bool:
    arrays = all(one.statistics[name].tobytes() == two.statistics[name].tobytes() for name in one.statistics)
    return arrays and one.tables == two.tables and one.manifest == two.manifest


def test_a_second_run_computes_one_row_a_metric_and_gives_the_same(tmp_path: Path, counted: list[int]) -> None:
    plain = _score(None)
    first = _score(Cache(tmp_path))
    counted.clear()
    second = _score(Cache(tmp_path))
    assert counted == [1, 1, 1]
    assert _same(plain, first)
    assert _same(plain, second)


def test_one_fixed_paragraph_and_one_more_system_compute_only_what_is_new(tmp_path: Path, counted: list[int]) -> None:
    _score(Cache(tmp_path))
    counted.clear()
    fixed = {**SYSTEMS, "a": [*SYSTEMS["a"][:7], "a better text", *SYSTEMS["a"][8:]]}
    assert _same(_score(Cache(tmp_path), fixed), _score(None, fixed))
    assert counted[:6] == [1, 1, 1, 1, 1, 1]  # for each metric the row that is always computed, and the new one
    counted.clear()
    _score(Cache(tmp_path), {**SYSTEMS, "c": [text.replace("sails", "leaves") for text in REFERENCE]}, ["bleu"])
    assert counted == [1, len(REFERENCE)]


def test_options_and_references_are_part_of_what_is_found(tmp_path: Path) -> None:
    _score(Cache(tmp_path))
    lower: dict[str, dict[str, object]] = {"bleu": {"lowercase": True, "max_ngram_order": 2}}
    assert _same(_score(Cache(tmp_path), metric_options=lower), _score(None, metric_options=lower))
    assert setting_of("bleu", {}) != setting_of("bleu", {"max_ngram_order": 2})
    assert setting_of("chrf", {}) != setting_of("chrf++", {})
    assert setting_of("cer", {}, "cer-metric 1.0") != setting_of("cer", {}, "cer-metric 1.1")
    assert [getattr(metric_class(name), "cached") for name in ("novelty", "bertscore")] == [True, False]  # noqa: B009
    digests = text_digests(Texts(["x", "x", "xy", "x"], [0, 1, 2, 3], [["yz", "z", "z", None], [None, "y", None, "yz"]]))
    assert len(set(digests)) == 4


def test_notes_do_not_depend_on_what_was_counted_before(tmp_path: Path) -> None:
    """Stored rows are not counted again: a note made while counting would be there the first time alone."""
    tokenized = {"a": [f"{text} ." for text in SYSTEMS["a"]]}
    plain = _score(None, tokenized)
    assert [note for note in plain.manifest["notes"] if note.startswith(f"BLEU: {len(REFERENCE)} hypotheses end in a tokenized period")]
    assert _same(_score(Cache(tmp_path), tokenized), plain)
    assert _same(_score(Cache(tmp_path), tokenized), plain)


def test_tokenizers_that_no_version_pins_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    metric = create_metric("bleu", {})
    assert metric.cached
    monkeypatch.setattr(metric._corpus, "tokenizer_signature", "ja-mecab-0.996-IPA")  # type: ignore[attr-defined]
    assert not metric.cached


def test_a_damaged_entry_is_not_used_and_replaced(tmp_path: Path, counted: list[int]) -> None:
    plain = _score(Cache(tmp_path))
    with sqlite3.connect(tmp_path / FILE) as connection:
        rows = connection.execute("SELECT key, value FROM entries").fetchall()
        damaged = rows[5:40]
        for key, value in damaged:
            wrong = np.frombuffer(value[8:]).copy()
            wrong[0] += 1
            connection.execute("UPDATE entries SET value = ? WHERE key = ?", (value[:8] + wrong.tobytes(), key))
        connection.execute("UPDATE entries SET value = ? WHERE key = ?", (b"", rows[50][0]))
    connection.close()
    counted.clear()
    assert _same(_score(Cache(tmp_path)), plain)
    assert sum(counted) == 3 + 36
    counted.clear()
    _score(Cache(tmp_path))
    assert sum(counted) == 3


def test_an_entry_of_other_texts_is_not_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep(b"12345678", [b"a" * 16, b"b" * 16], [b"row of a", b"row of b"])
    with sqlite3.connect(tmp_path / FILE) as connection:
        ((value,),) = connection.execute("SELECT value FROM entries WHERE key = ?", (b"12345678" + b"a" * 16,)).fetchall()
        connection.execute("UPDATE entries SET value = ? WHERE key = ?", (value, b"12345678" + b"b" * 16))
    connection.close()
    assert Cache(tmp_path).fetch(b"12345678", [b"a" * 16, b"b" * 16, b"c" * 16]) == [b"row of a", None, None]


def test_a_cache_whose_numbers_are_wrong_throughout_is_not_used(tmp_path: Path) -> None:
    """Whole checksums over rows that another program, or a defect, computed."""
    plain = _score(None, metrics=["chrf"])
    setting = setting_of("chrf", {})
    texts = [*SYSTEMS["a"], *SYSTEMS["b"]]
    digests = text_digests(Texts(texts, [*range(len(REFERENCE))] * 2, [REFERENCE]))
    row = plain.statistics["chrf"][0, 0]
    Cache(tmp_path).keep(setting, digests, [(row + 1).tobytes()] * len(digests))
    assert _same(_score(Cache(tmp_path), metrics=["chrf"]), plain)


@pytest.mark.parametrize("content", [b"this is not a database at all, not by far" * 100, b"SQLite format 3\0" + b"\x11" * 8000])
def test_a_broken_file_is_set_aside_with_a_message(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    cache = Cache(tmp_path)
    plain = _score(None)
    assert _same(_score(cache), plain)
    assert any("was set aside" in message for message in cache.messages)
    assert (tmp_path / SET_ASIDE).read_bytes() == content
    again = Cache(tmp_path)
    assert _same(_score(again), plain)
    assert again.messages == []
    assert again.info().entries > 0


@pytest.mark.slow
def test_pages_torn_in_the_middle_give_no_wrong_number(tmp_path: Path) -> None:
    plain = _score(Cache(tmp_path))
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    whole = (tmp_path / FILE).read_bytes()
    rng = np.random.default_rng(1)
    for _ in range(12):
        data = bytearray(whole)
        for at in rng.integers(0, len(data), 300):
            data[at] ^= 0xFF
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / FILE).write_bytes(bytes(data))
        assert _same(_score(Cache(tmp_path)), plain)


def test_the_size_is_bounded_and_the_longest_unused_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path, megabytes=1)
    row = b"x" * 200
    for batch in range(12):
        monkeypatch.setattr("evaluator.cache._hour", lambda batch=batch: 1000 + 100 * batch)
        cache.keep(b"12345678", [f"{batch:08d}{k:08d}".encode() for k in range(1000)], [row] * 1000)
        assert cache.info().megabytes <= 1
    assert cache.fetch(b"12345678", [f"{11:08d}{k:08d}".encode() for k in range(1000)]) == [row] * 1000
    assert cache.fetch(b"12345678", [f"{0:08d}{k:08d}".encode() for k in range(1000)]) == [None] * 1000
    assert (tmp_path / FILE).stat().st_size < 2 * 2**20


def test_an_unusable_folder_is_told_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = Cache(tmp_path / "file" / "cache")
    assert _same(_score(cache), _score(None))
    (message,) = cache.messages
    assert "cannot be used and was left alone" in message


def _hammer(folder: str, seed: int, wrong: multiprocessing.Queue[int]) -> None:
    rng = np.random.default_rng(seed)
    cache = Cache(Path(folder))
    bad = 0
    for _ in range(40):
        keys = [f"{k:016d}".encode() for k in rng.integers(0, 3000, 200)]
        rows = cache.fetch(b"12345678", keys)
        bad += sum(row is not None and row != key * 4 for key, row in zip(keys, rows, strict=True))
        cache.keep(b"12345678", keys, [key * 4 for key in keys])
    wrong.put(bad + 1000 * len(cache.messages))


@pytest.mark.slow
def test_two_processes_share_a_cache(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    wrong: multiprocessing.Queue[int] = context.Queue()
    processes = [context.Process(target=_hammer, args=(str(tmp_path), seed, wrong)) for seed in (1, 2)]
    for process in processes:
        process.start()
    assert [wrong.get(timeout=120) for _ in processes] == [0, 0]
    for process in processes:
        process.join()
    assert Cache(tmp_path).info().entries > 2000


def test_the_command_shows_and_empties(cli: Cli, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALUATOR_CACHE", str(tmp_path / "cache"))
    files = [write("ref.txt", "\n".join(REFERENCE) + "\n"), *(write(f"{name}.txt", "\n".join(texts) + "\n") for name, texts in SYSTEMS.items())]
    cli("score", *files, "-m", "bleu", "--resamples", "100", "-o", tmp_path / "one", "--no-cache")
    assert not (tmp_path / "cache").exists()
    cli("score", *files, "-m", "bleu", "--resamples", "100", "-o", tmp_path / "two")
    assert " entries, " in cli("cache", "info").out
    assert not cli("cache").out.splitlines()[1].startswith("0 entries")
    cli("score", *files, "-m", "bleu", "--resamples", "100", "-o", tmp_path / "three")
    for name in ("segments.csv", "scores.csv", "statistics.csv", "pairs.csv", "run.json", "stats.npz", "report.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() == (tmp_path / "three" / name).read_bytes()
    assert cli("cache", "clear").code == 0
    assert cli("cache", "info").out.splitlines()[1].startswith("0 entries")
    monkeypatch.setenv("EVALUATOR_CACHE_MB", "much")
    assert "must be a whole number of megabytes" in cli("cache", "info").err


def test_small_jobs_do_not_open_it(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALUATOR_CACHE", str(tmp_path / "cache"))
    assert cli("demo", "-m", "bleu", "-o", tmp_path / "run").code == 0
    assert not (tmp_path / "cache").exists()


def test_the_folder_follows_the_environment_and_the_platform() -> None:
    assert cache_folder({"EVALUATOR_CACHE": "/somewhere"}) == Path("/somewhere")
    assert cache_folder({"XDG_CACHE_HOME": "/x"}, "linux") == Path("/x/evaluator")
    assert cache_folder({}, "linux") == Path("~/.cache/evaluator").expanduser()
    assert cache_folder({}, "darwin") == Path("~/Library/Caches/evaluator").expanduser()
    assert cache_folder({"LOCALAPPDATA": "/l"}, "win32") == Path("/l/evaluator/cache")


def test_a_broken_file_is_told_by_the_command(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALUATOR_CACHE", str(tmp_path))
    (tmp_path / FILE).write_bytes(b"no database at all" * 100)
    result = cli("cache", "info")
    assert (result.code, "it was set aside as" in result.err) == (0, True)
    assert (tmp_path / SET_ASIDE).is_file()


def test_a_broken_file_that_cannot_be_set_aside_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / FILE).write_bytes(b"no database at all" * 100)
    monkeypatch.setattr("evaluator.cache.os.replace", refused)
    cache = Cache(tmp_path)
    assert cache.fetch(b"12345678", [b"text"]) == cache.fetch(b"12345678", [b"text"]) == [None]
    (message,) = cache.messages
    assert "cannot be set aside: Permission denied" in message
