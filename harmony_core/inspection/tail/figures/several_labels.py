"""Figures of data whose samples have several labels."""

from __future__ import annotations

from ..class_counts import ClassCounts
from .figure import SEVERAL, Figure


def _labels_per_sample(c: ClassCounts) -> float:
    return c.multi.labels / max(c.labelled_rows, 1)


LABELS_PER_SAMPLE = Figure(
    name="labels_per_sample",
    title="Labels per sample",
    definition="Mean number of labels of a sample (cardinality).",
    meaning="Above 1, classes compete for the same samples and cannot be balanced one by one.",
    reference="Charte et al. 2015",
    section=SEVERAL,
    value=_labels_per_sample,
)

MEAN_IMBALANCE_RATIO = Figure(
    name="mean_imbalance_ratio",
    title="Mean imbalance ratio",
    definition="Mean over labels of the most frequent label's count over the label's own (MeanIR).",
    meaning="Above 1.5 the source calls a multi-label set imbalanced.",
    style="factor",
    reference="Charte et al. 2015",
    section=SEVERAL,
    value=lambda c: float((c.present.max() / c.present).mean()),
)

LABEL_SETS = Figure(
    name="label_sets",
    title="Label combinations",
    definition="Different combinations of labels that occur.",
    meaning="Close to the number of samples: many combinations are seen once.",
    style="count",
    section=SEVERAL,
    value=lambda c: float(c.multi.sets),
)
