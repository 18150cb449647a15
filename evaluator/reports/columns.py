"""Generated docs: `results/README.md` from `frames.py`, and the metrics of `docs/metrics.md`, both with what metrics declare."""

from __future__ import annotations

from evaluator.frames import OPTIONAL, TABLES, Column
from evaluator.plugins import METRICS, metric_class, metric_options

BEGIN = "<!-- generated: `make columns` writes what stands between these lines from the metrics' declarations -->"
END = "<!-- end -->"
PARAPHRASE = Column("paraphrase", "float", "With novelty and diagnosis: harmonic mean of fidelity and novelty, 0 for a copy.")
INTRO = """# The run folder

Generated from `evaluator/frames.py`; do not edit: `make columns` writes it.

A run folder is written whole or not at all. All tables are CSV: UTF-8, comma, RFC 4180 quoting, a header, line feeds. Cells hold texts verbatim
(with `--spreadsheet-safe` an apostrophe stands before those that a spreadsheet would run, and run.json has `spreadsheet_safe`); an undefined
number is an empty cell. Read them with `evaluator.load(folder)`, or in pandas with `keep_default_na=False`. The same inputs and options give the same bytes.

Beside the tables: `report.html` (one page, nothing to fetch) and `report.md` for people, `run.json` (options, signatures, digests, versions) and
`stats.npz` (per metric, float64 of systems x segments x statistics; BLEU: hypothesis and reference length,
matches and totals by order; chrF: hypothesis, reference and match counts by order; TER: edits, reference
length; BERTScore: P, R, F1, 1, and with several references the one chosen; fidelity and scores made elsewhere: score, 1). `pairs.csv` is there with two systems
and more, `buckets.csv` and `ngrams.csv` where `evaluator compare -o` was asked for them.

How texts become segments: equal numbers of non-blank lines are paired line by line; lines blank on both sides separate; a line blank on
one side only is an empty segment when the files have equal numbers of lines. Unequal articles of fewer than 300 paragraphs are aligned
by their spelling. Corpus scores are computed on each segment's hypothesis joined with the paragraphs inserted after it.
"""


def columns_readme() -> str:
    """The page as Markdown."""
    parts = [INTRO]
    for name, columns in TABLES.items():
        parts.append(f"## {name}.csv\n\n{_table(columns + (_metric_columns(name)))}")
    return "\n".join(parts)


def _metric_columns(table: str) -> tuple[Column, ...]:
    if table == "segments":
        declared = [column for name in METRICS for column in _columns_of(name)]
        return (*declared, PARAPHRASE, Column("reference_2 …", "str", "Further references, where given."), *OPTIONAL)
    if table == "scores":
        titles = ", ".join([metric_class(name).declared.title for name in METRICS] + ["Paraphrase"])
        return (Column(titles, "float", "The metrics asked for, after system; scores made elsewhere under their names."),)
    return ()


def _columns_of(metric: str) -> list[Column]:
    """A metric's columns; those that are no scores are listed with the optional ones."""
    return [Column(column.name, "float", f"With {metric}: {_lower(column.meaning)}") for column in metric_class(metric).declared.scores]


def _lower(sentence: str) -> str:
    """The sentence in the middle of another; an abbreviation keeps its capitals."""
    return sentence[0].lower() + sentence[1:] if sentence[1:2].islower() else sentence


def metrics_page(page: str) -> str:
    """`docs/metrics.md` with what stands between its marks written anew.

    Args:
        page: as it is.
    """
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{_metric_table()}\n{_option_table()}\n{END}{rest.partition(END)[2]}"


def _metric_table() -> str:
    lines = ["| metric | as printed | what it is | an omitted segment scores, the best is | columns | needs |", "|---|---|---|---|---|---|"]
    for declared in (metric_class(name).declared for name in METRICS):
        scale, columns = declared.scale, ", ".join(f"`{column.name}`" for column in declared.columns)
        ends = f"{scale.worst:g}{' (others may be worse)' if scale.open_end else ''}, {scale.best:g}"
        lines.append(f"| `{declared.name}` | {declared.title} | {declared.summary} | {ends} | {columns} | {', '.join(declared.needs)} |")
    return "\n".join(lines) + "\n"


def _option_table() -> str:
    lines = ["| metric | option | type | default | meaning | on the command line |", "|---|---|---|---|---|---|"]
    for name in METRICS:
        for option in metric_options(name):
            flags = ", ".join(f"`{flag}`" for flag in option.flags)
            lines.append(f"| `{name}` | `{option.name}` | {option.kind.replace('|', 'or')} | {option.default} | {option.help} | {flags} |")
    return "\n".join(lines) + "\n"


def _table(columns: tuple[Column, ...]) -> str:
    lines = ["| column | type | meaning |", "|---|---|---|", *(f"| {c.name} | {c.kind} | {c.meaning} |" for c in columns)]
    return "\n".join(lines) + "\n"
