"""Sets that lie in many files: folders as mt-metrics-eval keeps them, and those that sacreBLEU downloads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluator.plugins import did_you_mean
from evaluator.types import EvaluatorError

SACREBLEU = "sacrebleu:"


@dataclass(frozen=True, slots=True)
class Collection:
    """Where the texts of a set lie."""

    name: str
    source: str | None
    references: dict[str, str]
    """Path by name, such as `refA`."""
    systems: dict[str, str]
    """Path by name."""
    documents: str | None = None


def is_mtme(path: str) -> bool:
    """True for FOLDER:PAIR where the folder has mt-metrics-eval's layout."""
    folder, colon, pair = path.rpartition(":")
    return bool(colon and pair) and (Path(folder).expanduser() / "system-outputs").is_dir()


def find_mtme(path: str) -> Collection:
    """The files of FOLDER:PAIR: sources/PAIR.txt, references/PAIR.NAME.txt, system-outputs/PAIR/NAME.txt, documents/PAIR.docs.

    Raises:
        EvaluatorError: no such pair, or no references or systems for it.
    """
    name, _, pair = path.rpartition(":")
    folder = Path(name).expanduser()
    outputs = folder / "system-outputs"
    if not (outputs / pair).is_dir():
        known = sorted(one.name for one in outputs.iterdir() if one.is_dir()) if outputs.is_dir() else []
        raise EvaluatorError(f"{folder} has no system-outputs/{pair}.{did_you_mean(pair, known) if known else ' Is it a folder of mt-metrics-eval?'}")
    references = {one.name[len(pair) + 1 : -4]: str(one) for one in sorted((folder / "references").glob(f"{pair}.*.txt"))}
    # References lie among the systems too, as one more output to be judged.
    systems = {one.stem: str(one) for one in sorted((outputs / pair).glob("*.txt")) if one.stem not in references}
    for found, where in ((references, f"references/{pair}.NAME.txt"), (systems, f"system-outputs/{pair}/NAME.txt")):
        if not found:
            raise EvaluatorError(f"{folder} has no {where}.")
    source, documents = folder / "sources" / f"{pair}.txt", folder / "documents" / f"{pair}.docs"
    return Collection(f"{folder.name}.{pair}", _if_there(source), references, systems, _if_there(documents))


def _if_there(path: Path) -> str | None:
    return str(path) if path.is_file() else None


def find_sacrebleu(name: str) -> Collection:
    """Source and references of one of sacreBLEU's sets, `wmt23/en-de`, downloaded by sacreBLEU when they are not here.

    Raises:
        EvaluatorError: no such set or pair, or no way to download it.
    """
    from sacrebleu.dataset import DATASETS

    test_set, slash, pair = name.removeprefix(SACREBLEU).rpartition("/")
    if not slash or test_set not in DATASETS:
        wrong = test_set or name.removeprefix(SACREBLEU)
        raise EvaluatorError(f"sacreBLEU has no test set {wrong!r}; write sacrebleu:SET/PAIR, such as sacrebleu:wmt23/en-de.{did_you_mean(wrong, DATASETS)}")
    dataset: Any = DATASETS[test_set]
    if pair not in dataset.langpairs:
        raise EvaluatorError(f"sacreBLEU's {test_set} has no pair {pair!r}.{did_you_mean(pair, dataset.langpairs)}")
    try:
        source, references = dataset.get_source_file(pair), dataset.get_reference_files(pair)
    except (Exception, SystemExit) as error:  # its downloader ends the process on an SSL error, and raises what urllib raises
        raise EvaluatorError(
            f"sacreBLEU could not get {test_set}/{pair}: {error}. Run `sacrebleu -t {test_set} -l {pair} --echo src` on a machine with network and "
            "copy its folder (~/.sacrebleu, or what SACREBLEU names)."
        ) from None
    named = {f"ref{chr(ord('A') + k)}": str(path) for k, path in enumerate(references)}
    return Collection(f"{test_set}.{pair}".replace("/", "-"), str(source), named, {})
