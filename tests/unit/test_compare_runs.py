"""What a run folder gains when its systems are compared: statistics, pairs, buckets, n-grams, documents."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import evaluator
from evaluator import pipeline
from evaluator.compare import BUCKETERS, Plan
from evaluator.compare.buckets import material_of
from evaluator.frames import PAIRS
from evaluator.types import EvaluatorError, Table

Write = Callable[[str, str | bytes], Path]
REFERENCE = [f"the {word} sails at noon from pier {k} and nobody is left behind" for k, word in enumerate(["ferry", "barge", "yacht", "canoe"] * 10)]
SYSTEMS = {
    "good": [text.replace("noon", "midday") if k % 4 == 0 else text for k, text in enumerate(REFERENCE)],
    "fair": [text.replace("nobody", "no one") if k % 2 == 0 else text.replace("sails", "leaves") for k, text in enumerate(REFERENCE)],
    "bad": [text.replace("nobody is left behind", "all stay") for text in REFERENCE],
}


@pytest.fixture(scope="module")
def run() -> evaluator.Run:
    return evaluator.evaluate(REFERENCE, SYSTEMS, metrics=["bleu", "chrf", "ter"], resamples=500)


def test_pairs_hold_each_pair_and_metric_once(run: evaluator.Run) -> None:
    assert list(run.pairs.columns) == [column.name for column in PAIRS]
    expected = [(m, a, b) for m in ("BLEU", "chrF2", "TER") for a, b in itertools.combinations(SYSTEMS, 2)]
    assert list(zip(run.pairs["metric"], run.pairs["system_a"], run.pairs["system_b"], strict=True)) == expected
    assert (run.pairs["delta"] == run.pairs["score_a"] - run.pairs["score_b"]).all()
    assert ((run.pairs["ci_low"] <= run.pairs["delta"]) & (run.pairs["delta"] <= run.pairs["ci_high"])).all()
    assert (run.pairs["wins"] + run.pairs["losses"] + run.pairs["ties"] == len(REFERENCE)).all()


def test_statistics_get_intervals_ranks_and_clusters(run: evaluator.Run) -> None:
    frame = run.statistics.set_index(["metric", "system"])
    assert (frame["ci_low"] <= frame["score"]).all()
    assert (frame["score"] <= frame["ci_high"]).all()
    assert frame.loc["TER"]["cluster"].to_dict() == {"good": 1, "fair": 2, "bad": 3}
    assert frame.loc["chrF2"][["rank_low", "rank_high"]].to_numpy().tolist() == [[1, 1], [2, 2], [3, 3]]


def test_wins_are_counted_on_the_segment_scores_that_users_see(run: evaluator.Run) -> None:
    segments = {name: own.reset_index(drop=True) for name, own in run.segments.groupby("system", sort=False)}
    for _, row in run.pairs.iterrows():
        column = {"BLEU": "bleu", "chrF2": "chrf", "TER": "ter"}[row["metric"]]
        a, b = segments[row["system_a"]][column], segments[row["system_b"]][column]
        assert row["wins"] == ((a < b) if column == "ter" else (a > b)).sum()


def test_one_system_gets_intervals_and_no_ranks(tmp_path: Path) -> None:
    run = evaluator.evaluate(REFERENCE, {"good": SYSTEMS["good"]}, metrics=["chrf"])
    assert run.statistics["ci_low"].notna().all()
    assert run.statistics[["rank_low", "rank_high", "cluster"]].isna().all().all()
    assert list(run.pairs.columns) == [column.name for column in PAIRS]
    assert len(run.pairs) == 0
    assert not (run.save(tmp_path / "run") / "pairs.csv").exists()


def test_a_stored_run_compares_to_the_same_rows(run: evaluator.Run, tmp_path: Path) -> None:
    folder = run.save(tmp_path / "run")
    back = evaluator.load(folder)
    assert back.pairs.equals(run.pairs)
    again = pipeline.compare(back.evaluation, Plan(resamples=500))
    assert again.tables["pairs"] == run.evaluation.tables["pairs"]
    assert again.tables["statistics"] == run.evaluation.tables["statistics"]
    with open(folder / "pairs.csv", encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == [column.name for column in PAIRS]


def test_a_stored_run_is_compared_on_metrics_by_name_or_title(run: evaluator.Run) -> None:
    found = pipeline.compare(run.evaluation, Plan(resamples=100), ["chrF2", "TER", "chrf"])
    assert list(dict.fromkeys(found.tables["pairs"].columns["metric"])) == ["chrF2", "TER"]
    rows = zip(found.tables["statistics"].columns["metric"], found.tables["statistics"].columns["cluster"], strict=True)
    assert all((cluster is None) == (metric == "BLEU") for metric, cluster in rows)
    with pytest.raises(EvaluatorError, match="no metric 'cherf'. Did you mean chrf"):
        pipeline.compare(run.evaluation, Plan(), ["cherf"])


def test_the_manifest_says_how_systems_were_compared(run: evaluator.Run) -> None:
    stated = dict(run.manifest["comparison"])
    stated.pop("notes")
    assert stated == {"test": "ar", "unit": "segment", "resamples": 500, "seed": 12345, "correction": "holm"}


@pytest.mark.model
def test_precision_recall_and_fidelity_can_be_compared() -> None:
    texts = {name: own[:6] for name, own in SYSTEMS.items()}
    run = evaluator.evaluate(REFERENCE[:6], texts, metrics=["bertscore"], device="cpu", resamples=100)
    assert list(dict.fromkeys(run.pairs["metric"])) == ["BERTScore-F1", "fidelity"]
    assert run.statistics[run.statistics["metric"] == "fidelity"]["score"].notna().sum() == 3
    assert "fidelity" not in run.scores.columns
    parts = pipeline.compare(run.evaluation, Plan(resamples=100), ["bertscore_p", "BERTScore-R"]).tables["pairs"].columns
    assert list(dict.fromkeys(parts["metric"])) == ["BERTScore-P", "BERTScore-R"]
    recall = [run.segments[run.segments["system"] == name]["bertscore_r"].mean() for name in ("good", "fair")]
    assert [parts["score_a"][3], parts["score_b"][3]] == pytest.approx(recall)


def _documents(write: Write, n: int = 8, name: str = "docs.txt") -> str:
    return str(write(name, "".join(f"doc{k // n}\t{'news' if k < 20 else 'talk'}\n" for k in range(len(REFERENCE)))))


def test_documents_name_segments_and_number_them_afresh(write: Write) -> None:
    run = evaluator.evaluate(REFERENCE, SYSTEMS, metrics=["chrf"], documents=_documents(write), resamples=100)
    assert run.segments["document"][:9].tolist() == ["doc0"] * 8 + ["doc1"]
    assert run.segments["segment"][:9].tolist() == [*range(1, 9), 1]
    assert run.segments["domain"][[0, 39]].tolist() == ["news", "talk"]
    assert run.pairs["n_documents"].tolist() == [5, 5, 5]
    assert "5 documents, fewer than 30" in run.manifest["comparison"]["notes"][0]


def test_the_documents_of_mt_metrics_eval_have_the_domain_first(write: Write) -> None:
    path = write("en-de.docs", "".join(f"news doc{k // 8}\n" for k in range(len(REFERENCE))))
    run = evaluator.evaluate(REFERENCE, SYSTEMS, metrics=["chrf"], documents=str(path), resamples=100)
    assert run.segments["document"][8] == "doc1"
    assert run.segments["domain"][8] == "news"


def test_inserted_paragraphs_belong_to_the_document_they_follow(write: Write) -> None:
    reference = ["The dam broke on Monday.", "Nobody was hurt in the flood.", "Crews went home early."]
    hypothesis = ["The dam broke on Monday.", "Advertisement: buy our fine boats today!", "Nobody was hurt in the flood.", "Crews went home early."]
    run = evaluator.evaluate(reference, {"a": hypothesis}, metrics=["chrf"], align="paragraph", documents=str(write("d.txt", "x\nx\ny\n")))
    assert list(zip(run.segments["document"], run.segments["segment"], run.segments["alignment"], strict=True)) == [
        ("x", 1, "1-1"), ("x", 1, "0-1"), ("x", 2, "1-1"), ("y", 1, "1-1"),
    ]  # fmt: skip


def test_documents_that_do_not_fit_are_refused(write: Write) -> None:
    with pytest.raises(EvaluatorError, match="d.txt has 2 lines, the reference has 40 segments"):
        evaluator.evaluate(REFERENCE, SYSTEMS, metrics=["chrf"], documents=str(write("d.txt", "x\ny\n")))
    with pytest.raises(EvaluatorError, match="line 2: '' instead of the name of a document"):
        evaluator.evaluate(REFERENCE, SYSTEMS, metrics=["chrf"], documents=str(write("d.txt", "x\n\ny\n")))
    with pytest.raises(EvaluatorError, match="line 1: 'x' instead of domain and document"):
        evaluator.evaluate(REFERENCE, SYSTEMS, metrics=["chrf"], documents=str(write("d.docs", "x\n")))


@pytest.fixture(scope="module")
def rich_run(tmp_path_factory: pytest.TempPathFactory) -> evaluator.Run:
    path = tmp_path_factory.mktemp("docs") / "docs.txt"
    path.write_text("".join(f"doc{k // 8}\t{'news' if k < 20 else 'talk'}\n" for k in range(len(REFERENCE))))
    # Few findings are made by hand: diagnosing all of it would take a minute.
    plain = evaluator.evaluate(REFERENCE, SYSTEMS, metrics=["chrf"], documents=str(path), resamples=100).evaluation
    findings = {name: list(values) for name, values in plain.tables["findings"].columns.items()}
    for row, category in ((3, "accuracy/omission"), (3 + 40, "accuracy/omission"), (50, "accuracy/name")):
        for name, values in findings.items():
            values.append({"row": row, "category": category}.get(name, ""))
    segments = {**plain.tables["segments"].columns, "risk": [0.1] * 120}
    tables = {**plain.tables, "findings": Table("findings", findings), "segments": Table("segments", segments)}
    return evaluator.Run(replace(plain, tables=tables))


@pytest.mark.parametrize("name", BUCKETERS)
def test_every_bucketer_sorts_segments_of_this_run(name: str, rich_run: evaluator.Run) -> None:
    buckets = BUCKETERS[name](material_of(rich_run.evaluation))
    assert buckets
    assert all(mask.shape == (len(REFERENCE),) and mask.any() for mask in buckets.values())
    if name not in ("error", "rare"):
        assert np.sum(list(buckets.values()), axis=0).tolist() == [1] * len(REFERENCE)


def test_error_buckets_are_segments_where_any_system_has_one(rich_run: evaluator.Run) -> None:
    buckets = BUCKETERS["error"](material_of(rich_run.evaluation))
    assert {name: np.flatnonzero(mask).tolist() for name, mask in buckets.items()} == {"accuracy/name": [10], "accuracy/omission": [3]}


def test_buckets_are_the_scores_of_their_segments(rich_run: evaluator.Run) -> None:
    found = pipeline.compare(rich_run.evaluation, Plan(resamples=100), ["chrf"], ["domain", "document"])
    rows = [dict(zip(found.tables["buckets"].columns, row, strict=True)) for row in zip(*found.tables["buckets"].columns.values(), strict=True)]
    assert len(rows) == (2 + 5) * 3
    talk = next(row for row in rows if row["bucket"] == "talk" and row["system_a"] == "good" and row["system_b"] == "bad")
    alone = evaluator.evaluate(REFERENCE[20:], {name: SYSTEMS[name][20:] for name in ("good", "bad")}, metrics=["chrf"], resamples=100)
    assert [talk["score_a"], talk["score_b"]] == pytest.approx(alone.scores["chrF2"].tolist())
    assert talk["better"] == "good"
    assert talk["ci_low"] <= talk["delta"] <= talk["ci_high"]
    small = [row for row in rows if row["bucketed_by"] == "document"]
    assert all(row["n_segments"] == 8 and row["better"] == "" for row in small)  # fewer than 10 segments name nobody


def test_buckets_that_lack_what_they_look_at_are_refused(run: evaluator.Run) -> None:
    for name, words in (("document", "need several documents"), ("domain", "need domains"), ("error", "need the diagnosis"), ("lenth", "Did you mean length")):
        with pytest.raises(EvaluatorError, match=words):
            pipeline.compare(run.evaluation, Plan(), None, [name])


def test_ngrams_name_what_one_system_gets_and_the_other_misses(run: evaluator.Run) -> None:
    found = pipeline.compare(run.evaluation, Plan(resamples=100), None, (), 2).tables["ngrams"].columns
    rows = list(zip(*found.values(), strict=True))
    assert rows[0] == ("good", "fair", "barge sails at noon", 4, 10, 10, 0)
    good_bad = [row for row in rows if row[:2] == ("good", "bad")]
    # Parts of a longer n-gram, such as `nobody`, say nothing more than it does.
    assert good_bad == [("good", "bad", text, 4, 40, 40, 0) for text in ("and nobody is left", "nobody is left behind")]
    assert len([row for row in rows if row[:2] == ("bad", "good")]) == 2


def test_buckets_and_ngrams_go_with_the_run_folder(run: evaluator.Run, tmp_path: Path) -> None:
    folder = evaluator.Run(pipeline.compare(run.evaluation, Plan(resamples=100), None, ["length"], 1)).save(tmp_path / "run")
    assert (folder / "buckets.csv").exists()
    assert (folder / "ngrams.csv").exists()
    back = evaluator.load(folder)
    assert set(back.evaluation.tables) >= {"pairs", "buckets", "ngrams"}
    again = pipeline.compare(back.evaluation, Plan(resamples=100))
    assert "buckets" not in again.tables


def test_a_run_of_an_earlier_version_says_what_to_do(run: evaluator.Run) -> None:
    old = replace(run.evaluation, manifest=run.manifest.changed(compared=None))
    with pytest.raises(EvaluatorError, match="written before runs could be compared"):
        pipeline.compare(old, Plan())
