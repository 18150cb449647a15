"""A shard while it runs: batches read, scored, written and added to its sums. `shard.py` puts its files in their places."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluator.manifest import make_manifest
from evaluator.pipeline import note_inputs
from evaluator.plugins import with_language
from evaluator.protocol import MetricRecord
from evaluator.readers.batches import BadRow, BatchFile, open_batches
from evaluator.readers.inputs import group_table, table_name
from evaluator.readers.tables import TextTable
from evaluator.request import Request, options_of
from evaluator.results import csv_text
from evaluator.streams.plan import Job, Shard
from evaluator.streams.rows import Rows, rows_of
from evaluator.streams.scoring import ScoredBatch, findings_table, pairs_of, score_batch, segment_columns
from evaluator.streams.state import MOST_LEFT_OUT, SystemSums, write_state
from evaluator.streams.worst import Worst
from evaluator.streams.writers import open_writer
from evaluator.types import EvaluatorError
from evaluator.wiring import make_judge, make_metrics, unreadable_segments

if TYPE_CHECKING:
    from evaluator.diagnosis.judge import Judge

MOST_NOTES = 5
"""Notes of metrics that a shard keeps."""
Progress = Callable[[int, int], None]
"""Called with the rows and the bytes of input done since the last call."""


class Tools:
    """What is made once for all shards of a process: metrics with their model.

    Args:
        request: what is asked for.
        device: where the model runs, of several GPUs one; empty for the request's own.
    """

    def __init__(self, request: Request, device: str = "") -> None:
        self.request = replace(request, metric_options=with_language(request.metrics, request.metric_options, request.lang), store=None)
        self.placed = replace(self.request, device=device or request.device)
        """The request with the device of this process; `run.json` has what was asked for."""
        self.metrics, self.embedder = make_metrics(self.placed)


def _places(names: Sequence[str]) -> dict[str, Sequence[int]]:
    """By system its rows of a batch."""
    places: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        places.setdefault(name, []).append(i)
    return dict(places)


def _some(values: Sequence[Any], at: Sequence[int]) -> Sequence[Any]:
    return values if len(at) == len(values) else [values[i] for i in at]


class ShardWork:
    """The state of one shard while it runs."""

    def __init__(self, job: Job, shard: Shard, output: Path, state: Path, tools: Tools) -> None:
        self.job, self.shard, self.output, self.state, self.tools = job, shard, output, state, tools
        self.systems: dict[str, SystemSums] = {}
        self.n_rows = self.n_written = self.n_rejected = 0
        self.manifest: dict[str, Any] = {}
        self.judge: Judge | None = None
        first = tools.metrics[0].declared
        self.worst = Worst(first.scores[-1].name, first.scale.best > first.scale.worst)
        self.sha256 = ""
        self.notes: dict[str, None] = {}
        self.unreadable: dict[str, dict[str, Any]] = {}
        self.metrics: Sequence[MetricRecord] = ()

    def beside(self, kind: str) -> Path:
        """A further file of the shard in the making."""
        return self.state.with_name(f"{self.state.name}.{kind}")

    def kinds(self) -> list[str]:
        """What a shard may leave beside its state."""
        return ["findings.csv", "rejects.csv", *(f"scores.{k}.f8" for k in range(len(self.systems)))]

    def remove(self) -> None:
        """Take away what a shard that failed left."""
        for path in (self.output, self.state, *map(self.beside, self.kinds())):
            with suppress(OSError):
                path.unlink()

    def run(self, progress: Progress) -> None:
        """Read, score and write all batches."""
        file = open_batches(self.shard.path, self.job.request.quoting)
        writer = open_writer(self.output, self.job.out_format, file.types, self.job.spreadsheet_safe)
        before = 0
        try:
            for batch in file.batches:
                rows = rows_of(batch, file.wanted)
                self._reject(rows.bad)
                if len(rows):
                    if not self.manifest:
                        self._begin(file, rows)
                    writer.write(self._batch(rows))
                done = file.read()
                progress(len(rows), done - before)
                before = done
        finally:
            writer.close()
        if not self.manifest:
            raise EvaluatorError(f"{self.shard.path} holds no row that can be scored ({self.n_rejected} were rejected).")
        self.sha256 = file.sha256()

    def _reject(self, bad: Sequence[BadRow]) -> None:
        if bad and not self.job.rejects:
            first = bad[0]
            raise EvaluatorError(
                f"{self.shard.path}, row {first.number}: {first.reason}. {self.n_rows} rows before it were scored. "
                "Mend the row, or use --rejects FILE to write such rows with their reasons to a file and go on."
            )
        if bad:
            import csv

            with open(self.beside("rejects.csv"), "a", encoding="utf-8", newline="") as out:
                csv.writer(out, lineterminator="\n").writerows([self.shard.path, row.number, row.reason] for row in bad)
            self.n_rejected += len(bad)

    def _begin(self, file: BatchFile, rows: Rows) -> None:
        """Notes, judge and manifest from the first batch, as a run in memory has them of all rows."""
        if any(text[:2] in ("['", '["') for text in rows.texts["reference"][:1]) and all(text[:1] == "[" for text in rows.texts["reference"]):
            raise EvaluatorError(f"{file.path} has lists of references in one column, which a stream does not take apart; use --no-stream.")
        request = self.tools.request
        names = rows.texts.get("system")
        first = names[0] if names else ""
        columns = {name: [text for i, text in enumerate(values) if not names or names[i] == first] for name, values in rows.texts.items()}
        sample = group_table(TextTable(file.path, "", columns, 2))
        if self.shard.index == 0:
            sample = note_inputs(request, sample)
        self.judge, words = make_judge(self.tools.placed, sample)
        if self.job.only_flagged and self.judge is None:
            raise EvaluatorError("--only-flagged needs the diagnosis, which is off: add -m bertscore or --diagnose on. " + " ".join(words))
        unread, _ = unreadable_segments(request, sample, self.judge, words)
        few = Rows({name: values[:2] for name, values in rows.texts.items()}, [stream[:2] for stream in rows.references], {}, [])
        scored = score_batch(few, self.tools.metrics, self.judge, pairs_of(few, [""] * len(few), [1] * len(few)))  # signatures are known afterwards
        self.metrics = [one for one, _ in scored.metrics]
        judged = self.judge.manifest() if self.judge else None
        asked = [one for one in self.metrics if one.name != "fidelity"]
        further = [one for one in self.metrics if one.name == "fidelity"]
        evalset = replace(sample, notes=(*sample.notes, *words))
        self.manifest = dict(make_manifest(evalset, [], asked, self.tools.embedder, options_of(self.tools.request), None, judged, further, unread))

    def _batch(self, rows: Rows) -> dict[str, list[Any]]:
        """Score a batch, add it to the sums and return the rows to write."""
        n = len(rows)
        stem = table_name(self.shard.path)
        names = rows.texts.get("system") or [self.job.system or stem] * n
        documents = rows.texts.get("document") or [stem] * n
        places = _places(names) if "system" in rows.texts else {names[0]: range(n)}
        segments, units = [0] * n, np.empty(n, dtype=np.int64)
        for name, at in places.items():
            units[at], counts = self.systems.setdefault(name, SystemSums()).documents.numbers(_some(documents, at))
            for i, count in zip(at, counts, strict=True):
                segments[i] = count
        pairs = pairs_of(rows, documents, segments) if self.judge else None
        scored = score_batch(rows, self.tools.metrics, self.judge, pairs)
        if self.judge:
            self.judge.forget()
        self._note(scored)
        for name, at in places.items():
            self._add(self.systems[name], rows, scored, documents, segments, units, at)
        columns = segment_columns(rows, scored, names, documents, segments)
        self._findings(scored, names, documents, segments)
        if "system" in rows.texts:
            self._spool(columns, places)
        self.worst.add(columns)
        self.n_rows += n
        kept = [i for i, flag in enumerate(columns["flagged"]) if flag] if self.job.only_flagged else None
        self.n_written += n if kept is None else len(kept)
        return columns if kept is None else {name: [values[i] for i in kept] for name, values in columns.items()}

    def _note(self, scored: ScoredBatch) -> None:
        """What metrics say of a batch; a note on every batch would be thousands, so that of each the first is kept."""
        for metric, _ in scored.metrics:
            for note in metric.notes:
                if len(self.notes) < MOST_NOTES and not any(note.split(":")[0] == other.split(":")[0] for other in self.notes):
                    self.notes[note] = None
            if metric.unreadable:
                known = self.unreadable.setdefault(metric.name, {**asdict(metric.unreadable), "segments": 0})
                known["segments"] += metric.unreadable.segments

    def _spool(self, columns: Mapping[str, list[Any]], places: Mapping[str, Sequence[int]]) -> None:
        """Segment scores that systems are compared by, segment by segment, once all rows are known; 8 bytes each."""
        compared = [entry["column"] for entry in self.manifest["compared"] if not entry.get("part")]
        values = np.array([[np.nan if value is None else value for value in columns[name]] for name in compared], dtype=np.float64).T
        for k, name in enumerate(self.systems):
            if name in places:
                with open(self.beside(f"scores.{k}.f8"), "ab") as out:
                    out.write(np.ascontiguousarray(values[places[name]]).tobytes())

    def _add(
        self, sums: SystemSums, rows: Rows, scored: ScoredBatch, documents: Sequence[str], segments: Sequence[int], of_document: Any, at: Sequence[int]
    ) -> None:
        """One system's rows of a batch added to its sums."""
        whole = len(at) == len(rows)
        units = {"segment": np.arange(sums.n_segments, sums.n_segments + len(at))}
        if "document" in rows.texts:
            units["document"] = of_document if whole else of_document[at]
        for metric, statistics in scored.metrics:
            sums.add(metric, statistics if whole else statistics[at], units)
        ones = np.ones((len(at), 1))
        for unit, numbers in units.items():
            sums.size_of(unit).add(numbers, ones)
        own, there = _some(documents, at), _some(scored.scored, at)
        for name in dict.fromkeys(own) if all(there) else dict.fromkeys(name for name, one in zip(own, there, strict=True) if one):
            sums.documents.mark_scored(name)
        blank = [] if all(there) else [number for number, one in enumerate(there, sums.n_segments + 1) if not one]
        sums.n_blank += len(blank)
        sums.blank += blank[: max(0, MOST_LEFT_OUT - len(sums.blank))]
        sums.n_segments += len(at)
        sums.n_scored += len(at) - len(blank)
        sums.listed.update("".join([f"{name}\t{number}\n" for name, number in zip(own, _some(segments, at), strict=True)]).encode())
        if "system" in rows.texts:
            sums.spine.update("".join([f"{documents[i]}\t{stream[i]}\n" for stream in rows.references for i in at]).encode())
        for one in (scored.diagnoses[i] for i in at) if scored.diagnoses is not None else ():
            if one is not None:
                sums.counts["flagged"] += one.flagged
                for finding in one.findings:
                    sums.counts[finding.severity] = sums.counts.get(finding.severity, 0) + 1

    def _findings(self, scored: ScoredBatch, names: Sequence[str], documents: Sequence[str], segments: Sequence[int]) -> None:
        """Findings of a batch, with the row of the shard's own output."""
        if scored.diagnoses is None:
            return
        table = findings_table(scored.diagnoses, (names, documents, segments), self.n_written, only_flagged=self.job.only_flagged)
        with open(self.beside("findings.csv"), "a", encoding="utf-8", newline="") as out:
            out.write(csv_text(table, self.job.spreadsheet_safe).partition("\n")[2])

    def save(self, output: Path) -> None:
        """Write the state; the output is in its place."""
        facts = {
            "config": self.job.digest, "path": self.shard.path, "size": self.shard.size, "modified": self.shard.modified, "sha256": self.sha256,
            "rows": self.n_rows, "written": self.n_written, "rejected": self.n_rejected, "written_bytes": output.stat().st_size,
            "manifest": self.manifest, "worst": self.worst.rows, "by": self.worst.column,
            "unreadable": self.unreadable, "notes": list(self.notes),
            "further_signatures": {metric.name: metric.signature.corpus for metric in self.metrics},
        }  # fmt: skip
        json.dumps(facts)  # a value that JSON cannot hold is a fault of ours, before anything is in place
        write_state(self.state, self.systems, facts)
