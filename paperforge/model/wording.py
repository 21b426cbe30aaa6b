"""A name within a sentence: the label of a metric as a sentence prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paperforge.spec import Metric

PROPER = frozenset({
    "Bleu", "Brier", "Cider", "Cohen", "Dice", "Elo", "Fisher", "Fleiss", "Frobenius", "Fréchet",
    "Gini", "Hausdorff", "Jaccard", "Kendall", "Krippendorff", "Lipschitz", "Matthews", "Meteor",
    "Pearson", "Rouge", "Shannon", "Spearman", "Wasserstein", "Youden",
})  # fmt: skip
"""First words that are people's names or names of metrics, and keep their capital anywhere."""


def spoken(metric: Metric) -> str:
    """The label inside a sentence: "Accuracy" -> "accuracy"; "F1", "Brier score" as they are.

    A label that is the author's own, or the store's, is printed as it is written.
    """
    return metric.label if metric.own else lower(metric.label)


def lower(label: str) -> str:
    """A label of paperforge's own words inside a sentence."""
    word = label.split(" ", 1)[0]
    if not word[1:].islower() or word.partition("-")[0].removesuffix("'s") in PROPER:
        return label
    return label[0].lower() + label[1:]
