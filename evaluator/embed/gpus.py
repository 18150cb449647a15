"""The GPUs of this machine, for work that is spread over them."""

from __future__ import annotations

from evaluator.extras import importing


def cuda_devices(device: str, needs: set[str]) -> list[str]:
    """`cuda:0`, `cuda:1` and so on where `device` is `cuda` and a metric needs the vectors of a model; else none.

    Args:
        device: what was asked for. `auto` and one numbered GPU are not spread.
        needs: what the metrics declare to need.
    """
    if device != "cuda" or "vectors" not in needs:
        return []
    with importing("torch", "The device cuda"):
        import torch

    return [f"cuda:{k}" for k in range(torch.cuda.device_count())]
