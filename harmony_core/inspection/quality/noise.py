"""Whether rare means noisy, in the words of the suspect labels.

Axes: c classes.
"""

from __future__ import annotations

from ..tail.statistics import Tail
from .finding import Quality

FEWEST, FOUND = 20, 5
"""Judged labels of head and tail, and suspects of the tail, from which the two are compared."""
TIMES = 2.0
"""How many times the share of the head that of the tail has to be."""
SURE = 0.8
"""Share of all labels the predictions have to agree with; on harder data rare samples are suspect
already because they are hard."""


def noise(quality: Quality, tail: Tail) -> list[str]:
    """One sentence if rare means noisy; none if not, or if that cannot be said."""
    groups = tail.groups.of_class
    finding = quality.findings.get("suspects")
    if finding is None:
        return []
    rare, frequent = groups == 2, groups == 0
    if finding.checked[rare].sum() < FEWEST or finding.checked[frequent].sum() < FEWEST:
        return []
    in_tail, in_head = quality.share("suspects", rare), quality.share("suspects", frequent)
    if in_tail <= TIMES * in_head or finding.counts[rare].sum() < FOUND:
        return []
    shares = f"{in_tail:.1%} of the {finding.checked[rare].sum():,} judged labels in the tail are "
    shares += f"suspect, {in_head:.1%} of {finding.checked[frequent].sum():,} in the head"
    if quality.agreement < SURE:
        return [
            f"Rare looks noisier here, but may only be harder: {shares}, by predictions that agree "
            f"with {quality.agreement:.0%} of all labels. Look at some before you believe it."
        ]
    return [
        f"Rare means noisy here: {shares}. Weights on the tail also apply to these; check them "
        "first."
    ]
