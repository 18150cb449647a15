"""A column of numbers as one array: what metrics give, tables hold, files are written from and systems are compared by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:  # `evaluator --help` does without NumPy
    import numpy as np
    from numpy.typing import NDArray


class FloatColumn(Sequence["float | None"]):
    """Numbers of a table's column, read like a list with None where there is none.

    Args:
        array: float64 (n_rows,); NaN where there is no number. It is not copied.

    >>> import numpy as np
    >>> column = FloatColumn(np.array([0.5, np.nan]))
    >>> list(column), column[0]
    ([0.5, None], 0.5)
    """

    __slots__ = ("array",)

    def __init__(self, array: NDArray[np.float64]) -> None:
        self.array = array

    @classmethod
    def of(cls, values: Iterable[float | None]) -> FloatColumn:
        """The column of some numbers; None and NaN are the same."""
        import numpy as np

        return cls(np.array([np.nan if value is None else value for value in values], dtype=np.float64))

    def __len__(self) -> int:
        return len(self.array)

    @overload
    def __getitem__(self, index: int) -> float | None: ...
    @overload
    def __getitem__(self, index: slice) -> FloatColumn: ...
    def __getitem__(self, index: int | slice) -> float | FloatColumn | None:
        if isinstance(index, slice):
            return FloatColumn(self.array[index])
        value = float(self.array[index])
        return None if value != value else value

    def __iter__(self) -> Iterator[float | None]:
        return iter([None if value != value else value for value in self.array.tolist()])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        import numpy as np

        return np.array(self.array, dtype=dtype) if copy else np.asarray(self.array, dtype=dtype)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, (list, FloatColumn)) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"FloatColumn({list(self)!r})"
