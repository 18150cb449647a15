"""A study of our own metrics against people: the tables of docs/metrics.md.

    python benchmarks/meta/study.py DATA [--work DIR] [--every 2] [--whole] [--layers K ...] [--full] [-o STUDY.md]

DATA has `human/*.tsv.gz` and `mqm/*.jsonl.gz`; the texts are not part of this repository. BLEU, chrF,
chrF++, TER, BERTScore of every layer of minilm, `fidelity` and `risk` are judged on the parts that neither
the reader nor the decision was fitted on, which `benchmarks/reader/corpora.py` defines; with `--whole` all
but the last two on whole sets. `--every N` takes every n-th segment of the large sets. `--work` keeps
scores, so that a second run computes statistics alone; `--full` adds intervals and tests of SPA and
Kendall's tau, and intervals of AUC.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import sys
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from study_tables import render_study

import evaluator
from evaluator.compare.formulas import make_formula
from evaluator.embed.embedder import open_embedder
from evaluator.meta.study import MetaPlan, Study, run_study
from evaluator.metrics.matching import match_pairs
from evaluator.plugins import metric_class
from evaluator.python.meta import MetaRequest, make_material
from evaluator.python.meta_sources import Scored, ScoredMetric
from evaluator.readers.human_files import read_judged
from evaluator.readers.human_matching import match_judgements
from evaluator.readers.human_rows import JudgedFile, JudgedRow
from evaluator.types import FloatArray, Table

LEXICAL = {"bleu": "BLEU", "chrf": "chrF", "chrf++": "chrF++", "ter": "TER"}
SYSTEM = ("system_pearson", "pairwise_accuracy", "spa")
SEGMENT = ("pearson", "kendall_b", "acc_eq", "auc")
COSTLY = {"spa": ("resamples", "draws"), "kendall_b": ("resamples", "draws"), "auc": ("resamples",)}
"""What a statistic has with `--full` alone: a minute more for each set."""
READER = Path(__file__).parents[1] / "reader"


@dataclass(frozen=True)
class HumanSet:
    """A file of human scores."""

    name: str
    path: str
    corpus: str
    """Its name in `benchmarks/reader/corpora.py`."""
    large: bool = True
    """Whether every n-th segment stands for the whole."""
    statistics: tuple[str, ...] = (*SYSTEM, *SEGMENT)


SETS = (
    HumanSet("TED 2021 zh-en, MQM", "human/ted21.zh-en.mqm.tsv.gz", "ted", large=False),
    HumanSet("WMT20 news zh-en, MQM", "mqm/news20.zh-en.mqm.jsonl.gz", "news20"),
    HumanSet("WMT22 de-en, DA", "human/wmt22.de-en.da.tsv.gz", "wmt22"),
    HumanSet("WMT22 ru-en, DA", "human/wmt22.ru-en.da.tsv.gz", "wmt22"),
    # Systems differ from language to language: nothing to say of them as wholes.
    HumanSet("medical abstracts into English, MQM", "mqm/bio.xx-en.mqm.jsonl.gz", "bio", statistics=SEGMENT),
)


def held_out(data: Path) -> set[tuple[str, str, str]]:
    """Set, reference and hypothesis of the pairs that nothing was fitted on; references that stand in a fitted part too are not among them."""
    sys.path.append(str(READER))
    corpora = importlib.import_module("corpora")
    examples = corpora.read_all(data)
    fitted = {corpora.key_of(one.reference) for one in examples if one.part != "test"}
    return {(one.set, one.reference, one.hypothesis) for one in examples if one.part == "test" and corpora.key_of(one.reference) not in fitted}


def select(judged: JudgedFile, keep: Callable[[JudgedRow], bool]) -> JudgedFile:
    """The file's rows of systems that are no people, with texts that are kept."""
    texts = (row for row in judged.rows if not row.by_human and row.hypothesis.strip() and row.reference.strip())
    return replace(judged, rows=tuple(row for row in texts if keep(row)))


def chosen_rows(judged: JudgedFile, corpus: str, unfitted: Collection[tuple[str, str, str]]) -> JudgedFile:
    """The pairs that nothing was fitted on; all where none are named."""
    return select(judged, lambda row: not unfitted or (corpus, row.reference, row.hypothesis) in unfitted)


def every(judged: JudgedFile, n: int) -> JudgedFile:
    """The rows of every n-th segment in the order of the file."""
    place: dict[tuple[str, str], int] = {}
    for row in judged.rows:
        place.setdefault((row.document, row.segment), len(place))
    return select(judged, lambda row: place[row.document, row.segment] % n == 0)


def cells_of(judged: JudgedFile) -> list[JudgedRow]:
    """What metrics score: each system's version of a segment once, however many people judged it."""
    return list({(row.system, row.document, row.segment): row for row in judged.rows}.values())


