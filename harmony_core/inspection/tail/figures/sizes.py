"""How many samples and classes there are."""

from __future__ import annotations

import numpy as np

from .figure import Figure

SAMPLES = Figure(
    name="samples",
    title="Samples",
    definition="Labelled samples of the training split (labels, where a sample may have several).",
    meaning="More data helps every method; what matters for the tail is how it is shared out.",
    style="count",
    value=lambda c: c.total,
)

CLASSES_PRESENT = Figure(
    name="classes_present",
    title="Classes",
    definition="Classes with at least one training sample.",
    meaning="Chance level is one over this number; with many classes most errors happen in the "
    "tail.",
    style="count",
    value=lambda c: float(len(c.present)),
)

LARGEST_CLASS = Figure(
    name="largest_class",
    title="Largest class",
    definition="Training samples of the most frequent class.",
    meaning="A network that always answers this class already gets its share of the samples right.",
    style="count",
    value=lambda c: float(c.present.max()),
)

SMALLEST_CLASS = Figure(
    name="smallest_class",
    title="Smallest class",
    definition="Training samples of the rarest class that has any.",
    meaning="Below about ten samples no loss can replace collecting more.",
    style="count",
    value=lambda c: float(c.present.min()),
)

MEDIAN_CLASS = Figure(
    name="median_class",
    title="Median class",
    definition="Training samples of the class in the middle of the ranking.",
    meaning="Far below the mean class size: most classes live in the tail.",
    style="count",
    value=lambda c: float(np.median(c.present)),
)

BELOW_10 = Figure(
    name="below_10",
    title="Classes with fewer than 10",
    definition="Classes with 1 to 9 training samples.",
    meaning="Too few to learn from or to measure accuracy on: collect more, or merge them.",
    style="count",
    card=True,
    value=lambda c: float((c.present < 10).sum()),
)
