"""Every command that writes, with small inputs of our own, what it leaves, and what of it holds a time stamp."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REFERENCE = ["The dam held overnight.", "Nobody was hurt in the flood.", "The mayor said 12 boats were lost.", "It rained until noon."]
FIRST = ["The dam broke overnight.", "Nobody was hurt in the flood.", "The mayor said 13 boats were lost.", "It rained until noon."]
SECOND = ["The dam held overnight.", "Three were hurt in the flood.", "The mayor said 12 ships were lost.", "It did rain."]
SUITE = """suite: small
metrics: [bleu, chrf]
options: {resamples: 100, diagnose: "off"}
sets:
  - {name: one, reference: ref.txt, system_files: [a.txt, b.txt]}
  - {name: two, reference: a.txt, system_files: [b.txt, c=ref.txt]}
"""
TIMED = {"index.csv": "finished", "history.csv": "finished"}
"""Files with a column of times."""


@dataclass(frozen=True, slots=True)
class Case:
    """A command with a folder to run it in."""

    name: str
    arguments: Sequence[str]
    outputs: Sequence[str]
    """Files and folders that it makes or replaces; each must be as before or as after at any time."""
    before: Sequence[Sequence[str]] = ()
    """Commands run first, with everything well."""
    whole: bool = True
    """Whether each output is one piece; a suite's is a folder of finished runs."""
    again: Sequence[str] | None = None
    """What is run after a fault; None for the same command."""


def _score(out: str, *options: str, systems: Sequence[str] = ("a.txt", "b.txt")) -> list[str]:
    return ["score", "ref.txt", *systems, "-m", "bleu", "chrf", "ter", "--resamples", "100", "-o", out, "-q", *options]


def _stream(*options: str) -> list[str]:
    return ["score", "tables", "--stream", "-m", "bleu", "chrf", "--resamples", "100", "--workers", "1", "-o", "run", "-q", *options]


def cases(judged: Path | None) -> list[Case]:
    """All cases; those of annotations need a run with a diagnosis."""
    old = _score("run", systems=("a.txt",))
    found = [
        Case("score", _score("run"), ["run"]),
        Case("score --force", _score("run", "--force"), ["run"], [old]),
        Case("score --stream", _stream(), ["run"]),
        Case("score --stream --force", _stream("--force"), ["run"], [old]),
        Case("compare -o", ["compare", "run", "--resamples", "200", "-o", "again", "-q", "--force"], ["again"], [_score("run"), _score("again")]),
        Case(
            "report",
            ["report", "run", "--format", "html", "md", "latex"],
            ["run/report.html", "run/report.md", "run/report.tex"],
            [_score("run", "--no-report")],
        ),
        Case("bench", ["bench", "suite.yaml", "-o", "results"], ["results"], whole=False),
        Case(
            "meta",
            ["meta", "run", "--human", "human.tsv", "--resamples", "20", "--draws", "20", "-o", "study", "-q"],
            ["study"],
            [_score("run")],
        ),
        Case("score --save-alignment", _score("run", "--save-alignment", "beads.tsv", "--force"), ["run", "beads.tsv"], [old]),
    ]
    if judged is not None:
        found += [
            Case("annotate export", ["annotate", "export", "judged", "-o", "handed"], ["handed"]),
            Case("annotate export --format", ["annotate", "export", "judged", "--format", "esa", "-o", "s.tsv"], ["s.tsv", "s.tsv.key.json"], whole=False),
            Case("annotate import", ["annotate", "import", "judged", "answers.tsv", "--key", "sheets/key.json", "-o", "back"], ["back"]),
        ]
    return found


def write_inputs(folder: Path, judged: Path | None) -> None:
    """The inputs of all cases."""
    folder.mkdir(parents=True)
    for name, lines in (("ref.txt", REFERENCE), ("a.txt", FIRST), ("b.txt", SECOND)):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "suite.yaml").write_text(SUITE, encoding="utf-8")
    (folder / "tables").mkdir()
    for k in range(2):
        rows = [
            f"{reference}\t{hypothesis} {k}\t{name}"
            for name, texts in (("a", FIRST), ("b", SECOND))
            for reference, hypothesis in zip(REFERENCE, texts, strict=True)
        ]
        (folder / "tables" / f"{k}.tsv").write_text("\n".join(["reference\thypothesis\tsystem", *rows]) + "\n", encoding="utf-8")
    scores = [f"{name}\t{segment}\t{10 * segment + 7 * number}" for number, name in enumerate("ab") for segment in range(1, 5)]
    (folder / "human.tsv").write_text("\n".join(["system\tsegment\tscore", *scores]) + "\n", encoding="utf-8")
    if judged is not None:
        shutil.copytree(judged, folder / "judged")
        shutil.copytree(judged.parent / "sheets", folder / "sheets") if (judged.parent / "sheets").exists() else None
        if (folder / "sheets").exists():
            (folder / "answers.tsv").write_text(_answered((folder / "sheets" / "sheet.tsv").read_text(encoding="utf-8")), encoding="utf-8")


def _answered(sheet: str) -> str:
    """A sheet with a score for every item, in each of its rows, as a rater would send it back."""
    rows = list(csv.DictReader(io.StringIO(sheet, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        row |= {"score": str(20 + 10 * (int(row["seg_id"]) % 8)), "rater": "anna"}
    return "\n".join("\t".join(one) for one in [list(rows[0]), *(list(row.values()) for row in rows)]) + "\n"


def digests(folder: Path, outputs: Sequence[str], *, whole: bool) -> Mapping[str, str]:
    """A digest of each output, or of each run and file in it where it is no one piece; what is not there is left out."""
    found: dict[str, str] = {}
    for name in outputs:
        path = folder / name
        if path.is_dir() and not whole:
            found |= {str(one.relative_to(folder)): _digest(one) for one in _pieces(path)}
        elif path.exists():
            found[name] = _digest(path)
    return found


def _pieces(folder: Path) -> list[Path]:
    """Run folders and files of a suite; hidden ones are work in progress and the lock."""
    out: list[Path] = []
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("."):
            out += _pieces(path) if path.is_dir() and not (path / "run.json").exists() else [path]
    return out


def _digest(path: Path) -> str:
    sha = hashlib.sha256()
    for one in sorted([path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]):
        sha.update(f"{one.relative_to(path)}\0".encode())
        sha.update(_timeless(one))
    return sha.hexdigest()


def _timeless(path: Path) -> bytes:
    """The bytes of a file; rows of times without them."""
    data = path.read_bytes()
    if path.name == "report.html" and path.with_name("leaderboard.csv").exists():
        return b""  # the page of a suite shows when its runs were made
    if path.name not in TIMED:
        return data
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
    return json.dumps(sorted(json.dumps({name: value for name, value in row.items() if name != TIMED[path.name]}) for row in rows)).encode()


def litter(folder: Path) -> list[str]:
    """What is left of unfinished work anywhere."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.name.endswith((".evaluator-partial", ".part")) or "-old-" in path.name or (path.name.startswith(".") and path.name != ".lock")
    )
