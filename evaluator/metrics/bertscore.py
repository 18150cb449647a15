"""BERTScore as a run uses it: statistics [P, R, F1, 1] per hypothesis, the best reference by F1."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np

from evaluator.embed import Embedder
from evaluator.embed.bertscore_tables import package_version
from evaluator.embed.tokens import overlap_of
from evaluator.extras import is_installed, missing
from evaluator.metrics.baselines import find_baseline
from evaluator.metrics.matching import Ids, idf_weights, match_pairs
from evaluator.types import Advance, EvaluatorError, FloatArray
from evaluator.version import __version__

DIGITS = 6
"""Scores leave here rounded, so that batches cannot move a byte of the results."""
MOST_UNKNOWN = 0.5
"""Share of unknown characters from which a text counts as unread."""
UNLIMITED = 2**20
"""Tokens; a limit beyond is none."""
NAMED = 20
"""Most long segments that a note names."""


class BertScoreMetric:
    """BERTScore behind the `Metric` protocol of `plugins.py`.

    Args:
        embedder: the loaded model.
        idf: weigh tokens by their inverse document frequency in the references.
        rescale_with_baseline: rescale so that unrelated sentences score about 0.
        lang: language whose baseline to take.
        baseline_path: a baseline file instead of the known ones.

    Raises:
        EvaluatorError: rescaling without a language or without a baseline.
    """

    name = "bertscore"
    title = "BERTScore-F1"
    needs_embedder = True
    unit_scale = True
    higher_is_better = True
    formula: ClassVar[dict[str, Any]] = {"kind": "ratio", "of": 2, "by": 3}
    parts: ClassVar[dict[str, tuple[str, int]]] = {"bertscore_p": ("BERTScore-P", 0), "bertscore_r": ("BERTScore-R", 1)}
    """What else the statistics hold, to be compared on request: column, title and place."""

    def __init__(
        self,
        embedder: Embedder,
        *,
        idf: bool = False,
        rescale_with_baseline: bool = False,
        lang: str | None = None,
        baseline_path: str | None = None,
    ) -> None:
        if rescale_with_baseline and not lang and not baseline_path:
            raise EvaluatorError("Rescaling needs the language of the texts: give --lang, for example --lang en.")
        self._embedder = embedder
        self._idf = idf
        self._baseline = find_baseline(embedder.spec, lang or "", baseline_path) if rescale_with_baseline else None
        self._n_references = 0
        self.columns: tuple[str, ...] = ("bertscore_p", "bertscore_r", "bertscore_f1")
        self.notes: list[str] = []
        self.unreadable: dict[str, Any] | None = None
        """How many texts the model cannot read, and why; None where it reads all."""

    def statistics(self, hypotheses: Sequence[str], segments: Sequence[int], references: Sequence[Sequence[str | None]], advance: Advance) -> FloatArray:
        """See `Metric.statistics`: P, R, F1, 1, and with several references the 1-based one chosen."""
        self._n_references = len(references)
        self.notes = []
        ids = self._token_ids(hypotheses, references)
        self._note_long(ids, hypotheses, segments, references)
        pairs, owners = [], []
        for row, (hypothesis, segment) in enumerate(zip(hypotheses, segments, strict=True)):
            for k, stream in enumerate(references):
                reference = stream[segment]
                if reference is not None:
                    pairs.append((ids[hypothesis], ids[reference]))
                    owners.append((row, k))
        texts = [ids[text] for stream in references for text in stream if text is not None]
        if self._idf and len(texts) < 2:
            raise EvaluatorError(f"idf is computed over reference segments and there is {len(texts)}; leave --idf out.")
        idf = idf_weights(texts) if self._idf else None
        scores = self._rounded(match_pairs(self._embedder, pairs, idf, _shared_by(len(references), advance)), pairs)
        best = np.full((len(hypotheses), 5), -np.inf)
        for (row, k), score in zip(owners, scores, strict=True):
            if score[2] > best[row, 2]:
                best[row] = (*score, 1.0, k + 1)
        undefined = ~np.isfinite(best[:, 2])
        if undefined.any():  # idf weighs every token 0; bert-score gives such segments F1 0, and so their mean
            best[undefined] = [0.0, 0.0, 0.0, 1.0, 1.0]
            self.notes.append(f"BERTScore: {int(undefined.sum())} texts have no token that idf weighs; they count with F1 0, as in bert-score.")
        for row in self._unread_rows(hypotheses, segments, references):
            best[row] = [0.0, 0.0, 0.0, 0.0, 1.0]
        return best if len(references) > 1 else best[:, :4]

    def _unread_rows(self, hypotheses: Sequence[str], segments: Sequence[int], references: Sequence[Sequence[str | None]]) -> list[int]:
        """Rows with a side of which the model knows less than half of the characters: all such texts would be alike to it."""
        foreign = [text for text in {*hypotheses, *(text for stream in references for text in stream if text)} if not text.isascii()]
        shares = self._embedder.unknown_share(sorted(foreign))
        unread = {text for text, share in zip(sorted(foreign), shares, strict=True) if share.characters >= MOST_UNKNOWN}
        rows = []
        for row, (hypothesis, segment) in enumerate(zip(hypotheses, segments, strict=True)):
            known = [text for stream in references if (text := stream[segment])]
            if hypothesis in unread or (known and hypothesis.strip() and all(text in unread for text in known)):
                rows.append(row)
        self.unreadable = None
        if rows:
            cause = f"{self._embedder.spec.name} does not know most of their characters"
            self.unreadable = {"segments": len({segments[row] for row in rows}), "cause": cause}
            told = f"BERTScore: {len(rows)} hypotheses are not scored, their cells are empty and they count nowhere: {cause}"
            self.notes.append(f"{told}. Choose a model that reads them: --model multilingual, or e5-small-q4.")
        return rows

    def _rounded(self, scores: FloatArray, pairs: Sequence[tuple[Ids, Ids]]) -> FloatArray:
        """Rescaled where asked for, rounded; an empty side stays 0, rescaled or not."""
        if self._baseline is not None:
            filled = np.array([min(map(len, pair)) > self._embedder.n_special for pair in pairs])
            scores = np.where(filled[:, None], self._baseline.rescaled(scores, self._embedder.spec.layer), 0.0)
        scores = np.where(np.isnan(scores).any(axis=1, keepdims=True), np.nan, scores)
        rounded: FloatArray = np.asarray(np.round(scores, DIGITS) + 0.0, dtype=np.float64)  # + 0.0: no -0.0
        return rounded

    def _token_ids(self, hypotheses: Sequence[str], references: Sequence[Sequence[str | None]]) -> dict[str, Ids]:
        texts = list(dict.fromkeys([*hypotheses, *(text for stream in references for text in stream if text is not None)]))
        return {text: tuple(ids) for text, ids in zip(texts, self._embedder.token_ids(texts), strict=True)}

    def _note_long(self, ids: Mapping[str, Ids], hypotheses: Sequence[str], segments: Sequence[int], references: Sequence[Sequence[str | None]]) -> None:
        limit = self._embedder.limit
        used = [*zip(hypotheses, segments, strict=True), *((t, i) for stream in references for i, t in enumerate(stream) if t is not None)]
        long = {text for text, tokens in ids.items() if len(tokens) > limit}
        places = sorted({segment + 1 for text, segment in used if text in long})
        if long:
            named = ", ".join(map(str, places[:NAMED])) + (f" and {len(places) - NAMED} more" if len(places) > NAMED else "")
            texts = f"{len(long)} text{'s' * (len(long) > 1)} longer than the model's {limit} tokens went through in overlapping windows"
            self.notes.append(f"BERTScore: {texts} (segments, counted over all documents: {named}).")

    def segment_scores(self, statistics: FloatArray) -> Mapping[str, FloatArray]:
        """See `Metric.segment_scores`; `bertscore_ref` is there with several references."""
        defined = np.where(statistics[:, 3:4] > 0, statistics, np.nan)
        columns = {name: defined[:, i] for i, name in enumerate(self.columns)}
        return {**columns, "bertscore_ref": defined[:, 4]} if self._n_references > 1 else columns

    def corpus_score(self, summed: FloatArray) -> float:
        """Mean F1."""
        return float(summed[2] / summed[3]) if summed[3] else float("nan")

    def details(self, summed: FloatArray) -> str:
        """Mean precision and recall."""
        return f"P = {summed[0] / summed[3]:.6f} R = {summed[1] / summed[3]:.6f}" if summed[3] else ""

    def signature(self) -> str:
        """Model, weights, layer, weighting, rescaling, windows, precision, versions; no path and no machine."""
        spec = self._embedder.spec
        baseline = "no" if self._baseline is None else hashlib.sha256(self._baseline.path.read_bytes()).hexdigest()[:12]
        parts = {
            "nrefs": self._n_references,
            "model": spec.name.replace("|", "_").replace(":", "_"),
            "weights": spec.weights_sha256[:12],
            "layer": spec.layer,
            "idf": "yes" if self._idf else "no",
            "rescaled": baseline,
            "window": f"{self._embedder.limit}/{overlap_of(self._embedder.limit)}" if self._embedder.limit < UNLIMITED else "none",
            "dtype": self._embedder.precision,
            "runtime": self._embedder.runtime,
            "version": f"evaluator-{__version__}",
            **({"note": spec.remark} if spec.remark else {}),
        }
        return "|".join(f"{key}:{value}" for key, value in parts.items())

    def segment_signature(self) -> str:
        """The same: segments are scored alone."""
        return self.signature()

    def peer_signature(self) -> str | None:
        """The hash that bert-score would print, with the hub id in the place of a local path; None where it is not installed or cannot load the weights."""
        spec = self._embedder.spec
        if spec.packed or missing("bert-score") or not is_installed("transformers"):
            return None
        name = spec.name if spec.hub_id == str(spec.folder) else spec.hub_id
        return bert_score_hash(name, spec.layer, self._idf, rescaled=self._baseline is not None, custom=self._baseline is not None and self._baseline.custom)


def bert_score_hash(model: str, layer: int | None, idf: bool, *, rescaled: bool = False, custom: bool = False, fast: bool = False) -> str:
    """bert-score's hash of a setting, as its `get_hash` writes it."""
    hash_ = f"{model}_L{layer}{'_idf' if idf else '_no-idf'}_version={package_version()}(hug_trans={version('transformers')})"
    if rescaled:
        hash_ += "-custom-rescaled" if custom else "-rescaled"
    return hash_ + "_fast-tokenizer" * fast


def _shared_by(n_references: int, advance: Advance) -> Advance:
    """Counts pairs and reports hypotheses: each has a pair for every reference."""
    pairs = 0

    def count(n: int) -> None:
        nonlocal pairs
        before, pairs = pairs, pairs + n
        advance(pairs // n_references - before // n_references)

    return count
