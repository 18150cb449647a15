"""Judges pairs as their token vectors pass by, and keeps what it found."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from evaluator.diagnosis.decide import reason_of
from evaluator.diagnosis.entry import judge, threshold
from evaluator.diagnosis.model import FOLDER, load_heads
from evaluator.diagnosis.pairs import LAYERS, pair_of, pieces_of, side_of
from evaluator.diagnosis.sources import with_copies
from evaluator.diagnosis.types import Side
from evaluator.embed import Embedder, VectorArray
from evaluator.types import Diagnosis, EvaluatorError, Finding

MODEL = "minilm"
"""The model that the numbers were fitted on."""
RECENT = 64
"""References whose sides are kept for the next system's hypothesis."""
HARMLESS = 0.01
"""Most risk of texts that differ in form alone."""
FEWEST_WORDS, ENGLISH_SHARE = 8, 0.12
"""Words a side from which a language can be told, and the share of function words from which it is English."""
BATCH = 256
"""Texts embedded at once where nobody else makes the vectors."""


class Judge:
    """Diagnoses of pairs, by text.

    Args:
        embedder: the packaged model with the layers of `LAYERS`.
        lang: language of the texts; another than English keeps English word lists quiet, None looks at each pair.
        prior: share of paragraphs with a serious error in the material; None for that of the data
            that the numbers were fitted on.

    Raises:
        EvaluatorError: a prior that is no probability.
    """

    def __init__(self, embedder: Embedder, lang: str | None, prior: float | None) -> None:
        if prior is not None and not 0 < prior < 1:
            raise EvaluatorError(f"The prior is {prior}; it is a share of paragraphs, between 0 and 1.")
        self.embedder = embedder
        self._english = None if lang is None else lang.lower().startswith("en")
        self._prior = prior
        self._at = [embedder.layers.index(layer) for layer in LAYERS]
        self._known: dict[tuple[str, str], Diagnosis] = {}
        self._sides: OrderedDict[str, Side] = OrderedDict()

    def see(self, reference: str, hypothesis: str, reference_vectors: VectorArray, hypothesis_vectors: VectorArray) -> None:
        """Judge a pair whose vectors are at hand, float32 (n_layers, n_tokens, dimension)."""
        if (reference, hypothesis) in self._known:
            return
        sides = self._side(reference, reference_vectors), self._side(hypothesis, hypothesis_vectors)
        pair = pair_of(*sides, looks_english(*sides) if self._english is None else self._english)
        found = judge(pair, load_heads(), self._prior)
        if found.risk and equivalent(reference, hypothesis):
            found = _harmless(found)
        self._known[reference, hypothesis] = replace(found, reason=reason_of(found))

    def _side(self, text: str, vectors: VectorArray) -> Side:
        if text in self._sides:
            self._sides.move_to_end(text)
            return self._sides[text]
        (pieces,) = pieces_of(self.embedder, [text])
        side = self._sides[text] = side_of(text, pieces, vectors[self._at])
        if len(self._sides) > RECENT:
            self._sides.popitem(last=False)
        return side

    def diagnosis(self, references: Sequence[str | None], hypothesis: str, source: str = "") -> Diagnosis | None:
        """What is said of a hypothesis: by the reference that licenses its wording best; None where nothing was to judge."""
        filled = [str(reference) for reference in references if (reference or "").strip()]
        if not filled and not hypothesis.strip():
            return None
        if not filled:
            return _whole("accuracy/addition", "hypothesis", hypothesis, "the reference has no such paragraph")
        if not hypothesis.strip():
            return _whole("accuracy/omission", "reference", filled[0], "the whole paragraph is missing")
        self._make([(reference, hypothesis) for reference in filled])
        found = [self._known[reference, hypothesis] for reference in filled]
        best = min(range(len(found)), key=lambda k: (found[k].risk, -found[k].fidelity))
        told = found[best] if filled[best] == references[0] else _elsewhere(found[best])
        return with_copies(told, source, filled, hypothesis) if source.strip() else told

    def _make(self, pairs: Sequence[tuple[str, str]]) -> None:
        missing = [pair for pair in pairs if pair not in self._known]
        if missing:
            texts = list(dict.fromkeys(text for pair in missing for text in pair))
            vectors = dict(zip(texts, self.embedder.vectors(self.embedder.token_ids(texts)), strict=True))
            for reference, hypothesis in missing:
                self.see(reference, hypothesis, vectors[reference], vectors[hypothesis])

    def all(self, pairs: Sequence[tuple[str, str]], sources: Sequence[str] | None = None) -> list[Diagnosis | None]:
        """Diagnoses of (reference, hypothesis), in batches through the model."""
        for start in range(0, len(pairs), BATCH):
            self._make([pair for pair in dict.fromkeys(pairs[start : start + BATCH]) if all(text.strip() for text in pair)])
        beside = sources if sources is not None else [""] * len(pairs)
        return [self.diagnosis([reference], hypothesis, source) for (reference, hypothesis), source in zip(pairs, beside, strict=True)]

    def manifest(self) -> dict[str, Any]:
        """What decides the diagnosis, for `run.json`."""
        digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(FOLDER.iterdir())}
        settings = load_heads().settings
        return {
            "model": MODEL,
            "layers": list(LAYERS),
            "weights_sha256": digests,
            "threshold": threshold(load_heads(), self._prior),
            "prior": self._prior if self._prior is not None else settings["prior"],
            "english": "by pair" if self._english is None else self._english,
        }


def looks_english(*sides: Side) -> bool:
    """True for texts with English function words, and for texts too short to tell.

    Of WMT22 pairs with 8 words a side and more, 97 to 100 of 100 English ones reach the share, 4 German and 20 Czech ones.
    """
    words = [word for side in sides for word in side.words if word.kind == "word"]
    return len(words) < 2 * FEWEST_WORDS or sum(word.function for word in words) >= ENGLISH_SHARE * len(words)


def equivalent(reference: str, hypothesis: str) -> bool:
    """True when the texts differ in case, blanks, quotation marks, dashes and digit grouping alone.

    >>> equivalent("LATEST: 1,886 tanks", "Latest:  1886 tanks")
    True
    """
    return _plain(reference) == _plain(hypothesis)


def _plain(text: str) -> str:
    ungrouped = re.sub(r"(?<=\d)[,\u00a0\u202f](?=\d{3}(?!\d))", "", text.casefold())
    return " ".join(ungrouped.translate(_SAME_MARKS).split())


_SAME_MARKS = str.maketrans({**dict.fromkeys("“”„«»", chr(34)), **dict.fromkeys("‘’‚", chr(39)), **dict.fromkeys("–—", "-")})


def _harmless(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis of texts that say the same: whatever the heads make of the form is minor."""
    findings = tuple(replace(f, severity="minor") for f in diagnosis.findings if f.category.startswith("fluency"))
    severity = "minor" if findings else "none"
    return replace(diagnosis, risk=min(diagnosis.risk, HARMLESS), severity=severity, flagged=False, findings=findings)


def _whole(category: str, side: str, text: str, message: str) -> Diagnosis:
    """A paragraph that one side lacks altogether."""
    finding = Finding(category, "critical", side, 0, len(text), text, "", "alignment", message)
    kind = category.partition("/")[2]
    return Diagnosis(0.0, 0.99, "critical", True, (finding,), f"{kind}: {message}")


def _elsewhere(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis against a further reference: places in it cannot be shown in the first one's cell."""
    moved = tuple(replace(f, start=None, end=None, text="", counterpart=f.text) if f.side == "reference" else f for f in diagnosis.findings)
    return replace(diagnosis, findings=moved)
