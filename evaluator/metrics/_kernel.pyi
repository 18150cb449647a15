"""The compiled kernel; its sources are in native/."""

from collections.abc import Sequence
from typing import Any

VERSION: int

def make_index(
    streams: tuple[Sequence[str | None], ...],
    metric: int,
    tokens: int,
    order: int,
    word_order: int,
    whitespace: int,
    factor: float,
    eps_smoothing: int,
    /,
) -> object: ...
def count(index: object, texts: Sequence[str], segments: Any, out: Any, /) -> None: ...
def make_lists(rows: Any, width: int, n_integers: int, /) -> list[list[Any]]: ...
def take_rows(rows: Any, out: Any, /) -> None: ...
def bleu_scores(rows: Any, out: Any, order: int, smoothing: int, value: float, effective: bool, /) -> None: ...
