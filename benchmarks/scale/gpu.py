"""Pairs a second on a GPU: BERTScore with two encoders beside bert-score, the reader, and whole streams; shares of the chip's measured peak.

    python benchmarks/scale/gpu.py --out gpu.json                                   # six minutes on one GPU
    python benchmarks/scale/gpu.py --out gpu.json --device cpu --small              # the same way, tried on a processor
    python benchmarks/scale/gpu.py --out gpu.json --tsv pairs.tsv --minilm FOLDER   # own texts; MiniLM from a folder, where its package is not installed

Each measurement is written to the JSON file as soon as it is there, and one that fails leaves its error in its place. Operations are
those of the encoder's matrix products and attention for real tokens, padding left out; texts that come twice count once.
"""

from __future__ import annotations

import argparse
import lzma
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import gpu_models
import numpy as np
from gpu_streams import Pairs, Report, measure_streams, numbered
from stream_tables import write_tables

PARTS = ("minilm", "reader", "large", "streams")
PRECISIONS = ("fp32", "bf16")
PEER_BATCHES = (64, 512)
"""Texts in a batch of bert-score: its default, and more."""
WARM = 256
"""Pairs that go through before the clock runs."""


def main() -> int:
    """Run it."""
    args = arguments()
    report = Report(args.out, args.seconds)
    with tempfile.TemporaryDirectory(dir=args.place) as place:
        program = None if args.minilm is None else gpu_models.stand_in(args.minilm, Path(place) / "minilm")
        pairs = read_pairs(args.tsv, args.pairs, Path(place))
        report.add("machine", lambda: machine(args.device))
        peaks = report.add("peaks", lambda: {name: peak(args.device, name, 512 if args.small else 8192) for name in PRECISIONS}) or {}
        minilm = packaged()
        if "minilm" in args.parts:
            measure_model(report, "minilm", (minilm, 3), pairs, args, peaks)
        if "reader" in args.parts:
            measure_reader(report, pairs, args, peaks)
        if "large" in args.parts:
            sizes = gpu_models.SMALL if args.small else gpu_models.LARGE
            folder = report.add("large made", lambda: str(gpu_models.make_encoder(sizes, minilm, Path(place) / "large")))
            measure_model(report, "large", (Path(folder), int(str(sizes["num_hidden_layers"]))), pairs[: args.large_pairs], args, peaks)
        if "streams" in args.parts:
            measure_streams(report, program, pairs, args, Path(place), minilm)
    return 0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--pairs", type=int, default=20_000, help="of MiniLM and the reader")
    parser.add_argument("--large-pairs", type=int, default=4_000)
    parser.add_argument("--tsv", type=Path, help="a table with reference and hypothesis as its first columns and a header, also .xz; default texts of our own")
    parser.add_argument("--minilm", type=Path, help="a folder with MiniLM in the place of the package")
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000], help="of the streams with BERTScore and diagnosis")
    parser.add_argument("--workers", type=int, default=16, help="processes of the streams that share the GPU")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--seconds", type=float, default=330)
    parser.add_argument("--place", help="where models and tables are made, and taken away")
    parser.add_argument("--small", action="store_true", help="small sizes of everything")
    return parser.parse_args()


