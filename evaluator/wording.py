"""Messages for Python: rooms name options as the command line has them, the functions of `evaluator` as arguments.

One table says how each option is written. What stands in quotation marks is somebody's text and stays as it is,
and so do options of other programs (`pandoc -f html`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from evaluator.options import OPTIONS
from evaluator.types import EvaluatorError

ARGUMENTS = (*OPTIONS, "baseline", "draws", "human", "human_column", "max_critical", "max_drop", "root", "source", "spans", "table")
"""Options that have an argument of the same name."""
RENAMED = {"references": "reference_names", "reference": "references", "input": "systems"}
SWITCHES = {
    "force": "force=True",
    "texts": "texts=True",
    "include-human": "include_human=True",
    "no-quoting": "quoting=False",
    "spreadsheet-safe": "spreadsheet_safe=True",
}
OF_METRICS = {
    "tokenize": ("bleu", "tokenize"), "ter-normalized": ("ter", "normalized"), "ter-asian-support": ("ter", "asian_support"),
    "smooth-method": ("bleu", "smooth_method"), "idf": ("bertscore", "idf"), "baseline-path": ("bertscore", "baseline_path"),
    "rescale-with-baseline": ("bertscore", "rescale_with_baseline"), "chrf-word-order": ("chrf", "word_order"),
}  # fmt: skip
"""Options of metrics, which are given as metric_options={metric: {option: value}}."""
LETTERS = {"r": "references", "i": "systems", "s": "source", "m": "metrics"}
QUOTED = re.compile(r"((?<!\w)'[^'\n]*'(?!\w)|(?<!\w)\"[^\"\n]*\"(?!\w)|`[^`\n]*`)")
_VALUES = "|".join(
    (
        *(re.escape(value) for option in OPTIONS.values() for value in option.declared.choices),
        "minilm|multilingual|mpnet|en|de|zh|th|lo|km|my|bo|ja-mecab|ko-mecab|ja|ko|char|flores200|intl",
    )
)
_OPTION = re.compile(rf"--([a-z][a-z-]*[a-z])(?:[ =](?:({_VALUES})(?![\w-])|((?:[A-Z][A-Z_]+|[A-Z])(?![\w=])(?: …)?)))?(?![\w-])")
_TWICE = re.compile(r'metric_options=\{"(\w+)": \{([^{}]*)\}\} metric_options=\{"\1": \{([^{}]*)\}\}')
"""Two options of one metric, which one dict holds."""
_SCORES = re.compile(r"--scores ([^\s=]+)=(?:([^\s=]+)=)?([^\s=,;]*[^\s=,;.:])")
_NAMED = re.compile(r"(?:(?<![\w-])-i )?\bNAME=([^\s,;]*[^\s,;.])?")
_FOLDER = re.compile(r",? (?:or )?(?:with|at) -o DIR\b|(?<![\w-])-o DIR\b")
_LETTER = re.compile(r"(?<![\w-])-([rism])(?![\w-])")


def python_words(message: str) -> str:
    """A message with its options as arguments of Python.

    >>> python_words("Use --align paragraph, or --resamples N; the run exists, use --force. Name it with NAME=a.txt.")
    'Use align="paragraph", or resamples=N; the run exists, use force=True. Name it with systems={name: a.txt}.'
    """
    parts = QUOTED.split(message)
    return "".join(part if i % 2 else _translated(part) for i, part in enumerate(parts))


def _translated(text: str) -> str:
    if "-" not in text and "NAME=" not in text:
        return text
    text = _SCORES.sub(_scores, text)
    text = _NAMED.sub(lambda m: f"systems={{name: {'file' if m[1] in (None, 'FILE') else m[1]}}}", text)
    text = _TWICE.sub(r'metric_options={"\1": {\2, \3}}', _OPTION.sub(_argument, text))
    text = _FOLDER.sub("", text)
    return _LETTER.sub(lambda m: LETTERS[m[1]], text)


def _scores(match: re.Match[str]) -> str:
    name, system = "name" if match[1] == "NAME" else f'"{match[1]}"', match[2]
    path = "file" if match[3] == "FILE" else match[3]
    return f"scores={{{name}: {{system: {path}}}}}" if system else f"scores={{{name}: {path}}}"


def _argument(match: re.Match[str]) -> str:
    name, known, placeholder = match[1], match[2], match[3]
    value = f'"{known}"' if known else placeholder
    if name in SWITCHES:
        return SWITCHES[name] + (f" {value}" if value else "")
    if name in OF_METRICS:
        metric, option = OF_METRICS[name]
        return f'metric_options={{"{metric}": {{"{option}": {value or True}}}}}'
    argument = RENAMED.get(name, name.replace("-", "_"))
    if name not in RENAMED and argument not in ARGUMENTS:
        return match[0]
    return f"{argument}={value}" if value else argument


@contextmanager
def speaking_python() -> Iterator[None]:
    """Errors raised inside name arguments instead of options.

    Raises:
        EvaluatorError: that of the block.
    """
    try:
        yield
    except EvaluatorError as error:
        words = python_words(str(error))
        if words == str(error):
            raise
        error.args = (words,)
        raise
