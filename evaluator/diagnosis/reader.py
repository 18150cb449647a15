"""The reader: one look at both texts, and what it says of the pair and of each token.

Trained by `benchmarks/reader/`; see the model card in `docs/reader.md` for what it learned from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from evaluator.diagnosis.joint import Joint, Tokens, join
from evaluator.embed import Tokenizer, VectorArray
from evaluator.embed.joint import JointEncoder
from evaluator.embed.models import ModelSpec, find_model
from evaluator.embed.tokens import FileTokenizer
from evaluator.embed.weights import Weights
from evaluator.extras import importing, is_installed
from evaluator.types import FloatArray

if TYPE_CHECKING:
    from evaluator.diagnosis.reader_torch import Read

FOLDER = Path(__file__).parent / "weights"
FILE = FOLDER / "reader.safetensors"
MODEL = "minilm"
VERSION = "1"
"""Of the weights; part of the signature of `fidelity`."""
ALIGNING = 2
"""The layer whose states align words."""
COMPARED = (1, 2, 3, 4, 5)
"""Layers whose states are compared token by token."""
LIKENESS = ("p", "p_min", "p_min3", "p_lost", "r", "r_min", "r_min3", "r_lost")
"""Mean of each hypothesis token's best cosine, the lowest, the three lowest, the summed gaps; the same for the reference."""
OUTPUTS = ("serious", "any", "planted", "mqm", "da_wmt", "da_edit", "rank")
"""Scores of a pair: log odds of a serious error of meaning, of any, and of a planted one; log-scaled MQM penalty;
assessments of translations and of post-edited ones; and a score that ranks versions of one text."""
MAX_UNKNOWN = 0.5
"""Share of unknown characters from which a text counts as unread, as for BERTScore."""
CAUSE = f"the vocabulary of the reader ({MODEL}) does not know most characters of the reference"


class Reading(NamedTuple):
    """What the reader predicts of one pair."""

    pair: FloatArray
    """By `OUTPUTS`, (7,)."""
    wrong: FloatArray
    """Log odds of any error, a serious error and an edit at each hypothesis token, (n_hypothesis, 3)."""
    lost: FloatArray
    """Log odds that each reference token is lost or changed, (n_reference,)."""
    hypothesis: VectorArray
    """Unit vectors of hypothesis tokens, for aligning, (n_hypothesis, dimension)."""
    reference: VectorArray
    likeness: FloatArray
    """How well tokens of either side find their like on the other in the states of each of `COMPARED`, (n_layers, 8): by `LIKENESS`."""


class Reader:
    """The shipped reader, loaded: on a processor by OpenVINO, pair by pair; on a GPU, and where OpenVINO is not installed, by torch in batches.

    Args:
        file: its weights.
        device: `cpu`, `cuda` or `cuda:N`.
        precision: `fp32` or `bf16`; on a processor with OpenVINO always fp32.
    """

    def __init__(self, file: Path = FILE, device: str = "cpu", precision: str = "fp32") -> None:
        self.spec: ModelSpec = find_model(MODEL)
        heads = Weights([file])
        self._tag, self._tag_bias = heads.read("tag.weight").T.copy(), heads.read("tag.bias")
        self._pair, self._pair_bias = heads.read("pair.weight").T.copy(), heads.read("pair.bias")
        self.sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        self._encoder: JointEncoder | None = None
        self.in_torch = device != "cpu" or not is_installed("openvino")
        layers = (*COMPARED, self.spec.n_layers)
        if not self.in_torch:
            self._encoder, self.precision = JointEncoder(self.spec, file, layers), "fp32"
            self.runtime = self._encoder.name
            return
        with importing("torch", f"The diagnosis on {device}"):
            from evaluator.diagnosis.reader_torch import TorchHeads
            from evaluator.embed.joint_torch import TorchJointEncoder

        encoder = TorchJointEncoder(self.spec, file, layers, device, precision)
        self._heads = TorchHeads(encoder, COMPARED.index(ALIGNING), (self._tag, self._tag_bias), (self._pair, self._pair_bias), device)
        self.runtime, self.precision = encoder.name, precision

    def read(
        self,
        pairs: Sequence[tuple[str, str]],
        tokens: Sequence[tuple[Tokens, Tokens]],
        take: Callable[[int, Reading], None],
        tokenizer: Tokenizer | None = None,
    ) -> None:
        """Hand over the reading of each (reference, hypothesis), by OpenVINO in order.

        Args:
            pairs: texts short enough for one pass.
            tokens: their word pieces.
            take: called with the number of the pair, while the next one is on its way.
            tokenizer: of the reader's model, where it is loaded already.
        """
        first, separator = (tokenizer or vocabulary()).ids([""])[0]
        joints = [join(*texts, pieces, (first, separator)) for texts, pieces in zip(pairs, tokens, strict=True)]
        if self._encoder is not None:
            self._encoder.states_of(joints, lambda k, states: take(k, self._reading(joints[k], states)))
        else:
            self._heads.read(joints, lambda k, read: take(k, _cut(joints[k], read)))

    def _reading(self, joint: Joint, states: VectorArray) -> Reading:
        *lower, last = states
        middle = lower[COMPARED.index(ALIGNING)]
        hypothesis, reference = last[joint.hypothesis], last[joint.reference]
        pooled = np.concatenate([last[0], _mean(hypothesis), _mean(reference)])
        tags = (last @ self._tag + self._tag_bias).astype(np.float64)
        return Reading(
            (pooled @ self._pair + self._pair_bias).astype(np.float64),
            tags[joint.hypothesis, :3],
            tags[joint.reference, 3],
            _unit(middle[joint.hypothesis]),
            _unit(middle[joint.reference]),
            np.array([_likeness(_unit(layer[joint.hypothesis]), _unit(layer[joint.reference])) for layer in lower]),
        )


