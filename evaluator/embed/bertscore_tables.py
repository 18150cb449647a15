"""What the bert-score package knows of models: best layers, models of languages, baselines.

Read from its source without importing it: the import takes seconds and pulls matplotlib.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evaluator.extras import require


@cache
def package_folder() -> Path:
    """Folder of the installed bert-score package.

    Raises:
        EvaluatorError: it is not installed.
    """
    require("bert-score")
    spec = find_spec("bert_score")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@cache
def _literals(module: str) -> dict[str, Any]:
    """Names assigned a literal in a module's source, and dictionaries passed to `NAME.update`."""
    found: dict[str, Any] = {}
    for node in ast.parse((package_folder() / module).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func).endswith(".update") and node.value.args:
            name, value = ast.unparse(node.value.func).removesuffix(".update"), node.value.args[0]
        else:
            continue
        if isinstance(value, (ast.Dict, ast.Constant)):
            found[name] = ast.literal_eval(value)
    return found


def best_layers() -> dict[str, int]:
    """Layer of each model that agreed best with people on WMT16, by hub id."""
    layers: dict[str, int] = _literals("utils.py")["model2layers"]
    return layers


def model_of_language(lang: str) -> str:
    """The model that bert-score takes for a language; multilingual BERT where it has none of its own."""
    models: dict[str, str] = _literals("utils.py")["lang2model"]
    return models.get(lang.lower(), "bert-base-multilingual-cased")


def package_version() -> str:
    """The version that bert-score writes into its hash (0.3.12 in the 0.3.13 wheel)."""
    return str(_literals("__init__.py")["__version__"])


def baseline_file(lang: str, model: str) -> Path:
    """Where bert-score keeps its baseline for a model and language; it may not exist."""
    return package_folder() / "rescale_baseline" / lang / f"{model}.tsv"
