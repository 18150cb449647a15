"""Options of metrics under the names that sacreBLEU and bert-score gave them."""

from __future__ import annotations

import argparse
import re
from typing import Any, NamedTuple

from evaluator.options import OPTIONS as OF_RUNS
from evaluator.plugins import base_language, with_language
from evaluator.types import EvaluatorError


class MetricOption(NamedTuple):
    """One command-line option and the metric options that it sets."""

    flags: tuple[str, ...]
    sets: tuple[tuple[str, str], ...]
    """(metric, option) pairs."""
    kind: type
    help: str


OPTIONS = (
    MetricOption(("--tokenize", "-tok"), (("bleu", "tokenize"),), str, "BLEU: tokenizer, default 13a; zh, ja-mecab, intl, char, none, flores200 …"),
    MetricOption(("--lowercase", "-lc"), (("bleu", "lowercase"),), bool, "BLEU: ignore case"),
    MetricOption(("--chrf-lowercase",), (("chrf", "lowercase"), ("chrf++", "lowercase")), bool, "chrF: ignore case"),
    MetricOption(("--smooth-method",), (("bleu", "smooth_method"),), str, "BLEU: exp (default), floor, add-k or none"),
    MetricOption(("--smooth-value",), (("bleu", "smooth_value"),), float, "BLEU: value for floor and add-k"),
    MetricOption(("--chrf-char-order",), (("chrf", "char_order"), ("chrf++", "char_order")), int, "chrF: longest character n-gram; default 6"),
    MetricOption(("--chrf-word-order",), (("chrf", "word_order"),), int, "chrF: longest word n-gram; default 0, 2 makes chrf chrF++"),
    MetricOption(("--chrf-beta",), (("chrf", "beta"), ("chrf++", "beta")), int, "chrF: weight of recall; default 2"),
    MetricOption(("--chrf-whitespace",), (("chrf", "whitespace"), ("chrf++", "whitespace")), bool, "chrF: count blanks as characters"),
    MetricOption(("--chrf-eps-smoothing",), (("chrf", "eps_smoothing"), ("chrf++", "eps_smoothing")), bool, "smooth chrF as chrF++.py, NLTK and Moses do"),
    MetricOption(("--ter-case-sensitive",), (("ter", "case_sensitive"),), bool, "TER: do not lowercase"),
    MetricOption(("--ter-normalized",), (("ter", "normalized"),), bool, "TER: tercom's normalization"),
    MetricOption(("--ter-no-punct",), (("ter", "no_punct"),), bool, "TER: drop punctuation"),
    MetricOption(("--ter-asian-support",), (("ter", "asian_support"),), bool, "TER: treat East Asian characters as words"),
    MetricOption(("--idf",), (("bertscore", "idf"),), bool, "BERTScore: weigh tokens by inverse document frequency in the references"),
    MetricOption(
        ("--rescale-with-baseline",), (("bertscore", "rescale_with_baseline"),), bool, "BERTScore: rescale so that unrelated texts score 0; needs --lang"
    ),
    MetricOption(("--baseline-path",), (("bertscore", "baseline_path"),), str, "BERTScore: a baseline file of your own"),
)

CAN_BE_REFUSED = ("--ter-normalized", "--ter-asian-support")
"""Options that a language turns on, so that `--no-…` has something to say."""
LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_](?:[A-Z]{2}|[A-Z][a-z]{3}|\d{3}))*")
"""A language as sacreBLEU, bert-score and WMT write it: de, zh_CN, pt-BR, zh-Hans."""


def add_options(target: argparse._ActionsContainer, group: str) -> None:
    """Add the options of a run that stand under a heading."""
    for option in OF_RUNS.values():
        declared = option.declared
        if declared.group == group and "command" in declared.where:
            words = declared.help.format(choices=", ".join(declared.choices), default=option.default)
            kind = option.kinds[0] if len(option.kinds) == 1 else str
            target.add_argument(option.flag, default=option.default, type=kind, metavar=declared.metavar, help=words)


def add_metric_options(parser: argparse.ArgumentParser) -> None:
    """Add every metric's options."""
    group = parser.add_argument_group("metrics")
    for option in OPTIONS:
        if option.kind is bool and option.flags[0] in CAN_BE_REFUSED:
            group.add_argument(*option.flags, action=argparse.BooleanOptionalAction, default=None, help=option.help)
        elif option.kind is bool:
            group.add_argument(*option.flags, action="store_true", default=None, help=option.help)
        else:
            group.add_argument(*option.flags, type=option.kind, metavar={"str": "NAME", "int": "N", "float": "X"}[option.kind.__name__], help=option.help)
    add_options(group, "metrics")
    group.add_argument("-l", "--langpair", metavar="PAIR", help="sacreBLEU's language pair, such as en-zh: chooses tokenizers for its target as --lang does,"
                       " and no model")  # fmt: skip


def metric_options(args: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Options by metric for the metrics asked for: those that were given, and those of the language pair's target where none were."""
    target = target_language(args.langpair) if args.langpair else None
    if target and args.lang and base_language(args.lang) != base_language(target):
        raise EvaluatorError(f"-l {args.langpair} names the target language {target!r} and --lang {args.lang!r}; leave one out.")
    given: dict[str, dict[str, Any]] = {}
    for option in OPTIONS:
        long = next(flag for flag in option.flags if flag.startswith("--"))
        value = getattr(args, long[2:].replace("-", "_"))
        for metric, name in option.sets:
            if value is not None and metric in args.metrics:
                given.setdefault(metric, {})[name] = value
        owners = {metric for metric, _ in option.sets}
        if value is not None and not owners & set(args.metrics):
            raise EvaluatorError(f"{long} is an option of {' and '.join(sorted(owners))}, which is not among the metrics {', '.join(args.metrics)}.")
    return with_language(args.metrics, given, target)


def target_language(text: str) -> str:
    """The target of a language pair as sacreBLEU writes it (en-de, en-zh_CN), or the language itself where one alone is given.

    Raises:
        EvaluatorError: neither; bert-score's -l, a number of layers, is answered with what to write.
    """
    if text.isdecimal():
        raise EvaluatorError(f"-l is sacreBLEU's language pair here; bert-score's -l {text} is --num-layers {text}.")
    source, dash, target = text.partition("-")
    parts = (source, target) if dash and LANGUAGE.fullmatch(target) else (text,)
    if not all(LANGUAGE.fullmatch(part) for part in parts):
        raise EvaluatorError(f"-l {text}: write sacreBLEU's language pair, such as -l en-de. Ignoring case is -lc.")
    return parts[-1]
