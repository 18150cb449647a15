"""How often each kind of finding occurs: in outputs without an error, in human references, in broken outputs, in planted errors.

    python benchmarks/reader/shares.py --work WORK

Reads what `fit.py evidence` wrote; prints the table of docs/diagnosis.md. Kinds below .002 everywhere are left out.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from pathlib import Path

import fit
from fit import Seen

MARKED = ("news20", "news20b", "ted", "bio")
"""Sets with experts' marks."""
COLUMNS = ("no error", "two references", "serious error", "planted error")
LEAST = 0.002


def column_of(one: Seen) -> str | None:
    """The column that a pair counts in; None for pairs between, and for those that served to rank planted errors."""
    if one.set in MARKED:
        if one.targets["any"] == 0:
            return COLUMNS[0]
        return COLUMNS[2] if one.targets["serious"] >= 0.5 else None
    if one.set == "humans":
        return COLUMNS[1]
    planted = one.set == "own" or (one.set == "demetr" and one.part != "train")
    return COLUMNS[3] if planted and one.targets["planted"] else None


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    sys.modules["__main__"].Seen = fit.Seen  # type: ignore[attr-defined]  # as whose class fit.py wrote it
    with (options.work / "seen.pkl").open("rb") as file:
        seen: list[Seen] = pickle.load(file)
    groups = {name: [one for one in seen if column_of(one) == name] for name in COLUMNS}
    print("| | " + " | ".join(f"{name} ({len(group):,})" for name, group in groups.items()) + " |\n" + "|---" * 5 + "|")
    for kind in sorted({kind for one in seen for kind in one.kinds}):
        shares = [sum(kind in one.kinds for one in group) / len(group) for group in groups.values()]
        if max(shares) >= LEAST:
            print(f"| {kind.replace('/', ', ')} | " + " | ".join(f"{share:.3f}" for share in shares) + " |")


if __name__ == "__main__":
    main()
