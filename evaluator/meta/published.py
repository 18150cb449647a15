"""How far metrics agreed with people in published studies: facts with their source, nothing of our own.

Only what was published for a language pair stands under that pair; `EVERYWHERE` has what was
computed over many. Figures of BERTScore, COMET and others belong to the models of those studies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

WMT23 = "WMT23 metrics task, github.com/SapienzaNLP/guardians-mt-eval (data/metrics_results/wmt_corrs)"
WMT21 = "WMT21 metrics task, as quoted in github.com/NataliaKhaidanova/MT_evaluation_metrics (tables 5.11 to 5.17)"
MAZE = "Kocmi, Zouhar, Federmann and Post 2024, ACL 2024.acl-long.110, appendix"
SEGMENTS, ACC_EQ, SYSTEMS, KENDALL, PAIRS = "segment Pearson", "acc-eq by item", "system Pearson", "segment Kendall", "pairwise accuracy"


class Study(NamedTuple):
    """One published table."""

    on: str
    """The test set, in words."""
    pair: str
    """Language pair, such as en-de; empty for many."""
    set: str
    """Such as wmt23."""
    source: str
    statistics: tuple[str, ...]
    values: Mapping[str, tuple[float, ...]]
    """By metric, in the order of `statistics`; higher is better."""


STUDIES = (
    Study("WMT23 en-de", "en-de", "wmt23", WMT23, (SEGMENTS, ACC_EQ, SYSTEMS), {
        "BLEU": (0.192, 0.520, 0.917), "chrF": (0.232, 0.519, 0.866), "spBLEU200": (0.237, 0.526, 0.919), "BERTScore": (0.325, 0.528, 0.891),
        "YiSi-1": (0.366, 0.542, 0.925), "COMET22": (0.432, 0.574, 0.990), "CometKiwi": (0.475, 0.569, 0.946), "MetricX-23": (0.585, 0.603, 0.977),
        "XCOMET": (0.695, 0.604, 0.980),
    }),
    Study("WMT23 he-en", "he-en", "wmt23", WMT23, (SEGMENTS, ACC_EQ, SYSTEMS), {
        "BLEU": (0.220, 0.442, 0.769), "chrF": (0.221, 0.460, 0.776), "spBLEU200": (0.230, 0.447, 0.805), "BERTScore": (0.335, 0.515, 0.895),
        "YiSi-1": (0.395, 0.529, 0.917), "COMET22": (0.401, 0.532, 0.940), "CometKiwi": (0.387, 0.544, 0.860), "MetricX-23": (0.548, 0.577, 0.910),
        "XCOMET": (0.556, 0.586, 0.950),
    }),
    Study("WMT23 zh-en", "zh-en", "wmt23", WMT23, (SEGMENTS, ACC_EQ, SYSTEMS), {
        "BLEU": (0.119, 0.472, 0.734), "chrF": (0.063, 0.485, 0.809), "spBLEU200": (0.108, 0.476, 0.772), "BERTScore": (0.236, 0.499, 0.810),
        "YiSi-1": (0.290, 0.504, 0.823), "COMET22": (0.396, 0.514, 0.898), "CometKiwi": (0.442, 0.525, 0.963), "MetricX-23": (0.625, 0.531, 0.873),
        "XCOMET": (0.650, 0.543, 0.927),
    }),
    Study("WMT21 news en-ru", "en-ru", "wmt21", WMT21, (KENDALL, SYSTEMS), {
        "BLEU": (0.120, 0.507), "chrF": (0.193, 0.783), "TER": (0.117, -0.041), "BLEURT-20": (0.286, 0.768), "COMET": (0.276, 0.659),
    }),
    Study("WMT21 TED talks en-ru", "en-ru", "ted21", WMT21, (KENDALL, SYSTEMS), {
        "BLEU": (0.112, 0.828), "chrF": (0.189, 0.825), "TER": (0.142, 0.697), "BLEURT-20": (0.255, 0.868), "COMET": (0.258, 0.841),
    }),
)  # fmt: skip
EVERYWHERE = Study("6,530 pairs of systems in many languages (ToShip23)", "", "", MAZE, (PAIRS,), {
    "BLEU": (0.703,), "chrF": (0.719,), "spBLEU200": (0.716,), "BERTScore": (0.735,), "COMET20": (0.801,), "COMET22": (0.786,), "XCOMET": (0.814,),
    "CometKiwi-XL": (0.822,),
})  # fmt: skip

NAMES = {
    "bleu": ("BLEU",), "chrf": ("chrF",), "ter": ("TER",), "bertscore": ("BERTScore",), "comet": ("COMET22", "COMET"), "comet22": ("COMET22",),
    "wmt22cometda": ("COMET22",), "comet20": ("COMET20",), "xcomet": ("XCOMET",), "xcometxxl": ("XCOMET",), "metricx": ("MetricX-23",),
    "metricx23": ("MetricX-23",), "bleurt": ("BLEURT-20",), "bleurt20": ("BLEURT-20",), "cometkiwi": ("CometKiwi",), "cometkiwixl": ("CometKiwi-XL",),
    "yisi1": ("YiSi-1",), "spbleu": ("spBLEU200",),
}  # fmt: skip
"""From a run's metric, in small letters and figures alone, to its name in a study."""


class Figure(NamedTuple):
    """A published number of one metric."""

    metric: str
    """As the run has it."""
    published: str
    """As the study calls it."""
    study: Study
    statistic: str
    value: float


def published_figures(metrics: Mapping[str, str], pair: str) -> list[Figure]:
    """What was published of a run's metrics on a language pair, and over many pairs; nothing of metrics that no study has.

    Args:
        metrics: by name in the run, the name that is looked up, such as bleu, chrf or comet.
        pair: such as he-en.

    >>> [(one.published, one.study.on, one.value) for one in published_figures({"chrF2": "chrf"}, "he-en")][1:]
    [('chrF', 'WMT23 he-en', 0.46), ('chrF', 'WMT23 he-en', 0.776), ('chrF', '6,530 pairs of systems in many languages (ToShip23)', 0.719)]
    """
    found = []
    for study in (*(study for study in STUDIES if study.pair == pair), EVERYWHERE):
        for metric, name in metrics.items():
            key = re.sub(r"[^a-z0-9]", "", name.lower()) if name != "chrf++" else ""
            known = next((one for one in NAMES.get(key, ()) if one in study.values), None)
            if known is not None:
                found += [Figure(metric, known, study, *item) for item in zip(study.statistics, study.values[known], strict=True)]
    return found
