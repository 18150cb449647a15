"""Writes the card of a WMT22 set from a folder with src.txt, ref.X.txt, sys/NAME.txt and docs.txt.

    python benchmarks/suite/make_card.py FOLDER/wmt22.de-en benchmarks/wmt22.de-en/card.yaml

The files themselves stay where they are; the card holds their names and digests.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

HEAD = """# Digests of files that are not part of this project; benchmarks/suite/make_card.py writes this.
name: {name}
version: "2022"
languages: [{source}, {target}]
description: WMT22 general translation task, {source} to {target}, submitted systems.
source: https://github.com/wmt-conference/wmt22-news-systems
licence: research purposes (WMT)
form: text
get: >-
  Get the texts from https://github.com/wmt-conference/wmt22-news-systems and lay them out as
  {name}/src.txt, {name}/ref.X.txt for each reference X, {name}/sys/SYSTEM.txt for each system
  (one segment a line){documents}, then name the folder that holds {name} with --data.
files:
"""
DOCUMENTS = " and {name}/docs.txt (document and domain of each segment, from the task's XML, separated by a tab)"


def card_text(folder: Path) -> str:
    """The card as YAML."""
    source, target = folder.name.split(".")[1].split("-")
    files = [("src.txt", "source", "")]
    files += [(path.name, "reference", path.stem.split(".")[1]) for path in sorted(folder.glob("ref.*.txt"))]
    files += [("docs.txt", "documents", "")] if (folder / "docs.txt").is_file() else []
    files += [(f"sys/{path.name}", "system", path.stem) for path in sorted((folder / "sys").glob("*.txt"))]
    documents = DOCUMENTS.format(name=folder.name) if ("docs.txt", "documents", "") in files else ""
    lines = [HEAD.format(name=folder.name, source=source, target=target, documents=documents)]
    for path, role, name in files:
        digest = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        lines.append(f"  - {{path: {path}, role: {role}, {f'name: {name}, ' if name else ''}sha256: {digest}}}\n")
    return "".join(lines)


def main() -> None:
    """Write the card."""
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(card_text(folder), encoding="utf-8")


if __name__ == "__main__":
    main()
