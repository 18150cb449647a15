"""Amounts in other units of one kind: two hours are 120 minutes, 6 feet are 1.83 metres, 86 °F are 30 °C."""

from __future__ import annotations

from typing import Protocol

_SIZES = {
    "second": ("time", 1.0), "minute": ("time", 60.0), "hour": ("time", 3600.0), "day": ("time", 86400.0), "week": ("time", 7 * 86400.0),
    "month": ("months", 1.0), "year": ("months", 12.0),
    "millimetre": ("length", 0.001), "centimetre": ("length", 0.01), "inch": ("length", 0.0254), "foot": ("length", 0.3048), "yard": ("length", 0.9144),
    "metre": ("length", 1.0), "kilometre": ("length", 1000.0), "mile": ("length", 1609.344), "nautical mile": ("length", 1852.0),
    "milligram": ("weight", 1e-6), "gram": ("weight", 0.001), "ounce": ("weight", 0.02835), "kilogram": ("weight", 1.0), "ton": ("weight", 1000.0),
    "millilitre": ("volume", 0.001), "litre": ("volume", 1.0), "gallon": ("volume", 3.785), "acre": ("area", 0.4047), "hectare": ("area", 1.0),
}  # fmt: skip
"""By unit what it measures, and in which size."""
POUND = ("weight", 0.4536)
"""Beside another weight; elsewhere pounds are money."""
ROUNDED, CONVERTED = 0.02, 0.03
"""Share by which an amount may be off in a unit of its own system, and in one of another: two metres are some six and a half feet."""
_CUSTOMARY = frozenset(["inch", "foot", "yard", "mile", "nautical mile", "ounce", "pound", "gallon", "acre"])
_DEGREE = 1.5
"""Degrees Celsius by which a converted temperature may be off."""


DEGREES = frozenset(["celsius", "fahrenheit"])


def is_measured(unit: str) -> bool:
    """True for a unit whose amounts are known in other units too; not for times, of which each number may have its own."""
    return unit in DEGREES or _SIZES.get(unit, ("time", 0.0))[0] not in ("time", "months")


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
    if a.unit == b.unit:
        return False
    if {a.unit, b.unit} == DEGREES:
        warm, hot = (a, b) if a.unit == "celsius" else (b, a)
        return abs(warm.value - (hot.value - 32) / 1.8) <= _DEGREE
    here, there = _size(a.unit, b.unit), _size(b.unit, a.unit)
    if here is None or there is None or here[0] != there[0]:
        return False
    x, y = a.value * here[1], b.value * there[1]
    off = CONVERTED if (a.unit in _CUSTOMARY) != (b.unit in _CUSTOMARY) else ROUNDED
    return abs(x - y) <= off * max(x, y)


def _size(unit: str, beside: str) -> tuple[str, float] | None:
    """What a unit measures, and in which size."""
    if unit == "pound" and _SIZES.get(beside, ("", 0.0))[0] == "weight":
        return POUND
    return _SIZES.get(unit)


def in_smaller(a: Amount, b: Amount) -> float | None:
    """Both together in the second's unit, where that is the next smaller one: one hour and 30 minutes are 90."""
    if (a.unit, b.unit) not in (("hour", "minute"), ("minute", "second"), ("foot", "inch"), ("metre", "centimetre"), ("year", "month")):
        return None
    return a.value * _SIZES[a.unit][1] / _SIZES[b.unit][1] + b.value
