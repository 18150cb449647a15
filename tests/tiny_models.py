"""Tiny models of the families that BERTScore takes, with random weights, made in the tests."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

WORDS = ["the", "ferry", "sails", "at", "noon", "nobody", "was", "hurt", "said", "crew"]
LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits + ".,:;!?'()-"
SIZE: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 64}
FAMILIES = ("bert", "electra", "roberta", "xlm-roberta", "deberta-v2", "t5", "distilbert", "albert", "mpnet")


def make_model(family: str, folder: Path) -> Path:
    """A saved model and tokenizer of the family; texts over 40 tokens are over its limit."""
    import torch
    import transformers as t

    torch.manual_seed(7)
    tokenizer = _tokenizer(family, t)
    n = len(tokenizer)
    configs: dict[str, Any] = {
        "bert": lambda: t.BertModel(t.BertConfig(vocab_size=n, max_position_embeddings=40, **SIZE)),
        "electra": lambda: t.ElectraModel(t.ElectraConfig(vocab_size=n, max_position_embeddings=40, embedding_size=16, **SIZE)),
        "roberta": lambda: t.RobertaModel(t.RobertaConfig(vocab_size=n, max_position_embeddings=42, **SIZE)),
        "xlm-roberta": lambda: t.XLMRobertaModel(t.XLMRobertaConfig(vocab_size=n, max_position_embeddings=42, **SIZE)),
        "deberta-v2": lambda: t.DebertaV2Model(
            t.DebertaV2Config(vocab_size=n, max_position_embeddings=40, relative_attention=True, pos_att_type=["p2c", "c2p"], position_buckets=8, **SIZE)
        ),
        "t5": lambda: t.T5EncoderModel(t.T5Config(vocab_size=n, d_model=32, d_kv=8, d_ff=64, num_layers=3, num_heads=4, n_positions=40)),
        "distilbert": lambda: t.DistilBertModel(t.DistilBertConfig(vocab_size=n, max_position_embeddings=40, dim=32, n_layers=3, n_heads=4, hidden_dim=64)),
        "albert": lambda: t.AlbertModel(t.AlbertConfig(vocab_size=n, max_position_embeddings=40, embedding_size=16, **SIZE)),
        "mpnet": lambda: t.MPNetModel(t.MPNetConfig(vocab_size=n, max_position_embeddings=42, **SIZE)),
    }
    model = configs[family]()
    # Random weights of the usual size make all tokens alike; larger ones spread the scores.
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(4)
    target = folder / f"tiny-{family}"
    model.save_pretrained(target, safe_serialization=True)
    tokenizer.save_pretrained(target)
    return target


def _tokenizer(family: str, t: Any) -> Any:
    common = {"model_max_length": 40}
    if family in ("bert", "electra", "distilbert", "mpnet"):
        pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{c}" for c in LETTERS), *WORDS]
        if family == "mpnet":
            pieces = ["<s>", "<pad>", "</s>", "<unk>", "[UNK]", *pieces[5:], "<mask>"]
        cls = {"bert": t.BertTokenizer, "electra": t.ElectraTokenizer, "distilbert": t.DistilBertTokenizer, "mpnet": t.MPNetTokenizer}[family]
        return cls(vocab={piece: i for i, piece in enumerate(pieces)}, **common)
    if family == "roberta":
        from tokenizers.pre_tokenizers import ByteLevel

        pieces = ["<s>", "<pad>", "</s>", "<unk>", *sorted(ByteLevel.alphabet()), "Ġt", "he", "Ġthe", "<mask>"]
        return t.RobertaTokenizer(vocab={piece: i for i, piece in enumerate(pieces)}, merges=[("Ġ", "t"), ("h", "e"), ("Ġt", "he")], **common)
    special = {
        "xlm-roberta": ["<s>", "<pad>", "</s>", "<unk>"],
        "deberta-v2": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
        "t5": ["<pad>", "</s>", "<unk>"],
        "albert": ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"],
    }[family]
    vocab = [*((piece, 0.0) for piece in special), ("▁", -2.0), *((c, -4.0) for c in LETTERS), *((f"▁{word}", -3.0) for word in WORDS)]
    if family == "xlm-roberta":
        return t.XLMRobertaTokenizer(vocab=[*vocab, ("<mask>", 0.0)], **common)
    if family == "deberta-v2":
        return t.DebertaV2Tokenizer(vocab=vocab, **common)
    if family == "albert":
        return t.AlbertTokenizer(vocab=vocab, **common)
    return t.T5Tokenizer(vocab=vocab, extra_ids=0, **common)
