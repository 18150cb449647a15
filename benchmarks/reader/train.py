"""Second step: trains one reader.

    python benchmarks/reader/train.py SEED --work WORK [--model minilm|mpnet] [--tokens N] [--threads N] [--device cpu|cuda]

Writes reader-SEED.pt and reader-SEED.csv (loss and speed as it went) to WORK.
"""

from __future__ import annotations

import argparse
import csv
import pickle
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from evaluate import report
from network import Batch, Reader, Scores, averaged, batch_of, loss_of, state_of
from prepare import Labelled
from torch import Tensor

SHARES = {"news20": 0.26, "news20b": 0.10, "ted": 0.04, "bio": 0.07, "wmt22": 0.16, "mlqe": 0.11, "demetr": 0.10, "own": 0.12, "humans": 0.04}
"""Of the tokens that a reader sees in training."""
TOKENS = 2_400_000
GROUP = 4
"""Most pairs of one group that are drawn together."""
BUDGET = 1500
"""Tokens in a batch."""
RATE, HEAD_RATE = 1.5e-4, 1e-3


def draw(pairs: Sequence[Labelled], tokens: int, shares: dict[str, float], rng: random.Random) -> list[list[Labelled]]:
    """Groups in random order, of each set as many as its share; a set that is too small is read again."""
    groups: dict[str, dict[str, list[Labelled]]] = {name: {} for name in shares}
    for pair in pairs:
        if pair.set in groups:
            groups[pair.set].setdefault(pair.group, []).append(pair)
    out: list[list[Labelled]] = []
    total = sum(shares.values())
    for name, share in shares.items():
        left = tokens * share / total
        while left > 0:
            names = list(groups[name])
            rng.shuffle(names)
            for key in names:
                members = groups[name][key]
                chosen = rng.sample(members, GROUP) if len(members) > GROUP else members
                out.append(chosen)
                left -= sum(len(p.joint.ids) for p in chosen)
                if left <= 0:
                    break
    rng.shuffle(out)
    return out


def into_batches(groups: Sequence[list[Labelled]], rng: random.Random, budget: int = BUDGET) -> list[list[Labelled]]:
    """Batches of about one length and of whole groups, in random order."""
    out: list[list[Labelled]] = []
    for start in range(0, len(groups), 200):
        batch: list[Labelled] = []
        for group in sorted(groups[start : start + 200], key=lambda g: max(len(p.joint.ids) for p in g)):
            width = max(len(p.joint.ids) for p in (*batch, *group))
            if batch and width * (len(batch) + len(group)) > budget:
                out.append(batch)
                batch = []
            batch += group
        out.append(batch)
    rng.shuffle(out)
    return out


LossOfBatch = Callable[[Scores, Batch, Sequence[Labelled]], Tensor]


def of_labels(scores: Scores, batch: Batch, _pairs: Sequence[Labelled]) -> Tensor:
    """The loss against labels alone."""
    return loss_of(scores, batch)


def train(
    model: Reader,
    stream: Sequence[list[Labelled]],
    log: Path,
    minutes: float,
    rates: tuple[float, float] = (RATE, HEAD_RATE),
    loss_of_batch: LossOfBatch = of_labels,
) -> None:
    """One pass over the batches, warmed up, then down to nothing; the rates, of body and heads, follow the clock where minutes are given."""
    device = next(model.parameters()).device
    heads = [p for name, p in model.named_parameters() if p.requires_grad and not name.startswith("bert.")]
    body = [p for name, p in model.named_parameters() if p.requires_grad and name.startswith("bert.")]
    optimizer = torch.optim.AdamW([{"params": body}, {"params": heads}], weight_decay=0.01)
    started, seen, recent = time.time(), 0, 0.0
    with log.open("w", encoding="utf-8", newline="") as file:
        curve = csv.writer(file)
        curve.writerow(["step", "pairs", "seconds", "loss"])
        for step, pairs in enumerate(stream):
            done = step / len(stream)
            if minutes:
                done = max(done, (time.time() - started) / (60 * minutes))
            if done >= 1:
                break
            scale = min(1.0, (step + 1) / 60) * (1 - done)
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * scale
            batch = Batch(*(t.to(device) for t in batch_of(pairs)))
            model.train()
            loss = loss_of_batch(model(batch), batch, pairs)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            seen, recent = seen + len(pairs), recent + float(loss.detach())
            if step % 50 == 49:
                curve.writerow([step + 1, seen, round(time.time() - started), round(recent / 50, 4)])
                file.flush()
                recent = 0.0
    print(f"{seen} pairs in {time.time() - started:.0f} s, {seen / (time.time() - started):.1f} pairs a second")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int)
    parser.add_argument("--work", type=Path, required=True, help="where prepare.py wrote")
    parser.add_argument("--model", choices=("minilm", "mpnet"), default="minilm", help="mpnet for one that others learn from")
    parser.add_argument("--rate", type=float, default=RATE, help="learning rate")
    parser.add_argument("--budget", type=int, default=BUDGET, help="tokens in a batch")
    parser.add_argument("--dropout", type=float, default=0.05)
    parser.add_argument("--tokens", type=int, default=TOKENS, help="tokens to learn from")
    parser.add_argument("--minutes", type=float, default=0.0, help="most minutes, the learning rate then follows the clock; 0 for no limit")
    parser.add_argument("--without", default="", help="sets to leave out, with commas between")
    parser.add_argument("--start", default="", metavar="NAMES", help="readers from whose averaged weights to go on, at half the rate")
    parser.add_argument("--shares", default="", metavar="SET=SHARE,…", help="other shares of some sets")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--name", help="of the files written, instead of the seed")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = random.Random(options.seed)
    with (options.work / "pairs.pkl").open("rb") as file:
        pairs: list[Labelled] = pickle.load(file)
    shares = {name: share for name, share in SHARES.items() if name not in options.without.split(",")}
    shares |= {name: float(share) for name, share in (item.split("=") for item in options.shares.split(",") if item)}
    stream = into_batches(draw([p for p in pairs if p.part == "train"], options.tokens, shares, rng), rng, options.budget)
    print(f"{sum(map(len, stream))} pairs in {len(stream)} batches")
    model = Reader(options.dropout, options.model).to(options.device)
    if options.start:
        model.load_state_dict(averaged(options.work, options.start.split(",")), strict=False)
    name = options.name or str(options.seed)
    halved = 0.5 if options.start else 1.0
    train(model, stream, options.work / f"reader-{name}.csv", options.minutes, (halved * options.rate, halved * HEAD_RATE))
    torch.save(state_of(model), options.work / f"reader-{name}.pt")
    report(model, pairs, random.Random(1))


if __name__ == "__main__":
    main()
