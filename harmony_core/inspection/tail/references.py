"""Reference data sets of the field, to compare figures with.

Where the class sizes are known (computed from the rule, or counted from the public file lists) all
figures are computed; elsewhere only what the source states is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ...arrays import Array
from ...data.long_tail import long_tail_counts
from . import reference_counts
from .statistics import analyse_tail

COMPARED = (
    "classes_present", "samples", "largest_class", "smallest_class", "imbalance_factor",
    "gini", "normalised_entropy", "top_10_percent_share", "rare_half_share",
)  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """A reference data set; figures by the names of `figures.FIGURES`."""

    name: str
    source: str
    basis: str
    """Where the figures come from."""
    figures: dict[str, float]
    counts: Array | None = None
    """(c,) training sizes, largest first, where known."""


@cache
def references() -> tuple[Reference, ...]:
    """All of them, from the mildest to the longest tail within a family."""
    cao = "Cao et al. 2019, arXiv 1906.07413"
    found = [
        _counted(
            f"CIFAR-{classes}-LT, factor {factor}",
            cao,
            "computed from the rule int(N · F^(−c/(C−1)))",
            long_tail_counts(50_000 // classes, classes, factor, "exponential"),
        )
        for classes in (10, 100)
        for factor in (10, 50, 100)
    ]
    liu = "Liu et al. 2019, arXiv 1904.05160"
    found += [
        _stated("ImageNet-LT", liu, 1000, 115_846, 1280, 5),
        _counted(
            "Places-LT", liu, "counted from the public list of files",
            _unpack(reference_counts.PLACES_LT),
        ),
        _stated("iNaturalist 2018", "Van Horn et al. 2018, arXiv 1707.06642; 2018 challenge",
                8142, 437_513, 1000, 2),
        _counted(
            "LVIS v1", "Gupta et al. 2019, arXiv 1908.03195",
            "images a category, counted from the public annotations",
            _unpack(reference_counts.LVIS_V1),
        ),
    ]  # fmt: skip
    return tuple(found)


def nearest(imbalance_factor: float) -> Reference:
    """The reference whose imbalance factor is closest on a logarithmic scale.

    >>> nearest(10).name
    'CIFAR-10-LT, factor 10'
    """
    wanted = np.log(max(imbalance_factor, 1.0))
    return min(
        references(), key=lambda r: abs(float(np.log(r.figures["imbalance_factor"])) - wanted)
    )


def _counted(name: str, source: str, basis: str, counts: Array) -> Reference:
    figures = analyse_tail(counts).figures
    ranked = np.sort(counts)[::-1]
    return Reference(name, source, basis, {key: figures[key] for key in COMPARED}, ranked)


def _stated(
    name: str, source: str, classes: int, samples: int, largest: int, smallest: int
) -> Reference:
    figures = {
        "classes_present": float(classes),
        "samples": float(samples),
        "largest_class": float(largest),
        "smallest_class": float(smallest),
        "imbalance_factor": largest / smallest,
    }
    return Reference(name, source, "as stated by the source", figures)


def _unpack(text: str) -> Array:
    """Sizes written as ``size`` or ``size`x`classes`` separated by spaces."""
    sizes: list[int] = []
    for part in text.split():
        size, _, times = part.partition("x")
        sizes += [int(size)] * int(times or 1)
    return np.array(sizes, dtype=np.int64)
