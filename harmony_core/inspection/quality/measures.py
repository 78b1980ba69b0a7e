"""What each quality check looks for, and what it means for training."""

from __future__ import annotations

from ..measure import Measure

_CHECKS = (
    Measure(
        "exact_duplicates",
        "Exact duplicates",
        "Samples that repeat an earlier one in every feature and in the label.",
        "They count a sample twice and make a random split leak.",
        "count",
    ),
    Measure(
        "near_duplicates",
        "Near duplicates",
        "Samples nearly equal to another of their split (images: grey values correlate at 0.96).",
        "The class holds less information than its count says.",
        "count",
    ),
    Measure(
        "leaks",
        "Leaks into the test split",
        "Test samples that are equal or nearly equal to a training sample.",
        "They inflate test accuracy; remove them from one side.",
        "count",
    ),
    Measure(
        "conflicts",
        "Conflicting duplicates",
        "Samples with the same features as another one but another label.",
        "At most one of the labels is right; weights on a rare class also apply to its wrong "
        "labels.",
        "count",
    ),
    Measure(
        "suspects",
        "Suspect labels",
        "Samples of which predictions made without them hold another class to be at least five "
        "times as likely (confident learning).",
        "In a rare class, a few wrong labels are a large share: weights on the tail then learn "
        "noise.",
        "count",
        "Northcutt et al. 2021, arXiv 1911.00068",
    ),
    Measure(
        "missing_values",
        "Missing values",
        "Cells without a value, or with NaN, in feature columns.",
        "If rare classes miss more values, the network learns to read the gap instead of the "
        "feature.",
        "count",
    ),
    Measure(
        "unreadable",
        "Unreadable",
        "Files that cannot be decoded.",
        "They are skipped; a rare class may lose a large share.",
        "count",
    ),
    Measure(
        "odd",
        "Odd images",
        "Images that are blank, nearly black or white, or of a size few others come near.",
        "Often damaged or from another source; in a rare class they teach the wrong thing.",
        "count",
    ),
)
CHECKS: dict[str, Measure] = {check.name: check for check in _CHECKS}
