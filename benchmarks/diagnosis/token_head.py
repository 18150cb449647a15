"""Third step, once a fold: trains a token head, which gives the error probability of every token from frozen vectors.

    for fold in 0 1 2 3 4; do python benchmarks/diagnosis/token_head.py $fold --work WORK; done

Trained on DEMETR's planted errors and errors of our own in DEMETR's texts (MIT), on the TED talks' MQM marks and errors
of our own in the talks (Apache-2.0), and on pairs of WMT22 references as harmless rewordings, from the caches of
`prepare.py`. Each head leaves one fold out. Writes head_FOLD.pt and pred_FOLD.pkl, the scores of all pairs that it was
not trained on. `evaluator/diagnosis/head.py` has the same network in NumPy.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from corpora import DIMENSION, SERIOUS, Item, Store, add_folders, dump, load
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional as F

from evaluator.diagnosis.pairs import pieces_of
from evaluator.embed.embedder import open_embedder

LOST_ALIKE = 0.55
"""Cosine from which a token of the unharmed text stands for one of the reference."""
PER_UNIT = 5
"""Harmed texts that go into a batch together with their unharmed one."""
BATCH = 64
NOTHING = -3
"""Vocabulary number where there is no token."""
OWN = 0.4
"""Weight of errors of our own beside DEMETR's."""
RIGHT = ("clean", "turned", "talk")
HARMED = ("pert", "own", "own_talk")
JUDGED = ("clean", "pert", "ted", "hh", "hhtest")
"""Pairs that the heads' scores are kept of."""


class Texts(NamedTuple):
    """One side of a batch."""

    vectors: Tensor
    """(b, layers, n, dimension)."""
    mask: Tensor
    """True at tokens, False at padding, (b, n)."""
    ids: Tensor
    """Vocabulary numbers (b, n); at padding below zero, and other ones on either side."""


class Head(nn.Module):
    """The network; 4 layers of vectors in."""

    def __init__(self, d: int = 64, hidden: int = 96, context: int = 64) -> None:
        super().__init__()
        self.proj = nn.Linear(4 * DIMENSION, d)
        self.inner = nn.Linear(4 * d + 22, hidden)
        self.conv = nn.Conv1d(hidden, context, 3, padding=1)
        self.convb = nn.Conv1d(context, context, 3, padding=1)
        self.out_h = nn.Linear(context, 3)
        self.out_r = nn.Linear(context, 1)
        self.side = nn.Parameter(torch.zeros(2, hidden))
        self.sent = nn.Linear(4 * context + 8, 2)
        self.drop = nn.Dropout(0.3)

    def one(self, ours: Texts, theirs: Texts, p: Tensor, q: Tensor, s: Tensor, side: int) -> tuple[Tensor, Tensor]:
        """Context vectors of one side and its best similarities.

        Args:
            ours, theirs: this side and the other.
            p, q: their projected vectors, (b, n, d) and (b, m, d).
            s: similarities (b, layers, n, m).
            side: 0 for the hypothesis, 1 for the reference.
        """
        mask = ours.mask[..., None]
        s = s + (~theirs.mask)[:, None, None, :] * -2.0
        best = s.max(-1).values.transpose(1, 2)
        attention = torch.softmax(12 * (s[:, 1] + s[:, 2]) / 2, -1)
        soft = attention @ q
        extra = torch.cat([best, self.places(s, best, attention, ours.mask, theirs.mask), matches(s, ours, theirs)], -1)
        x = torch.cat([p, soft, p * soft * 4, (p - soft).abs(), extra], -1)
        x = F.gelu(self.inner(self.drop(x)) + self.side[side]) * mask
        x = F.gelu(self.conv(x.transpose(1, 2)).transpose(1, 2)) * mask
        x = (x + F.gelu(self.convb(self.drop(x).transpose(1, 2)).transpose(1, 2))) * mask
        return x, best

    @staticmethod
    def places(s: Tensor, best: Tensor, attention: Tensor, mp: Tensor, mq: Tensor) -> Tensor:
        """Order, certainty and neighbourhood of each token, (b, n, 12)."""
        partner = s[:, 1].argmax(-1)
        j = partner.float()
        step = F.pad(j[:, 1:] - j[:, :-1] - 1, (1, 0)).clamp(-4, 4) / 4 * mp  # padding must not reach the last token
        next_step = F.pad(step[:, 1:], (0, 1))
        entropy = -(attention * (attention + 1e-9).log()).sum(-1)
        middle = torch.where(mp, best[..., 1], torch.ones(()))
        before, after = F.pad(middle[:, :-1], (1, 0), value=1.0), F.pad(middle[:, 1:], (0, 1), value=1.0)
        back = s[:, 1].masked_fill((~mp)[:, :, None], -2).argmax(1)
        mutual = (back.gather(1, partner) == torch.arange(s.shape[2], device=s.device)[None]).float()
        top2 = s[:, 1].topk(min(2, s.shape[-1]), -1).values
        gap = top2[..., 0] - top2[..., -1]
        first = torch.zeros_like(j)
        first[:, 0] = 1
        last = torch.zeros_like(j)
        last[torch.arange(len(j)), mp.sum(1).clamp(min=1) - 1] = 1
        log_n, log_m = (mask.sum(1).float().clamp(min=1).log() for mask in (mp, mq))
        length = (log_n / 4)[:, None].expand_as(j)
        ratio = (log_n - log_m)[:, None].expand_as(j)
        return torch.stack([step, next_step, entropy, before, after, mutual, gap, first, last, length, ratio, torch.zeros_like(j)], -1)

    def forward(self, h: Texts, r: Texts) -> tuple[Tensor, Tensor, Tensor]:
        """Log odds of hypothesis tokens (b, n, 3), of reference tokens (b, m, 1) and of the pair (b, 2): rank and risk."""
        s = torch.einsum("blnd,blmd->blnm", h.vectors, r.vectors)
        p, q = (self.proj(x.vectors.transpose(1, 2).flatten(2)) for x in (h, r))
        xh, best_h = self.one(h, r, p, q, s, 0)
        xr, best_r = self.one(r, h, q, p, s.transpose(2, 3), 1)
        pooled = []
        for x, mask in ((xh, h.mask), (xr, r.mask)):
            pooled += [mean_of(x, mask), x.masked_fill(~mask[..., None], -9).max(1).values]
        pooled += [mean_of(best_h * h.mask[..., None], h.mask), mean_of(best_r * r.mask[..., None], r.mask)]
        return self.out_h(xh), self.out_r(xr), self.sent(self.drop(torch.cat(pooled, -1)))


