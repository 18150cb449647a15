"""Makes `ter.json`: what sacreBLEU alone counts. Nothing of evaluator is imported.

python tests/golden/make_ter.py > tests/golden/ter.json
"""

from __future__ import annotations

import json
import random
import sys
from typing import Any

import sacrebleu
from sacrebleu.metrics.ter import TER

SENTENCES = [
    "The dam above the village broke on Monday , and nobody was hurt .",
    "Nobody was hurt when on Monday the dam above the village broke .",
    "Repairs will take until May 3.5-4 weeks at least, said the mayor (a Green) .",
    'The mayor, a Green, said : "Repairs will take at least 3.5-4 weeks, until May."',
    "Officials said that 1,886 people had left their houses before the water came",
    "Before the water came 1,886 people had left their houses, officials said",
    "THE FERRY SAILS AT NOON",
    "the ferry leaves at midday, as it does every day",
    "日本語のテキスト は、 別の 文 です 。",
    "別の 文 です 日本語の テキスト は 。",
    "A &quot;quoted&quot; &amp; <b>bold</b> word-by-\nword text\u00a0with U.S. dog's tails",
    "İstanbul's ßtraße, Ünïcode 🙂 and a \u200b zero width",
    "",
    " ",
    "one",
]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"case_sensitive": True},
    {"normalized": True, "no_punct": True},
    {"normalized": True, "asian_support": True},
    {"no_punct": True, "asian_support": True, "case_sensitive": True},
]


def shuffled(rng: random.Random, words: list[str]) -> list[str]:
    """Words with blocks moved, left out and doubled."""
    out = list(words)
    for _ in range(3):
        a, b = sorted(rng.randrange(len(out) + 1) for _ in range(2))
        to = rng.randrange(len(out) + 1)
        block = out[a:b]
        rest = out[:a] + out[b:]
        out = [*rest[:to], *block, *rest[to:]]
    if len(out) > 3:
        del out[rng.randrange(len(out))]
    return out


def main() -> None:
    """Print the file."""
    rng = random.Random(12345)
    hypotheses, first, second = [], [], []
    for i, text in enumerate(SENTENCES):
        hypotheses.append(text)
        first.append(SENTENCES[i ^ 1] if (i ^ 1) < len(SENTENCES) else text)
        second.append(SENTENCES[(i * 7 + 3) % len(SENTENCES)])
    for size in (12, 24, 25, 26):
        words = [rng.choice("abcdefghijklmnop") + str(rng.randrange(4)) for _ in range(size)]
        hypotheses.append(" ".join(shuffled(rng, words)))
        first.append(" ".join(words))
        second.append(" ".join(words[size // 3 :]))
    for n, m in ((1, 30), (30, 1)):
        words = [rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(max(n, m))]
        hypotheses.append(" ".join([*words[9:], *words[:9]][:n]))
        first.append(" ".join(words[:m]))
        second.append("")
    cases = []
    for options in OPTIONS:
        for references in ([first], [first, second])[: 2 if not options else 1]:
            metric = TER(**options)
            scored = metric.corpus_score(hypotheses, references)
            cases.append(
                {
                    "options": options,
                    "references": len(references),
                    "statistics": metric._extract_corpus_statistics(hypotheses, references),
                    "sentences": [metric.sentence_score(hyp, [stream[i] for stream in references]).score for i, hyp in enumerate(hypotheses)],
                    "score": scored.score,
                    "text": str(scored),
                    "signature": str(metric.get_signature()),
                }
            )
    made = {"sacrebleu": sacrebleu.__version__, "hypotheses": hypotheses, "references": [first, second], "cases": cases}
    json.dump(made, sys.stdout, indent=None, separators=(",", ":"))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
