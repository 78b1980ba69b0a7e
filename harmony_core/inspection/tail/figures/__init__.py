"""All figures of the tail, in the order in which they are shown.

A figure is one `Figure` in a file of this folder and one entry here; the page, the report, the
JSON, the terminal and the tests take it from here.
"""

from __future__ import annotations

from . import effective_number, entropy, fitted, prior_shift, several_labels, shares, sizes
from .figure import SEVERAL, SHIFT, TAIL, Figure
from .gini import GINI
from .imbalance_factor import IMBALANCE_FACTOR

__all__ = ["FIGURES", "Figure", "SEVERAL", "SHIFT", "TAIL"]

FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        sizes.SAMPLES,
        sizes.CLASSES_PRESENT,
        sizes.LARGEST_CLASS,
        sizes.SMALLEST_CLASS,
        sizes.MEDIAN_CLASS,
        IMBALANCE_FACTOR,
        GINI,
        entropy.ENTROPY,
        entropy.NORMALISED_ENTROPY,
        entropy.EFFECTIVE_CLASSES,
        effective_number.EFFECTIVE_SAMPLES,
        effective_number.EFFECTIVE_IMBALANCE,
        shares.HEAD_SHARE,
        shares.TAIL_SHARE,
        shares.TOP_1_SHARE,
        shares.TOP_10_PERCENT_SHARE,
        shares.RARE_HALF_SHARE,
        shares.CLASSES_FOR_HALF,
        sizes.BELOW_10,
        fitted.POWER_LAW_EXPONENT,
        fitted.POWER_LAW_R2,
        fitted.EXPONENTIAL_RATE,
        fitted.EXPONENTIAL_R2,
        prior_shift.PRIOR_SHIFT,
        prior_shift.PRIOR_SHIFT_KL,
        prior_shift.TEST_IMBALANCE_FACTOR,
        several_labels.LABELS_PER_SAMPLE,
        several_labels.MEAN_IMBALANCE_RATIO,
        several_labels.LABEL_SETS,
    )
}
