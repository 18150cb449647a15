"""The options of a run, declared once: name, type, default, choices, help, and where they apply.

The command line (`cli/options.py`), the request (`request.py`), the checks (`option_checks.py`), `run.json` and
its way back (`request.py`, `recompute.py`), suites (`suite/options.py`), what differs between two runs (`diff/`) and
the words of messages (`wording.py`) are made from here. `evaluate` in `api.py` states them once more, for editors
and type checkers; a test holds it against this table. Options of metrics are declared by the metrics.

The order of the fields is that of `run.json`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluator.readers.inputs import TextSource
    from evaluator.readers.scores import ScoreFile

TYPES: Mapping[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
DEFAULT_METRICS = ("bleu", "chrf", "ter", "bertscore")
"""Those of them that are not installed are left out, and a note says so; `request.with_installed_metrics`."""
SEED = 12345
RESAMPLES = {"ar": 10_000, "bootstrap": 10_000, "sacrebleu-bs": 1_000}
"""By test, without a number of one's own; 1,000 is sacreBLEU's for its bootstrap."""
MAX_RESAMPLES = 10_000_000
"""Hours of work with two systems; p is .0000001 at the least then."""
EVERYWHERE = ("command", "python", "suite")


@dataclass(frozen=True, slots=True)
class Declared:
    """What a field says of its option beside name, type and default."""

    help: str = ""
    """For the command line: `{choices}` and `{default}` are filled in."""
    group: str = ""
    """Heading in --help; empty for options that no table of the command line makes."""
    metavar: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Value to what it is, in words; empty where any value goes."""
    noun: str = ""
    """What a message calls a value: there is no precision 'fp64'."""
    least: int | None = None
    most: int | None = None
    between: tuple[float, float] | None = None
    """Both ends excluded."""
    where: tuple[str, ...] = EVERYWHERE
    """Of `EVERYWHERE`, who has it under this name."""
    names: str = ""
    """`file` for an option that names an input, `model` for one that may name a folder of a model."""
    moves: str = "all"
    """Which scores a difference can move: all, models (what a model has a part in), bertscore, or nothing."""
    compared: bool = True
    """False for where and how a run was made: another value is no difference of two runs."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a run."""

    name: str
    kinds: tuple[type, ...]
    """Plain types that it takes; none for lists and mappings."""
    optional: bool
    """Whether it may be None."""
    default: Any
    declared: Declared

    @property
    def flag(self) -> str:
        """As the command line has it."""
        return f"--{self.name.replace('_', '-')}"


