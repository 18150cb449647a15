"""How often the rules for German flag translations of people and systems, and which planted errors they find.

    python benchmarks/german/rules.py --data FOLDER [--errors 300]

FOLDER is a WMT set into German: `ref.A.txt`, `ref.B.txt`, `src.txt`, `docs.txt` and `sys/`. Documents are dealt out by turns to two halves.
Thresholds were once set on the first one; both are printed, with and without the source. Nothing is written.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import evaluator

SYSTEMS = ("Online-W", "JDExploreAcademy", "Online-Y", "OpenNMT", "PROMT")
DAMAGED = "Online-Y"
"""The system in whose outputs errors are planted."""
_MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember")
_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def digit(text: str, rng: random.Random) -> str:
    """One digit becomes another; the first of a number never 0."""
    places = [m.start() for m in re.finditer(r"\d", text)]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + rng.choice([c for c in "123456789" if c != text[at]]) + text[at + 1 :]


def date(text: str, rng: random.Random) -> str:
    """Another month or day of the week."""
    for names in (_MONTHS, _DAYS):
        found = re.search(rf"\b({'|'.join(names)})\b", text)
        if found:
            return text[: found.start()] + rng.choice([n for n in names if n != found[0]]) + text[found.end() :]
    return text


def negation_dropped(text: str, _rng: random.Random) -> str:
    """`nicht` goes, `kein` becomes `ein`."""
    if len(re.findall(r"\b(?:nicht|kein\w*|nie|niemand|nichts|ohne)\b", text, re.IGNORECASE)) != 1:
        return text
    return re.sub(r" nicht\b(?! nur)|\bk(?=ein)", "", text, count=1)


def negation_added(text: str, _rng: random.Random) -> str:
    """`nicht` behind the first auxiliary."""
    return text if re.search(r"\b(?:nicht|kein)", text) else re.sub(r"\b(ist|sind|war|waren|wird|wurde|wurden|hat|haben)\b", r"\1 nicht", text, count=1)


def cut_off(text: str, _rng: random.Random) -> str:
    """The first 60 % of the words."""
    words = text.split()
    return " ".join(words[: int(0.6 * len(words))]) if len(words) >= 10 else text


def sentence_dropped(text: str, rng: random.Random) -> str:
    """One sentence of several."""
    sentences = re.split(r"(?<=[.!?]) (?=[A-ZÄÖÜ])", text)
    if len(sentences) < 2:
        return text
    sentences.pop(rng.randrange(len(sentences)))
    return " ".join(sentences)


KINDS: Mapping[str, Callable[[str, random.Random], str]] = {
    "a digit changed": digit,
    "a month or day exchanged": date,
    "a negation dropped": negation_dropped,
    "a negation added": negation_added,
    "a sentence dropped": sentence_dropped,
    "cut at 60 % of the words": cut_off,
}


def flags(references: Sequence[str], hypotheses: Sequence[str], sources: Sequence[str] | None = None) -> list[bool]:
    """Which hypotheses are flagged."""
    return [bool(one.flagged) for one in evaluator.diagnose(list(references), list(hypotheses), sources=sources, lang="de")]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--errors", type=int, default=300, help="most errors of a kind")
    options = parser.parse_args()
    read = {path.stem: path.read_text(encoding="utf-8").split("\n") for path in (*options.data.glob("*.txt"), *(options.data / "sys").glob("*"))}
    of = [line.partition("\t")[0] for line in read["docs"]]
    documents = {name: k for k, name in enumerate(dict.fromkeys(of))}
    texts = {"the second human reference": read["ref.B"], **{name: read[name] for name in SYSTEMS}}
    rows = [i for i, reference in enumerate(read["ref.A"]) if reference.strip() and all(text[i].strip() for text in texts.values())]
    halves = [[i for i in rows if documents[of[i]] % 2 == half] for half in (0, 1)]
    columns = {name: [text[i] for half in halves for i in half] for name, text in (*texts.items(), ("reference", read["ref.A"]), ("source", read["src"]))}
    size = len(halves[0])
    print(f"{size} and {len(halves[1])} segments; share flagged in each half without the source, in each with it")
    unflagged: list[int] = []
    for name in texts:
        without, sourced = (flags(columns["reference"], columns[name], sources) for sources in (None, columns["source"]))
        shares = [sum(part) / len(part) for part in (without[:size], without[size:], sourced[:size], sourced[size:])]
        print(f"{name:28s}", *(f"{share:.3f}" for share in shares))
        unflagged = [k for k in range(size, len(without)) if not without[k]] if name == DAMAGED else unflagged
    print(f"errors planted in unflagged outputs of {DAMAGED}, second half: share found, of how many")
    for kind, damage in KINDS.items():
        rng = random.Random(7)
        pairs = [(columns["reference"][k], columns[DAMAGED][k], damage(columns[DAMAGED][k], rng)) for k in unflagged]
        damaged = [(reference, bad) for reference, good, bad in pairs if bad != good][: options.errors]
        found = flags(*zip(*damaged, strict=True))
        print(f"{kind:28s} {sum(found) / len(found):.3f} {len(found)}")


if __name__ == "__main__":
    main()
