"""Streams: the same numbers as in memory, file for file, in constant memory, with shards that survive kills."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evaluator
from evaluator.cli.parser import Parser
from evaluator.cli.streaming import add_stream_options
from evaluator.compare import Plan
from evaluator.compare.resample import group_size, in_groups
from evaluator.readers.batches import open_batches, stream_form
from evaluator.readers.chunks import lines_of
from evaluator.request import Request
from evaluator.signatures import diagnosis_version
from evaluator.streams import engines, plan, worst
from evaluator.streams import finish as streams_finish
from evaluator.streams.plan import Job, Shard, chosen_shards, input_files, make_shards
from evaluator.streams.run import finish, unfinished, working_folder
from evaluator.streams.shard import is_done, output_of, run_shard, state_of
from evaluator.streams.sums import Names, UnitSums, running_total
from evaluator.types import EvaluatorError
from tests.conftest import Cli

SAME = ("segments.csv", "scores.csv", "statistics.csv", "findings.csv")
WORDS = "dam river town rain flood bridge mayor night water north valley road storm people".split()


def text(i: int, step: int) -> str:
    return " ".join(WORDS[(i * step + k * k) % len(WORDS)] for k in range(5 + i % 7)).capitalize() + "."


def rows(n: int, *, systems: int = 1, documents: int = 0) -> list[dict[str, str]]:
    out = []
    for s in range(systems):
        for i in range(n):
            row = {"reference": text(i, 3), "hypothesis": text(i, 3 if (i + s) % 3 else 5)}
            row["hypothesis"] = "" if i % 29 == 28 else row["hypothesis"]
            row["reference"] = "" if i % 31 == 30 else row["reference"]  # row 898 and so on are blank on both sides
            row |= {"system": f"s{s}"} if systems > 1 else {}
            row |= {"document": f"d{i * documents // n}"} if documents else {}
            out.append(row)
    return out


def write(path: Path, listed: list[dict[str, Any]]) -> Path:
    names = list(listed[0])
    kind = path.name.removesuffix(".gz").rpartition(".")[2]
    if kind == "parquet":
        import pyarrow
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.table({name: [row[name] for row in listed] for name in names}), path)
        return path
    if kind == "jsonl":
        content = "".join(json.dumps(row) + "\n" for row in listed)
    elif kind == "csv":
        quoted = [",".join('"' + row[name].replace('"', '""') + '"' for name in names) for row in listed]
        content = "\n".join([",".join(names), *quoted]) + "\n"
    else:
        content = "".join("\t".join(values) + "\n" for values in (names, *(row.values() for row in listed)))
    path.write_bytes(gzip.compress(content.encode()) if path.name.endswith(".gz") else content.encode())
    return path


def both_ways(cli: Cli, tmp_path: Path, table: Path, *options: str) -> tuple[Path, Path]:
    """The run folders in memory and as a stream."""
    stream, memory = tmp_path / "stream", tmp_path / "memory"
    for target, way in ((stream, "--stream"), (memory, "--no-stream")):
        found = cli("score", table, "-m", "bleu", "chrf", "ter", "-o", target, way, "--no-cache", *options)
        assert found.code == 0, found.err
    return stream, memory


@pytest.mark.parametrize("name", ["t.tsv", "t.csv", "t.jsonl", "t.parquet", "t.tsv.gz", "t.jsonl.gz"])
def test_a_stream_has_the_files_of_a_run_in_memory(cli: Cli, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluator.readers.batches.ROWS", 128)
    stream, memory = both_ways(cli, tmp_path, write(tmp_path / name, rows(300)))
    for file in SAME:
        assert (stream / file).read_bytes() == (memory / file).read_bytes(), file
    a, b = (dict(np.load(folder / "stats.npz")) for folder in (stream, memory))
    for metric in ("bleu", "chrf", "ter"):
        assert np.array_equal(a[metric], b[metric])
    stated = [json.loads((folder / "run.json").read_text()) for folder in (stream, memory)]
    for one in ("segments", "signatures", "compared", "inputs", "comparison"):
        assert stated[0][one] == stated[1][one], one


def test_several_systems_and_documents_compare_as_in_memory(cli: Cli, tmp_path: Path) -> None:
    table = write(tmp_path / "t.tsv", rows(120, systems=3, documents=40))
    stream, memory = both_ways(cli, tmp_path, table)
    for file in (*SAME, "pairs.csv"):
        assert (stream / file).read_bytes() == (memory / file).read_bytes(), file
    shown = [cli("compare", folder, "--unit", "segment", "--test", "bootstrap", "--resamples", "500", "--format", "csv") for folder in (stream, memory)]
    assert shown[0].code == 0, shown[0].err
    assert shown[0].out == shown[1].out


def test_systems_in_turn_are_written_in_the_order_of_the_input(cli: Cli, tmp_path: Path) -> None:
    listed = rows(60, systems=2)
    in_turn = [row for pair in zip(listed[:60], listed[60:], strict=True) for row in pair]
    stream, memory = both_ways(cli, tmp_path, write(tmp_path / "t.tsv", in_turn))
    for file in ("scores.csv", "statistics.csv", "pairs.csv"):
        assert (stream / file).read_bytes() == (memory / file).read_bytes(), file
    with open(stream / "segments.csv", newline="") as file_:
        assert [row["system"] for row in csv.DictReader(file_)] == ["s0", "s1"] * 60


def test_further_columns_are_kept_and_a_name_that_is_taken_is_told_apart(cli: Cli, tmp_path: Path) -> None:
    listed = [{**row, "id": f"x{i}", "bleu": "mine"} for i, row in enumerate(rows(40))]
    stream, _ = both_ways(cli, tmp_path, write(tmp_path / "t.tsv", listed))
    with open(stream / "segments.csv", newline="") as file:
        written = list(csv.DictReader(file))
    assert [row["id"] for row in written] == [f"x{i}" for i in range(40)]
    assert {row["input_bleu"] for row in written} == {"mine"}


@pytest.mark.parametrize("form", ["tsv", "jsonl", "parquet"])
def test_other_output_formats_hold_the_same_cells(cli: Cli, tmp_path: Path, form: str) -> None:
    table = write(tmp_path / "t.tsv", rows(50))
    assert cli("score", table, "-m", "chrf", "-o", tmp_path / "csv", "--stream").code == 0
    assert cli("score", table, "-m", "chrf", "-o", tmp_path / form, "--stream", "--out-format", form).code == 0
    with open(tmp_path / "csv" / "segments.csv", newline="") as file:
        expected = list(csv.DictReader(file))
    path = tmp_path / form / f"segments.{form}"
    if form == "tsv":
        with open(path, newline="") as file:
            found = list(csv.DictReader(file, delimiter="\t"))
    elif form == "jsonl":
        found = [json.loads(line) for line in path.read_text().splitlines()]
    else:
        import pyarrow.parquet

        found = pyarrow.parquet.read_table(path).to_pylist()
    assert [row["hypothesis"] for row in found] == [row["hypothesis"] for row in expected]
    assert [float(row["chrf"]) if row["chrf"] not in (None, "") else None for row in found] == [float(row["chrf"]) if row["chrf"] else None for row in expected]


def test_a_row_that_cannot_be_scored_stops_the_run_or_goes_to_the_rejects(cli: Cli, tmp_path: Path) -> None:
    table = tmp_path / "t.tsv"
    write(table, rows(40))
    lines = table.read_text().splitlines(keepends=True)
    lines[5:5] = ["one cell alone\n"]
    lines[9:9] = ["a\0b\tc\n"]
    table.write_text("".join(lines))
    table.write_bytes(table.read_bytes() + b"caf\xe9\tcafe\n")
    found = cli("score", table, "-m", "chrf", "-o", tmp_path / "run", "--stream")
    assert found.code == 2
    assert "row 6" in found.err
    assert "--rejects" in found.err
    assert not (tmp_path / "run").exists()
    found = cli("score", table, "-m", "chrf", "-o", tmp_path / "run", "--rejects", tmp_path / "rejects.csv")
    assert found.code == 0, found.err
    with open(tmp_path / "rejects.csv", newline="") as file:
        rejected = list(csv.DictReader(file))
    assert [row["row"] for row in rejected] == ["6", "10", "44"]
    assert ["cells" in rejected[0]["reason"], "NUL" in rejected[1]["reason"], "UTF-8" in rejected[2]["reason"]] == [True] * 3
    assert json.loads((tmp_path / "run" / "run.json").read_text())["stream"]["rejected"] == 3
    assert "3 rows could not be scored" in found.out + found.err


def test_a_line_of_json_lines_that_is_none_has_its_number(cli: Cli, tmp_path: Path) -> None:
    table = write(tmp_path / "t.jsonl", rows(10))
    table.write_text(table.read_text() + '{"reference": "a", "hypothesis": 3}\n{"reference": \n[1]\n')
    rejects = tmp_path / "r.csv"
    assert cli("score", table, "-m", "chrf", "-o", tmp_path / "run", "--rejects", rejects).code == 0
    with open(rejects, newline="") as file:
        assert [(row["row"], row["reason"].split(":")[0].split(" ")[0]) for row in csv.DictReader(file)] == [("11", "column"), ("12", "not"), ("13", "list")]


def test_spreadsheet_safe_guards_the_cells_of_a_stream(cli: Cli, tmp_path: Path) -> None:
    listed = rows(20)
    listed[3]["hypothesis"] = "=1+1"
    stream, memory = both_ways(cli, tmp_path, write(tmp_path / "t.tsv", listed), "--spreadsheet-safe")
    assert (stream / "segments.csv").read_bytes() == (memory / "segments.csv").read_bytes()
    assert b"'=1+1" in (stream / "segments.csv").read_bytes()


# Sums


@pytest.mark.parametrize("n", [5, 40, 100, 333])
def test_unit_sums_are_the_groups_of_all_rows_however_they_come(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluator.compare.resample.MOST_UNITS", 50)
    monkeypatch.setattr("evaluator.compare.resample.MOST_GROUPS", 16)
    statistics = np.random.default_rng(n).integers(0, 50, size=(n, 3)).astype(float)
    sums = UnitSums(3)
    for start in range(0, n, 7):
        sums.add(np.arange(start, min(start + 7, n)), statistics[start : start + 7])
    assert sums.size == group_size(n)
    assert np.array_equal(sums.rows, in_groups(statistics[None], group_size(n))[0])


def test_unit_sums_take_units_that_come_back() -> None:
    sums = UnitSums(1)
    sums.add(np.array([0, 1, 0, 0, 2, 1]), np.array([[1.0], [2], [4], [8], [16], [32]]))
    sums.add(np.array([2, 0]), np.array([[64.0], [128]]))
    assert sums.rows.ravel().tolist() == [141.0, 34.0, 80.0]


def test_a_running_total_adds_as_one_sum_does() -> None:
    values = np.random.default_rng(1).random((1000, 2)) / 3
    total = np.zeros(2)
    for start in range(0, 1000, 37):
        total = running_total(total, values[start : start + 37])
    assert total.tolist() == values.cumsum(axis=0)[-1].tolist()


def test_names_forget_what_began_first_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluator.streams.sums.MOST_NAMES", 4)
    names = Names()
    assert [names.number(name) for name in "abca"] == [(0, 1), (1, 1), (2, 1), (0, 2)]
    forgotten = [names.forgotten]
    for name in "defg":
        names.number(name)
    assert [*forgotten, names.forgotten] == [False, True]
    assert names.n == 7


def test_above_the_limit_sums_of_neighbours_give_the_statistics_of_a_run_in_memory(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluator.compare.resample.MOST_UNITS", 100)
    monkeypatch.setattr("evaluator.compare.resample.MOST_GROUPS", 64)
    stream, memory = both_ways(cli, tmp_path, write(tmp_path / "t.tsv", rows(250, systems=2, documents=120)), "--resamples", "300")
    for file in (*SAME, "pairs.csv"):
        assert (stream / file).read_bytes() == (memory / file).read_bytes(), file
    assert np.load(stream / "stats.npz")["bleu"].shape[1] <= 64
    found = cli("compare", stream, "--test", "sacrebleu-bs")
    assert found.code == 2
    assert "sums of neighbours" in found.err


# Shards


def make_folder(tmp_path: Path, n_files: int = 4, n: int = 30) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    listed = rows(n * n_files)
    for k in range(n_files):
        write(folder / f"part-{k}.tsv", listed[k * n : (k + 1) * n])
    return folder


def job_of(folder: Path, **options: Any) -> tuple[Job, list[Shard]]:
    request = Request(table=str(folder), metrics=("bleu", "chrf"), plan=Plan(resamples=200))
    return Job(request, system="in", **options), make_shards(input_files(str(folder)))


def bytes_of(target: Path) -> dict[str, bytes]:
    return {str(path.relative_to(target)): path.read_bytes() for path in sorted(target.rglob("*")) if path.is_file()}


def silent(rows: int, read: int) -> None:
    pass


@pytest.mark.model
def test_a_stream_keeps_no_diagnosis_beyond_its_batch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from evaluator.diagnosis.judge import Judge
    from evaluator.readers import batches

    monkeypatch.setattr(batches, "ROWS", 5)
    kept: list[int] = []
    diagnosis = Judge.diagnosis

    def counted(self: Judge, *arguments: Any) -> Any:
        kept.append(len(self._known))
        return diagnosis(self, *arguments)

    monkeypatch.setattr(Judge, "diagnosis", counted)
    table = tmp_path / "same.tsv"
    table.write_text("reference\thypothesis\n" + "".join(f"Hall {k} was closed.\tHall {k} was closed.\n" for k in range(23)), encoding="utf-8")
    job, shards = job_of(table)
    job = replace(job, request=replace(job.request, diagnose="on", lang="en"))
    engines.run_here(job, shards, working_folder(tmp_path / "out"), silent)
    assert len(kept) >= 23
    assert max(kept) <= 7  # a batch, and the two rows that are looked at before the first one


@pytest.mark.slow
def test_a_folder_scores_as_its_files_joined(cli: Cli, tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    joined = write(tmp_path / "in.tsv", rows(120))
    for table, target in ((folder, "folder"), (joined, "joined")):
        assert cli("score", table, "-m", "bleu", "chrf", "-o", tmp_path / target, "--stream").code == 0
    for name in ("scores.csv",):
        assert (tmp_path / "folder" / name).read_bytes() == (tmp_path / "joined" / name).read_bytes()
    parts = sorted((tmp_path / "folder" / "segments").iterdir())
    assert [path.name for path in parts] == [f"0000{k}-part-{k}.csv" for k in range(4)]
    texts = ["".join(path.read_text().partition("\n")[2] for path in parts), (tmp_path / "joined" / "segments.csv").read_text().partition("\n")[2]]
    hypotheses = [[row[6] for row in csv.reader(text.splitlines())] for text in texts]
    assert hypotheses[0] == hypotheses[1]


@pytest.mark.slow
def test_processes_and_one_process_leave_the_same_bytes(tmp_path: Path) -> None:
    job, shards = job_of(make_folder(tmp_path))
    seen = []
    engines.run_here(job, shards, working_folder(tmp_path / "a"), silent)
    engines.run_processes(job, shards, working_folder(tmp_path / "b"), 2, lambda rows, read: seen.append(rows), print)
    for name in ("a", "b"):
        finish(job, shards, tmp_path / name, force=False, reports=True, rejects=None)
        assert not working_folder(tmp_path / name).exists()
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
    assert sum(seen) == 120


def test_a_finished_shard_is_left_alone_until_something_that_matters_changes(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, 2)
    job, shards = job_of(folder)
    work = tmp_path / "work"
    assert run_shard(job, shards[0], work, silent) == 30
    before = output_of(work, job, shards[0]).stat().st_mtime_ns
    assert run_shard(job, shards[0], work, silent) == 0
    assert output_of(work, job, shards[0]).stat().st_mtime_ns == before
    assert unfinished(job, shards, work) == shards[1:]
    other = replace(job, request=replace(job.request, metrics=("chrf",)))
    assert not is_done(work, other, shards[0])
    write(folder / "part-0.tsv", rows(31))
    assert not is_done(work, job, make_shards(input_files(str(folder)))[0])
    output_of(work, job, shards[0]).write_text("cut short")
    assert not is_done(work, job, shards[0])


def test_a_damaged_state_is_done_again(tmp_path: Path) -> None:
    job, shards = job_of(make_folder(tmp_path, 1))
    run_shard(job, shards[0], tmp_path / "work", silent)
    expected = output_of(tmp_path / "work", job, shards[0]).read_bytes()
    state = state_of(tmp_path / "work", shards[0])
    state.write_bytes(state.read_bytes()[:100])
    assert run_shard(job, shards[0], tmp_path / "work", silent) == 30
    assert output_of(tmp_path / "work", job, shards[0]).read_bytes() == expected


def test_a_shard_that_fails_leaves_nothing_half_written(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, 1)
    with open(folder / "part-0.tsv", "a") as file:
        file.write("no tab\n")
    job, shards = job_of(folder)
    with pytest.raises(EvaluatorError, match="row 32"):
        run_shard(job, shards[0], tmp_path / "work", silent)
    assert [path for path in (tmp_path / "work").rglob("*") if path.is_file()] == []


def test_tasks_of_an_array_share_the_files_and_the_last_makes_the_run(cli: Cli, tmp_path: Path) -> None:
    folder = make_folder(tmp_path, 5)
    target = tmp_path / "run"
    assert cli("score", folder, "-m", "bleu", "chrf", "-o", tmp_path / "whole", "--workers", "1").code == 0
    for k in (1, 0):
        found = cli("score", folder, "-m", "bleu", "chrf", "-o", target, "--shard-index", k, "--num-shards", 2, "--workers", "1")
        assert found.code == 0, found.err
        assert ("2 of 5 shards are done" in found.err) == (k == 1)
    assert bytes_of(target) == bytes_of(tmp_path / "whole")
    found = cli("score", folder, "-m", "bleu", "chrf", "-o", target, "--shard-index", 0, "--num-shards", 2)  # a task that is queued again
    assert found.code == 0
    assert "holds this run already" in found.err


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    """A command in a process of its own, killed after some shards; nothing is lost and nothing counted twice."""
    import signal
    import subprocess
    import sys
    import time

    folder = make_folder(tmp_path, 6, 300)
    command = [sys.executable, "-m", "evaluator", "score", str(folder), "-m", "bleu", "chrf", "-q", "--workers", "1", "--resamples", "200", "-o"]
    subprocess.run([*command, str(tmp_path / "whole")], check=True, stdout=subprocess.DEVNULL)
    work = working_folder(tmp_path / "run")
    for _ in range(2):
        done = len(list(work.glob("shards/*.npz")))
        process = subprocess.Popen([*command, str(tmp_path / "run")], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 120
        while len(list(work.glob("shards/*.npz"))) <= done and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run([*command, str(tmp_path / "run")], check=True, stdout=subprocess.DEVNULL)
    assert bytes_of(tmp_path / "run") == bytes_of(tmp_path / "whole")


@pytest.mark.slow
def test_kills_at_random_moments_of_driver_and_workers_change_no_byte() -> None:
    """Two of the kills that `benchmarks/scale/kills.py` makes; `docs/scale.md` has what came of twenty."""
    import subprocess
    import sys

    script = Path(__file__).parents[2] / "benchmarks" / "scale" / "kills.py"
    command = [sys.executable, str(script), "--kills", "2", "--rows", "2400", "--files", "4", "--resamples", "100"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len([line for line in done.stdout.splitlines() if " of run " in line]) == 2
    assert done.stdout.splitlines()[-1].endswith("equal")


@pytest.mark.slow
def test_each_worker_has_its_model_on_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from multiprocessing import get_context

    from evaluator.embed.gpus import cuda_devices
    from evaluator.streams import shard_work

    asked: list[str] = []
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)

    def make_metrics(request: Request) -> tuple[list[Any], None]:
        asked.append(request.device)
        return [], None

    monkeypatch.setattr(shard_work, "make_metrics", make_metrics)
    monkeypatch.setattr(engines, "run_shard", lambda *_: None)
    job, shards = job_of(make_folder(tmp_path))
    job = replace(job, request=replace(job.request, metrics=("bertscore",), device="cuda"))
    assert engines.gpus_of(job) == ["cuda:0", "cuda:1"]
    devices = get_context("spawn").SimpleQueue()
    for device in engines.gpus_of(job):
        devices.put(device)
    for _ in range(2):  # what a worker does: it begins once, and has its model for all of its shards
        monkeypatch.setattr(engines, "_tools", None)
        engines._begin(None, devices)
        for shard in shards[:2]:
            engines._work(job, shard, tmp_path)
    assert asked == ["cuda:0", "cuda:1"]
    assert engines._tools is not None
    assert engines._tools.request.device == "cuda"  # run.json has what was asked for
    assert not [one for one in ("auto", "cpu", "cuda:1") if cuda_devices(one, {"vectors"})]
    assert not cuda_devices("cuda", {"source"})


@pytest.mark.model
def test_the_verdict_counts_the_flagged_of_all_rows_and_not_of_the_worst_that_are_shown(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = write(tmp_path / "in.tsv", rows(40))
    for module in (worst, streams_finish):
        monkeypatch.setattr(module, "MOST", 3)
    said = {}
    for way in ("--stream", "--no-stream"):
        found = cli("score", table, "-m", "chrf", "-o", tmp_path / way, way, "--diagnose", "on", "--lang", "en")
        assert found.code == 0, found.err
        counts = [re.findall(r"(\d+) of (\d+) paragraphs are likely broken", text) for text in (found.out, (tmp_path / way / "report.md").read_text())]
        shown, more = len(re.findall(r"segment \d+  risk", found.out)), re.search(r"and (\d+) more in report.html", found.out)
        assert shown + int(more[1] if more else 0) == int(counts[0][0][0])
        page = (tmp_path / way / "report.html").read_text()
        said[way] = [*counts, re.findall(r"(\d+) more paragraphs are likely broken|(\d+) of (\d+) paragraphs are likely broken", page)]
    assert said["--stream"] == said["--no-stream"]
    assert int(said["--stream"][0][0][0]) > 3
    assert said["--stream"][0][0][1] == "40"
    assert said["--stream"][2]


@pytest.mark.model
@pytest.mark.parametrize("options", [(), ("--spreadsheet-safe",), ("--only-flagged",)])
def test_each_shown_paragraph_of_a_stream_has_its_own_findings(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    for module in (worst, streams_finish):
        monkeypatch.setattr(module, "MOST", 5)
    table = write(tmp_path / "in.tsv", rows(40))
    found = cli("score", table, "-m", "chrf", "-o", tmp_path / "run", "--stream", "--diagnose", "on", "--lang", "en", *options)
    assert found.code == 0, found.err
    page = (tmp_path / "run" / "report.html").read_bytes()
    run = evaluator.load(tmp_path / "run")
    assert 0 < len(run.findings) < sum(1 for _ in csv.reader((tmp_path / "run" / "findings.csv").open(encoding="utf-8"))) - 1
    for row, segment, side, start, end, words in zip(*(run.findings[c] for c in ("row", "segment", "side", "start", "end", "text")), strict=True):
        assert run.segments["segment"][row] == segment
        if words:
            assert run.segments[side][row][int(start) : int(end)] == words
    assert cli("report", tmp_path / "run").code == 0
    assert (tmp_path / "run" / "report.html").read_bytes() == page


@pytest.mark.model
def test_a_calibration_is_among_the_inputs_of_a_stream(cli: Cli, tmp_path: Path) -> None:
    table = write(tmp_path / "in.tsv", rows(20))
    assert cli("score", table, "-m", "chrf", "-o", tmp_path / "first", "--stream", "--diagnose", "on", "--no-report").code == 0
    version = diagnosis_version(json.loads((tmp_path / "first" / "run.json").read_text())["diagnosis"])
    made = {"format": "evaluator-calibration-1", "diagnosis": version, "prior": 0.1, "threshold": 0.5}
    (tmp_path / "c.json").write_text(json.dumps(made))
    found = cli("score", table, "-m", "chrf", "-o", tmp_path / "run", "--stream", "--diagnose", "on", "--calibration", tmp_path / "c.json")
    assert found.code == 0, found.err
    inputs = json.loads((tmp_path / "run" / "run.json").read_text())["inputs"]
    assert [one["role"] for one in inputs] == ["table", "calibration"]
    assert inputs[1]["path"] == str(tmp_path / "c.json")


def test_chosen_shards_are_every_nth() -> None:
    shards = [Shard(i, f"{i}", "", 0, 0) for i in range(7)]
    parts = [chosen_shards(shards, k, 3) for k in range(3)]
    assert [[shard.index for shard in part] for part in parts] == [[0, 3, 6], [1, 4], [2, 5]]
    assert chosen_shards(shards, None, None) == shards
    for index, count in ((3, 3), (-1, 2), (0, None), (None, 2)):
        with pytest.raises(EvaluatorError):
            chosen_shards(shards, index, count)


# What streams


def test_a_table_streams_above_the_limit_unless_told_otherwise(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "STREAMED_FROM", 50)
    for n, streams in ((50, False), (51, True)):
        table = write(tmp_path / f"{n}.tsv", rows(n))
        target = tmp_path / str(n)
        assert cli("score", table, "-m", "chrf", "-o", target).code == 0
        assert ("stream" in json.loads((target / "run.json").read_text())) == streams
    assert cli("score", tmp_path / "51.tsv", "-m", "chrf", "-o", tmp_path / "m", "--no-stream").code == 0
    assert "stream" not in json.loads((tmp_path / "m" / "run.json").read_text())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--stream", "--no-stream"), "--no-stream goes without --stream"),
        (("--stream", "--out-format", "xlsx"), "output format"),
        (("--only-flagged",), "needs the diagnosis"),
        (("--stream", "--shard-index", "1"), "go together"),
        (("--stream", "--workers", "0"), "--workers is 0"),
        (("--stream", "--engine", "spark"), "engine"),
        (("--stream", "--address", "auto"), "--engine ray"),
    ],
)
def test_options_that_cannot_be_are_refused(cli: Cli, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    found = cli("score", write(tmp_path / "t.tsv", rows(20)), "-m", "chrf", "-o", tmp_path / "run", *options)
    assert found.code == 2
    assert words in found.err
    assert not (tmp_path / "run").exists()


def test_what_is_no_table_does_not_stream(cli: Cli, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("A text.\n")
    found = cli("score", tmp_path / "a.txt", tmp_path / "b.txt", "-m", "chrf", "--stream")
    assert found.code == 2
    assert "is for a table" in found.err
    assert [stream_form(name) for name in ("a.tsv.zst", "a.parquet.gz", "a.json", "A.CSV")] == ["tsv", None, None, "csv"]


def test_verify_and_gate_say_that_a_stream_keeps_sums_alone(cli: Cli, tmp_path: Path) -> None:
    assert cli("score", write(tmp_path / "t.tsv", rows(30)), "-m", "chrf", "-o", tmp_path / "run", "--stream").code == 0
    for command in ("verify", "gate"):
        found = cli(command, tmp_path / "run")
        assert found.code == 2
        assert "only sums were kept" in found.err
    assert cli("report", tmp_path / "run").code == 0


def test_a_long_line_and_a_batch_that_is_blank_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("reference\thypothesis\n" + "word " * 500_000 + "\tword\n" + "\t\n" * 10 + "a\ta\n")
    batches = list(open_batches(str(path), rows=4).batches)
    assert [len(batch.numbers) for batch in batches] == [4, 4, 4]


def test_a_quoted_cell_spans_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('reference,hypothesis\n"a\nb","c, d"\ne,f\n')
    (batch,) = open_batches(str(path)).batches
    assert batch.columns == {"reference": ["a\nb", "e"], "hypothesis": ["c, d", "f"]}
    assert batch.numbers == [3, 4]


# Documentation

PAGE = (Path(__file__).parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")


def test_the_page_on_scale_names_every_option_and_format() -> None:
    parser = Parser("score", "", ())
    add_stream_options(parser)
    options = {option for option in parser._option_string_actions if option.startswith("--") and option != "--help"}
    assert options
    assert not [option for option in options if f"`{option}" not in PAGE]
    assert not [form for form in plan.OUT_FORMATS if f"`{form}`" not in PAGE]
    assert f"{plan.STREAMED_FROM:,} rows" in PAGE


@pytest.mark.slow
def test_the_array_of_the_page_makes_the_run(tmp_path: Path) -> None:
    """The script itself, by bash, with what Slurm sets for each of its tasks."""
    import subprocess
    import sys

    folder = make_folder(tmp_path, 3)
    script = PAGE.split("#!/bin/bash\n")[1].split("```")[0]
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "evaluator").write_text(f'#!/bin/sh\nexec {sys.executable} -m evaluator "$@"\n')
    (tmp_path / "bin" / "evaluator").chmod(0o755)
    (tmp_path / "shards").symlink_to(folder)
    for task in range(2):
        slurm = {"SLURM_ARRAY_TASK_ID": str(task), "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_CPUS_PER_TASK": "1", "DATA": str(tmp_path), "RESULTS": str(tmp_path)}
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        subprocess.run(["bash", "-euc", script], env={**os.environ, **slurm, "PATH": path}, check=True, stdout=subprocess.DEVNULL)
        assert (tmp_path / "all" / "run.json").exists() == (task == 1)
    assert len(list((tmp_path / "all" / "segments").glob("*.parquet"))) == 3
    assert (tmp_path / "rejects.csv").read_text() == "file,row,reason\n"


@given(st.lists(st.text("ab\r ", max_size=30), min_size=1, max_size=8), st.integers(1, 9), st.booleans())
def test_lines_are_whole_however_the_file_is_chunked(lines: list[str], size: int, ended: bool) -> None:
    text = "\n".join(lines).encode() + b"\n" * ended
    chunks = [text[at : at + size] for at in range(0, len(text), size)]

    class Source:
        def chunk(self) -> bytes:
            return chunks.pop(0) if chunks else b""

    found = [line for part in lines_of(Source(), b"") for line in part]  # type: ignore[arg-type]
    assert found == (text.removesuffix(b"\n").split(b"\n") if text else [])


def test_progress_estimates_what_is_left_once_something_is_done() -> None:
    from evaluator.cli.streaming import Progress

    progress = Progress(1000, lambda _: None, quiet=True)
    assert progress.line(30.0) == "0 rows, 0%, 0 rows a second"
    progress.add(50, 250)
    assert progress.line(30.0) == "50 rows, 25%, 2 rows a second, about 90 s left"
