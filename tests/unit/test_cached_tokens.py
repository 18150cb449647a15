"""One tokenization for BERTScore and the diagnosis of a run."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import evaluator
from evaluator.diagnosis import reader
from evaluator.embed import digests, embedder
from evaluator.embed.cached_tokens import CachedTokenizer
from evaluator.embed.models import find_model
from evaluator.embed.tokens import Encoding, FileTokenizer

REFERENCES = ["Harbour pilots refused to sail on Monday.", "  The café near pier 4 was closed until noon.", "Nobody was hurt, the mayor said."]
SYSTEMS = {
    "a": ["Harbour pilots refused to sail on Tuesday.", "The café near pier 4 was closed until noon.", "Two were hurt, the mayor said."],
    "b": ["Pilots of the harbour would not sail on Monday.", "Près du quai 4 le café était fermé.", ""],
}
GERMAN = ["Die Fähre fährt am Montag um 12 Uhr ab.", "Niemand wurde verletzt, sagte die Bürgermeisterin."]


@pytest.fixture
def tokenized(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each text with characters went through a tokenizer."""
    counts: Counter[str] = Counter()
    plain = FileTokenizer._encoded

    def counted(self: FileTokenizer, texts: Sequence[str]) -> Sequence[Encoding]:
        counts.update(text for text in texts if text)
        return plain(self, texts)

    monkeypatch.setattr(FileTokenizer, "_encoded", counted)
    return counts


def _distinct(*texts: Sequence[str]) -> set[str]:
    return {text.strip() for some in texts for text in some} - {""}


@pytest.mark.model
def test_bertscore_and_diagnosis_tokenize_each_text_once_with_one_tokenizer(tokenized: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "vocabulary", lambda: pytest.fail("a second tokenizer was loaded"))
    run = evaluator.evaluate(REFERENCES, SYSTEMS, metrics=["bertscore"], lang="en", model="minilm")
    assert run.segments["risk"].notna().sum() == 6
    assert tokenized == Counter(_distinct(REFERENCES, *SYSTEMS.values()))


@pytest.mark.model
def test_german_rules_take_the_tokens_of_bertscore_too(tokenized: Counter[str]) -> None:
    run = evaluator.evaluate(GERMAN, {"a": [GERMAN[0].replace("12", "14"), GERMAN[1]]}, metrics=["bertscore"], lang="de", model="minilm")
    assert run.segments["flagged"].tolist() == [True, False]
    assert tokenized == Counter(_distinct(GERMAN, [GERMAN[0].replace("12", "14")]))


@pytest.mark.model
def test_a_run_is_the_same_with_texts_tokenized_whenever_they_come(monkeypatch: pytest.MonkeyPatch, tokenized: Counter[str], tmp_path: Path) -> None:
    shared = evaluator.evaluate(REFERENCES, SYSTEMS, metrics=["bertscore"], lang="en", model="minilm").save(tmp_path / "shared")
    monkeypatch.setattr(embedder, "CachedTokenizer", FileTokenizer)
    tokenized.clear()
    apart = evaluator.evaluate(REFERENCES, SYSTEMS, metrics=["bertscore"], lang="en", model="minilm").save(tmp_path / "apart")
    assert max(tokenized.values()) > 1
    for name in ("segments.csv", "findings.csv", "statistics.csv", "pairs.csv"):
        assert (shared / name).read_bytes() == (apart / name).read_bytes()


@pytest.mark.model
def test_kept_tokens_are_those_of_the_tokenizer_and_no_more_than_there_is_room_for(tokenized: Counter[str]) -> None:
    texts = [*REFERENCES, "🎉 fest", "", REFERENCES[0], " " + REFERENCES[0]]
    plain = FileTokenizer(find_model("minilm"))
    for room in (2**22, 20, 0):
        cached = CachedTokenizer(find_model("minilm"), room)
        for _ in range(2):
            assert cached.ids(texts) == plain.ids(texts)
            assert cached.places(texts) == plain.places(texts)
            assert cached.unknown(texts) == plain.unknown(texts)
    room_for_two = CachedTokenizer(find_model("minilm"), sum(map(len, plain.ids(REFERENCES[:2]))))
    tokenized.clear()
    for _ in range(3):
        room_for_two.ids(REFERENCES)
    assert tokenized == Counter({REFERENCES[0]: 1, REFERENCES[1].strip(): 1, REFERENCES[2]: 3})


@pytest.mark.model
def test_weights_are_read_once_for_their_digest_and_again_when_they_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    plain = hashlib.file_digest

    def counted(file: Any, name: str) -> object:
        reads.append(name)
        return plain(file, name)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"one")
    first = digests.sha256_of(file)
    assert digests.sha256_of(file) == first
    assert len(reads) == 1
    file.write_bytes(b"two")
    assert digests.sha256_of(file) != first
    assert len(reads) == 2
