"""Amounts in other units of one kind: two hours are 120 minutes, 6 feet are 1.83 metres."""

from __future__ import annotations

from typing import Protocol

_SIZES = {
    "second": ("time", 1.0), "minute": ("time", 60.0), "hour": ("time", 3600.0), "day": ("time", 86400.0), "week": ("time", 7 * 86400.0),
    "month": ("months", 1.0), "year": ("months", 12.0),
    "millimetre": ("length", 0.001), "centimetre": ("length", 0.01), "inch": ("length", 0.0254), "foot": ("length", 0.3048), "yard": ("length", 0.9144),
    "metre": ("length", 1.0), "kilometre": ("length", 1000.0), "mile": ("length", 1609.344),
    "milligram": ("weight", 1e-6), "gram": ("weight", 0.001), "ounce": ("weight", 0.02835), "kilogram": ("weight", 1.0), "ton": ("weight", 1000.0),
    "millilitre": ("volume", 0.001), "litre": ("volume", 1.0), "gallon": ("volume", 3.785), "acre": ("area", 0.4047), "hectare": ("area", 1.0),
}  # fmt: skip
"""By unit what it measures, and in which size. Not pounds, which are money as well."""
ROUNDED = 0.02
"""Share by which a converted amount may be off."""


class Amount(Protocol):
    """A number with its unit."""

    @property
    def value(self) -> float:
        """The number."""

    @property
    def unit(self) -> str:
        """The unit's name; empty without one."""


def same_amount(a: Amount, b: Amount) -> bool:
    """True for one amount in two units; amounts in the same unit are not compared."""
    if a.unit == b.unit or a.unit not in _SIZES or b.unit not in _SIZES:
        return False
    (kind, size), (other, other_size) = _SIZES[a.unit], _SIZES[b.unit]
    x, y = a.value * size, b.value * other_size
    return kind == other and abs(x - y) <= ROUNDED * max(x, y)


def in_smaller(a: Amount, b: Amount) -> float | None:
    """Both together in the second's unit, where that is the next smaller one: one hour and 30 minutes are 90."""
    if (a.unit, b.unit) not in (("hour", "minute"), ("minute", "second"), ("foot", "inch"), ("metre", "centimetre"), ("year", "month")):
        return None
    return a.value * _SIZES[a.unit][1] / _SIZES[b.unit][1] + b.value
