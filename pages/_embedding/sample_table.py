"""Samples as rows: what they are, where they are, and what each method calls them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from harmony_core.analysis.embedding import EmbeddingFrame

from .stored_maps import StoredMaps

MOST_ROWS = 200
"""Chosen samples listed."""


def table_of_chosen(maps: StoredMaps, frame: EmbeddingFrame, rows: Sequence[int]) -> None:
    """The chosen samples as rows."""
    with st.expander("The chosen samples as a table"):
        if len(rows) > MOST_ROWS:
            st.caption(f"The first {MOST_ROWS} of {len(rows):,}.")
        st.dataframe(sample_columns(maps, frame, rows[:MOST_ROWS]), hide_index=True)


def table_of_all(maps: StoredMaps, frame: EmbeddingFrame) -> None:
    """Every sample in the maps as a row."""
    with st.expander("All samples as a table"):
        if not st.toggle("Show the table", key="emb-table"):
            return
        rows = range(len(maps.landmarks.targets))
        st.dataframe(sample_columns(maps, frame, rows), hide_index=True, height=360)


def sample_columns(
    maps: StoredMaps, frame: EmbeddingFrame, rows: Sequence[int]
) -> dict[str, list[object]]:
    """Columns by name, one entry a sample."""
    landmarks, inputs = maps.landmarks, maps.scene.landmark_inputs
    names = landmarks.names
    columns: dict[str, list[object]] = {
        "Sample": list(rows),
        "True class": [names[landmarks.targets[i]] for i in rows],
        "Class count": [int(landmarks.train_counts[landmarks.targets[i]]) for i in rows],
        "From": ["test" if landmarks.is_test[i] else "training" for i in rows],
    }
    if inputs is not None and inputs.shape[1:] == (2,):
        columns["x"] = [round(float(inputs[i, 0]), 3) for i in rows]
        columns["y"] = [round(float(inputs[i, 1]), 3) for i in rows]
    for panel in frame.panels:
        columns[f"{panel.label} says"] = [names[panel.predicted[i]] for i in rows]
        columns[f"{panel.label}, sure"] = [round(float(panel.confidence[i]), 3) for i in rows]
    return columns
