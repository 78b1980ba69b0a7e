"""Balanced accuracy over epochs of two experiments, on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import streamlit as st

from harmony_core.experiments.method_text import method_labels
from harmony_core.plots.compared_curves import ComparedCurve, compared_curves
from harmony_core.runs.record import ExperimentRecord
from harmony_core.runs.store import RunStore

from .._experiment.summaries import read_epochs
from .._shared.backend import store
from .._shared.theme import theme

MOST = 60
"""Epochs of an experiment that are read, evenly spaced, the last among them."""
Table = tuple[tuple[float, ...], ...]


def curves(records: Sequence[ExperimentRecord]) -> None:
    """One line for each method: solid for A, dashed for B."""
    drawn = [curve for i, record in enumerate(records) for curve in _curves(i, record)]
    if not drawn:
        st.caption("Neither has recorded an epoch yet.")
        return
    st.plotly_chart(
        compared_curves(drawn, "balanced accuracy (%)", theme()),
        theme=None,
        key="compare-curves",
        config={"displaylogo": False},
        alt="Balanced accuracy over epochs of the methods of both experiments.",
    )
    st.caption(
        "Solid lines are A, dashed ones B; the colour is the method’s place in its experiment. "
        "Of several repeats, the mean."
    )


def _curves(experiment: int, record: ExperimentRecord) -> list[ComparedCurve]:
    repeats = tuple(r for r, _ in read_epochs(record))
    if not repeats:
        return []
    epochs = store().epochs(record.id, repeats[0])
    at = np.linspace(0, len(epochs) - 1, min(len(epochs), MOST)).round().astype(int)
    shown = tuple(epochs[i] for i in at)
    values = np.array(_accuracies(store(), record.id, repeats, shown))
    return [
        ComparedCurve(experiment, m, label, np.array(shown), 100 * values[:, m])
        for m, label in enumerate(method_labels(record.config.methods))
    ]


@lru_cache(maxsize=64)
def _accuracies(
    runs: RunStore, run: str, repeats: tuple[int, ...], epochs: tuple[int, ...]
) -> Table:
    """(e, m) mean over the repeats."""
    rows = [
        np.mean(
            [[frame.balanced_accuracy for frame in runs.frames(run, r, epoch)] for r in repeats],
            axis=0,
        )
        for epoch in epochs
    ]
    return tuple(tuple(map(float, row)) for row in rows)
