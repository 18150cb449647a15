"""Which device computes: asked for, or found."""

from __future__ import annotations

import sys
from pathlib import Path

from evaluator.extras import importing, installed_versions
from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError


def choose_device(device: str) -> str:
    """`cpu`, `cuda` or `cuda:N` for `auto` or one of them.

    Raises:
        EvaluatorError: an unknown device, or CUDA asked for where there is none.
    """
    kind = device.split(":")[0]
    if kind not in ("auto", "cpu", "cuda"):
        raise EvaluatorError(f"There is no device {device!r}.{did_you_mean(device, ('auto', 'cpu', 'cuda'))}")
    if kind == "cpu":
        return "cpu"
    if kind == "auto" and not has_gpu_driver():
        return "cpu"  # known without torch, which takes a second to import
    with importing("torch", "The device cuda"):
        import torch

    if torch.cuda.is_available():
        index = device.partition(":")[2]
        if index and not (index.isdigit() and int(index) < torch.cuda.device_count()):
            raise EvaluatorError(f"There is no device {device}: torch sees {torch.cuda.device_count()} CUDA devices, numbered from 0.")
        return device if kind == "cuda" else "cuda"
    if kind == "cuda":
        raise EvaluatorError("The device cuda was asked for, but torch finds no CUDA device here; use --device cpu or auto.")
    return "cpu"


def has_gpu_driver() -> bool:
    """False where no CUDA device can be: there is no torch, or one built without CUDA, or the system has no driver of one."""
    torch = installed_versions(["torch"]).get("torch", "+cpu")
    if torch.endswith("+cpu") or sys.platform == "darwin":
        return False
    return sys.platform == "win32" or any(Path(path).exists() for path in ("/dev/nvidiactl", "/dev/dxg", "/proc/driver/nvidia"))
