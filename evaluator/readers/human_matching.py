"""Human scores matched to the segments that metrics scored, whatever the two files call them.

Files number segments within documents, over a whole set, or not at all. Every way that both files
allow is tried, and the one that finds most judgements a segment with the same text is taken, which a note says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from evaluator.plugins import did_you_mean
from evaluator.readers.human_rows import JudgedFile, JudgedRow
from evaluator.readers.inputs import system_name
from evaluator.types import EvaluatorError, FloatArray

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_RATERS = 24
"""More names than that are numbered by segment instead: first judgement, second and so on."""
WAYS = {
    "document and segment": lambda row, _: (row.document, row.segment) if row.segment else None,
    "segment number over the whole set": lambda row, _: _whole(row.segment),
    "segment": lambda row, _: row.segment or None,
    "text": lambda row, _: _plain(row.hypothesis) or None,
    "order": lambda _, place: place,
}  # fmt: skip


class Matched(NamedTuple):
    """Both sides in one order: systems by segments."""

    systems: tuple[str, ...]
    by_human: tuple[bool, ...]
    """Which systems are people who translated."""
    gold: FloatArray
    """Mean over raters, float64 (n_systems, n_segments); NaN where nobody judged."""
    raters: FloatArray | None
    """float64 (n_raters, n_systems, n_segments); None with one rater."""
    marks: NDArray[np.object_] | None
    """The errors that each rater marked, a tuple or None, (n_raters, n_systems, n_segments); None where the file has none."""
    exact: NDArray[np.bool_]
    """True where the judged text is the scored one to the letter, so that offsets into one hold in the other; (n_systems, n_segments)."""
    rows: NDArray[np.int64]
    """Row of the scored table for each cell, int64 (n_systems, n_segments); -1 where there is none."""
    notes: tuple[str, ...]


def match_judgements(scored: Sequence[JudgedRow], judged: JudgedFile) -> Matched:
    """Human scores in the order of systems and segments of the scored rows.

    Args:
        scored: what metrics scored, in the order of segments within each system.
        judged: the human scores.

    Raises:
        EvaluatorError: no common system, systems of other segments, or judgements of other texts.
    """
    import numpy as np

    systems = list(dict.fromkeys(row.system for row in scored))
    spine = _spine(scored, systems)
    notes: list[str] = list(judged.notes)
    names = _system_names(systems, judged, notes)
    kept = [row for row in judged.rows if row.system in names]
    used = [name for name in systems if name in set(names.values())]
    if len(used) < len(systems):
        lacking = [name for name in systems if name not in used]
        notes.append(f"{judged.path} has no human scores of {', '.join(lacking)}; left out.")
    cells = _place(scored, spine, kept, names, judged.path, notes)
    n = int(spine.max()) + 1
    rows = np.full((len(used), n), -1, dtype=np.int64)
    index = {name: k for k, name in enumerate(used)}
    for at, row in enumerate(scored):
        if row.system in index:
            rows[index[row.system], spine[at]] = at
    by_cell: dict[tuple[int, int], list[JudgedRow]] = defaultdict(list)
    for row, cell in zip(kept, cells, strict=True):
        if cell is not None:
            by_cell[index[names[row.system]], cell].append(row)
    human = {names[row.system] for row in kept if row.by_human} | {row.system for row in scored if row.by_human}
    names_of_raters = _rater_names(by_cell)
    raters, marks = _by_rater(by_cell, names_of_raters, (len(used), n))
    known = ~np.isnan(raters)
    count = known.sum(axis=0)
    gold = np.where(count > 0, np.where(known, raters, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
    several = max((len(own) for own in by_cell.values()), default=0) > 1
    marked = marks if any(row.marks is not None for row in kept) else None
    exact = np.zeros((len(used), n), dtype=bool)
    for (system, segment), own in by_cell.items():
        exact[system, segment] = rows[system, segment] >= 0 and {row.hypothesis for row in own} == {scored[rows[system, segment]].hypothesis}
    people = tuple(name in human for name in used)
    return Matched(tuple(used), people, gold, raters if several else None, marked, exact, rows, tuple(notes))


def _spine(scored: Sequence[JudgedRow], systems: Sequence[str]) -> NDArray[np.int64]:
    """The segment of each scored row, counted from 0, the same for all systems."""
    import numpy as np

    counts = Counter(row.system for row in scored)
    keyed = all(row.segment for row in scored)
    if keyed:
        keys = [(row.document, row.segment) for row in scored]
        seen = Counter((row.system, key) for row, key in zip(scored, keys, strict=True))
        twice = next((found for found, n in seen.items() if n > 1), None)
        if twice is not None:
            raise EvaluatorError(f"Segment {' '.join(filter(None, twice[1]))!r} of {twice[0]!r} is scored twice; each system needs every segment once.")
        place: dict[tuple[str, str], int] = {}
        return np.array([place.setdefault(key, len(place)) for key in keys], dtype=np.int64)
    first = systems[0]
    for name in systems:
        if counts[name] != counts[first]:
            raise EvaluatorError(
                f"{name!r} has {counts[name]} scored segments, {first!r} has {counts[first]}, and no column says which they are. "
                "Add the columns document and segment, or give every system the same segments in the same order."
            )
    at: Counter[str] = Counter()
    out = []
    for row in scored:
        out.append(at[row.system])
        at[row.system] += 1
    return np.array(out, dtype=np.int64)


def _system_names(systems: Sequence[str], judged: JudgedFile, notes: list[str]) -> dict[str, str]:
    """From names in the human file to those of the scored systems."""
    given = list(dict.fromkeys(row.system for row in judged.rows))
    found = {name: wanted for name in given for wanted in (name, system_name(name)) if wanted in systems}
    if not found:
        raise EvaluatorError(
            f"{judged.path} has human scores of {', '.join(given[:6])}{' …' * (len(given) > 6)}, none of which was scored "
            f"({', '.join(systems[:6])}{' …' * (len(systems) > 6)}). Systems are found by name.{did_you_mean(given[0], systems)}"
        )
    if others := [name for name in given if name not in found]:
        notes.append(f"{judged.path} has human scores of {', '.join(others)} too, which were not scored.")
    return found


def _place(
    scored: Sequence[JudgedRow], spine: NDArray[np.int64], judged: Sequence[JudgedRow], names: Mapping[str, str], path: str, notes: list[str]
) -> list[int | None]:
    """The segment of each judgement, None where it is of none that was scored."""
    by_cell = {(row.system, int(at)): row for row, at in zip(scored, spine, strict=True)}
    best: tuple[int, str, list[int | None]] = (-1, "", [])
    for way, key in WAYS.items():
        cells = _by_key(scored, spine, judged, names, key, ordered=way == "text")
        right = sum(cell is not None and _same_text(by_cell.get((names[row.system], cell)), row) for row, cell in zip(judged, cells, strict=True))
        if way == "order" and (best[0] > 0 or not _equal_counts(scored, judged, names)):
            continue
        if right > best[0]:
            best = (right, way, cells)
    right, way, cells = best
    checked = [cell if cell is not None and _same_text(by_cell.get((names[row.system], cell)), row) else None for row, cell in zip(judged, cells, strict=True)]
    used = set(names.values())
    own = sum(row.system in used for row in scored)
    covered = len({(names[row.system], cell) for row, cell in zip(judged, checked, strict=True) if cell is not None})
    # A run may hold a part of what was judged, and people may judge a part of a run; where neither side is half found the texts are others.
    if right < len(judged) / 2 and covered < own / 2:
        lost = next(row for row, cell in zip(judged, checked, strict=True) if cell is None) if checked else judged[0]
        raise EvaluatorError(
            f"{path}: {max(right, 0)} of {len(judged)} judgements are of segments that were scored, by document and segment, by number, by text or by order. "
            f"The first that is not: {lost.system} {lost.document} {lost.segment} {lost.hypothesis[:40]!r}. Score the texts that were judged."
        )
    notes.append(f"Human scores were matched by {way}: {right} of {len(judged)} judgements, on {covered} of {own} scored segments.")
    return checked


def _by_key(
    scored: Sequence[JudgedRow],
    spine: NDArray[np.int64],
    judged: Sequence[JudgedRow],
    names: Mapping[str, str],
    key: Callable[[JudgedRow, int], object],
    *,
    ordered: bool,
) -> list[int | None]:
    """Segments by a key; a key that a system has several times stands for them in their order where `ordered`, else for none."""
    where: dict[tuple[str, object], list[int]] = defaultdict(list)
    for row, at in zip(scored, spine, strict=True):
        # A scored segment's number over the whole set is its place, whatever number it has in its document.
        found = int(at) if key is WAYS["segment number over the whole set"] else key(row, int(at))
        if found is not None:
            where[row.system, found].append(int(at))
    places = _places(judged)
    used: Counter[tuple[str, object, str]] = Counter()
    out: list[int | None] = []
    for row, place in zip(judged, places, strict=True):
        wanted = (names[row.system], key(row, place))
        known = where.get(wanted, [])
        if len(known) > 1 and ordered:
            at = used[(*wanted, row.rater)]
            used[(*wanted, row.rater)] += 1
            out.append(known[min(at, len(known) - 1)])
        else:
            out.append(known[0] if len(known) == 1 else None)
    return out


def _places(rows: Sequence[JudgedRow]) -> list[int]:
    """The place of each judgement among those of its system and rater."""
    at: Counter[tuple[str, str]] = Counter()
    out = []
    for row in rows:
        out.append(at[row.system, row.rater])
        at[row.system, row.rater] += 1
    return out


def _equal_counts(scored: Sequence[JudgedRow], judged: Sequence[JudgedRow], names: Mapping[str, str]) -> bool:
    own = Counter(row.system for row in scored)
    theirs = Counter((names[row.system], row.rater) for row in judged)
    return all(n == own[system] for (system, _), n in theirs.items())


def _same_text(scored: JudgedRow | None, judged: JudgedRow) -> bool:
    """False where both sides have the text and the two differ."""
    if scored is None:
        return False
    return not scored.hypothesis or not judged.hypothesis or _plain(scored.hypothesis) == _plain(judged.hypothesis)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _whole(text: str) -> int | None:
    return int(text) - 1 if text.strip().isdecimal() else None


def _rater_names(by_cell: Mapping[tuple[int, int], Sequence[JudgedRow]]) -> list[str]:
    """Raters by name where names tell them apart; else none, and judgements of a segment are counted in their order."""
    names = list(dict.fromkeys(row.rater for rows in by_cell.values() for row in rows))
    apart = all(len({row.rater for row in rows}) == len(rows) for rows in by_cell.values())
    return names if 1 < len(names) <= MAX_RATERS and apart else []


def _by_rater(by_cell: Mapping[tuple[int, int], Sequence[JudgedRow]], names: Sequence[str], shape: tuple[int, int]) -> tuple[FloatArray, NDArray[np.object_]]:
    """Scores and marks of each rater."""
    import numpy as np

    n = len(names) or max((len(rows) for rows in by_cell.values()), default=1)
    scores, marks = np.full((n, *shape), np.nan), np.full((n, *shape), None, dtype=object)
    for (system, segment), rows in by_cell.items():
        for k, row in enumerate(rows):
            rater = names.index(row.rater) if names else k
            scores[rater, system, segment] = row.score
            marks[rater, system, segment] = row.marks
    return scores, marks
