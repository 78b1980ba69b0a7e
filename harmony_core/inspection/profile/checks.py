"""The checks of the profile: what each looks for, and the module that does it.

A check is a function ``look(rows, clock)`` from `profiled_rows.ProfiledRows` and the time it has
(`clock.Clock`) to a `finding.ProfileFinding`, or ``None`` where the question does not arise.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..measure import Measure

_HERE = "harmony_core.inspection.profile"


@dataclass(frozen=True)
class ProfileCheck:
    """A check by its description and its function, ``module:name``, imported when it is used."""

    measure: Measure
    look: str


_CHECKS = (
    ProfileCheck(
        Measure(
            "target_leakage",
            "A column that gives the label away",
            "Balanced accuracy of a shallow tree on one column alone, on samples it has not seen; "
            "a column is named if it tells nearly all classes apart and the others together do "
            "not.",
            "Such a value is often written after the label, or a number given class by class. A "
            "model that reads it is useless on new data, and every comparison of methods is too.",
            "share",
            "Kaufman et al. 2012, Leakage in Data Mining, doi 10.1145/2382577.2382579",
        ),
        f"{_HERE}.target_leakage:look",
    ),
    ProfileCheck(
        Measure(
            "ordinal_label",
            "A label with an order",
            "Mean distance between the true and the predicted class where a forest errs, out of "
            "fold, against random orders of the classes; asked where names are numbers, ranges or "
            "grades.",
            "If a miss by one is a near hit, regression or an ordinal loss uses what "
            "classification throws away, and rare classes borrow from their neighbours.",
            "number",
            "Frank & Hall 2001, A Simple Approach to Ordinal Classification, "
            "doi 10.1007/3-540-44795-4_13",
        ),
        f"{_HERE}.ordinal_label:look",
    ),
    ProfileCheck(
        Measure(
            "split_drift",
            "Drift between the given splits",
            "AUC (area under the ROC curve) of a forest that tells training from test samples, out "
            "of fold, with the shares of the classes levelled; 0.5 means that it cannot.",
            "Where samples of one class differ between splits, accuracy on the test split "
            "measures that difference, too, and most in classes of few samples.",
            "number",
            "Lopez-Paz & Oquab 2017, Revisiting Classifier Two-Sample Tests, arXiv 1610.06545",
        ),
        f"{_HERE}.split_drift:look",
    ),
    ProfileCheck(
        Measure(
            "tail_columns",
            "Columns that tell the tail apart",
            "Area under the ROC curve (AUC) of one column alone, and of a forest on all, for tail "
            "against rest, on samples it has not seen; 0.5 means no better than chance.",
            "If no column tells the tail apart, no loss will: it takes other features or more "
            "samples. If one does, that is where the tail is decided.",
            "number",
            "Hanley & McNeil 1982, doi 10.1148/radiology.143.1.7063747 (interval)",
        ),
        f"{_HERE}.tail_columns:look",
    ),
)
PROFILE_CHECKS: dict[str, ProfileCheck] = {check.measure.name: check for check in _CHECKS}
