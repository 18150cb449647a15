"""CPU seconds and memory of `evaluator score` on one paragraph of a megabyte, and on 100,000 paragraphs.

    python benchmarks/speed/large.py

The texts are random words of the sample article; the second is the first with every tenth word exchanged.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from commands import run_once
from texts import SAMPLE

EVALUATOR = "from evaluator.cli import main; import sys; sys.exit(main(sys.argv[1:]))"
REFUSED = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {EVALUATOR!r}, *sys.argv[1:]]).returncode != 2)"
"""Succeeds where the command ends with 2, as `run_once` wants it; its cost holds that of the command."""


def main() -> None:
    """Print a row for each input."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    rng = random.Random(0)
    words = (SAMPLE / "reference.txt").read_text(encoding="utf-8").split()
    megabyte, many = ([rng.choices(words, k=length) for _ in range(n)] for n, length in ((1, 165_000), (100_000, 12)))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, texts in (("megabyte", [*megabyte, words[:12]]), ("many", many), ("two", [words[:12], words[12:24]])):
            for side, share in (("ref", 0.0), ("hyp", 0.1)):
                lines = (" ".join(rng.choice(words) if rng.random() < share else word for word in text) for text in texts)
                (place / f"{name}.{side}").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        print("| input | command | CPU s | peak MiB |\n|---|---|---|---|")
        for what, files, options in (
            ("two paragraphs, one of 1 MB", ("megabyte.ref", "megabyte.hyp"), "-m bleu chrf"),
            ("the same", ("megabyte.ref", "megabyte.hyp"), "-m ter"),
            ("100,000 paragraphs of 12 words", ("many.ref", "many.hyp"), "-m bleu chrf"),
            ("100,000 paragraphs against 2", ("many.ref", "two.hyp"), "-m bleu chrf"),
        ):
            program = REFUSED if "two.hyp" in files else EVALUATOR
            inputs = [str(place / file) for file in files]
            run = ["score", *inputs, *options.split(), "--diagnose", "off", "-o", str(place / "run"), "--force"]
            cost = run_once([sys.executable, "-c", program, *run])
            print(f"| {what} | `score {options}` | {cost.cpu:.1f} | {cost.peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
