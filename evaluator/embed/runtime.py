"""OpenVINO without its telemetry; the one place that imports it."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import Any

TELEMETRY = "openvino_telemetry"


@cache
def load_openvino() -> Any:
    """The module `openvino`.

    Its import reports itself to a server: it writes an id into the home folder and forks a process
    from a thread of its own, which can stop for good in a process that computes meanwhile. Where its
    telemetry cannot be imported it goes without: an entry `None` in `sys.modules` says so to Python.
    Once somebody else has imported OpenVINO, all of this has happened.
    """
    if "openvino" in sys.modules or TELEMETRY in sys.modules:
        return import_module("openvino")
    sys.modules[TELEMETRY] = None  # type: ignore[assignment]
    try:
        return import_module("openvino")
    finally:
        del sys.modules[TELEMETRY]
