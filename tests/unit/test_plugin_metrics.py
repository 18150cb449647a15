"""Metrics of other packages, through the command line: what they declare is what a run does."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluator.types import EvaluatorError
from tests.conftest import ROOT, Cli

Write = Callable[[str, str | bytes], Path]
Package = Callable[..., Path]
EXAMPLE = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
"""The error rate of the docs, as it stands there."""
VECTORS = '''
from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluator.protocol import Counts, Declaration, Option, Scale, ScoreColumn, SegmentMean, Signature


class Overlap(SegmentMean):
    """Cosine of the mean token vectors."""

    declared = Declaration(
        name="meancos", title="MeanCos", summary="cosine of mean vectors", scale=Scale(best=1, worst=0, open_end=True),
        columns=(ScoreColumn("meancos", "0-1, cosine."),), options=(Option("power", "power of the cosine"),), needs=("vectors",),
    )

    def __init__(self, embedder: Any, *, power: int = 1) -> None:
        self.embedder, self.power = embedder, power

    def prepare(self, references, sources=()):
        return Prepared(self, references)


@dataclass(frozen=True)
class Prepared:
    metric: Overlap
    references: Any

    @property
    def signature(self):
        return Signature(f"model:{self.metric.embedder.spec.name}|power:{self.metric.power}|version:1")

    def notes(self, hypotheses):
        return ()

    def count(self, hypotheses, segments, advance):
        def vector(text):
            (vectors,) = self.metric.embedder.vectors(self.metric.embedder.token_ids([text]))
            mean = vectors.mean(axis=0)
            return mean / np.linalg.norm(mean)

        rows = []
        for text, segment in zip(hypotheses, segments):
            rows.append([float(vector(text) @ vector(self.references[0][segment])) ** self.metric.power, 1.0])
            advance(1)
        return Counts(np.array(rows))
'''
OLD = """
class Cer:
    name, title, columns, unit_scale, higher_is_better = "cer", "CER", ("cer",), True, False
    formula = {"kind": "ratio", "of": 0, "by": 1}

    def statistics(self, hypotheses, segments, references, advance): ...
    def segment_scores(self, statistics): ...
    def corpus_score(self, summed): ...
    def details(self, summed): return ""
    def signature(self): return "version:0"
    def segment_signature(self): return "version:0"
