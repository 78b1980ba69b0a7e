"""Numbers over several seeds, as the view in the browser draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..analysis.seeds import Band, Curves
from .payload import number

NOTE = "Bands: 95 % interval of the mean over {repeats} seeds. Lines: the seed on screen."
NOTE_RANGE = "Bands: lowest to highest of {repeats} seeds. Lines: the seed on screen."


def view_bands(curves: Curves, *, whole_range: bool = False) -> dict[str, Any]:
    """What `build_payload` takes as ``bands``: the interval of the mean, or lowest to highest.

    ``{metric: [[mean, low, high] for each method]}`` with one value for each of ``epochs``, and
    ``repeats`` and ``note``. Metrics are named as in `analysis.seeds.METRICS`.
    """
    metrics = {name: curves.bands(name) for name in curves.metrics}
    repeats = len(curves.repeats)
    epochs = sorted({int(e) for bands in metrics.values() for band in bands for e in band.epochs})
    note = (NOTE_RANGE if whole_range else NOTE).format(repeats=repeats)
    drawn = {
        name: [_aligned(band, epochs, whole_range) for band in bands]
        for name, bands in metrics.items()
    }
    return {**drawn, "epochs": epochs, "repeats": repeats, "note": note}


def _aligned(band: Band, epochs: Sequence[int], whole_range: bool) -> list[list[float | None]]:
    """Mean, low and high of a band at ``epochs``; null where one is not known."""
    ends = (band.lowest, band.highest) if whole_range else (band.low, band.high)
    places: Mapping[int, int] = {int(epoch): i for i, epoch in enumerate(band.epochs)}

    def value(array: np.ndarray[Any, Any], epoch: int) -> float | None:
        return number(float(array[places[epoch]])) if epoch in places else None

    return [[value(array, epoch) for epoch in epochs] for array in (band.mean, *ends)]