def matches(s: Tensor, ours: Texts, theirs: Texts) -> Tensor:
    """Whether each token, and those beside it, are found at its partner; how rare both are; (b, n, 6)."""
    j = s[:, 1].argmax(-1)
    partner = theirs.ids.gather(1, j)
    anywhere = (ours.ids[:, :, None] == theirs.ids[:, None, :]).any(-1)
    after = F.pad(theirs.ids, (0, 1), value=NOTHING - 2).gather(1, j + 1) == F.pad(ours.ids[:, 1:], (0, 1), value=NOTHING - 1)
    before = theirs.ids.gather(1, (j - 1).clamp(min=0)) == F.pad(ours.ids[:, :-1], (1, 0), value=NOTHING - 1)
    rare, partner_rare = ((ids.clamp(min=0).float() + 1).log() / 10 for ids in (ours.ids, partner))
    told = [partner == ours.ids, anywhere, after, before]
    return torch.stack([*(x.float() for x in told), rare, partner_rare], -1) * ours.mask[..., None]


def mean_of(x: Tensor, mask: Tensor) -> Tensor:
    """Mean over tokens of values that are 0 at padding."""
    return x.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)


class Batch(NamedTuple):
    """Pairs as the network takes them."""

    h: Texts
    r: Texts
    yh: Tensor
    yr: Tensor


class Data:
    """Items with their vectors.

    Args:
        work: the folder of caches.
    """

    def __init__(self, work: Path) -> None:
        self.items: list[Item] = load(work / "items.pkl")
        self._store = Store(work)
        self._lost: dict[int, NDArray[np.float32]] = {}
        texts = list(dict.fromkeys(text for item in self.items for text in (item.row.reference, item.row.hypothesis)))
        pieces = pieces_of(open_embedder("minilm", all_layers=True), texts)
        self._ids = {text: np.array(piece.ids, np.int64) for text, piece in zip(texts, pieces, strict=True)}

    def lost(self, item: Item) -> NDArray[np.float32]:
        """Labels of the reference tokens: those that what was taken away is most like."""
        if id(item) not in self._lost:
            reference = self._store.inner(item.row.reference)
            labels = np.zeros(len(reference), np.float32)
            if item.lost:
                taken = np.asarray(self._store.inner(item.unharmed)[item.lost, 1], np.float32)
                for row in taken @ np.asarray(reference[:, 1], np.float32).T:
                    k = int(row.argmax())
                    if row[k] > LOST_ALIKE:
                        labels[k] = 1
            self._lost[id(item)] = labels
        return self._lost[id(item)]

    def batch(self, items: Sequence[Item], cap: int = 160) -> Batch:
        """Padded vectors and labels, `cap` tokens at most."""
        h = self._side([item.row.hypothesis for item in items], cap, NOTHING)
        r = self._side([item.row.reference for item in items], cap, NOTHING - 3)
        yh = np.zeros((*h.mask.shape, 3), np.float32)
        yr = np.zeros(r.mask.shape, np.float32)
        for k, item in enumerate(items):
            labels, lost = item.labels[:cap], self.lost(item)[:cap]
            yh[k, : len(labels)] = labels
            yr[k, : len(lost)] = lost
        return Batch(h, r, torch.from_numpy(yh), torch.from_numpy(yr))

    def _side(self, texts: Sequence[str], cap: int, nothing: int) -> Texts:
        vectors, mask = padded([self._store.inner(text)[:cap] for text in texts])
        ids = torch.full(mask.shape, nothing)
        for k, text in enumerate(texts):
            known = self._ids[text][:cap]
            ids[k, : len(known)] = torch.from_numpy(known)
        return Texts(vectors, mask, ids)


