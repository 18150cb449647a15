"""Small inputs under the names that the pages use, so that their commands can be run."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

REFERENCE = (
    "The ferry left the northern pier at nine in the morning.",
    "Some 300 passengers were waiting for the second boat.",
    "Nobody on board could say why the engine had stopped.",
    "A mechanic came from the harbour with a new pump.",
    "The crossing took four hours instead of one.",
    "The company will pay back every ticket by Friday.",
)
A = (
    "The ferry departed from the northern pier at nine in the morning.",
    "Some 300 passengers waited for the second boat.",
    "Nobody on board could say why the engine stopped.",
    "A mechanic arrived from the harbour with a new pump.",
    "The crossing took four hours and not one.",
    "The company will refund every ticket by Friday.",
)
B = (
    "The boat left the northern pier at nine in the morning.",
    "About 300 passengers were waiting for the next boat.",
    "No one on board could say why the engine had stopped.",
    "A mechanic came from the port with a new pump.",
    "The crossing lasted four hours instead of one.",
    "The company is going to pay back every ticket by Friday.",
)
SOURCE = tuple(f"Quelle {number}: ein Satz über die Fähre." for number in range(1, 7))
MQM = "system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity\n"


def write_inputs(folder: Path) -> None:
    """Every input that a page's command names, in a folder."""
    for write in (_texts, _tables, _markup, _test_sets, _scores, _mt_metrics_eval):
        write(folder)


def _file(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _lines(texts: Sequence[object]) -> str:
    return "".join(f"{text}\n" for text in texts)


def _json_lines(rows: Sequence[object]) -> str:
    return _lines([json.dumps(row) for row in rows])


def _texts(folder: Path) -> None:
    for name in ("ref.txt", "ref1.txt"):
        _file(folder, name, _lines(REFERENCE))
    for name in ("a.txt", "sys.txt", "out.txt", "nmt.txt", "moved/nmt.txt"):
        _file(folder, name, _lines(A))
    for name in ("b.txt", "llm.txt"):
        _file(folder, name, _lines(B))
    _file(folder, "ref2.txt", _lines([text.replace("ferry", "ship") for text in REFERENCE]))
    _file(folder, "src.txt", _lines(SOURCE))
    _file(folder, "docs.txt", _lines([f"d{number // 3}" for number in range(6)]))


def _tables(folder: Path) -> None:
    rows = [(system, r, h) for system, texts in (("a", A), ("b", B)) for r, h in zip(REFERENCE, texts, strict=True)]
    frame = pd.DataFrame(rows, columns=["system", "reference", "hypothesis"])
    table = frame.to_csv(sep="\t", index=False)
    _file(folder, "pairs.tsv", table)
    (folder / "pairs.tsv.gz").write_bytes(gzip.compress(table.encode()))
    frame.to_parquet(folder / "pairs.parquet")
    (folder / "shards").mkdir()
    for number in range(2):
        frame.iloc[number::2].to_parquet(folder / "shards" / f"{number}.parquet")


def _markup(folder: Path) -> None:
    for name, kind, texts in (("ref.sgm", "refset", REFERENCE), ("hyp.sgm", "tstset", A)):
        segments = "".join(f'<seg id="{number}">{text}</seg>\n' for number, text in enumerate(texts, 1))
        _file(folder, name, f'<{kind} setid="t" srclang="de" trglang="en" refid="ref" sysid="nmt">\n<doc docid="d">\n{segments}</doc>\n</{kind}>\n')


def _test_sets(folder: Path) -> None:
    document = "en-cs_CZ_#_news_#_d1"
    reference = {"dataset_id": "t", "doc_id": document, "src_lang": "en", "tgt_lang": "cs_CZ", "src_text": "\n\n".join(SOURCE)}
    _file(folder, "wmt25-genmt.jsonl", _json_lines([{**reference, "refs": {"refA": {"ref": "\n\n".join(REFERENCE)}}}]))
    for name, texts in (("A", A), ("B", B)):
        _file(folder, f"systems/{name}.jsonl", _json_lines([{"doc_id": document, "hypothesis": "\n\n".join(texts)}]))
    rows = zip(SOURCE, REFERENCE, strict=True)
    common = {"lp": "en-de_DE", "domain": "news", "document_id": "n", "is_bad_source": False}
    _file(folder, "en-de_DE.jsonl", _json_lines([{**common, "segment_id": i, "source": s, "target": t} for i, (s, t) in enumerate(rows)]))


def _scores(folder: Path) -> None:
    systems = {"a": (A, 0.8), "b": (B, 0.6)}
    comet = {
        f"{s}.txt": [{"src": q, "mt": t, "ref": r, "COMET": x} for q, t, r in zip(SOURCE, texts, REFERENCE, strict=True)] for s, (texts, x) in systems.items()
    }
    _file(folder, "comet.json", json.dumps(comet))
    errors = ("No-error\tno-error", "Accuracy/Mistranslation\tMajor")
    mqm = [f"{s}\td\t{i}\t{i}\tr1\t{SOURCE[i - 1]}\t{t}\t{errors[s == 'b' and i % 2]}" for s, (texts, _) in systems.items() for i, t in enumerate(texts, 1)]
    _file(folder, "mqm.tsv", MQM + _lines(mqm))
    cells = [(s, i, 10 * k + i % 4) for k, s in enumerate("abc") for i in range(1, 7)]
    _file(folder, "scores.csv", "system,segment,chrf\n" + _lines([f"{s},{i},{x}" for s, i, x in cells]))
    _file(folder, "ratings.csv", "system,segment,human_score\n" + _lines([f"{s},{i},{x + i % 3}" for s, i, x in cells]))
    pairs = [f"number\tmajor\t1\t{r}\t{r}\t{h}" for r, h in zip(REFERENCE, B, strict=True) if r != h]
    _file(folder, "demetr.tsv", "category\tseverity\tpert_check\treference\tmt\tperturbed\n" + _lines(pairs))


def _mt_metrics_eval(folder: Path) -> None:
    systems = {"alpha": A, "beta": B, "gamma": [text.lower() for text in A]}
    for root in ("wmt23", "mt-metrics-eval-v2/wmt22"):
        _file(folder, f"{root}/sources/en-de.txt", _lines(SOURCE))
        _file(folder, f"{root}/references/en-de.refA.txt", _lines(REFERENCE))
        _file(folder, f"{root}/documents/en-de.docs", _lines(["news\td"] * 6))
        for name, texts in systems.items():
            _file(folder, f"{root}/system-outputs/en-de/{name}.txt", _lines(texts))
        cells = [(name, 3 * k + i % 4) for k, name in enumerate(systems) for i in range(6)]
        _file(folder, f"{root}/human-scores/en-de.mqm.seg.score", _lines([f"{name}\t{x - 12}" for name, x in cells]))
        _file(folder, f"{root}/metric-scores/en-de/good-refA.seg.score", _lines([f"{name}\t{x + k % 3}" for k, (name, x) in enumerate(cells)]))
