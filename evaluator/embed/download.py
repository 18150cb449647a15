"""Models of the hub: those in the local cache, and downloads."""

from __future__ import annotations

import json
from pathlib import Path

from evaluator.extras import importing
from evaluator.types import EvaluatorError

WANTED = ["*.json", "*.txt", "*.model", "model*.safetensors"]


def cached_folder(hub_id: str) -> Path | None:
    """The model's folder in the local hub cache, None when it is not whole there."""
    with importing("hub"):
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(hub_id, allow_patterns=WANTED, local_files_only=True))
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError):
        return None
    return folder if (folder / "config.json").is_file() and _whole(folder) else None


def _whole(folder: Path) -> bool:
    """True when all weights are there: the one file, or every shard that the index names."""
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return (folder / "model.safetensors").is_file()
    shards = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
    return all((folder / name).is_file() for name in shards)


def hub_folder(hub_id: str, megabytes: int | None = None) -> Path:
    """The model's folder in the local hub cache, downloaded when it does not exist.

    Raises:
        EvaluatorError: it cannot be downloaded, or what reads it is not installed.
    """
    cached = cached_folder(hub_id)
    if cached is not None:
        return cached
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(hub_id, allow_patterns=WANTED))
    except Exception as error:
        # The hub client raises errors of several HTTP libraries; all of them mean the same here.
        reason = (str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__).rstrip(".:")
        raise EvaluatorError(
            f"The model {hub_id}{f' ({megabytes} MB)' if megabytes else ''} is not on this machine and cannot be downloaded: {reason}. "
            f"Where there is network run: hf download {hub_id} --local-dir FOLDER, copy the folder here and name it with --model FOLDER."
        ) from None
    return folder
