"""The lockstep view: every panel of one experiment, driven by one epoch scrubber in the browser.

A Streamlit components-v2 component around the script that `harmony_core.viewer.bundle` gives.

A payload holds only the epochs after the last one that this browser session was given. A view that
finds a gap (a fresh mount, a dropped tick) asks for what it lacks: its trigger ``need`` says after
which epoch that begins, and the script runs again.

    since = sent_until("density", run_id)
    payload = build_payload(
        run_id, scene, labels, frames, epochs, state, since=since, parts=parts_of(DENSITY)
    )
    view = lockstep_view(payload, key="density", live=state == "running", panels=DENSITY)

`harmony_core.viewer.panels` has the panels of the three pages; any other selection of their names
works too. With ``paint=True`` the plane becomes an editor of points; what the reader painted
comes back once, in `ViewState.painted`, when they press the button that retrains.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from harmony_core.viewer.bundle import bundle, stylesheet
from harmony_core.viewer.panels import ARENA, parts_of
from harmony_core.viewer.payload import Payload

from .._shared.component import Sources, component, nothing

Point = tuple[int, float, float]
"""Class and coordinates of a painted point."""
PAINT_LIMIT = 400
SENT = "frames sent"
"""Session key of the run and last epoch that each view was sent."""
_PANELS = "panels sent"
"""Session key of the panels of each view that changes them."""
HTML = '<div class="hv"></div>\n'


@dataclass(frozen=True)
class ViewState:
    """What the reader did in the view: the epoch and the sample that they chose."""

    selected: int | None = None
    """Position among the scene's tracked samples."""
    epoch: int | None = None
    """The epoch on screen when the playhead was last released."""
    painted: tuple[Point, ...] | None = None
    """All points of the editor, only in the run of the script that follows its button."""


def unsent_points(key: str) -> tuple[Point, ...] | None:
    """The points of the editor ``key``, if they differ from those trained."""
    state = st.session_state.get(key)
    return _points(state.get("draft")) if isinstance(state, Mapping) else None


def change_panels(key: str, panels: Sequence[str]) -> None:
    """Make view ``key`` begin anew if it has shown other panels than these so far."""
    known: dict[str, tuple[str, ...]] = st.session_state.setdefault(_PANELS, {})
    if known.get(key) != tuple(panels):
        known[key] = tuple(panels)
        forget_sent(key)


def sent_until(key: str, run_id: str) -> int:
    """The last epoch of ``run_id`` that the view ``key`` was sent; -1 for none yet."""
    run, epoch = _sent().get(key, ("", -1))
    return epoch if run == run_id else -1


def forget_sent(key: str) -> None:
    """Make the next payload of view ``key`` begin at the beginning."""
    _sent().pop(key, None)


def forget_all_sent() -> None:
    """Make the next payload of every view begin at the beginning."""
    st.session_state.pop(SENT, None)


def resend_after(key: str, run_id: str, epoch: int) -> None:
    """Make the next payload of view ``key`` begin after ``epoch``, as later ones may be lost.

    A view ignores what it already has.
    """
    if epoch < 0:
        forget_sent(key)
    elif sent_until(key, run_id) > epoch:
        _sent()[key] = (run_id, epoch)


