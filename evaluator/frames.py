"""Every table's columns as code: name, type and one sentence each.

`results/README.md` is generated from here and readers of a run folder get their types here.
Nothing here computes a number. pandas is imported only when somebody asks for a frame.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from evaluator.float_column import FloatColumn
from evaluator.types import EvaluatorError, Table

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["str", "int", "float", "bool"]


class Column(NamedTuple):
    """One column of a table."""

    name: str
    kind: Kind
    meaning: str


SEGMENTS = (
    Column("system", "str", "Name of the system."),
    Column("document", "str", "Name of the document that the segment belongs to."),
    Column("segment", "int", "1-based number of the reference paragraph in its document; for an inserted paragraph the one it follows."),
    Column("alignment", "str", "Counts of reference and hypothesis paragraphs in the bead, `n-m`; ` moved` is appended when out of order."),
    Column("source", "str", "The source text, where one was given."),
    Column("reference", "str", "The reference text; empty for an inserted paragraph."),
    Column("hypothesis", "str", "The system's text; empty where the paragraph was omitted."),
    Column("fidelity", "float", "0-100, how much of the reference's meaning survives; empty without diagnosis."),
    Column("risk", "float", "0-1, probability of a major or critical error of meaning; empty without diagnosis."),
    Column("severity", "str", "Worst finding: none, minor, major or critical; empty without diagnosis."),
    Column("flagged", "bool", "Whether risk reaches the threshold in run.json; empty without diagnosis."),
    Column("reason", "str", "One line that says why; empty without diagnosis."),
)
FINDINGS = (
    Column("system", "str", "Name of the system."),
    Column("document", "str", "Name of the document."),
    Column("segment", "int", "1-based number of the reference paragraph in its document."),
    Column("row", "int", "0-based row of segments.csv."),
    Column("category", "str", "MQM category such as accuracy/omission."),
    Column("severity", "str", "minor, major or critical."),
    Column("side", "str", "hypothesis or reference: the cell that start and end count in."),
    Column("start", "int", "First character, 0-based; empty where a finding has no place."),
    Column("end", "int", "One past the last character."),
    Column("text", "str", "The marked words."),
    Column("counterpart", "str", "The other side's words."),
    Column("detector", "str", "Name of the detector."),
    Column("message", "str", "What is wrong, for a person."),
)
SCORES = (
    Column("system", "str", "Name of the system."),
    Column("segments", "int", "Segments scored."),
    Column("flagged", "int", "Flagged segments; empty without diagnosis."),
    Column("critical", "int", "Critical findings; empty without diagnosis."),
    Column("major", "int", "Major findings; empty without diagnosis."),
    Column("minor", "int", "Minor findings; empty without diagnosis."),
)
STATISTICS = (
    Column("system", "str", "Name of the system."),
    Column("metric", "str", "Metric as printed in papers."),
    Column("signature", "str", "Everything that decides the number."),
    Column("score", "float", "Corpus score on the field's scale."),
    Column("ci_low", "float", "Lower end of the 95 % percentile bootstrap interval, at the test's unit."),
    Column("ci_high", "float", "Upper end of it."),
    Column("rank_low", "int", "Best rank that the tests allow: 1 and one for each system that beats it; empty with one system."),
    Column("rank_high", "int", "Worst rank: the number of systems less one for each that it beats; empty with one system."),
    Column("cluster", "int", "1 for the best; all systems of a cluster beat all of the clusters below; empty with one system."),
    Column("n_segments", "int", "Segments scored."),
    Column("n_documents", "int", "Documents that they belong to."),
    Column("details", "str", "What the metric says beside its score, such as brevity penalty and precisions."),
)
PAIRS = (
    Column("metric", "str", "Metric as printed in papers."),
    Column("system_a", "str", "One system; pairs come in the order of the systems."),
    Column("system_b", "str", "The other."),
    Column("score_a", "float", "Corpus score of a."),
    Column("score_b", "float", "Corpus score of b."),
    Column("delta", "float", "score_a - score_b."),
    Column("ci_low", "float", "Lower end of the 95 % percentile bootstrap interval of delta, at the test's unit."),
    Column("ci_high", "float", "Upper end of it."),
    Column("p_value", "float", "Two-sided p-value of this pair alone; 1 for systems without any difference."),
    Column("p_holm", "float", "p corrected for all pairs of the metric: Holm's, or that of --correction (the verdict names it)."),
    Column("test", "str", "ar, bootstrap or sacrebleu-bs."),
    Column("unit", "str", "What was exchanged or drawn as a whole: segment or document."),
    Column("n_resamples", "int", "Resamples of the test, and of the intervals."),
    Column("seed", "int", "Seed of the generator; each metric starts afresh."),
    Column("n_segments", "int", "Segments scored."),
    Column("n_documents", "int", "Documents that they belong to."),
    Column("wins", "int", "Segments where a is better."),
    Column("losses", "int", "Segments where b is better."),
    Column("ties", "int", "Segments with equal scores."),
    Column("human_agreement", "float", "Percent of people who agree with such a difference (Kocmi et al. 2024); empty where no published curve applies."),
    Column("mde80", "float", "Smallest difference that this set would show 80 % of the time at the 5 % level: 2.80 standard errors of delta."),
    Column("verdict", "str", "All of it in one sentence."),
)
BUCKETS = (
    Column("metric", "str", "Metric as printed in papers."),
    Column("bucketed_by", "str", "length, document, domain, position, rare or error."),
    Column("bucket", "str", "Which segments: a range, a name or an error category."),
    Column("system_a", "str", "One system."),
    Column("system_b", "str", "The other."),
    Column("score_a", "float", "Corpus score of a on these segments."),
    Column("score_b", "float", "Corpus score of b on these segments."),
    Column("delta", "float", "score_a - score_b."),
    Column(
        "ci_low",
        "float",
        "Lower end of the 95 % bootstrap interval of delta by segment, not corrected for the number of buckets.",
    ),
    Column("ci_high", "float", "Upper end of it."),
    Column("better", "str", "The system that the interval favours; empty where it holds 0, or the bucket fewer than 10 segments."),
    Column("n_segments", "int", "Segments of the bucket."),
)
NGRAMS = (
    Column("system_a", "str", "The system that gets the n-gram right more often."),
    Column("system_b", "str", "The system that misses it."),
    Column("ngram", "str", "Words of the reference, separated by spaces."),
    Column("n", "int", "How many words."),
    Column("in_references", "int", "How often the references have it."),
    Column("matched_a", "int", "How often a has it where the reference does."),
    Column("matched_b", "int", "How often b does."),
)
TABLES: dict[str, tuple[Column, ...]] = {
    "segments": SEGMENTS,
    "findings": FINDINGS,
    "scores": SCORES,
    "statistics": STATISTICS,
    "pairs": PAIRS,
    "buckets": BUCKETS,
    "ngrams": NGRAMS,
}
NOT_ALWAYS = ("pairs", "buckets", "ngrams")
"""Tables that a run folder may lack: pairs with one system, the others unless asked for."""
OPTIONAL = (
    Column("domain", "str", "Domain of the document, where the input says it."),
    Column("bertscore_ref", "int", "1-based number of the reference that BERTScore chose by F1; only with several references."),
)


def kind_of(table: str, column: str) -> Kind:
    """Type of a column; columns that are not listed are a metric's, or further references."""
    for known in (*TABLES[table], *OPTIONAL):
        if known.name == column:
            return known.kind
    return "str" if column.startswith("reference_") else "float"