def padded(vectors: Sequence[NDArray[np.float16]]) -> tuple[Tensor, Tensor]:
    """Vectors (b, layers, n, dimension) and a mask (b, n)."""
    n = max(2, *(len(v) for v in vectors)) if vectors else 2
    out = np.zeros((len(vectors), 4, n, DIMENSION), np.float32)
    mask = np.zeros((len(vectors), n), bool)
    for k, v in enumerate(vectors):
        out[k, :, : len(v)] = v.swapaxes(0, 1)
        mask[k, : len(v)] = True
    return torch.from_numpy(out), torch.from_numpy(mask)


def loss_of(model: Head, items: Sequence[Item], data: Data) -> tuple[Tensor, tuple[float, ...]]:
    """The loss and its parts: tokens, reference tokens, risk, rank."""
    b = data.batch(items)
    th, tr, s = model(b.h, b.r)
    kinds = [item.row.kind for item in items]
    weight = torch.tensor([{"hh": 0.6, "own": OWN, "own_talk": OWN, "talk": 0.0}.get(kind, 1.0) for kind in kinds])
    entropy = F.binary_cross_entropy_with_logits
    tokens = entropy(th, b.yh, reduction="none", pos_weight=torch.tensor([3.0, 3.0, 3.0]))
    tokens = ((tokens * b.h.mask[..., None]).sum((1, 2)) / b.h.mask.sum(1).clamp(min=1) * weight).mean()
    known = torch.tensor([kind not in ("ted", "talk", "own_talk") for kind in kinds])  # marks stand in the hypothesis alone
    lost = entropy(tr[..., 0], b.yr, reduction="none", pos_weight=torch.tensor(3.0))
    lost = ((lost * b.r.mask).sum(1) / b.r.mask.sum(1).clamp(min=1) * weight * known).mean()
    y = torch.tensor([1.0 if item.row.severity in SERIOUS else 0.0 for item in items])
    # whether a segment of the talks is right altogether is known of those with marks alone
    weight_risk = torch.tensor([{"clean": 2.0, "turned": 2.0, "ted": 2.0, "own": OWN, "own_talk": 0.0, "talk": 0.0}.get(kind, 1.0) for kind in kinds])
    risk = (entropy(s[:, 1], y, reduction="none") * weight_risk).mean()
    rank = rank_loss(items, s[:, 0])
    return tokens * 1.5 + lost * 2 + risk + rank, tuple(part.item() for part in (tokens, lost, risk, rank))


def rank_loss(items: Sequence[Item], s: Tensor) -> Tensor:
    """Mean loss over pairs of hypotheses of one reference of which one must stand above the other."""
    groups: dict[str, list[int]] = {}
    for n, item in enumerate(items):
        groups.setdefault(item.row.group, []).append(n)
    terms = []
    for members in groups.values():
        for a in members:
            for b in members:
                weight, slope = preference(items[a], items[b])
                if weight:
                    terms.append(weight * F.softplus(-slope * (s[a] - s[b])))
    return torch.stack(terms).mean() if terms else torch.zeros(())


def preference(a: Item, b: Item) -> tuple[float, float]:
    """Weight and slope of the wish that `a` stand above `b`; 0 for none."""
    if a.row.kind in RIGHT and b.row.kind in HARMED:
        return 1.0 if b.row.kind == "pert" else OWN, 2.0
    if a.row.kind == b.row.kind == "ted" and a.mqm < b.mqm - 2:
        return 0.5, 1.0
    if a.row.kind == "pert" and b.row.kind == "pert" and a.row.severity == "minor" and b.row.severity == "critical":
        return 0.3, 1.0
    return 0.0, 0.0


def units_of(members: list[Item], rng: random.Random) -> list[list[Item]]:
    """Items of one group that must share a batch."""
    kind = members[0].row.kind
    if kind in RIGHT or kind in HARMED:
        clean = [item for item in members if item.row.kind in RIGHT]
        harmed = [item for item in members if item.row.kind in HARMED]
        rng.shuffle(harmed)
        return [clean + harmed[k : k + PER_UNIT] for k in range(0, len(harmed), PER_UNIT)]
    if kind == "ted":
        rng.shuffle(members)
        return [members[k : k + PER_UNIT] for k in range(0, len(members), PER_UNIT)]
    return [members] if kind == "hh" else []


