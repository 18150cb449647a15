"""`evaluator list metrics|models|formats`."""

from __future__ import annotations

from collections.abc import Sequence

from evaluator.cli.parser import Parser, one_of
from evaluator.plugins import READERS, metric_parts

KINDS = ("metrics", "models", "formats")
EXAMPLES = ("evaluator list metrics", "evaluator list models", "evaluator list formats")


def run(arguments: Sequence[str]) -> int:
    """Run the command."""
    parser = Parser("list", "Lists what can be named in other commands.", EXAMPLES)
    parser.add_argument("kind", nargs="?", default="metrics", metavar="KIND", help=f"{', '.join(KINDS)}; default metrics")
    kind = one_of(parser.parse(arguments).kind, KINDS, "list of")
    rows = {"metrics": _metrics, "models": _models, "formats": _formats}[kind]()
    widest = max(len(name) for name, _ in rows)
    for name, words in rows:
        print(f"{name:{widest}s}  {words}")
    return 0


def _metrics() -> list[tuple[str, str]]:
    return [(name, part.summary) for name, part in sorted(metric_parts().items())]


def _models() -> list[tuple[str, str]]:
    from evaluator.embed.models import PRESETS

    return [
        (preset.name, f"{preset.hub_id}, layer {preset.layer}, {preset.megabytes} MB, {'packaged' if preset.packaged else 'downloaded'}; {preset.summary}")
        for preset in PRESETS.values()
    ]


def _formats() -> list[tuple[str, str]]:
    return [(name, part.summary) for name, part in READERS.items()]