def check_frame(table: Table) -> Table:
    """The table itself, once its columns are known to be complete and equally long.

    Raises:
        EvaluatorError: a required column is missing or the lengths differ.
    """
    missing = [c.name for c in TABLES[table.name] if c.name not in table.columns]
    if missing:
        raise EvaluatorError(f"{table.name}.csv lacks the columns {', '.join(missing)}; it has {', '.join(table.columns)}.")
    lengths = {name: len(values) for name, values in table.columns.items()}
    if len(set(lengths.values())) > 1:
        raise EvaluatorError(f"{table.name}.csv has columns of unequal length: {lengths}.")
    return table


def empty_table(name: str) -> Table:
    """A table with its header alone."""
    return Table(name, {column.name: [] for column in TABLES[name]})


def parse_cells(texts: Sequence[str], kind: Kind) -> list[Any]:
    """A column of CSV cells as their type; empty is None except for text."""
    if kind == "str":
        return list(texts)
    if kind == "bool":
        return [None if text == "" else text == "true" for text in texts]
    number = int if kind == "int" else float
    return [None if text == "" else number(text) for text in texts]


def format_cell(value: object) -> str:
    """A value as CSV text: floats as the shortest text that reads back the same."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if value != value else repr(float(value))
    return str(value)


def format_cells(values: Sequence[Any]) -> list[str]:
    """A column as CSV text, each cell as `format_cell` has it: one look at the types of all is quicker than one at each."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return list(values)
    if kinds == {int}:
        return list(map(str, values))
    if kinds <= {float, type(None)}:
        return ["" if value is None or value != value else repr(value) for value in values]
    return [value if type(value) is str else format_cell(value) for value in values]


def separated_rows(columns: Sequence[Sequence[Any]], separator: str = ",") -> str:
    """Rows of a table as RFC 4180 has them, each ended by a line feed.

    What the csv module writes; that one looks at each character of each cell twice, which takes three times as long.

    >>> separated_rows([["a", "b, c"], [1.5, None]]).split("\\n")
    ['a,1.5', '"b, c",', '']
    """
    listed = [values if isinstance(values, list) else list(values) for values in columns]
    cells = [_quoted(format_cells(values), separator) if set(map(type, values)) - UNQUOTED else format_cells(values) for values in listed]
    if len(cells) == 1:
        cells = [[cell or '""' for cell in cells[0]]]  # an empty line would be no row
    return "".join([separator.join(row) + "\n" for row in zip(*cells, strict=True)])


def _quoted(cells: Sequence[str], separator: str) -> list[str]:
    return [
        f'"{cell.replace(QUOTE, 2 * QUOTE)}"' if separator in cell or QUOTE in cell or "\n" in cell or "\r" in cell else cell
        for cell in cells
    ]  # fmt: skip


QUOTE = '"'
UNQUOTED = {int, float, bool, type(None)}
"""What never needs quoting."""
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")


def guarded(text: str) -> str:
    """A text cell with an apostrophe before it where a spreadsheet might run it as a formula.

    Cells that begin with apostrophes and then such a character get one more, so that `unguarded`
    brings back the text.

    >>> guarded("=1+1"), guarded("'=1"), guarded("1 = 1")
    ("'=1+1", "''=1", '1 = 1')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given.

    >>> unguarded("'=1+1"), unguarded("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


_PANDAS: dict[Kind, Any] = {"int": "Int64", "float": "float64", "bool": "boolean"}


def to_pandas(table: Table) -> pd.DataFrame:
    """The table as a pandas frame; undefined numbers are NaN or NA, texts are never NaN."""
    import pandas as pd

    series = {}
    for name, values in table.columns.items():
        kind = kind_of(table.name, name)
        series[name] = pd.Series(values.array if isinstance(values, FloatColumn) else values, dtype=object if kind == "str" else _PANDAS[kind])
    return pd.DataFrame(series)
