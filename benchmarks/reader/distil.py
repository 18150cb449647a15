"""A reader that learns what larger ones say, of pairs with and without labels.

    python benchmarks/reader/distil.py label NAME [NAME ...] --work WORK [--device cuda]
    python benchmarks/reader/distil.py learn NAME --work WORK [--tokens N] [--minutes N] [--start NAMES --rank N] [--device cuda]

`label` keeps the mean opinion of the readers named, trained by `train.py --model mpnet`, in opinions.pkl;
`learn` trains MiniLM on it, and with `--rank` only low-rank differences from the packaged model, which
begin at those of the mean of the readers of `--start`. Writes reader-NAME.pt and reader-NAME.csv to WORK.
"""

from __future__ import annotations

import argparse
import pickle
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from evaluate import report
from more import DAMAGED, NATURAL
from network import N_ODDS, WEIGHTS, Batch, Predictions, Reader, Scores, averaged, bce, loss_of, predict, square, state_of
from numpy.typing import NDArray
from prepare import Labelled
from scipy.special import expit
from torch import Tensor, nn
from torch.nn.utils import parametrize
from train import HEAD_RATE, RATE, SHARES, LossOfBatch, draw, into_batches, train

TRUTH, OPINION, RANK_WEIGHT = 0.3, 1.0, 0.3
"""What labels, opinions, and the opinion of the rank weigh in the loss."""
UNLABELLED = 0.6
"""Share of pairs without labels, of tokens."""
RATE_FACTORS, HEAD_RATE_FACTORS = 1e-4, 2e-4


class Opinion(NamedTuple):
    """What larger readers say of a pair, on average; of log odds the mean probability."""

    pair: NDArray[np.float32]
    tags: NDArray[np.float16]
    """(n_hypothesis, 3) probabilities."""
    lost: NDArray[np.float16]
    """(n_reference,) probabilities."""


def opinions(found: Sequence[Predictions]) -> list[Opinion]:
    """The mean of several readers, pair by pair."""
    pair = np.mean([one.pair for one in found], axis=0)
    pair[:, :N_ODDS] = np.mean([expit(one.pair[:, :N_ODDS]) for one in found], axis=0)
    tags = [np.mean([expit(t) for t in several], axis=0) for several in zip(*(one.tags for one in found), strict=True)]
    lost = [np.mean([expit(t) for t in several], axis=0) for several in zip(*(one.lost for one in found), strict=True)]
    return [Opinion(p.astype(np.float32), t.astype(np.float16), m.astype(np.float16)) for p, t, m in zip(pair, tags, lost, strict=True)]


def all_pairs(work: Path) -> list[Labelled]:
    """The pairs to learn from, labelled ones first."""
    out: list[Labelled] = []
    for name in ("pairs.pkl", "more.pkl"):
        with (work / name).open("rb") as file:
            out += [p for p in pickle.load(file) if p.part == "train"]
    return out


def taught(pairs: Sequence[Labelled], known: dict[int, Opinion], device: torch.device) -> Scores:
    """Opinions in the form of scores; NaN where a token is not of the side."""
    width = max(len(p.joint.ids) for p in pairs)
    tags, lost = np.full((len(pairs), width, 3), np.nan, np.float32), np.full((len(pairs), width), np.nan, np.float32)
    for k, p in enumerate(pairs):
        tags[k, p.joint.hypothesis], lost[k, p.joint.reference] = known[id(p)].tags, known[id(p)].lost
    pair = np.stack([known[id(p)].pair for p in pairs])
    return Scores(*(torch.from_numpy(x).to(device) for x in (pair, tags, lost)))


def distance(scores: Scores, teacher: Scores) -> Tensor:
    """How far the reader is from its teachers, output by output."""
    odds = bce(scores.pair[:, :N_ODDS], teacher.pair[:, :N_ODDS])
    penalty, rank = square(scores.pair[:, 3], teacher.pair[:, 3]), square(scores.pair[:, 6], teacher.pair[:, 6])
    assessed = square(scores.pair[:, 4:6], teacher.pair[:, 4:6])
    places = WEIGHTS["tags"] * bce(scores.tags, teacher.tags) + WEIGHTS["lost"] * bce(scores.lost, teacher.lost)
    return WEIGHTS["odds"] * odds + WEIGHTS["mqm"] * penalty + WEIGHTS["da"] * assessed + RANK_WEIGHT * rank + places


def loss_with(known: dict[int, Opinion], device: torch.device) -> LossOfBatch:
    """The loss of a batch against labels and opinions."""

    def of(scores: Scores, batch: Batch, pairs: Sequence[Labelled]) -> Tensor:
        return TRUTH * loss_of(scores, batch) + OPINION * distance(scores, taught(pairs, known, device))

    return of


