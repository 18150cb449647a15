"""Sets that lie in many files put into the arguments: mt-metrics-eval's FOLDER:PAIR and sacreBLEU's sacrebleu:SET/PAIR."""

from __future__ import annotations

import argparse

from evaluator.readers.collections import SACREBLEU, find_mtme, find_sacrebleu, is_mtme
from evaluator.readers.testsets import choose_references, chosen_note


def unfold(args: argparse.Namespace) -> tuple[str, ...]:
    """Put the files of mt-metrics-eval's FOLDER:PAIR, and of sacreBLEU's sacrebleu:SET/PAIR, into the arguments; what to note about them."""
    if len(args.files) == 1 and not args.reference and not args.input and is_mtme(args.files[0]):
        found = find_mtme(args.files.pop())
        names = choose_references(found.name, list(found.references), args.references)
        notes = chosen_note(list(found.references), names, args.references)
        args.reference, args.references = [found.references[name] for name in names], []
        args.input = [f"{name}={path}" for name, path in found.systems.items()]
        args.source, args.documents = args.source or found.source, getattr(args, "documents", None) or found.documents
        return tuple(notes)
    if args.files and args.files[0].startswith(SACREBLEU):
        found = find_sacrebleu(args.files.pop(0))
        names = choose_references(found.name, list(found.references), args.references)
        args.reference, args.references, args.source = [found.references[name] for name in names], [], args.source or found.source
    return ()
