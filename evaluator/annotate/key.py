"""The key of an export: which segment each item is, and of how many unflagged ones the sample was drawn. Annotators must not see it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evaluator.annotate.draw import Drawn, Item, judged_items, numbered
from evaluator.types import Evaluation, EvaluatorError

FORMAT = "evaluator-annotation-1"


def key_text(drawn: Drawn, names: Mapping[str, str], sample: int, seed: int) -> str:
    """The key as JSON.

    Args:
        drawn: the items.
        names: by system the name in the sheets.
        sample: unflagged segments asked for.
        seed: of the sample and the order.
    """
    stored = {
        "format": FORMAT,
        "seed": seed,
        "sample": sample,
        "unflagged": drawn.unflagged,
        "sampled": drawn.sampled,
        "share": drawn.share if drawn.unflagged else None,
        "systems": {shown: name for name, shown in names.items()},
        "items": [{"item": item.number, "row": item.row, "flagged": item.flagged, "sha256": item.sha256} for item in drawn.items],
    }
    return json.dumps(stored, ensure_ascii=False, indent=1) + "\n"


def read_key(text: str, path: str, run: Evaluation) -> Drawn:
    """The items of an export, from its key and the run.

    Args:
        text: of the key file.
        path: for messages.
        run: that was exported.

    Raises:
        EvaluatorError: no key, or one of another run.
    """
    try:
        stored = json.loads(text)
        entries = [(entry["item"], entry["row"], entry["sha256"], entry["flagged"]) for entry in stored["items"]]
        unflagged = stored["unflagged"]
    except (ValueError, KeyError, TypeError, RecursionError):
        stored, entries, unflagged = {}, [], None
    if not isinstance(stored, dict) or stored.get("format") != FORMAT or type(unflagged) is not int or not entries:
        raise EvaluatorError(f"{path} is no key of an export (format {FORMAT}); evaluator annotate export writes it as key.json.")
    by_row = {item.row: item for item in judged_items(run)}
    return Drawn(tuple(_known(path, by_row, entry, number) for number, entry in enumerate(entries, 1)), _population(path, unflagged, entries))


def _known(path: str, by_row: Mapping[int, Item], entry: tuple[Any, ...], number: int) -> Item:
    given, row, sha256, flagged = entry
    item = by_row.get(row) if isinstance(row, int) else None
    if given != number or item is None or item.sha256 != sha256 or item.flagged != flagged:
        raise EvaluatorError(
            f"{path}: item {str(given)[:20]} (row {str(row)[:20]} of segments.csv) is not what this run has there; name the run that was exported."
        )
    return numbered(item, number)


def _population(path: str, unflagged: int, entries: list[tuple[Any, ...]]) -> int:
    sampled = sum(not flagged for *_, flagged in entries)
    if unflagged < sampled or (unflagged and not sampled):
        raise EvaluatorError(f"{path}: {sampled} unflagged items of {unflagged} unflagged segments; the key was changed.")
    return unflagged
