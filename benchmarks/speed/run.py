"""Our commands and classes beside the peers': `make bench`.

    python benchmarks/speed/run.py [WMT_FOLDER] [--systems 12] [--segments N] [--few 60] [--repeat 3] [-o results/speed.csv]

Without a folder (ref.*.txt and sys/*.txt) the texts are made of the sample article's words. Whole
commands run in processes of their own, turn by turn; classes in this process on one thread. Medians;
read the ratios, for machines are noisy. TER and BERTScore take the first `--few` segments.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from commands import Row, whole_commands
from library import Measured, bertscore, floors, lexical
from texts import read_texts

HEADER = ("kind", "what", "ours_cpu_s", "peer_cpu_s", "cpu_ratio", "ours_wall_s", "peer_wall_s", "ours_peak_mib", "peer_peak_mib", "peer", "same")


def command_cells(row: Row) -> list[object]:
    """A row of the table for whole commands."""
    peer = row.peer
    numbers = [round(row.ours.cpu, 2), peer and round(peer.cpu, 2), peer and round(peer.cpu / row.ours.cpu, 1)]
    return [
        "command",
        row.what,
        *numbers,
        round(row.ours.wall, 2),
        peer and round(peer.wall, 2),
        round(row.ours.peak),
        peer and round(peer.peak),
        row.peer_name,
        "",
    ]


def class_cells(row: Measured) -> list[object]:
    """A row of the table for classes."""
    return ["class", row.what, round(row.ours, 4), round(row.peer, 3), round(row.peer / row.ours, 1), *[""] * 4, "", row.same]


def processor() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--systems", type=int, default=12)
    parser.add_argument("--segments", type=int)
    parser.add_argument("--few", type=int, default=60)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent.parent.parent / "results" / "speed.csv")
    args = parser.parse_args()
    texts, few = (read_texts(args.folder, args.systems, n) for n in (args.segments, args.few))
    rows = [command_cells(row) for row in whole_commands(texts, few, args.repeat)]
    rows += [class_cells(row) for row in (*lexical(texts, few, args.repeat), *bertscore(few, args.repeat))]
    rows += [["floor", name, round(value, 1), *[""] * 8] for name, value in floors().items()]
    names = ("sacrebleu", "bert-score", "torch", "openvino", "numpy")
    stated = f"{processor()}, {os.cpu_count()} processors, {texts.name}, Python {platform.python_version()}, " + ", ".join(f"{n} {version(n)}" for n in names)
    rows.append(["machine", stated, *[""] * 9])
    with open(args.output, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([HEADER, *([("" if cell is None else cell) for cell in row] for row in rows)])
    for row in (HEADER, *rows):
        print("  ".join(f"{'' if cell is None else cell!s:>12}" if k > 1 else f"{cell!s:46}" for k, cell in enumerate(row) if k))


if __name__ == "__main__":
    main()
