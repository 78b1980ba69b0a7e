"""The spread over repeats, as bands around the curves of the view."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from harmony_core.analysis.seeds import Curves
from harmony_core.errors import RunError
from harmony_core.runs.record import ExperimentRecord
from harmony_core.runs.store import RunStore
from harmony_core.viewer import view_bands

from .._shared.backend import store


def bands(record: ExperimentRecord, labels: tuple[str, ...]) -> dict[str, Any] | None:
    """Mean, low and high of each metric over the repeats so far; None for fewer than two.

    Of two it is their range, of more the 95 % interval of the mean.
    """
    if record.config.seeds.repeats < 2:
        return None
    at = (record.state, record.repeat, record.epoch)
    return _bands(store(), record.id, labels, record.config.seeds.repeats, at)


@lru_cache(maxsize=8)
def _bands(
    runs: RunStore, run: str, labels: tuple[str, ...], repeats: int, at: tuple[str, int, int]
) -> dict[str, Any] | None:
    """``at`` is how far the run was, part of the cache's key only."""
    del at
    curves = Curves(labels)
    for repeat in range(repeats):
        for epoch in runs.epochs(run, repeat):
            try:
                scene = runs.scene(run, repeat)
                frames = runs.frames(run, repeat, epoch)
            except RunError:
                continue
            for frame in frames:
                curves.add(scene, frame)
    if len(curves.repeats) < 2:
        return None
    # An interval of the mean from two numbers would be wider than any plot.
    return view_bands(curves, whole_range=len(curves.repeats) == 2)