def _cut(joint: Joint, read: Read) -> Reading:
    """The sides of a pair that was read in a batch."""
    tags, middle = read.tags, read.middle
    # Copies: a part of an array keeps the whole batch.
    sides = (tags[joint.hypothesis, :3], tags[joint.reference, 3], middle[joint.hypothesis].copy(), middle[joint.reference].copy())
    return Reading(read.pair, *sides, read.likeness)


def _mean(states: VectorArray) -> VectorArray:
    out: VectorArray = states.mean(axis=0) if len(states) else np.zeros(states.shape[1], dtype=np.float32)
    return out


def _likeness(hypothesis: VectorArray, reference: VectorArray) -> list[float]:
    """By `LIKENESS`; zeros where a side has no token."""
    if not len(hypothesis) or not len(reference):
        return [0.0] * len(LIKENESS)
    cosine = hypothesis @ reference.T
    out: list[float] = []
    for best in (cosine.max(axis=1), cosine.max(axis=0)):
        low = np.sort(best)[:3]
        out += [float(best.mean()), float(low[0]), float(low.mean()), float((1 - best).sum()) / 10]
    return out


def _unit(states: VectorArray) -> VectorArray:
    out: VectorArray = states / np.maximum(np.linalg.norm(states, axis=-1, keepdims=True), 1e-9)
    return out


@lru_cache(maxsize=2)
def load_reader(device: str = "cpu", precision: str = "fp32") -> Reader:
    """The reader of this package; see `Reader`."""
    return Reader(FILE, device, precision)


@lru_cache(maxsize=1)
def vocabulary() -> Tokenizer:
    """The reader's tokenizer, without any weights."""
    return FileTokenizer(find_model(MODEL))


def word_pieces(texts: Sequence[str], tokenizer: Tokenizer | None = None) -> list[Tokens]:
    """Word pieces of texts, special tokens left out.

    Args:
        texts: the texts.
        tokenizer: of the reader's model, which may have some of the texts already.
    """
    return [Tokens(tuple(one.ids[1:-1]), tuple(one.offsets[1:-1])) for one in (tokenizer or vocabulary()).places(texts)]


def unread_texts(texts: Iterable[str], tokenizer: Tokenizer | None = None) -> set[str]:
    """Those of the texts that the vocabulary does not know.

    >>> unread_texts(["The road is closed.", "🎉", "ዋጋው ጨምሯል"]) == {"🎉", "ዋጋው ጨምሯል"}
    True
    """
    foreign = sorted({text for text in texts if not text.isascii()})
    return {text for text, share in zip(foreign, (tokenizer or vocabulary()).unknown(foreign), strict=True) if share.characters >= MAX_UNKNOWN}
