"""The entropy of the class shares, in nats, normalised, and as a number of classes."""

from __future__ import annotations

import numpy as np

from ..class_counts import ClassCounts
from .figure import Figure


def normalised(c: ClassCounts) -> float:
    """Entropy over log c; 1 for one class."""
    classes = len(c.present)
    return c.entropy / float(np.log(classes)) if classes > 1 else 1.0


ENTROPY = Figure(
    name="entropy",
    title="Entropy",
    definition="−Σ π log π of the class shares π, in nats.",
    meaning="The cross-entropy of a network that knows the class shares and nothing else.",
    value=lambda c: c.entropy,
)

NORMALISED_ENTROPY = Figure(
    name="normalised_entropy",
    title="Normalised entropy",
    definition="Entropy over the logarithm of the number of classes: 1 if all classes have the "
    "same size.",
    meaning="Well below 1, a network can lower its loss a lot by ignoring rare classes.",
    style="share",
    card=True,
    value=normalised,
)

EFFECTIVE_CLASSES = Figure(
    name="effective_classes",
    title="Effective classes",
    definition="exp(entropy): how many classes of equal size would be as uncertain.",
    meaning="If much smaller than the number of classes, accuracy is decided by few of them.",
    reference="Hill 1973",
    card=True,
    value=lambda c: float(np.exp(c.entropy)),
)