"""
CER = "CharacterErrorRate"
OTHER_COLUMN = """    def segment_scores(self, statistics):
        return {"cerr": statistics[:, 0]}

    def prepare"""
OTHER_FORMULA = """    formula = {"kind": "median"}

    def prepare"""
REFERENCE = "the dam held\nnobody was hurt\nthree crews went home\n"
SYSTEM = "the dam broke\n\nthree crews went home\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """Installs a package with one metric for this test: a module and the metadata that pip would write."""

    def install(module: str, code: str, name: str, cls: str, version: str = "1.0") -> Path:
        site = tmp_path / f"site-{module}"
        info = site / f"{module}-{version}.dist-info"
        info.mkdir(parents=True)
        (site / f"{module}.py").write_text(code, encoding="utf-8")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: {version}\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[evaluator.metrics]\n{name} = {module}:{cls}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(site))
        monkeypatch.delitem(sys.modules, module, raising=False)
        return site

    return install


def _rows(folder: Path, table: str = "segments") -> list[dict[str, str]]:
    with open(folder / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _score(cli: Cli, write: Write, tmp_path: Path, *options: object) -> Any:
    files = write("ref.txt", REFERENCE), f"a={write('a.txt', SYSTEM)}"
    return cli("score", *files, "--diagnose", "off", "--resamples", "100", "--no-report", "-o", tmp_path / "run", *options)


def test_an_error_rate_of_0_to_1_scores_an_omitted_paragraph_1(cli: Cli, write: Write, tmp_path: Path, package: Package) -> None:
    package("cer_metric", EXAMPLE, "cer", "CharacterErrorRate")
    assert _score(cli, write, tmp_path, "-m", "cer", "bleu").code == 0
    rows = _rows(tmp_path / "run")
    assert [row["cer"] for row in rows[1:]] == ["1.0", "0.0"]
    assert 0 < float(rows[0]["cer"]) < 1
    (scores,) = _rows(tmp_path / "run", "scores")
    assert float(scores["CER"]) == pytest.approx(sum(float(row["cer"]) for row in rows) / 3)
    stated = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    (entry,) = (one for one in stated["metrics"] if one["name"] == "cer")
    assert (entry["higher_is_better"], entry["unit_scale"]) == (False, True)
    assert stated["signatures"]["CER"]["corpus"] == "nrefs:1|case:mixed|version:cer-1"


@pytest.mark.slow
def test_a_metric_of_another_package_is_listed_and_scored_in_a_fresh_process(package: Package, write: Write, tmp_path: Path) -> None:
    site = package("cer_metric", EXAMPLE, "cer", "CharacterErrorRate")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}
    files = [str(write("ref.txt", REFERENCE)), str(write("a.txt", SYSTEM))]
    for arguments, expected in (
        (["list", "metrics"], "cer        character error rate; lower is better; from the package cer_metric 1.0"),
        (["score", *files, "-m", "cer", "-b"], "0.4615"),
    ):
        shown = subprocess.run([sys.executable, "-m", "evaluator", *arguments], env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert expected in shown.stdout


@pytest.mark.model
def test_a_metric_that_needs_vectors_gets_them_and_its_own_options_alone(cli: Cli, write: Write, tmp_path: Path, package: Package) -> None:
    package("mean_cos", VECTORS, "meancos", "Overlap")
    assert _score(cli, write, tmp_path, "-m", "meancos").code == 0
    first, omitted, copy = (float(row["meancos"]) for row in _rows(tmp_path / "run"))
    assert 0.3 < first < 1
    assert omitted == 0
    assert copy == pytest.approx(1, abs=1e-5)
    stated = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert stated["signatures"]["MeanCos"]["corpus"] == "model:minilm|power:1|version:1"
    assert stated["model"]["name"] == "minilm"


def test_options_of_another_package_are_known_and_others_refused(package: Package) -> None:
    from evaluator import evaluate
    from evaluator.plugins import metric_options

    package("cer_metric", EXAMPLE, "cer", "CharacterErrorRate")
    ((name, kind, default, *_),) = metric_options("cer")
    assert (name, kind, default) == ("lowercase", "bool", False)
    texts = ["The dam"], {"a": ["the dam"]}
    assert evaluate(*texts, metrics=["cer"], metric_options={"cer": {"lowercase": True}}).segments["cer"].tolist() == [0.0]
    with pytest.raises(EvaluatorError, match="cer has no option 'lowercased'. Did you mean lowercase"):
        evaluate(*texts, metrics=["cer"], metric_options={"cer": {"lowercased": True}})


@pytest.mark.parametrize(
    ("module", "code", "cls", "message"),
    [
        ("old_cer", OLD, "Cer", "written for an earlier protocol: it has `statistics` and no `declared`, `prepare`. docs/metrics.md says"),
        ("no_cer", "class Cer: pass", "Cer", "is no metric: it has no `declared`, `prepare`, `segment_scores`, `corpus_score`, `details`"),
        ("bad_cer", "import nothing_of_that_name", "Cer", "cannot be loaded: ModuleNotFoundError"),
        ("two_cer", EXAMPLE.replace('name="cer"', 'name="cer2"'), CER, "must be an evaluator.protocol.Declaration with name='cer'"),
        ("same_cer", EXAMPLE.replace('ScoreColumn("cer"', 'ScoreColumn("risk"'), CER, "fills the column 'risk', which is that of segments.csv itself"),
        ("off_cer", EXAMPLE.replace("best=0, worst=1", "best=0, worst=0.001"), CER, "is off the scale that it declares: 0.001 (omitted) to 0 (best)"),
        ("flat_cer", EXAMPLE.replace("best=0, worst=1", "best=1, worst=1"), CER, "best and worst are both 1"),
        ("needy_cer", EXAMPLE.replace("scale=", "needs=('gpu',), scale="), CER, "needs 'gpu', which nothing provides"),
        ("source_cer", EXAMPLE.replace("scale=", "needs=('source',), scale="), CER, "needs the source text, and there is none. Give it with -s FILE"),
        ("lost_cer", EXAMPLE.replace("    def prepare", OTHER_COLUMN, 1), CER, "gives no column 'cer', which it declares"),
        ("own_cer", EXAMPLE.replace("    def prepare", OTHER_FORMULA, 1), CER, "There is no formula 'median'"),
    ],
)  # fmt: skip
def test_a_metric_that_is_not_what_it_says_is_one_clear_message(
    module: str, code: str, cls: str, message: str, cli: Cli, write: Write, tmp_path: Path, package: Package
) -> None:
    package(module, code, "cer", cls)
    result = _score(cli, write, tmp_path, "-m", "cer")
    assert result.code == 2
    assert message in result.err
    assert "Traceback" not in result.err
    assert not (tmp_path / "run").exists()
    assert cli("list", "metrics").code == 0


def test_a_metric_that_needs_the_source_gets_one_text_a_segment(cli: Cli, write: Write, tmp_path: Path, package: Package) -> None:
    code = (
        EXAMPLE.replace("scale=", "needs=('source',), scale=")
        .replace('version:cer-1"', 'sources:{len(self.sources)}"')
        .replace("return PreparedErrorRate(self.lowercase, references)", "return PreparedErrorRate(self.lowercase, references, sources)")
        .replace("    references: Streams\n", "    references: Streams\n    sources: Sequence[str] = ()\n")
    )
    package("source_two", code, "cer", "CharacterErrorRate")
    source = write("src.txt", "der Damm hielt\nniemand kam um\ndrei gingen heim\n")
    assert _score(cli, write, tmp_path, "-m", "cer", "-s", source).code == 0
    assert "sources:3" in _rows(tmp_path / "run", "statistics")[0]["signature"]
