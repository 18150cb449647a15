"""Third step: one reader of several, as low-rank differences from the packaged model.

    python benchmarks/reader/export.py NAME [NAME ...] --work WORK [--rank N] [--out FILE]

The trained weights are averaged, subtracted from the packaged ones and cut to their largest singular values.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from network import averaged
from numpy.typing import NDArray
from safetensors.numpy import save_file

from evaluator.diagnosis.learned import hash_of
from evaluator.embed.joint import LEFT, RIGHT
from evaluator.embed.models import find_model, weight_files
from evaluator.embed.weights import Weights

OUT = Path("evaluator/diagnosis/weights/reader.safetensors")
RANK = 48


def differences(state: dict[str, NDArray[np.float32]], base: Weights, rank: int) -> dict[str, NDArray[np.float16]]:
    """What is shipped, by name."""
    out: dict[str, NDArray[np.float32]] = {}
    for key, value in state.items():
        name = key.removeprefix("bert.")
        if not key.startswith("bert."):
            out[name.removesuffix(".weight") if name in ("signs.weight", "sides.weight") else name] = value
            continue
        change = value - base.read(name)
        if change.ndim == 2:
            u, s, v = np.linalg.svd(change.astype(np.float64), full_matrices=False)
            root = np.sqrt(s[:rank])
            out[name + LEFT], out[name + RIGHT] = u[:, :rank] * root, root[:, None] * v[:rank]
        else:
            out[name] = change
    return {name: np.ascontiguousarray(value.astype(np.float16)) for name, value in out.items()}


def learned(work: Path) -> NDArray[np.uint32]:
    """Hashes of the references that readers learned from, ascending."""
    with (work / "references.json").open(encoding="utf-8") as file:
        numbers = {number for text in json.load(file) if (number := hash_of(text)) is not None}
    return np.array(sorted(numbers), dtype=np.uint32)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--rank", type=int, default=RANK)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    base = Weights(weight_files(find_model("minilm").folder))
    tensors = differences({key: value.numpy() for key, value in averaged(options.work, options.names).items()}, base, options.rank)
    save_file(tensors, options.out)
    np.save(options.out.with_name("learned.npy"), learned(options.work))
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB, sha256 {hashlib.sha256(options.out.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