def lockstep_view(
    payload: Payload,
    key: str,
    *,
    live: bool,
    height: int | None = None,
    autoplay: bool = False,
    compact: bool = False,
    epoch: int | None = None,
    selected: int | None = None,
    jump: int = 0,
    veil: str = "",
    on_train: Callable[[], None] | None = None,
    panels: Sequence[str] = ARENA,
    paint: bool = False,
    painted: Sequence[Point] | None = None,
    paint_limit: int = PAINT_LIMIT,
    paint_classes: Sequence[str] | None = None,
    paint_extent: Sequence[float] | None = None,
    line: Sequence[Sequence[float]] | None = None,
) -> ViewState:
    """Draw ``payload`` under ``key``; ``live`` shows that more will come and offers to follow.

    ``height`` in pixels makes the view scroll inside a box (default: as tall as it needs).
    ``autoplay`` starts playing and loops unless the reader asked for reduced motion. ``compact``
    leaves the pictures and what moves them, without explanations, tables and files. A new view
    begins at ``epoch`` and ``selected``; a view goes there when ``jump`` changes. ``veil`` dims the
    picture and is written over it, with a button Train if there is ``on_train``. ``panels`` are
    drawn from top to bottom; the payload has to hold their parts. ``paint`` adds the editor,
    which begins with ``painted`` (default: the tracked samples of the payload) and takes at most
    ``paint_limit`` points of ``paint_classes`` in ``paint_extent`` (default: those of the payload).
    ``line`` is drawn over the planes: corners (x, y) from left to right, in the data's coordinates.
    The state changes when the reader releases the playhead, selects a sample or retrains, but not
    during scrubbing.
    """
    parts_of(panels)
    options: dict[str, Any] = {"live": live, "autoplay": autoplay, "panels": list(panels)}
    options |= {"epoch": epoch, "selected": selected, "jump": jump}
    options |= {"veil": veil, "trains": on_train is not None}
    if compact:
        options["compact"] = True
    if paint:
        points = None if painted is None else [list(point) for point in painted]
        options["paint"] = {
            "points": points,
            "limit": paint_limit,
            "classes": None if paint_classes is None else list(paint_classes),
            "extent": None if paint_extent is None else [float(v) for v in paint_extent],
        }
    if line is not None:
        options["line"] = [[float(v) for v in corner] for corner in line]
    payload = Payload({**payload.meta, "options": options}, payload.blob)
    result = component("harmony_lockstep_view", _sources)(
        data=payload.wire(),
        key=key,
        height=height if height is not None else "content",
        on_need_change=lambda: resend_needed(key),
        on_selected_change=nothing,
        on_epoch_change=nothing,
        on_painted_change=lambda: _keep_painted(key),
        on_draft_change=nothing,
        on_train_change=on_train or nothing,
    )
    run = str(payload.meta["run"])
    _sent()[key] = (run, payload.last_epoch)
    painted_now = st.session_state.pop(_painted(key), None)
    selected, epoch = (_of_run(result.get(name), run) for name in ("selected", "epoch"))
    return ViewState(selected, epoch, painted_now)


def _of_run(state: object, run: str) -> int | None:
    """The number that a view reported, if it is about ``run``; it may have shown another before."""
    if not isinstance(state, Mapping) or state.get("run") != run:
        return None
    return _whole(state.get("value"))


def resend_needed(key: str) -> None:
    """Make the next payload hold what the view ``key`` says it lacks."""
    state = st.session_state.get(key)
    need = state.get("need") if isinstance(state, Mapping) else None
    run, since = (need.get("run"), need.get("since")) if isinstance(need, Mapping) else ("", None)
    known = _whole(since)
    resend_after(key, str(run), -1 if known is None else known)


def _keep_painted(key: str) -> None:
    """Keep the painted points until a run of the script uses them.

    A trigger's value is lost with its run, which the next event may interrupt.
    """
    state = st.session_state.get(key)
    points = _points(state.get("painted")) if isinstance(state, Mapping) else None
    if points:
        st.session_state[_painted(key)] = points


def _painted(key: str) -> str:
    return f"_lockstep_painted.{key}"


def _sources() -> Sources:
    return {"html": HTML, "css": stylesheet(), "js": bundle()}


def _sent() -> dict[str, tuple[str, int]]:
    sent: dict[str, tuple[str, int]] = st.session_state.setdefault(SENT, {})
    return sent


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _points(value: object) -> tuple[Point, ...] | None:
    """What the editor sent; anything but a class and two finite coordinates is dropped."""
    if not isinstance(value, list | tuple):
        return None
    points: list[Point] = []
    for row in value:
        if isinstance(row, list | tuple) and len(row) == 3:
            label = _whole(row[0])
            x, y = (float(v) if isinstance(v, int | float) else math.nan for v in row[1:])
            if label is not None and label >= 0 and math.isfinite(x) and math.isfinite(y):
                points.append((label, x, y))
    return tuple(points)
