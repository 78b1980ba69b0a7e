"""The imbalance factor: the largest class over the smallest."""

from __future__ import annotations

from .figure import Figure

IMBALANCE_FACTOR = Figure(
    name="imbalance_factor",
    title="Imbalance factor",
    definition="Size of the largest class over size of the smallest class that has samples.",
    meaning="Read it beside the references: CIFAR-LT uses 10 to 100, LVIS has about 2,000.",
    style="factor",
    card=True,
    value=lambda c: float(c.present.max() / c.present.min()),
)
