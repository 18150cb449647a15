"""What was tuned and learned; made by `benchmarks/alignment/learn_weights.py`, not by hand.

Fitted on 120 articles with gold alignment and on 360 more generated in the same way, both from WMT (German,
Russian, Czech and Chinese into English). The parameters come from a random search on 60 of the former
and 144 of the latter, the weights from logistic regressions (scikit-learn, C = 1). `ACROSS` is fitted with the vectors of
e5-small-q4 on 90 articles whose reference is the source in another language (German, Russian, Czech and Chinese into English,
English into German), its parameters chosen among nine sets.
"""

from __future__ import annotations

from evaluator.alignment.spans import Parameters
from evaluator.alignment.weights import Logistic, RepairWeights, Settings

WITH_MODEL = Settings(
    parameters=Parameters(
        model_share=0.45,
        threshold=0.155,
        second_threshold=0.32,
        length_weight=0.115,
    ),
    weights=RepairWeights(
        place=Logistic(
            -9.245,
            (2.347, 2.956, 2.56, 11.443, 0.585, -2.293, 1.149, -0.77, 0.006, 4.901, 2.416, 1.239, 3.185, 2.921, 1.002, -1.904, 3.523, -0.331),
        ),
        pair=Logistic(
            4.796,
            (13.132, 7.922, -2.248, 10.656, -8.39, 1.432, -2.124),
        ),
        merger=Logistic(
            -15.272,
            (0.578, 25.742, -1.299, -0.307, 13.906, -3.402, -6.958, 5.427, 1.943, 5.717, -8.936, 1.48),
        ),
        membership=Logistic(
            0.499,
            (0.708, 0.914, 0.044, 12.145, 10.625, -4.155, 0.299, 0.134, -0.126, -1.159, 7.471, 1.933, 0.0, 3.958, -16.557, -4.47, 2.761, 0.539),
        ),
    ),
    right_pair=Logistic(
        5.083,
        (0.022, -0.795, -2.638, 5.003, -2.214, -0.684, -0.574, -11.695),
    ),
    right_single=Logistic(
        -0.5,
        (-0.728, -1.565, 0.184),
    ),
)

LEXICAL = Settings(
    parameters=Parameters(
        threshold=0.087,
        second_threshold=0.19,
        merge_penalty=0.35,
        evidence=0.88,
        evidence_level=0.68,
        length_weight=0.135,
    ),
    weights=RepairWeights(
        place=Logistic(
            -8.655,
            (14.492, 1.837, 0.619, 1.35, -0.848, -0.066, 2.717, 3.16, 0.924, 3.694, 4.955, 1.841, -2.027, 3.358, -0.489),
        ),
        pair=Logistic(
            9.047,
            (20.703, -3.709, 20.928, -6.882, 1.392, -2.545),
        ),
        merger=Logistic(
            -16.957,
            (13.873, 24.921, -13.692, 6.758, 2.106, 6.588, -10.181, 1.737),
        ),
        membership=Logistic(
            0.801,
            (11.032, 12.226, -3.786, 0.515, -0.156, -0.341, -0.008, 8.189, 2.137, 0.0, 2.405, -18.453, -1.791, 3.354, 0.354),
        ),
    ),
    right_pair=Logistic(
        4.754,
        (0.252, -2.985, 3.809, -1.194, -0.786, -0.247, -12.128),
    ),
    right_single=Logistic(
        -1.005,
        (-0.647, -1.671, 0.384),
    ),
)

ACROSS = Settings(
    parameters=Parameters(
        model_share=1.0,
        second_threshold=0.35,
        merge_penalty=0.2,
        evidence=0.0,
    ),
    weights=RepairWeights(
        place=Logistic(
            -11.886,
            (-1.227, 7.033, 3.39, 2.187, -3.575, 10.452, 1.806, -0.585, 1.065, -2.701, 4.644, 0.326, 3.311, -0.384, -0.318, -0.508, 1.125, 0.671),
        ),
        pair=Logistic(
            -2.34,
            (11.973, -0.828, 0.733, 16.622, -4.13, -0.861, 0.177),
        ),
        merger=Logistic(
            -12.897,
            (6.235, 22.154, -1.342, 1.847, 6.993, 37.072, -3.992, 6.001, 3.184, 6.39, -6.485, 0.881),
        ),
        membership=Logistic(
            -3.994,
            (2.098, 13.613, 0.589, 13.398, -2.591, 1.966, 1.633, -0.405, 0.929, -3.408, 20.489, 1.311, 0.0, 5.906, -4.029, -1.377, 0.009, 0.107),
        ),
    ),
    right_pair=Logistic(
        4.669,
        (0.833, -1.749, -3.521, 5.058, 2.652, -1.327, -0.678, -10.453),
    ),
    right_single=Logistic(
        -1.494,
        (-0.689, 2.248, 0.221),
    ),
)
"""For a model's vectors of texts in two languages, as `features.across_languages` makes them."""