def option(default: Any, **declared: Any) -> Any:
    """A field of a table of options; the arguments are those of `Declared`."""
    metadata = {"option": Declared(**declared)}
    return field(default_factory=default, metadata=metadata) if callable(default) else field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What can be asked of a run beside its texts."""

    metrics: Sequence[str] = option(DEFAULT_METRICS, where=("command", "python"), moves="nothing")
    metric_options: Mapping[str, Mapping[str, Any]] = option(dict, where=("python",))
    """By metric, the options of its class."""
    scores: Sequence[ScoreFile] = option((), where=("command", "python"), names="file", moves="nothing")
    """Files of scores made elsewhere."""
    lower_is_better: Sequence[str] = option((), where=("command", "python"))
    """Which of those scores are error rates."""
    documents: TextSource | None = option(None, where=("command", "python"), names="file", moves="nothing")  # noqa: RUF009 - what `option` returns is a field
    """The document of each segment, a file or a list, for texts that are no table."""
    align: str = option(
        "auto", group="alignment", metavar="MODE", noun="alignment mode", choices=dict.fromkeys(("auto", "line", "paragraph", "none"), ""),
        help="auto, line (none) or paragraph; default {default}",
    )  # fmt: skip
    align_model: str | None = option(
        None, group="alignment", metavar="MODEL", names="model", help="model that helps to align articles (a multilingual one the source too); default none"
    )
    """None compares spelling alone."""
    alignment: str | None = option(
        None, group="alignment", metavar="FILE", names="file", where=("command", "python"),
        help="use this alignment, as --save-alignment wrote it and you edited it",
    )  # fmt: skip
    model: str | None = option(
        None, group="metrics", metavar="MODEL", names="model", moves="bertscore",
        help="BERTScore: a preset (evaluator list models), a folder or a hub id; default minilm (packaged, offline)",
    )  # fmt: skip
    """None takes bert-score's model of `lang`, or the packaged one without a language."""
    num_layers: int | str | None = option(
        None, group="metrics", metavar="N", moves="bertscore",
        help="BERTScore: layer whose vectors are compared, or a model whose best layer to take; default the model's own",
    )  # fmt: skip
    lang: str | None = option(
        None, group="metrics", metavar="LANG", moves="models",
        help="language of the texts: zh, ja and ko choose BLEU's tokenizer and TER's options; BERTScore without --model takes bert-score's model for it",
    )  # fmt: skip
    device: str = option(
        "auto", group="metrics", metavar="DEVICE", noun="device", choices=dict.fromkeys(("auto", "cpu", "cuda"), ""), compared=False, moves="models",
        help="BERTScore: auto, cpu or cuda; default {default}",
    )  # fmt: skip
    precision: str = option(
        "fp32", group="metrics", metavar="P", noun="precision", choices=dict.fromkeys(("fp32", "bf16"), ""), moves="models",
        help="BERTScore: fp32 or bf16 (faster, differs in the third decimal); default {default}",
    )  # fmt: skip
    batch_size: int | None = option(
        None, group="metrics", metavar="N", least=1, compared=False, help="BERTScore: most texts in one batch; default by token count"
    )
    diagnose: str = option(
        "auto", group="diagnosis", metavar="WHEN", choices=dict.fromkeys(("auto", "on", "off"), ""), moves="nothing",
        help="auto (when bertscore is among the metrics), on or off; default {default}",
    )  # fmt: skip
    prior: float | None = option(
        None, group="diagnosis", metavar="P", between=(0.0, 1.0), moves="nothing",
        help="share of paragraphs with a serious error in your material, above 0 and below 1; risk is stated for 0.2, and another share"
        " moves every risk and the threshold alike: flags and order stay",
    )  # fmt: skip
    """None takes that of the data that the diagnosis was fitted on."""
    calibration: str | None = option(
        None, group="diagnosis", metavar="FILE", names="file", where=("command", "python"), moves="nothing",
        help="prior and threshold from this file, which evaluator annotate import fitted to people's answers",
    )  # fmt: skip
    only: Sequence[str] = option((), where=())
    """Systems of the table to score; none for all."""
    reference_names: Sequence[str] = option((), where=("python",))
    """References to take from a file that holds several by name; none for those by people."""
    quoting: bool = option(True, where=("python",))
    """False takes quotation marks in TSV and CSV as part of the texts."""
    buckets: Sequence[str] = option((), where=(), moves="nothing")
    """Parts of the test set to compare on as well."""
    ngrams: int = option(0, where=(), moves="nothing")
    """N-grams to show that one system gets and another misses."""


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
    """How systems are compared; `compare.Plan` says what follows from it."""

    test: str = option(
        "ar", group="comparing systems", metavar="TEST", noun="test", moves="nothing",
        choices={
            "ar": "paired approximate randomization", "bootstrap": "signed two-sided paired bootstrap", "sacrebleu-bs": "sacreBLEU's paired bootstrap",
        },
        help="{choices}; default {default}. sacrebleu-bs is for comparison with older papers",
    )  # fmt: skip
    unit: str = option(
        "auto", group="comparing systems", metavar="UNIT", noun="unit of resampling", choices=dict.fromkeys(("auto", "segment", "document"), ""),
        moves="nothing", help="what is resampled: {choices}; auto takes documents where 30 are known",
    )  # fmt: skip
    resamples: int | None = option(
        None, group="comparing systems", metavar="N", least=100, most=MAX_RESAMPLES, moves="nothing",
        help=f"default {RESAMPLES['ar']:,}; sacrebleu-bs {RESAMPLES['sacrebleu-bs']:,}",
    )  # fmt: skip
    """None takes the test's own number."""
    correction: str = option(
        "holm", group="comparing systems", metavar="NAME", noun="correction", moves="nothing",
        choices={"holm": "Holm", "bh": "Benjamini-Hochberg", "none": "uncorrected"}, help="for many pairs: {choices}; default {default}",
    )  # fmt: skip
    seed: int = option(SEED, group="comparing systems", metavar="N", least=0, moves="nothing", help="default {default}, or SACREBLEU_SEED")


def declared_in(table: type) -> dict[str, Option]:
    """The options of a table by name; its other fields are none."""
    found = {}
    for one in fields(table):
        if "option" in one.metadata:
            parts = [part.strip() for part in str(one.type).split("|")]
            default = one.default if one.default_factory is MISSING else one.default_factory()
            kinds = tuple(TYPES[part] for part in parts if part in TYPES)
            found[one.name] = Option(one.name, kinds, "None" in parts, default, one.metadata["option"])
    return found


OF_RUN = declared_in(RunOptions)
OF_COMPARISON = declared_in(ComparisonOptions)
LISTS = tuple(one.name for one in fields(RunOptions) if one.type == "Sequence[str]")
"""Options of a run that are lists of texts."""
OPTIONS = {**OF_RUN, **OF_COMPARISON}
