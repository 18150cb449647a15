"""Options of metrics under the names that sacreBLEU and bert-score gave them."""

from __future__ import annotations

import argparse
from typing import Any, NamedTuple

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


def add_metric_options(parser: argparse.ArgumentParser) -> None:
    """Add every metric's options."""
    group = parser.add_argument_group("metrics")
    for option in OPTIONS:
        if option.kind is bool:
            group.add_argument(*option.flags, action="store_true", default=None, help=option.help)
        else:
            group.add_argument(*option.flags, type=option.kind, metavar={"str": "NAME", "int": "N", "float": "X"}[option.kind.__name__], help=option.help)
    group.add_argument("--model", metavar="MODEL", help="BERTScore: a preset (evaluator list models), a folder or a hub id; default minilm (packaged, offline)")
    group.add_argument(
        "--num-layers", metavar="N", help="BERTScore: layer whose vectors are compared, or a model whose best layer to take; default the model's own"
    )
    group.add_argument("--lang", metavar="LANG", help="BERTScore: language of the texts; without --model it chooses bert-score's model for it")
    group.add_argument("--batch-size", type=int, metavar="N", help="BERTScore: most texts in one batch; default by token count")
    group.add_argument("--device", default="auto", metavar="DEVICE", help="BERTScore: auto, cpu or cuda; default auto")
    group.add_argument("--precision", default="fp32", metavar="P", help="BERTScore: fp32 or bf16 (faster, differs in the third decimal); default fp32")


def metric_options(args: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Options by metric, only those that were given, for the metrics asked for."""
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
    return given
