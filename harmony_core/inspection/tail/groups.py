"""Head, medium and tail: which classes belong to which, and by which rule.

Axes: c classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...analysis.accuracy import SHOTS, THIRDS, shots, thirds
from ...arrays import Array
from ...errors import DataError

BOUNDS = (20, 100)
"""Fewer: tail; more: head (Liu et al. 2019, arXiv 1904.05160)."""
GROUPS = ("head", "medium", "tail")


@dataclass(frozen=True)
class Groups:
    """Which classes are head, medium and tail, and by which rule."""

    of_class: Array
    """(c,) 0 head, 1 medium, 2 tail; classes without training samples are tail."""
    rule: str
    """``bounds``: by the two bounds; ``thirds``: by rank; ``even``: all sizes are equal."""
    low: float
    high: float
    classes: tuple[int, int, int]
    shares: tuple[float, float, float]
    """Shares of the training samples."""

    @property
    def sentence(self) -> str:
        """How the groups were formed, in words."""
        if self.rule == "bounds":
            return (
                f"Head: more than {self.high:g} samples; tail: fewer than {self.low:g}; "
                "medium: between."
            )
        if self.rule == "thirds":
            return (
                "Head and tail: a third of the classes each, by rank, as bounds of "
                f"{BOUNDS[0]} and {BOUNDS[1]} samples would leave a group empty here."
            )
        return "All classes have the same size, so there is neither a head nor a tail."


def group_classes(counts: Array, bounds: tuple[float, float] | None = None) -> Groups:
    """Head, medium and tail by two bounds, or by thirds where the usual bounds leave a group empty.

    >>> import numpy as np
    >>> groups = group_classes(np.array([500, 60, 9]))
    >>> groups.of_class.tolist(), groups.rule
    ([0, 1, 2], 'bounds')
    """
    counts = np.asarray(counts)
    present = counts[counts > 0]
    rule, (low, high) = "bounds", bounds or BOUNDS
    if bounds is not None and not 0 < low <= high + 1:
        raise DataError(
            f"Expected bounds with 0 < low ≤ high + 1, but got {low:g} and {high:g}. "
            f"The usual ones are {BOUNDS[0]} and {BOUNDS[1]}."
        )
    of_class = shots(counts, many_above=high, few_below=low)  # type: ignore[arg-type]
    if bounds is None and len(np.unique(of_class)) < len(SHOTS):
        if present.max() == present.min():
            rule, of_class = "even", np.where(counts > 0, 1, 2)
        else:
            rule, of_class = "thirds", _thirds(counts)
        low, high = float("nan"), float("nan")
    sizes = [int((of_class == g).sum()) for g in range(len(THIRDS))]
    held = [float(counts[of_class == g].sum() / counts.sum()) for g in range(len(THIRDS))]
    return Groups(
        np.asarray(of_class, dtype=np.int64),
        rule,
        float(low),
        float(high),
        (sizes[0], sizes[1], sizes[2]),
        (held[0], held[1], held[2]),
    )


def _thirds(counts: Array) -> Array:
    """Thirds of the classes with samples, by rank; the others are tail."""
    groups = np.full(len(counts), 2, dtype=np.int64)
    present = np.flatnonzero(counts > 0)
    groups[present] = thirds(counts[present])
    return groups
