"""How well the diagnosis tells pairs that were written to try it: near copies with one changed fact, and free rewordings.

    python benchmarks/pairs/pairs.py [--data FILE] [--show]

Prints for each set how many broken pairs are flagged, how many whole ones are not, and the AUC of
risk, fidelity, BERTScore's recall and chrF; `--show` the pairs that were judged wrongly. Writes nothing.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

import evaluator
from evaluator.meta import auc

DATA = Path(__file__).with_name("pairs.jsonl")
COLUMNS = {"risk": -1, "fidelity": 1, "bertscore_r": 1, "chrf": 1}
"""Scores, and the sign that makes a higher one better."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="JSON Lines with set, broken, kind, reference, hypothesis")
    parser.add_argument("--show", action="store_true", help="the pairs that were judged wrongly")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = [json.loads(line) for line in options.data.read_text(encoding="utf-8").splitlines()]
    run = evaluator.evaluate([row["reference"] for row in rows], {"pairs": [row["hypothesis"] for row in rows]}, metrics=["bertscore", "chrf"])
    table = run.segments
    flagged = np.array(table["flagged"], dtype=bool)
    print(f"{'set':10s} {'flagged of broken':>18s} {'quiet of whole':>15s}   AUC: {', '.join(COLUMNS)}")
    for name in dict.fromkeys(row["set"] for row in rows):
        here = np.array([row["set"] == name for row in rows])
        broken = np.array([row["broken"] for row in rows])[here]
        areas = (auc(broken, sign * np.array(table[column], dtype=np.float64)[here]).value for column, sign in COLUMNS.items())
        found, quiet = f"{flagged[here][broken].sum()} of {broken.sum()}", f"{(~flagged[here][~broken]).sum()} of {(~broken).sum()}"
        print(f"{name:10s} {found:>18s} {quiet:>15s}        {', '.join(f'{area:.3f}' for area in areas)}")
    for row, flag, risk, reason in zip(rows, flagged, table["risk"], table["reason"], strict=True) if options.show else ():
        if flag != row["broken"]:
            print(f"\n{'false' if flag else 'missed'} {row['set']}, {row['kind']}, risk {risk:.2f}\n  {row['reference']}\n  {row['hypothesis']}\n  {reason}")


if __name__ == "__main__":
    main()
