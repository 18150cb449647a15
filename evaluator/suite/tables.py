"""`leaderboard.csv` and the suite's report: systems over all sets, and by domain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluator.compare.formulas import make_formula
from evaluator.digits import shown_score
from evaluator.reports.safe import markdown
from evaluator.types import Evaluation, Table, is_inserted

COLUMNS = {
    "options": "the combination of the matrix; empty without one",
    "metric": "metric as printed in papers",
    "signature": "everything that decides the number; sets with different signatures are averaged and ranked separately",
    "scope": "all (the mean over the sets), domain (the mean over the sets that have it) or set",
    "name": "of the domain or set; empty for all",
    "system": "name of the system",
    "score": "mean of the corpus scores, each set (or each set's part) counting once; in full precision; empty where the system lacks one of the sets",
    "rank": "1 for the best among the systems that are in all of the scope's sets; empty for others",
    "sets": "how many sets the system is in",
    "segments": "how many segments they have",
}


READING = "`all` is the mean over the sets; a system that is not in all of them has neither mean nor rank. Numbers in full: leaderboard.csv."
APART = "Scores with different signatures cannot be averaged or ranked together: these sets stand apart."


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished run of a suite."""

    set_name: str
    combination: str
    folder: str
    """From the folder of the suite."""
    domain: str
    """Of all segments, where the files name none."""
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class SetScore:
    """One corpus score of one system: of a set, or of a set's part in a domain."""

    system: str
    score: float
    segments: int


def leaderboard(runs: Sequence[Finished]) -> Table:
    """Systems by combination, metric, signature and scope, best first."""
    rows: list[dict[str, Any]] = []
    for combination in dict.fromkeys(run.combination for run in runs):
        own = [run for run in runs if run.combination == combination]
        for title, better in _metrics(own).items():
            by_signature: dict[str, list[Finished]] = {}
            for run in own:
                if any(_set_parts(run.evaluation, title)):
                    by_signature.setdefault(_settings(run.evaluation, title), []).append(run)
            for signature, alike in by_signature.items():
                for (scope, name), sets in _scopes(alike, title).items():
                    place = {"options": combination, "metric": title, "signature": signature, "scope": scope, "name": name}
                    rows += ({**place, **row} for row in _ranked(sets, better))
    return Table("leaderboard", {column: [row[column] for row in rows] for column in COLUMNS})


def _scopes(runs: Sequence[Finished], title: str) -> dict[tuple[str, str], list[list[SetScore]]]:
    """By scope and name the scores of each set, for runs whose scores are of one kind."""
    scopes: dict[tuple[str, str], list[list[SetScore]]] = {("all", ""): [list(_set_parts(run.evaluation, title)) for run in runs]}
    for run in runs:
        for domain, of_domain in _domain_parts(run, title).items():
            scopes.setdefault(("domain", domain), []).append(of_domain)
    return scopes | {("set", run.set_name): [list(_set_parts(run.evaluation, title))] for run in runs}


def _settings(evaluation: Evaluation, title: str) -> str:
    """The signature; of imported scores without the digest of their file, which differs from set to set."""
    signature = evaluation.manifest.signatures[title].corpus
    return signature.split("|sha256:")[0] if signature.startswith("imported:") else signature


def _metrics(runs: Sequence[Finished]) -> dict[str, bool]:
    """Title to whether higher is better, in the order of the runs."""
    return {one.title: one.higher_is_better for run in runs for one in run.evaluation.manifest.metrics}


def _set_parts(evaluation: Evaluation, title: str) -> Iterator[SetScore]:
    scores = evaluation.tables["scores"].columns
    for system, score, segments in zip(scores["system"], scores.get(title, [None] * len(scores["system"])), scores["segments"], strict=True):
        if score is not None:
            yield SetScore(system, score, segments)


def _domain_parts(run: Finished, title: str) -> dict[str, list[SetScore]]:
    """Each system's corpus score on the segments of each domain, from the stored statistics."""
    evaluation = run.evaluation
    compared = next(one for one in evaluation.manifest.compared or () if one.title == title)
    corpus = make_formula(compared.formula).corpus
    statistics = evaluation.statistics[compared.statistics]
    domains = _domains(evaluation, run.domain)
    parts: dict[str, list[SetScore]] = {}
    for domain in dict.fromkeys(domains):
        if domain:
            mask = np.array([one == domain for one in domains])
            scores = corpus(statistics[:, mask].cumsum(axis=1)[:, -1])
            parts[domain] = [SetScore(name, float(score), int(mask.sum())) for name, score in zip(evaluation.manifest.systems, scores, strict=True)]
    return parts