class LowRank(nn.Module):
    """The packaged weights, which stay, plus two factors that are trained."""

    def __init__(self, base: Tensor, changed: Tensor, rank: int) -> None:
        super().__init__()
        u, s, v = torch.linalg.svd((changed - base).double(), full_matrices=False)
        root = s[:rank].sqrt()
        self.left, self.right = nn.Parameter((u[:, :rank] * root).float()), nn.Parameter((root[:, None] * v[:rank]).float())

    def forward(self, base: Tensor) -> Tensor:
        """The weights in use."""
        change: Tensor = self.left @ self.right
        return base + change


def into_factors(model: Reader, state: dict[str, Tensor], rank: int) -> None:
    """The state's matrices as differences of low rank; all else as it is there."""
    matrices = [(name, m) for name, m in model.bert.named_modules() if isinstance(m, nn.Linear)]
    base = {name: m.weight.detach().clone() for name, m in matrices}
    model.load_state_dict(state, strict=False)
    for name, m in matrices:
        changed = m.weight.detach().clone()
        m.weight.data = base[name]
        m.weight.requires_grad = False
        parametrize.register_parametrization(m, "weight", LowRank(base[name], changed, rank))


def out_of_factors(model: Reader) -> None:
    """Whole matrices again."""
    for m in list(model.bert.modules()):
        if isinstance(m, nn.Linear) and parametrize.is_parametrized(m, "weight"):
            parametrize.remove_parametrizations(m, "weight", leave_parametrized=True)


def label(work: Path, names: Sequence[str], device: str) -> None:
    """Keep what readers say of all pairs."""
    pairs = all_pairs(work)
    model = Reader(model="mpnet").to(device)
    found = []
    for name in names:
        model.load_state_dict(torch.load(work / f"reader-{name}.pt"), strict=False)
        found.append(predict(model, pairs, 60_000 if device != "cpu" else 4096))
    with (work / "opinions.pkl").open("wb") as file:
        pickle.dump(opinions(found), file, protocol=5)
    print(f"{len(pairs)} pairs, {len(names)} readers")


def learn(options: argparse.Namespace) -> None:
    """Train one reader on labels and opinions."""
    device = torch.device(options.device)
    torch.manual_seed(options.seed)
    rng = random.Random(options.seed)
    pairs = all_pairs(options.work)
    with (options.work / "opinions.pkl").open("rb") as file:
        known = {id(pair): opinion for pair, opinion in zip(pairs, pickle.load(file), strict=True)}
    labelled = {name: share * (1 - options.unlabelled) for name, share in SHARES.items()}
    shares = labelled | {NATURAL: 0.45 * options.unlabelled, DAMAGED: 0.55 * options.unlabelled}
    stream = into_batches(draw(pairs, options.tokens, shares, rng), rng, options.budget)
    (name,) = options.names
    model = Reader(dropout=0.0)
    if options.rank:
        into_factors(model, averaged(options.work, options.start.split(",")), options.rank)
    elif options.start:
        model.load_state_dict(averaged(options.work, options.start.split(",")), strict=False)
    model.to(device)
    log = options.work / f"reader-{name}.csv"
    rate, head_rate = (RATE_FACTORS, HEAD_RATE_FACTORS) if options.rank else (RATE, HEAD_RATE)
    train(model, stream, log, options.minutes, (options.rate or rate, head_rate), loss_with(known, device))
    out_of_factors(model)
    torch.save(state_of(model), options.work / f"reader-{name}.pt")
    with (options.work / "pairs.pkl").open("rb") as file:
        report(model, pickle.load(file), random.Random(1))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("label", "learn"))
    parser.add_argument("names", nargs="+")
    parser.add_argument("--work", type=Path, required=True, help="where prepare.py and more.py wrote")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--tokens", type=int, default=20_000_000, help="tokens to learn from")
    parser.add_argument("--minutes", type=float, default=0.0, help="most minutes, the learning rate then follows the clock; 0 for no limit")
    parser.add_argument("--budget", type=int, default=12_000, help="tokens in a batch")
    parser.add_argument("--rate", type=float, default=0.0, help=f"learning rate; by default {RATE}, {RATE_FACTORS} with --rank")
    parser.add_argument("--unlabelled", type=float, default=UNLABELLED, help="share of pairs without labels")
    parser.add_argument("--start", default="", metavar="NAMES", help="readers from whose averaged weights to go on")
    parser.add_argument("--rank", type=int, default=0, help="train differences of this rank alone")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.step == "label":
        label(options.work, options.names, options.device)
    elif options.rank and not options.start:
        parser.error("--rank needs --start: the readers whose mean difference is cut to it")
    elif len(options.names) > 1:
        parser.error(f"learn trains one reader, and {len(options.names)} names were given")
    else:
        learn(options)


if __name__ == "__main__":
    main()
