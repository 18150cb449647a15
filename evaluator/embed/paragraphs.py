"""One vector a paragraph, for aligning articles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluator.embed import Embedder, VectorArray


def paragraph_vectors(embedder: Embedder, texts: Sequence[str]) -> VectorArray:
    """Additive paragraph vectors, float32 (n, dimension): mean token vector times the length in characters.

    Additive, so that the vector of several paragraphs joined is the sum of theirs and each goes
    through the model once.

    Args:
        embedder: a model cut at its last layer.
        texts: paragraphs; each is cut at the model's limit.
    """
    distinct = list(dict.fromkeys(texts))
    ids = [embedder.truncated(one) for one in embedder.token_ids(distinct)]
    means = {text: vectors.mean(axis=0) * (len(text.strip()) + 1) for text, vectors in zip(distinct, embedder.vectors(ids), strict=True)}
    return np.array([means[text] for text in texts], dtype=np.float32)
