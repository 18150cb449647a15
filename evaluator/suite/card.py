"""Test sets as `card.yaml`: what a set is, under which licence, where users get it, and the digests of its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from evaluator.plugins import did_you_mean
from evaluator.readers.collections import find_mtme
from evaluator.readers.source import read_bytes
from evaluator.suite.yaml_locations import Located, Problems, Section, check_name, read_yaml
from evaluator.types import EvaluatorError

KEYS = ("name", "version", "languages", "description", "source", "author", "licence", "form", "get", "domain", "folder", "pair", "files")
FILE_KEYS = ("path", "sha256", "role", "name")
FORMS = ("text", "table", "xml", "mt-metrics-eval")
ROLES = ("reference", "source", "system", "documents", "table", "extra")


@dataclass(frozen=True, slots=True)
class CardFile:
    """One file of a set."""

    path: str
    """Relative to the folder of the set."""
    sha256: str
    role: str
    """One of `ROLES`; `extra` is not read."""
    name: str
    """Of a reference or system."""


@dataclass(frozen=True, slots=True)
class Card:
    """A test set."""

    name: str
    version: str
    languages: tuple[str, ...]
    source: str
    licence: str
    form: str
    """One of `FORMS`."""
    get: str
    """Where users get the files."""
    domain: str
    """Of all segments, where the files name none."""
    folder: str
    """mt-metrics-eval: the folder that holds system-outputs."""
    pair: str
    """mt-metrics-eval: the language pair."""
    files: tuple[CardFile, ...]
    path: str
    """Of the card itself."""


def read_card(path: Path, problems: Problems) -> Card | None:
    """The card; None where it cannot be read, which is then among the problems."""
    located = read_yaml(read_bytes(str(path)).decode("utf-8", errors="replace"), str(path), problems)
    if located is None:
        return None
    section = Section(located, KEYS, problems)
    for name in ("name", "version", "languages", "source", "licence"):
        section.need(name)
    form = section.text("form", "text")
    if form not in FORMS:
        problems.add(section.values["form"].place, f"there is no form {form!r}.{did_you_mean(form, FORMS)}")
    check_name(section, "name", section.text("name"))
    if form == "mt-metrics-eval":
        section.need("pair")
    else:
        section.need("files")
    files = tuple(file for one in section.items("files") if (file := _file(one, problems)) is not None)
    return Card(
        section.text("name"), section.text("version"), tuple(section.texts("languages")), section.text("source"), section.text("licence"), form,
        section.text("get"), section.text("domain"), section.text("folder", "."), section.text("pair"), files, str(path),
    )  # fmt: skip


def _file(located: Located, problems: Problems) -> CardFile | None:
    section = Section(located, FILE_KEYS, problems)
    section.need("path")
    section.need("sha256")
    role, path = section.text("role", "extra"), section.text("path")
    if role not in ROLES:
        problems.add(section.values["role"].place, f"there is no role {role!r}.{did_you_mean(role, ROLES)}")
    digest = section.text("sha256")
    if "sha256" in section and (len(digest) != 64 or set(digest) - set("0123456789abcdef")):
        problems.add(section.values["sha256"].place, f"sha256 is {digest[:20]!r}; it must be 64 hexadecimal digits")
    return CardFile(path, digest, role, section.text("name") or Path(path).stem) if path else None


@dataclass(frozen=True, slots=True)
class SetFiles:
    """Where the files of a set are on this machine."""

    references: dict[str, str]
    systems: dict[str, str]
    source: str | None
    documents: str | None
    table: str | None


def find_files(card: Card, data: str) -> SetFiles:
    """The files of a card, each with the digest that the card states.

    Args:
        card: the set.
        data: the folder of all data, or empty for the folder of the card.

    Raises:
        EvaluatorError: files that are missing or have another digest: all of them, with where to get the set.
    """
    folder = _folder(card, data)
    wrong = [f"{file.path} {what}" for file in card.files if (what := _what_is_wrong(folder / file.path, file.sha256))]
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise EvaluatorError(f"{card.name}: in {folder}: {'; '.join(wrong[:5])}{more}. {card.get or f'The card is {card.path}.'}".rstrip())
    if card.form == "mt-metrics-eval":
        found = find_mtme(f"{folder / card.folder}:{card.pair}")
        return SetFiles(found.references, found.systems, found.source, found.documents, None)

    def by_role(role: str) -> dict[str, str]:
        return {file.name: str(folder / file.path) for file in card.files if file.role == role}

    def one(role: str) -> str | None:
        return next(iter(by_role(role).values()), None)

    return SetFiles(by_role("reference"), by_role("system"), one("source"), one("documents"), one("table"))


def _folder(card: Card, data: str) -> Path:
    """DATA/NAME where it is there, else DATA; the folder of the card without DATA."""
    if not data:
        return Path(card.path).parent
    root = Path(data).expanduser()
    return root / card.name if (root / card.name).is_dir() else root


def _what_is_wrong(path: Path, sha256: str) -> str:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "does not exist"
    return "" if found == sha256 else f"has sha256 {found[:12]} instead of {sha256[:12]}"
