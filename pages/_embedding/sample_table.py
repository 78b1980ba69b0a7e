"""Samples as rows: what they are, where they lie, and what every method says of them."""

from __future__ import annotations

from collections.abc import Sequence

from harmony_core.analysis.embedding import Landmarks, Panel
from harmony_core.frames import Scene


def dot_columns(
    panels: Sequence[Panel], landmarks: Landmarks, scene: Scene, rows: Sequence[int]
) -> dict[str, list[object]]:
    """Columns by name, one entry a sample."""
    names = landmarks.names
    columns: dict[str, list[object]] = {
        "Sample": list(rows),
        "True class": [names[landmarks.targets[i]] for i in rows],
        "Class count": [int(landmarks.train_counts[landmarks.targets[i]]) for i in rows],
        "From": ["test" if landmarks.is_test[i] else "training" for i in rows],
    }
    inputs = scene.landmark_inputs
    if inputs is not None and inputs.shape[1:] == (2,):
        columns["x"] = [round(float(inputs[i, 0]), 3) for i in rows]
        columns["y"] = [round(float(inputs[i, 1]), 3) for i in rows]
    for panel in panels:
        columns[f"{panel.label} says"] = [names[panel.predicted[i]] for i in rows]
        columns[f"{panel.label}, sure"] = [round(float(panel.confidence[i]), 3) for i in rows]
    return columns
