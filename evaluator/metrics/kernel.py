"""The compiled kernel and what stands in where it was not built.

The kernel is compiled when the package is installed (`hatch_build.py`); without a compiler the
installation succeeds without it. Then NumPy counts n-grams, some twenty times slower (still two to four times faster than sacreBLEU), and TER
runs in sacreBLEU's own code, hundreds of times slower. `evaluator list metrics` says which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Final

import numpy as np

from evaluator.metrics.counting import MAX_ORDERS, Places, References, Setting
from evaluator.types import FloatArray

VERSION: Final = 1
"""What the kernel must say of itself; a kernel built from other sources is left alone."""
METRICS = {"bleu": 0, "chrf": 1, "ter": 2}
TOKENS = {"split": 0, "13a": 1, "western": 2}
SMOOTHINGS = {"none": 0, "floor": 1, "add-k": 2, "exp": 3}


def _load() -> tuple[ModuleType | None, str]:
    """The kernel, or None and why not."""
    try:
        from evaluator.metrics import _kernel
    except ImportError:
        return None, "it was not built; install a C compiler and evaluator again"
    if _kernel.VERSION != VERSION:
        return None, f"it is of version {_kernel.VERSION}, not {VERSION}; install evaluator again"
    return _kernel, ""


compiled, missing = _load()


def counted_by(metric: str) -> str:
    """What counts the n-grams or edits of a lexical metric here, in words."""
    if compiled is not None:
        return "counted by the compiled kernel"
    if metric == "ter":
        return f"counted by sacreBLEU's own code, hundreds of times slower than the compiled kernel: {missing}"
    return f"counted by NumPy, some twenty times slower than the compiled kernel: {missing}"


def is_cheaper_than_cache(metric: str, tokenizer: str | None = None) -> bool:
    """True where counting takes less time than looking up what was counted before: n-grams by the kernel, BLEU's tokens included.

    Args:
        metric: name of a lexical metric.
        tokenizer: BLEU's, as its signature names it.
    """
    quick = metric in ("chrf", "chrf++") or (metric == "bleu" and tokenizer in ("13a", "none", "zh"))
    return compiled is not None and quick


class CompiledReferences:
    """`References` in the kernel's memory."""

    def __init__(self, setting: Setting, streams: Sequence[Sequence[str | None]]) -> None:
        self._setting = setting
        self._streams = tuple(streams)
        self._index = self._make()

    def _make(self) -> object:
        s = self._setting
        assert compiled is not None
        made: object = compiled.make_index(
            self._streams, METRICS[s.metric], TOKENS[s.tokens], s.order, s.word_order, int(s.whitespace), s.factor, int(s.eps_smoothing)
        )
        return made

    def __len__(self) -> int:
        return len(self._streams[0])

    def count(self, texts: Sequence[str], segments: Places | None) -> FloatArray:
        """See `References.count`."""
        assert compiled is not None
        out = np.empty((len(texts), self._setting.n_statistics))
        compiled.count(self._index, texts, segments if segments is None else np.ascontiguousarray(segments, dtype=np.int64), out)
        return out

    def __getstate__(self) -> dict[str, Any]:
        """Texts alone travel to other processes, which make their own index."""
        return {"_setting": self._setting, "_streams": self._streams}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)
        self._index = self._make()


def make_references(setting: Setting, streams: Sequence[Sequence[str | None]]) -> References | None:
    """References made ready; None where sacreBLEU's own code must do: TER without the kernel, orders that no one uses.

    Args:
        setting: what is counted; without the kernel `tokens` must be `split`.
        streams: prepared texts, one stream per reference.
    """
    if min(setting.order, setting.word_order) < 0 or setting.order + setting.word_order > MAX_ORDERS or (setting.metric == "bleu" and not setting.order):
        return None
    if compiled is not None:
        return CompiledReferences(setting, streams)
    if setting.metric == "ter":
        return None
    from evaluator.metrics.ngrams import NumpyReferences

    return NumpyReferences(setting, streams)


def as_rows(statistics: Any) -> FloatArray:
    """Statistics as float64 (n, n_statistics), from an array or rows of numbers."""
    if compiled is None or isinstance(statistics, np.ndarray) or not len(statistics):
        return np.asarray(statistics, dtype=np.float64)
    out = np.empty((len(statistics), len(statistics[0])))
    compiled.take_rows(statistics, out)
    return out


def as_lists(rows: FloatArray, n_integers: int) -> list[list[Any]]:
    """Rows as sacreBLEU has them: lists whose first `n_integers` numbers are int, the others float."""
    if compiled is not None:
        lists: list[list[Any]] = compiled.make_lists(np.ascontiguousarray(rows), rows.shape[1], n_integers)
        return lists
    return [[int(x) for x in row[:n_integers]] + row[n_integers:] for row in rows.tolist()]


def bleu_scores(rows: FloatArray, smoothing: str, value: float, effective: bool) -> FloatArray | None:
    """BLEU of each row, float64 (n,); None without the kernel or beyond its orders."""
    order = rows.shape[1] // 2 - 1
    if compiled is None or not 1 <= order <= MAX_ORDERS:
        return None
    out = np.empty(len(rows))
    compiled.bleu_scores(np.ascontiguousarray(rows), out, order, SMOOTHINGS[smoothing], value, effective)
    return out
