"""What people sent back, held against what they were asked: every item once by everyone, its texts unchanged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evaluator.annotate.draw import Item, Mark
from evaluator.annotate.forms import pearmut_text, shown_text
from evaluator.types import EvaluatorError

SEVERITIES = ("neutral", "minor", "major", "critical")
SERIOUS = ("major", "critical")
OF_FORM = ("fluency", "style", "locale", "linguistic", "audience", "design")
"""How categories begin that are no error of meaning; a mark without a category is one."""
SHOWN: Mapping[str, Callable[[str], str]] = {"sheet": shown_text, "pearmut": pearmut_text}
"""By form of a file, how it shows a text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of a sheet, or one judgement of Pearmut."""

    where: str
    """File and line, for messages."""
    item: str
    """Number of the item as the file has it."""
    rater: str
    reference: str
    """As shown, without marks."""
    hypothesis: str
    marks: tuple[Mark, ...]
    """Empty where the row says that there is no error."""
    score: float = float("nan")
    """ESA's, 0-100; NaN where none was given."""
    form: str = "sheet"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one person said of one item."""

    marks: tuple[Mark, ...]
    score: float

    @property
    def serious(self) -> bool:
        """Whether a major or critical error of meaning is marked."""
        return any(mark.severity in SERIOUS and not mark.category.lower().startswith(OF_FORM) for mark in self.marks)


def join_answers(answers: Sequence[Answer], items: Sequence[Item]) -> dict[str, tuple[Judgement, ...]]:
    """By rater the judgements of all items, in the order of the items.

    Raises:
        EvaluatorError: an unknown item, a changed text, a row without a rater or twice, or an item that somebody left out.
    """
    by_number = {str(item.number): item for item in items}
    found: dict[str, dict[str, list[Answer]]] = {}
    for answer in answers:
        item = by_number.get(answer.item)
        if item is None:
            raise EvaluatorError(f"{answer.where}: there is no item {answer.item[:20]!r}; the export has items 1 to {len(items)} (column seg_id).")
        _check_texts(answer, item)
        if not answer.rater:
            raise EvaluatorError(f"{answer.where}: item {answer.item} has no rater. Write who judged it into every row; a row without is not answered.")
        own = found.setdefault(answer.rater, {}).setdefault(answer.item, [])
        _check_row(answer, own)
        own.append(answer)
    for rater, given in found.items():
        lacking = [number for number in by_number if number not in given]
        if lacking:
            raise EvaluatorError(
                f"{answers[-1].where.partition(',')[0] if len(found) == 1 else 'The answers'}: {rater!r} judged {len(given)} of {len(items)} items; "
                f"the first that is missing is item {lacking[0]}. Every item needs a row, also one without an error (category No-error)."
            )
    return {rater: tuple(_judgement(given[number]) for number in by_number) for rater, given in found.items()}


def _check_texts(answer: Answer, item: Item) -> None:
    show = SHOWN[answer.form]
    for side, given, text in (("target", answer.hypothesis, item.hypothesis), ("reference", answer.reference, item.reference)):
        wanted = show(text)
        if given != wanted:
            at = next((k for k, (a, b) in enumerate(zip(given, wanted, strict=False)) if a != b), min(len(given), len(wanted)))
            raise EvaluatorError(
                f"{answer.where}: the {side} of item {item.number} was changed at character {at + 1}: {given[at : at + 20]!r} instead of "
                f"{wanted[at : at + 20]!r} ({len(given)} and {len(wanted)} characters). Only <v> and </v> may be added; spreadsheets sometimes rewrite texts."
            )


def _check_row(answer: Answer, before: Sequence[Answer]) -> None:
    if not before:
        return
    first = before[0]
    if not answer.marks or not first.marks:
        raise EvaluatorError(f"{answer.where}: {answer.rater!r} judged item {answer.item} twice, at {first.where} too, and one row says that it has no error.")
    same = next((one for one in before if one.marks == answer.marks), None)
    if same is not None:
        raise EvaluatorError(f"{answer.where}: the row stands twice, at {same.where} too ({answer.rater!r}, item {answer.item}); take one out.")
    scores = [one.score for one in (*before, answer) if one.score == one.score]
    if len(set(scores)) > 1:
        raise EvaluatorError(f"{answer.where}: item {answer.item} has the scores {scores[0]:g} and {scores[-1]:g} by {answer.rater!r}; write one of them.")


def _judgement(rows: Sequence[Answer]) -> Judgement:
    marks = tuple(dict.fromkeys(mark for row in rows for mark in row.marks))
    return Judgement(marks, next((row.score for row in rows if row.score == row.score), float("nan")))
