"""Pairs to diagnoses: observed (`observe.py`) and decided (`decide.py`), or judged by rules (`rules/`). Start here."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from evaluator.diagnosis.decide import diagnose_pieces, reason_of
from evaluator.diagnosis.language import BY_RULES, READ, is_german, language_of
from evaluator.diagnosis.learned import learned_note
from evaluator.diagnosis.model import FILE as DECISION
from evaluator.diagnosis.model import load_decision, threshold_of
from evaluator.diagnosis.observe import evidence_of
from evaluator.diagnosis.reader import CAUSE, MODEL, VERSION, Reader, load_reader, unread_texts
from evaluator.diagnosis.rules.decide import diagnose_by_rules, manifest_of_rules, with_untranslated
from evaluator.diagnosis.sources import with_copies
from evaluator.embed import Tokenizer
from evaluator.embed.digests import sha256_of
from evaluator.plugins import base_language
from evaluator.types import Advance, Diagnosis, EvalSet, EvaluatorError, Finding

HARMLESS = 0.01
"""Maximum risk of texts that differ in form alone."""
BATCH = 128
"""Pairs whose texts are tokenized at once."""


class Judge:
    """Diagnoses of pairs, by text.

    Args:
        lang: language of the texts, as `en` or `de-AT`; None looks at each pair.
        prior: share of paragraphs with a serious error in the material; None for that of the data
            that the numbers were fitted on.
        tokenizer: of the reader's model, which may have some of the texts already.
        open_reader: gives the reader; by default the one on the processor.

    Raises:
        EvaluatorError: a prior that is no probability.
    """

    def __init__(self, lang: str | None, prior: float | None, tokenizer: Tokenizer | None = None, open_reader: Callable[[], Reader] = load_reader) -> None:
        if prior is not None and not 0 < prior < 1:
            raise EvaluatorError(f"The prior is {prior}; it is a share of paragraphs, between 0 and 1.")
        self._language = base_language(lang) if lang else None
        self._prior = prior
        self._tokenizer = tokenizer
        self._reader = open_reader
        self._known: dict[tuple[str, str], Diagnosis | None] = {}

    def diagnose_batch(self, pairs: Sequence[tuple[str, str]], sources: Sequence[str] | None = None) -> list[Diagnosis | None]:
        """Diagnoses of (reference, hypothesis)."""
        self.judge(pairs)
        given = sources if sources is not None else [""] * len(pairs)
        return [self.diagnosis([reference], hypothesis, source) for (reference, hypothesis), source in zip(pairs, given, strict=True)]

    def judge(self, pairs: Sequence[tuple[str, str]], advance: Advance = lambda _: None) -> None:
        """Judge what `diagnosis` will be asked for.

        Args:
            pairs: (reference, hypothesis); those with an empty side need no judgement.
            advance: called with numbers of pairs that are done.
        """
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in self._known and all(text.strip() for text in pair)]
        advance(len(pairs) - len(fresh))
        for start in range(0, len(fresh), BATCH):
            batch = fresh[start : start + BATCH]
            self._judge(batch)
            advance(len(batch))

    def diagnosis(self, references: Sequence[str | None], hypothesis: str, source: str = "") -> Diagnosis | None:
        """The diagnosis of a hypothesis by the reference that licenses its wording best; None where there is nothing to judge."""
        filled = [str(reference) for reference in references if (reference or "").strip()]
        if not filled and not hypothesis.strip():
            return None
        if not filled:
            return self._whole("accuracy/addition", "hypothesis", hypothesis, "the reference has no such paragraph")
        if not hypothesis.strip():
            return self._whole("accuracy/omission", "reference", filled[0], "the whole paragraph is missing")
        self.judge([(reference, hypothesis) for reference in filled])
        found = {k: one for k, reference in enumerate(filled) if (one := self._known[reference, hypothesis]) is not None}
        if not found:
            return None
        best = min(found, key=lambda k: (found[k].risk, -_ranked(found[k].fidelity)))
        chosen = found[best] if filled[best] == references[0] else _elsewhere(found[best])
        if not source.strip():
            return chosen
        with_source = with_copies(chosen, source, filled, hypothesis)
        by_rules = math.isnan(with_source.fidelity) and hypothesis not in filled
        return with_untranslated(with_source, source, filled, hypothesis, self._prior) if by_rules else with_source

    def forget(self) -> None:
        """Let go of what was judged, so that memory does not grow with a stream."""
        self._known.clear()

    def unread(self, references: Sequence[str | None], hypothesis: str) -> bool:
        """True for a pair that was judged for, and of whose references the vocabulary knows none."""
        filled = [str(reference) for reference in references if (reference or "").strip()]
        return bool(filled) and all((one, hypothesis) in self._known and self._known[one, hypothesis] is None for one in filled)

    def notes(self, references: Iterable[str]) -> list[str]:
        """What a user must know of the diagnosis of a run over these references."""
        known = learned_note(references)
        return [known] if known else []

    def manifest(self) -> dict[str, Any]:
        """What decides the diagnosis, for `run.json`."""
        if self._language in BY_RULES:
            return manifest_of_rules(str(self._language), self._prior)
        reader = self._reader()
        return {
            "model": MODEL,
            "reader": VERSION,
            "base_sha256": reader.spec.weights_sha256,
            "weights_sha256": {"reader.safetensors": reader.sha256, DECISION.name: sha256_of(DECISION)},
            "threshold": threshold_of(load_decision(), self._prior),
            "prior": self._prior if self._prior is not None else load_decision().prior,
            "language": self._language or "by pair",
            **({"runtime": reader.runtime, "dtype": reader.precision} if reader.in_torch else {}),
        }

    def _judge(self, pairs: Sequence[tuple[str, str]]) -> None:
        languages = {pair: self._language or ("de" if is_german(pair[0]) else language_of(" ".join(pair))) for pair in pairs}
        differing = [pair for pair in pairs if pair[0].strip() != pair[1].strip()]
        for pair in pairs:
            if pair[0].strip() == pair[1].strip():
                self._known[pair] = Diagnosis(math.nan if languages[pair] in BY_RULES else 100.0, 0.0, "none", False, ())
        unread = unread_texts((reference for reference, _ in differing), self._tokenizer)
        self._known.update({pair: None for pair in differing if pair[0] in unread})
        ruled = [pair for pair in differing if pair[0] not in unread and languages[pair] in BY_RULES]
        for pair, found in zip(ruled, diagnose_by_rules(ruled, self._prior, self._tokenizer), strict=True):
            self._known[pair] = _harmless(found) if found.risk and equivalent(*pair) else found
        read = [pair for pair in differing if pair[0] not in unread and languages[pair] not in BY_RULES]
        observed = evidence_of(read, [languages[pair] == READ for pair in read], self._tokenizer, self._reader)
        for pair, pieces in zip(read, observed, strict=True):
            found = diagnose_pieces(pieces, load_decision(), self._prior)
            if found.risk and equivalent(*pair):
                found = _harmless(found)
            self._known[pair] = replace(found, reason=reason_of(found))

    def _whole(self, category: str, side: str, text: str, message: str) -> Diagnosis:
        """A paragraph that one side lacks altogether."""
        finding = Finding(category, "critical", side, 0, len(text), text, "", "alignment", message)
        fidelity = math.nan if (self._language or language_of(text)) in BY_RULES else 0.0
        return Diagnosis(fidelity, 0.99, "critical", True, (finding,), f"{category.partition('/')[2]}: {message}")


def _ranked(fidelity: float) -> float:
    """A fidelity to choose by; where there is none every reference is as good."""
    return 0.0 if math.isnan(fidelity) else fidelity


def unreadable(judge: Judge, evalset: EvalSet) -> tuple[dict[str, Any] | None, list[str]]:
    """What `run.json` says of segments that could not be judged for their characters, None where there are none; and the note of it."""
    segments = {(pair.document, pair.segment) for system in evalset.systems for pair in system.pairs if judge.unread(pair.references, pair.hypothesis)}
    if not segments:
        return None, []
    what = "1 segment is not judged and its cells are" if len(segments) == 1 else f"{len(segments)} segments are not judged and their cells are"
    note = f"Diagnosis: {what} empty: {CAUSE}."
    return {"segments": len(segments), "cause": CAUSE}, [note]


def equivalent(reference: str, hypothesis: str) -> bool:
    """True when the texts differ in case, spaces, quotation marks, dashes and digit grouping alone.

    >>> equivalent("LATEST: 1,886 tanks", "Latest:  1886 tanks")
    True
    """
    return _plain(reference) == _plain(hypothesis)


def _plain(text: str) -> str:
    ungrouped = re.sub(r"(?<=\d)[,\u00a0\u202f](?=\d{3}(?!\d))", "", text.casefold())
    return " ".join(ungrouped.translate(_SAME_PUNCTUATION).split())


_SAME_PUNCTUATION = str.maketrans({**dict.fromkeys("“”„«»", chr(34)), **dict.fromkeys("‘’‚", chr(39)), **dict.fromkeys("–—", "-")})


def _harmless(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis of texts that say the same: whatever was found in the form is minor."""
    findings = tuple(replace(f, severity="minor") for f in diagnosis.findings if f.category.startswith("fluency"))
    severity = "minor" if findings else "none"
    return replace(diagnosis, risk=min(diagnosis.risk, HARMLESS), severity=severity, flagged=False, findings=findings)


def _elsewhere(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis against a further reference: places in it cannot be shown in the first one's cell."""
    without_offsets = tuple(replace(f, start=None, end=None, text="", counterpart=f.text) if f.side == "reference" else f for f in diagnosis.findings)
    return replace(diagnosis, findings=without_offsets)
