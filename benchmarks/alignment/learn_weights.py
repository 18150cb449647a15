"""Fits the aligner's logistic regressions and writes them in the form of `evaluator/alignment/learned.py`.

    python benchmarks/alignment/learn_weights.py ARTICLES.jsonl ... [--report] [--no-model | --across --model e5-small-q4] [--out FILE]

The parameters of the first pass stay as they are in `learned.py`. Needs scikit-learn, which the package does not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from examples import Examples, Sample, concatenate, find_verdicts, list_beads, make_sample
from gold import Article, read_articles, score_levels
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from evaluator.alignment.learned import ACROSS, LEXICAL, WITH_MODEL
from evaluator.alignment.spans import Parameters
from evaluator.alignment.weights import Logistic, RepairWeights, Settings

DECISIONS = ("place", "pair", "merger", "membership")
VERDICTS = ("right_pair", "right_single")
WIDTH = 160
_BLOCK = 1000
"""Texts that go through the model at a time: the token vectors of a whole file would take gigabytes."""

HEAD = '''"""What was tuned and learned; made by `benchmarks/alignment/learn_weights.py`, not by hand.

The weights come from logistic regressions (scikit-learn, C = 1) on {n} articles with gold alignment
({files}){kept}.
The parameters come from an earlier random search on 204 articles of that kind.
"""

from __future__ import annotations

from evaluator.alignment.spans import Parameters
from evaluator.alignment.weights import Logistic, Settings, Weights

'''


class Variant(NamedTuple):
    """Articles to fit on, and articles that the fit must not have seen."""

    name: str
    train: list[Sample]
    tests: dict[str, list[Sample]]


def fit_logistic(examples: Examples) -> Logistic:
    """The regression (C = 1 on standardized features) as weights of the features as they are."""
    scaler = StandardScaler().fit(examples.evidence)
    model = LogisticRegression(C=1.0, max_iter=5000).fit(scaler.transform(examples.evidence), examples.right)
    weights = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - weights @ scaler.mean_)
    return Logistic(round(intercept, 3), tuple(round(float(weight), 3) for weight in weights))


def fit_logistics(parts: Sequence[Mapping[str, Examples]], names: Iterable[str]) -> dict[str, Logistic]:
    """A regression for each named decision.

    Raises:
        SystemExit: a decision has no examples, or only one answer.
    """
    fitted = {}
    for name in names:
        several = [part[name] for part in parts if name in part]
        if not several or len({bool(answer) for one in several for answer in one.right}) < 2:
            raise SystemExit(f"{len(parts)} articles hold no examples for and against the decision {name!r}: give more, of all levels.")
        fitted[name] = fit_logistic(concatenate(several))
    return fitted


def fit_weights(samples: Sequence[Sample]) -> RepairWeights:
    """The weights of the repairs: first roughly, then on what is left after strangers are put out."""
    rough = _weights([sample.first_examples for sample in samples])
    return _weights([sample.second_examples(rough) for sample in samples])


def _weights(parts: Sequence[Mapping[str, Examples]]) -> RepairWeights:
    fitted = fit_logistics(parts, DECISIONS)
    return RepairWeights(place=fitted["place"], pair=fitted["pair"], merger=fitted["merger"], membership=fitted["membership"])


def fit_settings(files: Mapping[str, list[Sample]], present: Settings) -> Settings:
    """Everything that is learned, with the present parameters.

    The probabilities come from alignments of articles that the weights had not seen: else they would promise too much.
    """
    verdicts = []
    for fold in list_folds(files):
        unseen = replace(present, weights=fit_weights(fold.train))
        verdicts += [find_verdicts(sample, unseen) for test in fold.tests.values() for sample in test]
    weights, right = fit_weights(_join(files.values())), fit_logistics(verdicts, VERDICTS)
    return replace(present, weights=weights, right_pair=right["right_pair"], right_single=right["right_single"])


def _join(several: Iterable[Sequence[Sample]]) -> list[Sample]:
    return [sample for samples in several for sample in samples]


def list_folds(files: Mapping[str, list[Sample]]) -> list[Variant]:
    """Each file held out in turn; of a single file, each half."""
    if len(files) == 1:
        return list(list_halves(files))
    return [Variant("all other files", _join(files[other] for other in files if other != name), {name: files[name]}) for name in files]


def list_halves(files: Mapping[str, list[Sample]]) -> Iterator[Variant]:
    """Half of each file held out, the other half and all other files fitted on.

    Every other article of each level: generated files hold the levels in turn, and every other line would be half the levels.
    """
    for name, several in files.items():
        samples = sorted(several, key=lambda sample: sample.article.level)
        others = _join(files[other] for other in files if other != name)
        for half in (0, 1):
            yield Variant(f"{'all other files + ' if others else ''}half of {name}", others + samples[half::2], {f"{name}, other half": samples[1 - half :: 2]})


def list_variants(files: Mapping[str, list[Sample]]) -> Iterator[Variant]:
    """What `--report` tests: one file on the others, all but one on it, halves, and levels left out."""
    if len(files) > 1:
        for name, samples in files.items():
            yield Variant(name, samples, {other: files[other] for other in files if other != name})
    if len(files) > 2:
        yield from list_folds(files)
    yield from list_halves(files)
    for levels in ("024", "135"):
        train = [sample for sample in _join(files.values()) if sample.article.level[1] in levels]
        tests = {name: [sample for sample in samples if sample.article.level[1] not in levels] for name, samples in files.items()}
        yield Variant(f"levels {', '.join(levels)} of all files", train, {name: test for name, test in tests.items() if test})


def describe_scores(samples: Sequence[Sample], settings: Settings) -> str:
    """Strict bead F1 by level, in a line."""
    found = [list_beads(sample.region, sample.align(settings)) for sample in samples]
    scores = score_levels([sample.article for sample in samples], found)
    return "  ".join(f"{name} {score:.4f}" for name, score in scores.items())


def report(files: Mapping[str, list[Sample]], present: Settings) -> None:
    """Print the scores of the present numbers and of held-out variants."""
    for name, samples in files.items():
        _say(f"present numbers -> {name}: {describe_scores(samples, present)}")
    for variant in list_variants(files):
        settings = replace(present, weights=fit_weights(variant.train))
        for name, samples in variant.tests.items():
            _say(f"{variant.name} -> {name}: {describe_scores(samples, settings)}")


def _say(line: str) -> None:
    """Progress and scores go to standard error: standard output is the file."""
    print(line, file=sys.stderr, flush=True)


def embed_articles(articles: Iterable[Article], model: str) -> dict[str, NDArray[np.float32]]:
    """Additive vectors of all paragraphs, by text."""
    from evaluator.embed.embedder import open_embedder
    from evaluator.embed.paragraphs import paragraph_vectors

    embedder = open_embedder(model, "last")
    texts = sorted({text for article in articles for text in (*article.reference, *article.hypothesis)}, key=lambda text: (len(text), text))
    vectors: dict[str, NDArray[np.float32]] = {}
    for start in range(0, len(texts), _BLOCK):
        block = texts[start : start + _BLOCK]
        vectors.update(zip(block, paragraph_vectors(embedder, block), strict=True))
        _say(f"{len(vectors)} of {len(texts)} paragraphs embedded")
    return vectors


def render_logistic(name: str, logistic: Logistic, indent: int) -> str:
    """A regression as a keyword argument, laid out as ruff would."""
    pad = " " * indent
    numbers = f"({', '.join(map(str, logistic.weights))})"
    if indent + len(numbers) + 5 > WIDTH:
        numbers = "(\n" + "".join(f"{pad}        {weight},\n" for weight in logistic.weights) + f"{pad}    )"
    return f"{pad}{name}=Logistic(\n{pad}    {logistic.intercept},\n{pad}    {numbers},\n{pad}),\n"


def render_settings(name: str, settings: Settings) -> str:
    """The assignment of one `Settings`; parameters at their default are left out."""
    changed = [one.name for one in fields(Parameters) if getattr(settings.parameters, one.name) != one.default]
    parameters = "".join(f"        {key}={getattr(settings.parameters, key)},\n" for key in changed)
    weights = "".join(render_logistic(key, getattr(settings.weights, key), 8) for key in DECISIONS)
    verdicts = "".join(render_logistic(key, getattr(settings, key), 4) for key in VERDICTS)
    return f"{name} = Settings(\n    parameters=Parameters(\n{parameters}    ),\n    weights=RepairWeights(\n{weights}    ),\n{verdicts})\n"


def render_head(articles: Mapping[str, Sequence[Article]], kept: bool) -> str:
    """The top of the file.

    Args:
        kept: whether the weights with a model are still those of the present file.
    """
    files = ", ".join(f"{name}: {len(several)}" for name, several in articles.items())
    return HEAD.format(n=sum(map(len, articles.values())), files=files, kept=";\nthose with a model are from an earlier fit" if kept else "")


def main() -> None:
    """Fit, report if asked to, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="articles with gold alignment, as generate_articles.py writes them")
    parser.add_argument("--out", type=Path, help="Python file; default standard output")
    parser.add_argument("--report", action="store_true", help="print strict bead F1 by level for held-out variants to standard error")
    parser.add_argument("--model", default="minilm", help="model for the weights with a model (default minilm)")
    parser.add_argument("--across", action="store_true", help="the articles are in two languages: fit ACROSS alone")
    parser.add_argument("--no-model", action="store_true", help="fit without a model only; the numbers with one stay")
    args = parser.parse_args()
    articles = {path.stem: read_articles(path) for path in args.files}
    if len(articles) < len(args.files):
        parser.error("two files have the same name; the held-out variants go by names")
    fitted = {"ACROSS": ACROSS} if args.across else {"WITH_MODEL": WITH_MODEL, "LEXICAL": LEXICAL}
    for kind in ("LEXICAL",) if args.no_model else tuple(fitted):
        _say(f"== {kind}")
        present = fitted[kind]
        vectors = embed_articles((one for several in articles.values() for one in several), args.model) if kind != "LEXICAL" else None
        files = {name: [make_sample(one, present.parameters, vectors, across=args.across) for one in several] for name, several in articles.items()}
        if args.report:
            report(files, present)
        fitted[kind] = fit_settings(files, present)
        for name, samples in files.items():
            _say(f"all files (fitted on these too) -> {name}: {describe_scores(samples, fitted[kind])}")
    text = ("" if args.across else render_head(articles, args.no_model)) + "\n".join(render_settings(*one) for one in fitted.items())
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
