"""The effective number of samples: what overlapping samples come to."""

from __future__ import annotations

from .figure import Figure

EFFECTIVE_SAMPLES = Figure(
    name="effective_samples",
    title="Effective samples",
    definition=(
        "Σ (1 − β^N)/(1 − β): samples that are left if each new one overlaps with earlier ones."
    ),
    meaning="The base of class-balanced weights: a head class is worth less than its count says.",
    style="count",
    reference="Cui et al. 2019, arXiv 1901.05555",
    card=True,
    value=lambda c: float(c.effective.sum()),
)

EFFECTIVE_IMBALANCE = Figure(
    name="effective_imbalance",
    title="Effective imbalance",
    definition="Largest over smallest effective number of samples of a class, at the same β.",
    meaning="The range that class-balanced weights span; they are milder than inverse frequency.",
    style="factor",
    reference="Cui et al. 2019, arXiv 1901.05555",
    value=lambda c: float(c.effective.max() / c.effective[c.counts > 0].min()),
)
