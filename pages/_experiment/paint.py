"""Paint mode: points set by hand become the data set ``painted``, and every method learns them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.data import DATASETS
from harmony_core.data.painted import (
    ALPHABET,
    MOST_CLASSES,
    PAINTED,
    SIDE,
    decode_points,
    encode_points,
    example,
)
from harmony_core.frames import Scene
from harmony_core.viewer import blank_payload

from .._session import draft
from .._session.lockstep_view import PAINT_LIMIT, Point, ViewState, lockstep_view, unsent_points
from .._session.start import start
from .._session.visitor import access
from .._shared.messages import messages

SPARE = 2
"""Classes that can be painted besides the existing ones."""
_TAKEN = "painted points taken along"
LETTERS = ALPHABET[:MOST_CLASSES]
EXTENT = (-1.5, 1.5, -1.5, 1.5)


def can_paint(config: ExperimentConfig) -> bool:
    """Whether the samples are points in a plane, which can be painted."""
    spec = DATASETS.get(config.data.name)
    return spec is not None and spec.kind == "points"


def painting(run: str) -> bool:
    """Whether the reader paints in ``run``."""
    return bool(st.session_state.get(f"paint-{run}")) and access().may("paint", run)


def switch(run: str) -> None:
    """The switch between looking and painting."""
    st.toggle(
        "Paint",
        key=f"paint-{run}",
        help="Set points by hand, or take some away, and train again at once.",
    )


def editor_options(config: ExperimentConfig, scene: Scene | None) -> dict[str, Any]:
    """The arguments that make `lockstep_view` offer the editor."""
    data = config.data
    chosen: dict[str, Any] = {"paint": True}
    names: Sequence[str] = scene.class_names if scene else ()
    if data.name == PAINTED.name and (data.profile == "as_is" or scene is None):
        points = painted_points(data)
        chosen["painted"] = points
        chosen["paint_limit"] = max(PAINT_LIMIT, len(points))
        names = LETTERS[: 1 + max((label for label, _, _ in points), default=0)]
    most = min(MOST_CLASSES, len(names) + SPARE)
    chosen["paint_classes"] = (*names, *LETTERS[len(names) : most])
    chosen["paint_extent"] = (
        scene.extent if scene is not None and scene.extent is not None else EXTENT
    )
    return chosen


def painted_points(data: DataConfig) -> list[Point]:
    """The points of a painted data set, or of the example if none are set."""
    text = str(data.params.get("points", ""))
    return decode_points(text) if text else example()


def editor(config: ExperimentConfig) -> None:
    """The editor before anything has been trained."""
    with messages():
        chosen = editor_options(config, None)
        payload = blank_payload("painting", chosen["paint_classes"], EXTENT)
        with st.container(key="painting-view"):
            view = lockstep_view(payload, view_key(""), live=False, panels=(), **chosen)
        retrain(config, view)


def retrain(config: ExperimentConfig, view: ViewState, run: str = "") -> None:
    """Train on the points, if the reader has just pressed the editor's button.

    ``run`` is the experiment painted in; `RunError` if it is not the visitor's.
    """
    if view.painted:
        if run:
            access().require("paint", run)
        painted = with_points(config, view.painted)
        draft.set_up(painted)
        start(painted)
        st.rerun()


def with_unsent_points(config: ExperimentConfig, run: str) -> ExperimentConfig | None:
    """``config`` on the points that the reader has painted and not trained yet; None without any.

    ``run`` is the one on the page, or ``""`` for the editor before any.
    """
    if run and not painting(run):
        return None
    points = unsent_points(view_key(run))
    if not points or points == st.session_state.get(_TAKEN):
        return None
    st.session_state[_TAKEN] = points
    return with_points(config, points)


def view_key(run: str) -> str:
    """The key of the view that is an editor."""
    return f"arena-{run}-paint" if run else "painting"


def with_points(config: ExperimentConfig, points: Sequence[Point]) -> ExperimentConfig:
    """``config`` on the painted points; classes without one close up, so do far coordinates."""
    used = {label: i for i, label in enumerate(sorted({label for label, _, _ in points}))}
    far = max(max(abs(x), abs(y)) for _, x, y in points)
    scale = min(1.0, (SIDE - 0.01) / far) if far else 1.0
    text = encode_points((used[label], x * scale, y * scale) for label, x, y in points)
    params = dict(config.data.params) if config.data.name == PAINTED.name else {}
    data = DataConfig(PAINTED.name, {**params, "points": text}, profile="as_is")
    return replace(config, data=data)
