"""BERTScore as a run uses it: statistics [P, R, F1, 1] per hypothesis, the best reference by F1."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np

from evaluator.embed import Embedder
from evaluator.embed.bertscore_tables import package_version
from evaluator.embed.tokens import overlap_of
from evaluator.extras import is_installed, missing
from evaluator.metrics.baselines import Baseline, find_baseline
from evaluator.metrics.matching import IdfWeights, Ids, idf_weights, match_pairs
from evaluator.protocol import Counts, Declaration, Option, Scale, ScoreColumn, Signature, Streams, Unreadable
from evaluator.types import Advance, EvaluatorError, FloatArray
from evaluator.version import __version__

DIGITS = 6
"""Scores leave here rounded, so that batches cannot move a byte of the results."""
MAX_UNKNOWN = 0.5
"""Share of unknown characters from which a text counts as unread."""
UNLIMITED = 2**20
"""Tokens; a limit beyond is none."""
MAX_NAMED = 20
"""Long segments that a note names."""


class BertScoreMetric:
    """BERTScore behind the `Metric` protocol.

    Args:
        embedder: the loaded model.
        idf: weigh tokens by their inverse document frequency in the references.
        rescale_with_baseline: rescale so that unrelated sentences score about 0.
        lang: language whose baseline to take.
        baseline_path: a baseline file instead of the known ones.

    Raises:
        EvaluatorError: rescaling without a language or without a baseline.
    """

    declared = Declaration(
        name="bertscore",
        title="BERTScore-F1",
        summary="BERTScore P, R and F1 (Zhang et al. 2020)",
        scale=Scale(best=1, worst=0, open_end=True),
        columns=(
            ScoreColumn("bertscore_p", "Precision: how much of the hypothesis the reference has.", "BERTScore-P", 0),
            ScoreColumn("bertscore_r", "Recall: how much of the reference the hypothesis has.", "BERTScore-R", 1),
            ScoreColumn("bertscore_f1", "Their harmonic mean; with several references that of the best one by F1."),
            ScoreColumn("bertscore_ref", "1-based number of the reference that BERTScore chose by F1; only with several references.", is_score=False),
        ),
        options=(
            Option("idf", "weigh tokens by inverse document frequency in the references", ("--idf",)),
            Option("rescale_with_baseline", "rescale so that unrelated texts score 0; needs --lang", ("--rescale-with-baseline",)),
            Option("baseline_path", "a baseline file of your own", ("--baseline-path",)),
        ),
        needs=("vectors", "language"),
    )
    title = declared.title
    formula: ClassVar[dict[str, Any]] = {"kind": "ratio", "of": 2, "by": 3}
    cached = False
    """idf depends on all references; the model takes the time, and vectors are shared."""

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

    def prepare(self, references: Streams, sources: Sequence[str] = ()) -> PreparedBertScore:  # noqa: ARG002
        """See `Metric.prepare`."""
        texts = [text for stream in references for text in stream if text is not None]
        ids = _token_ids(self._embedder, texts)
        if self._idf and len(texts) < 2:
            raise EvaluatorError(f"idf is computed over reference segments and there is {len(texts)}; leave --idf out.")
        weights = idf_weights([ids[text] for text in texts]) if self._idf else None
        return PreparedBertScore(self._embedder, self._baseline, references, ids, weights)

    def segment_scores(self, statistics: FloatArray) -> Mapping[str, FloatArray]:
        """See `Metric.segment_scores`; `bertscore_ref` is there with several references."""
        defined = np.where(statistics[:, 3:4] > 0, statistics, np.nan)
        names = [column.name for column in self.declared.scores]
        columns = {name: defined[:, i] for i, name in enumerate(names)}
        return {**columns, "bertscore_ref": defined[:, 4]} if statistics.shape[1] > len(names) + 1 else columns

    def corpus_score(self, summed: FloatArray) -> float:
        """Mean F1."""
        return float(summed[2] / summed[3]) if summed[3] else float("nan")

    def details(self, summed: FloatArray) -> str:
        """Mean precision and recall."""
        return f"P = {summed[0] / summed[3]:.6f} R = {summed[1] / summed[3]:.6f}" if summed[3] else ""


@dataclass(frozen=True)
class PreparedBertScore:
    """BERTScore with the references of a run."""

    _embedder: Embedder
    _baseline: Baseline | None
    _references: Streams
    _ids: Mapping[str, Ids]
    """Of the references' tokens."""
    _idf: IdfWeights | None

    def notes(self, hypotheses: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002
        """Nothing that counting does not show."""
        return ()

    def count(self, hypotheses: Sequence[str], segments: Sequence[int], advance: Advance) -> Counts:
        """See `Prepared.count`: P, R, F1, 1, and with several references the 1-based one chosen."""
        ids = {**self._ids, **_token_ids(self._embedder, (text for text in hypotheses if text not in self._ids))}
        pairs, owners = [], []
        for row, (hypothesis, segment) in enumerate(zip(hypotheses, segments, strict=True)):
            for k, stream in enumerate(self._references):
                reference = stream[segment]
                if reference is not None:
                    pairs.append((ids[hypothesis], ids[reference]))
                    owners.append((row, k))
        scores = self._rounded(match_pairs(self._embedder, pairs, self._idf, _shared_by(len(self._references), advance)), pairs)
        best = np.full((len(hypotheses), 5), -np.inf)
        for (row, k), score in zip(owners, scores, strict=True):
            if score[2] > best[row, 2]:
                best[row] = (*score, 1.0, k + 1)
        notes = self._long_notes(ids, hypotheses, segments)
        undefined = ~np.isfinite(best[:, 2])
        if undefined.any():  # idf weighs every token 0; bert-score gives such segments F1 0, and so their mean
            best[undefined] = [0.0, 0.0, 0.0, 1.0, 1.0]
            notes.append(f"BERTScore: {int(undefined.sum())} texts have no token that idf weighs; they count with F1 0, as in bert-score.")
        unread = self._unread_rows(hypotheses, segments)
        best[unread] = [0.0, 0.0, 0.0, 0.0, 1.0]
        unreadable = self._unreadable(unread, segments)
        if unreadable:
            note = f"BERTScore: {len(unread)} hypotheses are not scored, their cells are empty and they count nowhere: {unreadable.cause}"
            notes.append(f"{note}. Choose a model that reads them: --model multilingual, or e5-small-q4.")
        return Counts(best if len(self._references) > 1 else best[:, :4], tuple(notes), unreadable)

    def _unread_rows(self, hypotheses: Sequence[str], segments: Sequence[int]) -> list[int]:
        """Rows with a side of which the model knows less than half of the characters: all such texts would be alike to it."""
        texts = {*hypotheses, *(text for stream in self._references for text in stream if text)}
        foreign = sorted(text for text in texts if not text.isascii())
        shares = self._embedder.unknown_share(foreign)
        unread = {text for text, share in zip(foreign, shares, strict=True) if share.characters >= MAX_UNKNOWN}
        rows = []
        for row, (hypothesis, segment) in enumerate(zip(hypotheses, segments, strict=True)) if unread else ():
            known = [text for stream in self._references if (text := stream[segment])]
            if hypothesis in unread or (known and hypothesis.strip() and all(text in unread for text in known)):
                rows.append(row)
        return rows

    def _unreadable(self, rows: Sequence[int], segments: Sequence[int]) -> Unreadable | None:
        if not rows:
            return None
        return Unreadable(len({segments[row] for row in rows}), f"{self._embedder.spec.name} does not know most of their characters")

    def _rounded(self, scores: FloatArray, pairs: Sequence[tuple[Ids, Ids]]) -> FloatArray:
        """Rescaled where asked for, rounded; an empty side stays 0, rescaled or not."""
        if self._baseline is not None:
            filled = np.array([min(map(len, pair)) > self._embedder.n_special for pair in pairs])
            scores = np.where(filled[:, None], self._baseline.rescaled(scores, self._embedder.spec.layer), 0.0)
        scores = np.where(np.isnan(scores).any(axis=1, keepdims=True), np.nan, scores)
        rounded: FloatArray = np.asarray(np.round(scores, DIGITS) + 0.0, dtype=np.float64)  # + 0.0: no -0.0
        return rounded

    def _long_notes(self, ids: Mapping[str, Ids], hypotheses: Sequence[str], segments: Sequence[int]) -> list[str]:
        limit = self._embedder.limit
        used = [*zip(hypotheses, segments, strict=True), *((t, i) for stream in self._references for i, t in enumerate(stream) if t is not None)]
        long = {text for text, tokens in ids.items() if len(tokens) > limit}
        if not long:
            return []
        numbers = sorted({segment + 1 for text, segment in used if text in long})
        named = ", ".join(map(str, numbers[:MAX_NAMED])) + (f" and {len(numbers) - MAX_NAMED} more" if len(numbers) > MAX_NAMED else "")
        texts = f"{len(long)} text{'s' * (len(long) > 1)} longer than the model's {limit} tokens went through in overlapping windows"
        return [f"BERTScore: {texts} (segments, counted over all documents: {named})."]

    @property
    def signature(self) -> Signature:
        """Model, weights, layer, weighting, rescaling, windows, precision, versions; no path and no machine."""
        spec, limit = self._embedder.spec, self._embedder.limit
        baseline = "no" if self._baseline is None else hashlib.sha256(self._baseline.path.read_bytes()).hexdigest()[:12]
        parts = {
            "nrefs": len(self._references),
            "model": spec.name.replace("|", "_").replace(":", "_"),
            "weights": spec.weights_sha256[:12],
            "layer": spec.layer,
            "idf": "yes" if self._idf is not None else "no",
            "rescaled": baseline,
            "window": f"{limit}/{overlap_of(limit)}" if limit < UNLIMITED else "none",
            "dtype": self._embedder.precision,
            "runtime": self._embedder.runtime,
            "version": f"evaluator-{__version__}",
            **({"note": spec.remark} if spec.remark else {}),
        }
        return Signature("|".join(f"{key}:{value}" for key, value in parts.items()), peers=self._peer_signature())

    def _peer_signature(self) -> dict[str, str]:
        """The hash that bert-score would print, with the hub id instead of a local path; nothing where it is not installed or cannot load the weights."""
        spec = self._embedder.spec
        if spec.packed or missing("bert-score") or not is_installed("transformers"):
            return {}
        name = spec.name if spec.hub_id == str(spec.folder) else spec.hub_id
        custom = self._baseline is not None and self._baseline.custom
        return {"bert_score": bert_score_hash(name, spec.layer, self._idf is not None, rescaled=self._baseline is not None, custom=custom)}


def _token_ids(embedder: Embedder, texts: Iterable[str]) -> dict[str, Ids]:
    """Token ids by text; each distinct text is tokenized once."""
    distinct = list(dict.fromkeys(texts))
    return {text: tuple(ids) for text, ids in zip(distinct, embedder.token_ids(distinct), strict=True)}


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
