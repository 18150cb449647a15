"""The properties: of any file a reader gives texts or one message, of any text the metrics sacreBLEU's numbers, and so on.

A property takes what it is tried with and raises where it does not hold. None needs more than some milliseconds.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np

import evaluator
from evaluator.plugins import TEXT_READERS, load_part
from evaluator.readers.alignments import read_alignments
from evaluator.readers.batches import open_batches
from evaluator.readers.calibration import read_calibration
from evaluator.readers.documents import read_documents
from evaluator.readers.forms import form_of
from evaluator.readers.human_files import read_judged
from evaluator.readers.inputs import group_table, is_table, read_inputs, read_table
from evaluator.readers.json_texts import read_json_texts
from evaluator.readers.separated import layout_of, read_cells
from evaluator.readers.tables import is_header
from evaluator.readers.text import text_document
from evaluator.reports.html import render_html
from evaluator.reports.markdown import render_markdown
from evaluator.reports.view import make_view
from evaluator.results import read_run
from evaluator.suite.config import read_config
from evaluator.types import EvaluatorError

MOST_WORDS = 3000
"""Characters of a message; what is quoted in it is cut."""


def file_is_read_or_refused(folder: Path, name: str, data: bytes) -> None:
    """Any bytes under any name are texts that a file can hold again, or one message."""
    path = folder / name
    path.write_bytes(data)
    readers = [lambda: read_inputs([str(path)], {"a": str(path)}), lambda: group_table(read_table(str(path)))]
    for reader in readers:
        result = _or_message(reader)
        if result is not None:
            str(result).encode()
    if is_table(str(path)) or name.endswith(".zst"):
        _or_message(lambda: [json.dumps(batch.columns, default=str) for batch in open_batches(str(path)).batches])


def text_is_read_or_refused(name: str, text: str) -> None:
    """The same without the disk, which takes most of the time: any text is of a form, and its reader takes or refuses it."""
    form = _or_message(lambda: form_of(text, name))
    if form == "text":
        text_document(name, text, "")
        layout = layout_of(text, "tsv", is_header)
        if layout.named:
            _or_message(lambda: read_cells(name, text, "tsv", is_header))
    elif form in ("json", "jsonl"):
        _or_message(lambda: read_json_texts(name, text, form, "", "system", ""))
    elif form in ("sgml", "srt", "vtt"):
        _or_message(lambda: load_part(TEXT_READERS[form])(name, text, ""))


def small_file_is_read_or_refused(folder: Path, name: str, data: bytes) -> None:
    """The same for alignments, documents, human scores and calibrations."""
    path = folder / name
    path.write_bytes(data)
    for reader in (read_alignments, read_documents, read_judged, read_calibration):
        _or_message(lambda reader=reader: reader(str(path)))


def suite_is_read_or_refused(folder: Path, data: bytes) -> None:
    """Any bytes as the file of a suite: a configuration with names that stay in their folder, or messages with places."""
    path = folder / "s.yaml"
    path.write_bytes(data)
    config = _or_message(lambda: read_config(str(path)))
    if config is not None:
        for one in config.sets:
            assert not one.name.startswith("."), one.name
            assert "/" not in one.name, one.name


def run_is_read_or_refused(folder: Path, files: Mapping[str, bytes]) -> None:
    """A damaged run folder is shown, or refused in one message."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    run = _or_message(lambda: read_run(folder))
    if run is not None:
        _or_message(lambda: (render_markdown(make_view(run)), render_html(run)))


def metrics_are_those_of_sacrebleu(references: Sequence[str], hypotheses: Sequence[str]) -> None:
    """Corpus and segment scores of the drop-ins, digit for digit."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

    from evaluator import metrics

    both = ((metrics.BLEU(), BLEU(force=True)), (metrics.CHRF(word_order=2), CHRF(word_order=2)), (metrics.TER(), TER()))
    for ours, theirs in both:
        assert ours.corpus_score(hypotheses, [references]).score == theirs.corpus_score(hypotheses, [references]).score, (references, hypotheses)
    segment = metrics.CHRF(), CHRF()
    for reference, hypothesis in zip(references, hypotheses, strict=True):
        assert segment[0].sentence_score(hypothesis, [reference]).score == segment[1].sentence_score(hypothesis, [reference]).score, (reference, hypothesis)


def paragraphs_are_aligned_once(references: Sequence[str], hypotheses: Sequence[str]) -> None:
    """Every paragraph of both sides is in exactly one bead."""
    beads = _or_message(lambda: evaluator.align(references, hypotheses, model=None))
    if beads is not None:
        assert sorted(i for bead in beads for i in bead.reference) == list(range(len(references)))
        assert sorted(j for bead in beads for j in bead.hypothesis) == list(range(len(hypotheses)))


def findings_hold_their_words(references: Sequence[str], hypotheses: Sequence[str], lang: str | None) -> None:
    """Offsets of findings hold the text that they state, and numbers are in their range."""
    for reference, hypothesis, one in zip(references, hypotheses, evaluator.diagnose(references, hypotheses, lang=lang), strict=True):
        assert 0 <= one.risk <= 1, one
        assert math.isnan(one.fidelity) or 0 <= one.fidelity <= 100, one
        for finding in one.findings:
            cell = hypothesis if finding.side == "hypothesis" else reference
            if finding.start is not None and finding.end is not None:
                assert 0 <= finding.start <= finding.end <= len(cell), finding
                assert cell[finding.start : finding.end] == finding.text, finding
        one.reason.encode()


class _Page(HTMLParser):
    """Names of tags and attributes, and where addresses lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[tuple[str, str]] = set()
        self.scripts = 0
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.names |= {(tag, name) for name, _ in attrs} | {(tag, "")}
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction", "xlink:href")]


def _page_of(text: str) -> _Page:
    page = _Page()
    page.feed(text)
    page.close()
    return page


@cache
def _plain_page() -> _Page:
    return _page_of(_rendered(["The dam held.", "It rained."], ["The dam broke.", "It rained."], "a"))


def _rendered(references: Sequence[str], hypotheses: Sequence[str], name: str) -> str:
    run = evaluator.evaluate(list(references), {name: list(hypotheses), "b": list(references)}, metrics=["chrf"], resamples=100, diagnose="off")
    return render_html(run.evaluation)


def nothing_escapes_from_the_page(references: Sequence[str], hypotheses: Sequence[str], name: str) -> None:
    """Texts and names are text in the page: no further script, handler or address comes of them."""
    text = _or_message(lambda: _rendered(references, hypotheses, name))
    if text is None:
        return
    page, plain = _page_of(text), _plain_page()
    assert page.scripts == plain.scripts
    handlers = {pair for pair in page.names if pair[1].startswith("on")}
    assert not handlers, handlers
    assert all(not re.match(r"\s*(?:https?:|//|javascript:|data:text)", one, re.IGNORECASE) for one in page.addresses), page.addresses
    text.encode()


def _or_message(work: Any) -> Any:
    """What the work gives; None where it refuses in a message that can be shown."""
    try:
        with np.errstate(all="ignore"):
            return work()
    except EvaluatorError as error:
        words = str(error)
        assert words.strip()
        assert len(words) < MOST_WORDS, f"a message of {len(words)} characters: {words[:200]}"
        return None