def _domains(evaluation: Evaluation, whole: str) -> list[str]:
    columns = evaluation.tables["segments"].columns
    first = evaluation.manifest.systems[0]
    rows = [i for i, name in enumerate(columns["system"]) if name == first and not is_inserted(columns["alignment"][i])]
    if "domain" not in columns:
        return [whole] * len(rows)
    # `-` is how WMT's document files write that there is none.
    return ["" if columns["domain"][i] == "-" else columns["domain"][i] for i in rows]


def _ranked(sets: Sequence[Sequence[SetScore]], higher_is_better: bool) -> list[dict[str, Any]]:
    """Rows of one scope, best first; systems that miss a set after the others, without rank and mean: theirs would be over other sets."""
    found: dict[str, list[SetScore]] = {}
    for parts in sets:
        for part in parts:
            found.setdefault(part.system, []).append(part)
    sign = -1.0 if higher_is_better else 1.0
    means = {system: float(np.mean([part.score for part in parts])) for system, parts in found.items()}
    order = sorted(found, key=lambda system: (-len(found[system]), sign * means[system], system))
    whole = [system for system in order if len(found[system]) == len(sets)]
    return [
        {
            "system": system,
            "score": means[system] if system in whole else None,
            "rank": 1 + sum(sign * means[other] < sign * means[system] for other in whole) if system in whole else None,
            "sets": len(found[system]),
            "segments": sum(part.segments for part in found[system]),
        }
        for system in order
    ]


def suite_report(name: str, runs: Sequence[Finished], board: Table) -> str:
    """The report as Markdown: for each combination and metric systems by sets, then by domains."""
    rows = [dict(zip(board.columns, values, strict=True)) for values in zip(*board.columns.values(), strict=True)]
    lines = [
        f"# {name}",
        "",
        f"{len(runs)} runs. {READING}",
    ]
    unit_scales = {one.title: one.unit_scale for run in runs for one in run.evaluation.manifest.metrics}
    kinds = dict.fromkeys((row["options"], row["metric"], row["signature"]) for row in rows)
    for options, metric, signature in kinds:
        own = [row for row in rows if (row["options"], row["metric"], row["signature"]) == (options, metric, signature)]
        title = f"{metric}{f', {options}' if options else ''}"
        if sum(kind[:2] == (options, metric) for kind in kinds) > 1:
            lines += ["", f"## {title}: sets signed {markdown(signature)}", "", APART, "", *_grid(own, "set", unit_scales[metric])]
        else:
            lines += ["", f"## {title}", "", *_grid(own, "set", unit_scales[metric])]
        if any(row["scope"] == "domain" for row in own):
            lines += ["", f"### {metric} by domain", "", *_grid(own, "domain", unit_scales[metric])]
    lines += ["", "## Runs", "", "| set | options | systems | segments | report |", "|---|---|---|---|---|"]
    for run in runs:
        scores = run.evaluation.tables["scores"].columns
        link = f"[{run.folder}]({run.folder.replace(',', '%2C')}/report.html)"
        lines.append(f"| {markdown(run.set_name)} | {markdown(run.combination) or '-'} | {len(scores['system'])} | {max(scores['segments'])} | {link} |")
    return "\n".join(lines) + "\n"


def _grid(rows: Sequence[Mapping[str, Any]], scope: str, unit_scale: bool) -> list[str]:
    """Systems down, `all` and the scope's names across; an empty cell where a system is not in a set."""
    names = list(dict.fromkeys(row["name"] for row in rows if row["scope"] == scope))
    cells = {(row["system"], row["scope"], row["name"]): row for row in rows}
    systems = [row["system"] for row in rows if row["scope"] == "all"]
    lines = [f"| rank | system | all | {' | '.join(map(markdown, names))} |", "|---" * (3 + len(names)) + "|"]
    for system in systems:
        whole = cells[(system, "all", "")]
        own = [cells.get((system, scope, name)) for name in names]
        shown = [shown_score(one["score"], unit_scale) if one else "" for one in (whole, *own)]
        lines.append(f"| {whole['rank'] or ''} | {markdown(system)} | {' | '.join(shown)} |")
    return lines