def read_pairs(tsv: Path | None, n: int, place: Path) -> Pairs:
    """Pairs of (reference, hypothesis) that all differ; a table that is too short begins again with a number at both ends of each text."""
    if tsv is None:
        tsv = next(write_tables(place / "texts", n, 1).iterdir())
    data = lzma.decompress(tsv.read_bytes()) if tsv.suffix == ".xz" else tsv.read_bytes()
    rows = [line.split("\t") for line in data.decode("utf-8").removesuffix("\n").split("\n")[1:]]
    kept = list(dict.fromkeys((row[0], row[1]) for row in rows if row[0].strip() and row[1].strip()))
    return [numbered(kept[k % len(kept)], k // len(kept)) for k in range(n)]


def packaged() -> Path:
    """Folder of MiniLM."""
    from evaluator.embed.models import packaged_folder

    return packaged_folder()


def machine(device: str) -> dict[str, Any]:
    """What it was measured on."""
    import os
    from importlib.metadata import version

    import torch

    names = ("torch", "transformers", "bert-score", "numpy", "tokenizers")
    found: dict[str, Any] = {name: version(name) for name in names} | {"python": sys.version.split()[0], "processors": len(os.sched_getaffinity(0))}
    if device != "cpu":
        found |= {"gpu": torch.cuda.get_device_name(device), "tf32": torch.backends.cuda.matmul.allow_tf32}
    return found


def synchronize(device: str) -> None:
    """Wait for the GPU."""
    if device != "cpu":
        import torch

        torch.cuda.synchronize(device)


def timed(device: str, work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that the work takes, the GPU's part of it to the end, and its result."""
    synchronize(device)
    began = time.perf_counter()
    result = work()
    synchronize(device)
    return time.perf_counter() - began, result


def peak(device: str, precision: str, size: int) -> float:
    """Operations a second of a large matrix product, in 10^12."""
    import torch

    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    for _ in range(3):
        a @ b
    n = 20 if device != "cpu" else 2
    seconds, _ = timed(device, lambda: [a @ b for _ in range(n)][-1][0, 0].item())
    return 2 * size**3 * n / seconds / 1e12


def operations(lengths: Sequence[int], layers: int, size: int) -> float:
    """Of the encoder for texts of so many tokens: 24 d^2 a token and layer, and 4 d n for its attention to n tokens."""
    n = np.array(lengths, dtype=np.float64)
    return float(layers * (24 * size**2 * n + 4 * size * n**2).sum())


def shares(ops: float, seconds: float, peak_now: float | None) -> dict[str, float | None]:
    """10^12 operations a second, and of the peak."""
    return {"tflops": round(ops / seconds / 1e12, 3), "share_of_peak": round(ops / seconds / 1e12 / peak_now, 4) if peak_now else None}


def measure_model(report: Report, name: str, model: tuple[Path, int], pairs: Pairs, args: argparse.Namespace, peaks: dict[str, float]) -> None:
    """BERTScore with one encoder in both precisions, ours and bert-score's; differences in fp32."""
    kept: dict[str, Any] = {}
    for precision in PRECISIONS:
        report.add(f"{name} {precision} evaluator", partial(ours, model, pairs, args.device, precision, peaks.get(precision), kept))
        for batch in PEER_BATCHES:
            report.add(f"{name} {precision} bert-score batch {batch}", partial(theirs, model, pairs, args.device, precision, batch, kept))
    report.add(f"{name} differences", lambda: differences(kept))


def ours(model: tuple[Path, int], pairs: Pairs, device: str, precision: str, peak_now: float | None, kept: dict[str, Any]) -> dict[str, Any]:
    """Pairs a second of BERTScore, of its vectors alone, and of the encoder alone without anything copied back."""
    from evaluator.embed.embedder import GPU_TOKEN_BUDGET, batches, open_embedder
    from evaluator.metrics.matching import match_pairs

    embedder = open_embedder(str(model[0]), model[1], device, precision=precision)

    def tokenized(some: Pairs) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        texts = list(dict.fromkeys(text for pair in some for text in pair))
        ids = {text: tuple(one) for text, one in zip(texts, embedder.token_ids(texts), strict=True)}
        return [(ids[hypothesis], ids[reference]) for reference, hypothesis in some]

    def score(some: Pairs) -> Any:
        return match_pairs(embedder, tokenized(some), None, lambda _: None)

    score(pairs[-WARM:])
    seconds, kept[f"evaluator {precision}"] = timed(device, lambda: score(pairs))
    tokenizing, ids = timed(device, lambda: tokenized(pairs))
    texts = [list(one) for one in dict.fromkeys(one for pair in ids for one in pair)]
    ops = operations([len(one) for one in texts], model[1], int(embedder.spec.config["hidden_size"]))
    found: dict[str, Any] = {"pairs": len(pairs), "pairs_s": round(len(pairs) / seconds, 1), "tokenizing_s": round(tokenizing, 3), "seconds": round(seconds, 3)}
    found |= {"tokens_a_text": round(sum(map(len, texts)) / len(texts), 1), "runtime": embedder.runtime, **shares(ops, seconds, peak_now)}
    if device != "cpu":
        groups = [embedder._padded([texts[i] for i in group]) for group in batches([len(one) for one in texts], None, GPU_TOKEN_BUDGET)]
        import torch

        given = [(torch.from_numpy(one.ids), torch.from_numpy(one.lengths)) for one in groups]
        hidden: Any = embedder._encoder.hidden  # type: ignore[union-attr]
        alone, _ = timed(device, lambda: [hidden(*one).sum() for one in given][-1].item())
        vectors, _ = timed(device, lambda: len([embedder.vectors(texts[k : k + 2000]) for k in range(0, len(texts), 2000)]))
        found |= {"vectors_s": round(vectors, 3), "encoder_s": round(alone, 3), "encoder_pairs_s": round(len(pairs) / alone, 1)}
        found["encoder"] = shares(ops, alone, peak_now)
        found["gpu_mb"] = round(torch.cuda.max_memory_allocated(device) / 2**20)
    return found


def theirs(model: tuple[Path, int], pairs: Pairs, device: str, precision: str, batch: int, kept: dict[str, Any]) -> dict[str, Any]:
    """Pairs a second of bert-score; in bf16 under torch's autocast, which it knows nothing of."""
    import bert_score
    import torch

    scorer = bert_score.BERTScorer(model_type=str(model[0]), num_layers=model[1], device=device)
    references, hypotheses = ([pair[side] for pair in pairs] for side in (0, 1))

    def score(n: int) -> Any:
        with torch.autocast(device.split(":")[0], torch.bfloat16) if precision == "bf16" else nullcontext():
            return scorer.score(hypotheses[:n], references[:n], batch_size=batch)

    score(WARM)
    seconds, scores = timed(device, lambda: score(len(pairs)))
    kept[f"bert-score {precision}"] = torch.stack(scores, dim=1).float().cpu().numpy()
    return {"pairs": len(pairs), "pairs_s": round(len(pairs) / seconds, 1), "seconds": round(seconds, 3)}


def differences(kept: dict[str, Any]) -> dict[str, Any]:
    """Largest differences of P, R and F1."""
    between = [("evaluator fp32", "bert-score fp32"), ("evaluator bf16", "evaluator fp32"), ("evaluator bf16", "bert-score bf16")]
    return {f"{a} to {b}": np.abs(kept[a] - kept[b]).max(axis=0).tolist() for a, b in between if a in kept and b in kept}


def measure_reader(report: Report, pairs: Pairs, args: argparse.Namespace, peaks: dict[str, float]) -> None:
    """The reader of the diagnosis in both precisions, and how far it is from itself on a processor."""
    for precision in PRECISIONS:
        report.add(f"reader {precision}", partial(reader, pairs, args.device, precision, peaks.get(precision)))
    report.add("reader differences", lambda: reader_differences(pairs[:200], args.device))


def reader(pairs: Pairs, device: str, precision: str, peak_now: float | None) -> dict[str, Any]:
    """Pairs a second of the reader with its word pieces, without them, and of the encoder with all that is computed from its states."""
    from evaluator.diagnosis.joint import join
    from evaluator.diagnosis.reader import FILE, Reader, word_pieces

    loaded = Reader(FILE, device, precision)

    def tokens(some: Pairs) -> Any:
        texts = list(dict.fromkeys(text for pair in some for text in pair))
        found = dict(zip(texts, word_pieces(texts), strict=True))
        return [(found[a], found[b]) for a, b in some]

    loaded.read(pairs[-WARM:], tokens(pairs[-WARM:]), lambda *_: None)
    tokenizing, pieces = timed(device, lambda: tokens(pairs))
    fits = [k for k, (a, b) in enumerate(pieces) if len(a.ids) + len(b.ids) < 500]  # the diagnosis cuts longer pairs
    some, their = [pairs[k] for k in fits], [pieces[k] for k in fits]
    seconds, _ = timed(device, lambda: loaded.read(some, their, lambda *_: None))
    spec = loaded.spec
    ops = operations([len(a.ids) + len(b.ids) + 3 for a, b in their], spec.n_layers, int(spec.config["hidden_size"]))
    found: dict[str, Any] = {"pairs": len(some), "pairs_s": round(len(some) / (seconds + tokenizing), 1), "tokenizing_s": round(tokenizing, 3)}
    found |= {"reading_s": round(seconds, 3), "runtime": loaded.runtime, **shares(ops, seconds + tokenizing, peak_now)}
    if loaded.in_torch:
        joints = [join(*one, two, (101, 102)) for one, two in zip(some, their, strict=True)]
        heads = loaded._heads
        alone, _ = timed(device, lambda: [copied[0] for _, copied in heads._computed(joints)][-1].array())
        encoder, _ = timed(device, lambda: [batch.states[-1].sum() for batch in heads._encoder.batches_of(joints)][-1].item())
        found |= {"computed_s": round(alone, 3), "encoder_s": round(encoder, 3), "encoder_pairs_s": round(len(some) / encoder, 1)}
        found["encoder"] = shares(ops, encoder, peak_now)
    return found


def reader_differences(pairs: Pairs, device: str) -> dict[str, float]:
    """Largest differences of the log odds of a pair."""
    from evaluator.diagnosis.reader import FILE, Reader, word_pieces

    tokens = [tuple(word_pieces(pair)) for pair in pairs]

    def read(where: str, precision: str) -> Any:
        out: dict[int, Any] = {}
        Reader(FILE, where, precision).read(pairs, tokens, out.__setitem__)  # type: ignore[arg-type]
        return np.array([out[k].pair for k in range(len(pairs))])

    here = read("cpu", "fp32")
    return {f"{precision} to fp32 on a processor": float(np.abs(read(device, precision) - here).max()) for precision in PRECISIONS}


if __name__ == "__main__":
    sys.exit(main())
