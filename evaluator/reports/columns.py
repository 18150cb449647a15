"""`results/README.md`: every file and column of a run folder, generated from `frames.py`."""

from __future__ import annotations

from evaluator.frames import OPTIONAL, TABLES, Column

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
        metrics = Column("bleu, chrf, chrf++, ter, bertscore_p, bertscore_r, bertscore_f1", "float", "The metrics asked for, between hypothesis and fidelity.")
        paraphrase = (
            Column("copied_ngrams", "float", "With novelty: 0-100, share of the words and sequences of up to 4 words that a reference has too."),
            Column("copied_span", "float", "With novelty: words of the longest run taken from a reference."),
            Column("self_bleu", "float", "With novelty: sentence BLEU against the references, as a measure of copying."),
            Column("novelty", "float", "With novelty: 100 less copied_ngrams; 0 for an empty text."),
            Column("paraphrase", "float", "With novelty and diagnosis: harmonic mean of fidelity and novelty, 0 for a copy."),
        )
        return (metrics, *paraphrase, Column("reference_2 …", "str", "Further references, where given."), *OPTIONAL)
    if table == "scores":
        return (
            Column(
                "BLEU, chrF2, chrF2++, TER, Novelty, BERTScore-F1, Paraphrase",
                "float",
                "The metrics asked for, after system; scores made elsewhere under their names.",
            ),
        )
    return ()


def _table(columns: tuple[Column, ...]) -> str:
    lines = ["| column | type | meaning |", "|---|---|---|", *(f"| {c.name} | {c.kind} | {c.meaning} |" for c in columns)]
    return "\n".join(lines) + "\n"
