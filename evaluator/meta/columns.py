"""The columns of `meta.csv` and `meta_pairs.csv`."""

from __future__ import annotations

from evaluator.frames import Column

META = (
    Column("level", "str", "system, segment, span or contrast."),
    Column("statistic", "str", "pearson, kendall_b, kendall_c, acc_eq, pairwise_accuracy, spa, auc, accuracy, precision, recall, f1 and so on."),
    Column("grouping", "str", "none, item or system: what a statistic is computed in before averaging; or the subset, such as without outliers."),
    Column("metric", "str", "The metric; rater for one rater against another, everything for spans that cover all."),
    Column("value", "float", "The statistic; empty where it is undefined, and details say why."),
    Column("ci_low", "float", "Lower end of the 95 % bootstrap interval over segments."),
    Column("ci_high", "float", "Upper end of it."),
    Column("rank", "int", "1 and one for each metric that agrees with people significantly better."),
    Column("cluster", "int", "Metrics in order of value; a new cluster begins where one of the current cluster is significantly better."),
    Column("n_systems", "int", "Systems judged."),
    Column("n_segments", "int", "Cells of system and segment that count."),
    Column("details", "str", "What else must be known to read the value."),
    Column("ci_low_systems", "float", "Lower end of the 95 % bootstrap interval over systems and segments, of statistics of systems."),
    Column("ci_high_systems", "float", "Upper end of it."),
)
META_PAIRS = (
    Column("level", "str", "system or segment."),
    Column("statistic", "str", "As in meta.csv."),
    Column("grouping", "str", "As in meta.csv."),
    Column("metric_a", "str", "The metric with the greater value."),
    Column("metric_b", "str", "The other."),
    Column("delta", "float", "Value of a less value of b."),
    Column("p_value", "float", "One-sided p that a agrees with people better than b."),
    Column("p_holm", "float", "p corrected by Holm for all pairs of the statistic and grouping."),
    Column("test", "str", "perm-both; pairs where outcomes of pairs were exchanged, ranks where ranks of segments were."),
    Column("n_draws", "int", "Exchanges counted; empty where p is exact by formula."),
    Column("exact", "bool", "Whether p counts every exchange instead of a sample."),
)