def batches(items: Sequence[Item], rng: random.Random) -> list[list[Item]]:
    """Batches of like length, to spare padding, in random order."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.row.group, []).append(item)
    units = [unit for members in groups.values() for unit in units_of(members, rng)]
    units.sort(key=lambda unit: max(len(item.labels) for item in unit) + rng.random() * 12)
    out: list[list[Item]] = []
    current: list[Item] = []
    for unit in units:
        current += unit
        if len(current) >= BATCH:
            out.append(current)
            current = []
    if current:
        out.append(current)
    rng.shuffle(out)
    return out


def predict(model: Head, items: Sequence[Item], data: Data) -> list[tuple[NDArray[np.float32], ...]]:
    """Log odds of hypothesis tokens (n, 3), of reference tokens (m,) and of the pair (2,) for each item."""
    model.eval()
    out: list[tuple[NDArray[np.float32], ...]] = [()] * len(items)
    order = sorted(range(len(items)), key=lambda i: len(items[i].labels))
    with torch.no_grad():
        for k in range(0, len(order), BATCH):
            part = order[k : k + BATCH]
            b = data.batch([items[i] for i in part], cap=400)
            th, tr, s = model(b.h, b.r)
            for n, i in enumerate(part):
                out[i] = (th[n][b.h.mask[n]].numpy(), tr[n, :, 0][b.r.mask[n]].numpy(), s[n].numpy())
    return out


def train(model: Head, items: Sequence[Item], data: Data, epochs: int, name: str) -> None:
    """Fits the network."""
    rng = random.Random(1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2.5e-3, total_steps=(len(batches(items, rng)) + 3) * epochs)
    for epoch in range(epochs):
        model.train()
        started, parts = time.time(), []
        for batch in batches(items, rng):
            loss, part = loss_of(model, batch, data)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            parts.append(part)
        print(name, epoch, np.mean(parts, axis=0).round(4), f"{time.time() - started:.0f} s", flush=True)


def report(items: Sequence[Item], scores: Sequence[tuple[NDArray[np.float32], ...]]) -> None:
    """A quick look at pairs that were not trained on."""
    clean = {item.row.group: float(p[2][0]) for item, p in zip(items, scores, strict=True) if item.row.kind == "clean"}
    won: dict[tuple[str, str], list[bool]] = {}
    risk: dict[str, list[float]] = {}
    for item, p in zip(items, scores, strict=True):
        row = item.row
        if row.kind == "pert" and row.group in clean:
            won.setdefault((row.severity, row.category), []).append(clean[row.group] > float(p[2][0]))
        risk.setdefault(f"{row.kind}/{row.severity}", []).append(float(p[2][1]))
    print({key: round(float(np.mean(value)), 3) for key, value in sorted(won.items())})
    good, bad = risk.get("clean/none", []), risk.get("pert/critical", [])
    if good and bad:
        level = np.quantile(good, 0.95)
        print("AUC critical", roc_auc_score([0] * len(good) + [1] * len(bad), good + bad), "recall at 5%", np.mean(np.array(bad) > level))
        print("human pairs above", np.mean(np.array(risk["hhtest/none"]) > level))
    good, bad = risk.get("ted/none", []) + risk.get("ted/minor", []), risk.get("ted/major", [])
    if good and bad:
        print("TED AUC", roc_auc_score([0] * len(good) + [1] * len(bad), good + bad))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fold", type=int, help="the fold to leave out, 0 to 4")
    parser.add_argument("--left-out", default="", metavar="A,B", help="kinds of error not to train on (DEMETR's names, ours begin with own_)")
    parser.add_argument("--name", help="of the files that are written; the fold by default")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--threads", type=int, default=2)
    add_folders(parser)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    name, left = options.name or str(options.fold), set(filter(None, options.left_out.split(",")))
    data = Data(options.work)
    trained = [i.row.fold != options.fold and i.row.category not in left and i.row.kind != "hhtest" for i in data.items]
    model = Head()
    train(model, [item for item, used in zip(data.items, trained, strict=True) if used], data, options.epochs, name)
    torch.save(model.state_dict(), options.work / f"head_{name}.pt")
    rest = [k for k, used in enumerate(trained) if not used and data.items[k].row.kind in JUDGED]
    scores = predict(model, [data.items[k] for k in rest], data)
    dump(dict(zip(rest, scores, strict=True)), options.work / f"pred_{name}.pkl")
    report([data.items[k] for k in rest], scores)


if __name__ == "__main__":
    main()
