"""Published numbers of comparing systems, with provenance."""

from __future__ import annotations

import math

import pytest

from evaluator.compare.agreement import CURVES, human_agreement

BLEU = "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0"
CHRF = "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0"
SPBLEU = "nrefs:1|case:mixed|eff:no|tok:flores200|smooth:exp|version:2.6.0"

# Differences at which people agree 50, 55, 60 ... percent of the time: the table of thresholds of
# Kocmi et al. 2024 (ACL 2024.acl-long.110), published beside MT-Thresholds.
TABLE = {
    BLEU: {55: 0.52, 60: 0.78, 65: 1.06, 70: 1.39, 75: 1.79, 80: 2.34, 85: 3.35},
    CHRF: {55: 0.33, 60: 0.54, 65: 0.76, 70: 1.00, 75: 1.28, 80: 1.63, 85: 2.12, 90: 3.05},
    SPBLEU: {55: 0.52, 60: 0.82, 65: 1.13, 70: 1.49, 75: 1.91, 80: 2.46, 85: 3.28, 90: 5.57},
}


def test_mt_thresholds_bleu_1_00_is_63_989_percent() -> None:
    # README of MT-Thresholds: `mt-thresholds bleu 1.00`.
    agreement = human_agreement(BLEU, 1.0, 1000)
    assert agreement is not None
    assert round(agreement, 3) == 63.989


def test_mt_thresholds_chrf_needs_0_710_for_the_same() -> None:
    # README of MT-Thresholds: `mt-thresholds chrf 0.63989 --delta`.
    curve = CURVES["chrf"]
    assert round(-math.log(curve.ceiling / 63.989 - 1) / curve.slope, 3) == 0.710


@pytest.mark.parametrize("signature", TABLE)
def test_the_published_table_of_thresholds(signature: str) -> None:
    for percent, delta in TABLE[signature].items():
        below, above = (human_agreement(signature, delta + step, 1000) for step in (-0.0051, 0.0051))
        assert below is not None
        assert above is not None
        assert below <= percent <= above


def test_no_difference_is_a_coin_toss_and_the_sign_does_not_matter() -> None:
    assert human_agreement(BLEU, 0.0, 1000) == 50.0
    assert human_agreement(BLEU, -2.0, 1000) == human_agreement(BLEU, 2.0, 1000)


@pytest.mark.parametrize(
    ("signature", "n"),
    [
        (BLEU, 299), (BLEU.replace("13a", "zh"), 1000), (BLEU.replace("nrefs:1", "nrefs:2"), 1000), (BLEU.replace("mixed", "lc"), 1000),
        (BLEU.replace("eff:no", "eff:yes"), 1000), (CHRF.replace("nw:0", "nw:2"), 1000), (CHRF.replace("nc:6", "nc:4"), 1000),
        ("nrefs:1|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:2.6.0", 1000), ("imported:comet|higher:yes|sha256:0", 1000), ("", 1000),
    ],
)  # fmt: skip
def test_no_figure_is_invented_for_other_settings_or_small_sets(signature: str, n: int) -> None:
    assert human_agreement(signature, 1.0, n) is None
