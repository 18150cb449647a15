"""BLEU, chrF and TER as subclasses of sacreBLEU's own classes: a drop-in with the same numbers.

Tokenizers, smoothing, signatures and score classes are sacreBLEU's. Added here: inputs that
sacreBLEU scores silently wrong are refused, and `segment_scores` for whole columns.
What they share is in `sacrebleu_base.py`, how a run uses them in `adapters.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal

from sacrebleu.metrics.bleu import BLEU as SacreBLEU
from sacrebleu.metrics.chrf import CHRF as SacreCHRF
from sacrebleu.metrics.ter import TER as SacreTER

from evaluator.metrics import kernel
from evaluator.metrics.counting import Setting, f_scores, ter_scores
from evaluator.metrics.sacrebleu_base import SacrebleuBase
from evaluator.plugins import did_you_mean
from evaluator.protocol import Streams
from evaluator.types import EvaluatorError, FloatArray

NEEDS = {
    "ja-mecab": "pip install 'sacrebleu[ja]'",
    "ko-mecab": "pip install 'sacrebleu[ko]'",
    "spm": "pip install sentencepiece, and a download by sacreBLEU at first use",
    "flores101": "pip install sentencepiece, and a download by sacreBLEU at first use",
    "flores200": "pip install sentencepiece, and a download by sacreBLEU at first use",
    "spBLEU-1K": "pip install sentencepiece, and a download by sacreBLEU at first use",
}
"""What tokenizers need beyond sacreBLEU itself."""
UNPINNED = tuple(NEEDS)
"""Tokenizers whose dictionaries and models sacreBLEU's version does not pin."""

ZH = (
    "\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u4db5"
    "\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef"
)
"""Characters that sacreBLEU's `zh` sets apart, what it makes of five-digit escapes included."""


class BLEU(SacrebleuBase, SacreBLEU):
    """BLEU (Papineni et al. 2002) with sacreBLEU's numbers and signature.

    Args are those of `sacrebleu.metrics.BLEU`.

    Raises:
        EvaluatorError: an unknown tokenizer or smoothing method, or one whose extra is not installed.

    >>> BLEU().corpus_score(["The cat sat down."], [["The cat sat down."]]).score
    100.00000000000004
    """

    def __init__(
        self,
        lowercase: bool = False,
        force: bool = False,
        tokenize: str | None = None,
        smooth_method: str = "exp",
        smooth_value: float | None = None,
        max_ngram_order: int = 4,
        effective_order: bool = False,
        trg_lang: str = "",
        references: Streams | None = None,
    ) -> None:
        if tokenize is not None and tokenize not in self.TOKENIZERS:
            raise EvaluatorError(f"There is no tokenizer {tokenize!r}.{did_you_mean(tokenize, self.TOKENIZERS)}")
        if smooth_method not in self.SMOOTH_DEFAULTS:
            raise EvaluatorError(f"There is no smoothing method {smooth_method!r}.{did_you_mean(smooth_method, self.SMOOTH_DEFAULTS)}")

        def build() -> None:
            # Without references: an error in them is not a missing extra.
            super(BLEU, self).__init__(lowercase, force, tokenize, smooth_method, smooth_value, max_ngram_order, effective_order, trg_lang)

        _with_extras(build, tokenize or self._TOKENIZER_MAP.get(trg_lang, self.TOKENIZER_DEFAULT))
        if references is not None:
            self._ref_cache = self._cache_references(references)

    def _setting(self) -> Setting:
        kinds: dict[str, Literal["13a", "western"]] = {"13a": "13a", "zh": "western"}
        return Setting("bleu", kinds.get(self.tokenizer_signature, "split") if kernel.compiled else "split", self.max_ngram_order)

    def _prepared(self, texts: Sequence[str], reference: bool) -> Sequence[str]:  # noqa: ARG002
        if kernel.compiled is None or self.tokenizer_signature not in ("13a", "zh"):
            return [self._preprocess_segment(text) for text in texts]
        kept = [text.lower().rstrip() for text in texts] if self.lowercase else [text.rstrip() for text in texts]
        return kept if self.tokenizer_signature == "13a" else [_zh_pattern().sub(r" \g<0> ", text.strip()) for text in kept]

    def _row_scores(self, rows: FloatArray) -> FloatArray:
        default = self.SMOOTH_DEFAULTS[self.smooth_method]
        value = float(self.smooth_value if self.smooth_value is not None else default or 0)
        scores = kernel.bleu_scores(rows, self.smooth_method, value, bool(self.effective_order))
        return super()._row_scores(rows) if scores is None else scores


@cache
def _zh_pattern() -> re.Pattern[str]:
    return re.compile(f"[{ZH}]")


class CHRF(SacrebleuBase, SacreCHRF):
    """chrF and chrF++ (Popović 2015, 2017) with sacreBLEU's numbers and signature.

    Args are those of `sacrebleu.metrics.CHRF`; `word_order=2` makes it chrF++.
    """

    def _setting(self) -> Setting:
        return Setting("chrf", "split", self.char_order, self.word_order, bool(self.whitespace), float(self.beta**2), bool(self.eps_smoothing))

    def _prepared(self, texts: Sequence[str], reference: bool) -> Sequence[str]:  # noqa: ARG002
        return [text.lower() for text in texts] if self.lowercase else texts

    def _row_scores(self, rows: FloatArray) -> FloatArray:
        return f_scores(rows, float(self.beta**2), bool(self.eps_smoothing))


class TER(SacrebleuBase, SacreTER):
    """TER (Snover et al. 2006) with sacreBLEU's numbers and signature.

    Args are those of `sacrebleu.metrics.TER`.
    """

    def _setting(self) -> Setting:
        return Setting("ter")

    def _prepared(self, texts: Sequence[str], reference: bool) -> Sequence[str]:
        once = self._lower if not self.normalized and not self.no_punct else self._preprocess_segment
        return [once(once(text)) for text in texts] if reference else [once(text) for text in texts]  # sacreBLEU prepares references twice

    def _lower(self, text: str) -> str:
        return text.rstrip() if self.case_sensitive else text.rstrip().lower()

    def _as_lists(self, rows: FloatArray) -> list[list[Any]]:
        return kernel.as_lists(rows, 1)

    def _row_scores(self, rows: FloatArray) -> FloatArray:
        return ter_scores(rows)


def _with_extras(build: Callable[[], None], tokenizer: str) -> None:
    try:
        build()
    except (ImportError, RuntimeError, OSError, SystemExit) as error:
        # sacreBLEU's downloader ends the process on an SSL error.
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EvaluatorError(
            f"The tokenizer {tokenizer!r} is not ready: {first} It needs: {NEEDS.get(tokenizer, 'what sacreBLEU says')}. "
            "Or name another tokenizer, such as char, which the signature then states."
        ) from error