def score(rows: Sequence[JudgedRow], diagnosed: bool) -> dict[str, FloatArray]:
    """Statistics of lexical metrics, F1 of every layer (n, layers), and with the diagnosis fidelity and risk, by name."""
    references, hypotheses = [row.reference for row in rows], [row.hypothesis for row in rows]
    found: dict[str, FloatArray] = {}
    for name in LEXICAL:
        found[name] = metric_class(name)().prepare([references]).count(hypotheses, range(len(rows)), lambda _: None).statistics
    embedder = open_embedder("minilm", all_layers=True)
    texts = list(dict.fromkeys([*references, *hypotheses]))
    ids = dict(zip(texts, map(tuple, embedder.token_ids(texts)), strict=True))
    pairs = [(ids[h], ids[r]) for h, r in zip(hypotheses, references, strict=True)]
    found["layers"] = match_pairs(embedder, pairs, None, lambda _: None)[..., 2]
    if diagnosed:
        judged = evaluator.diagnose(references, hypotheses, lang="en")
        found["fidelity"] = np.array([one.fidelity for one in judged], dtype=np.float64)
        found["risk"] = np.array([one.risk for one in judged], dtype=np.float64)
    return found


def diagnosis_digest() -> str:
    """A digest of everything that the diagnosis is made of: a detector changes scores as weights do."""
    folder = Path(evaluator.__file__).parent / "diagnosis"
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".json", ".safetensors"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def stored_scores(rows: Sequence[JudgedRow], diagnosed: bool, work: Path | None) -> dict[str, FloatArray]:
    """The scores from `work` where these texts were scored before."""
    if work is None:
        return score(rows, diagnosed)
    texts = "\n".join(f"{row.reference}\t{row.hypothesis}" for row in rows)
    path = work / f"{hashlib.sha256(texts.encode()).hexdigest()[:16]}{f'-diagnosed-{diagnosis_digest()}' * diagnosed}.npz"
    if not path.is_file():
        work.mkdir(parents=True, exist_ok=True)
        np.savez(path, **score(rows, diagnosed))  # type: ignore[arg-type]
    with np.load(path) as loaded:
        return dict(loaded)


def signed(corpus: Callable[[FloatArray], FloatArray], sign: float) -> Callable[[FloatArray], FloatArray]:
    """Corpus scores, higher is better."""
    return lambda sums: sign * corpus(sums)


def metrics_of(found: dict[str, FloatArray], layers: Sequence[int]) -> tuple[ScoredMetric, ...]:
    """The scores as metrics, higher is better."""
    out = []
    for name, title in LEXICAL.items():
        metric: Any = metric_class(name)()
        sign = -1.0 if name == "ter" else 1.0
        values = sign * np.asarray(metric.segment_scores(found[name])[name], dtype=np.float64)
        out.append(ScoredMetric(title, values, found[name], signed(make_formula(metric.formula).corpus, sign)))
    out += [ScoredMetric(f"BERTScore layer {k}", found["layers"][:, k]) for k in layers]
    if "fidelity" in found:
        out += [ScoredMetric("fidelity", found["fidelity"]), ScoredMetric("risk", -found["risk"])]
    return tuple(out)


def study_of(judged: JudgedFile, diagnosed: bool, plan: MetaPlan, work: Path | None, layers: Sequence[int] = range(7), full: bool = False) -> Study:
    """All statistics of one set."""
    rows = cells_of(judged)
    scored = Scored(tuple(rows), metrics_of(stored_scores(rows, diagnosed, work), layers), ())
    request = MetaRequest(judged.path, plan=plan)
    material = make_material(request, scored, judged, match_judgements(scored.rows, judged))
    parts = [run_study(material, replace(plan, statistics=(name,), groupings=(_grouping(name),), **_left_out(name, full))) for name in plan.statistics]
    return Study(_joined(part.meta for part in parts), _joined(part.pairs for part in parts), parts[0].notes)


def _grouping(statistic: str) -> str:
    """What is shown: acc_eq by item, all others of all cells."""
    return "item" if statistic == "acc_eq" else "none"


def _left_out(statistic: str, full: bool) -> dict[str, int]:
    """No intervals and tests where they take longer than all the rest."""
    return {} if full else dict.fromkeys(COSTLY.get(statistic, ()), 0)


def _joined(tables: Iterable[Table]) -> Table:
    """Tables with the same columns as one."""
    listed = list(tables)
    return Table(listed[0].name, {name: [cell for table in listed for cell in table.columns[name]] for name in listed[0].columns})


def main() -> None:
    """Print and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--every", type=int, default=2)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--layers", type=int, nargs="+", default=[0, 1, 2, 3, 4, 5, 6], metavar="K")
    parser.add_argument("--resamples", type=int, default=200)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("-o", "--out", type=Path)
    args = parser.parse_args()
    unfitted = set() if args.whole else held_out(args.data)
    parts = []
    for own in SETS:
        chosen = every(chosen_rows(read_judged(str(args.data / own.path), quoting=False), own.corpus, unfitted), args.every if own.large else 1)
        print(f"{own.name}: {len(cells_of(chosen))} pairs, {time.process_time():.0f} CPU s so far", file=sys.stderr, flush=True)
        plan = MetaPlan(own.statistics, resamples=args.resamples, draws=args.draws)
        parts.append((own.name, study_of(chosen, not args.whole, plan, args.work, args.layers, args.full)))
    text = render_study(parts, set(LEXICAL.values()))
    print(text)
    print(f"{time.process_time():.0f} CPU s", file=sys.stderr)
    if args.out:
        args.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
