"""The learner's prediction in a lesson: a slider, a choice, or a boundary drawn over the data."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from harmony_core.lessons.course.feedback import Guess, Line, as_line
from harmony_core.lessons.course.lesson import Lesson
from harmony_core.plots.html_parts import count_bars

from .._shared.app_files import ROOT
from .._shared.component import Sources, component
from .._shared.theme import theme
from .._shared.thumbnails import svg_uri
from .._shared.widgets import set_widget
from . import progress
from .data_picture import Extent, picture, training_points

BOARD = ROOT / "assets" / "app" / "board.js"


def predict(lesson: Lesson) -> Guess | None:
    """Draw the data and the controls; return the prediction, or None until one is made."""
    place = progress.place()
    config = lesson.with_seed(place.seed, place.scenario)
    if lesson.predict.kind == "line":
        return _line(lesson, config.to_json())
    picture(config)
    st.html(f'<p class="lesson-ask">{lesson.predict.ask}</p>')
    return _number(lesson) if lesson.predict.kind == "number" else _choice(lesson)


def _number(lesson: Lesson) -> float:
    predict = lesson.predict
    kind = int if predict.step >= 1 else float
    key = f"learn-{lesson.name}-guess"
    drafted = progress.attempt(lesson).draft
    # without a draft the slider begins at its low end: the middle would look like a hint
    set_widget(key, kind(drafted if isinstance(drafted, int | float) else predict.low))
    return float(
        st.slider(
            f"Your prediction, {predict.unit}" if predict.unit else "Your prediction",
            min_value=kind(predict.low),
            max_value=kind(predict.high),
            step=kind(predict.step),
            key=key,
            on_change=_drafted,
            args=(lesson, key),
        )
    )


def _choice(lesson: Lesson) -> str | None:
    texts = {option.key: option.text for option in lesson.predict.options}
    key = f"learn-{lesson.name}-guess"
    drafted = progress.attempt(lesson).draft
    if drafted in texts:
        set_widget(key, drafted)
    chosen: str | None = st.radio(
        "Your prediction",
        list(texts),
        index=None,
        key=key,
        format_func=lambda key: texts.get(key, key),
        on_change=_drafted,
        args=(lesson, key),
    )
    return chosen


def _drafted(lesson: Lesson, key: str) -> None:
    """Keep what the control shows: a widget forgets it when another page is opened."""
    value = st.session_state.get(key)
    if isinstance(value, str | int | float):
        progress.note(lesson, draft=value)


def _line(lesson: Lesson, config: str) -> Line:
    svg, counts, extent = training_points(config, theme())
    low, high = round(extent[2], 1), round(extent[3], 1)
    drawn = as_line(progress.attempt(lesson).draft)
    level = round(extent[3] * 0.6, 1)
    keys = {name: f"learn-{lesson.name}-{name}" for name in ("left", "right")}
    board, side = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with side:
        st.html(count_bars(counts))
        st.html(f'<p class="lesson-ask">{lesson.predict.ask}</p>')
        for (name, key), corner in zip(keys.items(), (0, -1), strict=True):
            if key not in st.session_state:
                height = drawn[corner][1] if drawn else level
                st.session_state[key] = round(max(low, min(high, height)) / 0.05) * 0.05
            st.slider(
                f"Height of the {name} end",
                min_value=low,
                max_value=high,
                step=0.05,
                key=key,
                on_change=_straight,
                args=(lesson, keys, extent),
            )
    line = drawn or ((extent[0], level), (extent[1], level))
    board_key = f"learn-{lesson.name}-board"
    with board:
        component("harmony_board", _sources)(
            data={
                "picture": svg_uri(svg),
                "alt": "The training points of class A above and class B below",
                "label": "Your boundary. The two sliders move its ends.",
                "note": "Draw from left to right with mouse or finger, or move the two sliders.",
                "extent": list(extent),
                "line": [list(corner) for corner in line],
            },
            key=board_key,
            height="content",
            on_line_change=lambda: _by_hand(lesson, board_key),
        )
    return as_line(progress.attempt(lesson).draft) or line


def _by_hand(lesson: Lesson, key: str) -> None:
    state = st.session_state.get(key)
    line = as_line(state.get("line")) if isinstance(state, Mapping) else None
    if line is not None:
        progress.note(lesson, draft=line)


def _straight(lesson: Lesson, keys: dict[str, str], extent: Extent) -> None:
    left, right = (float(st.session_state[key]) for key in keys.values())
    progress.note(lesson, draft=((extent[0], left), (extent[1], right)))


def _sources() -> Sources:
    return {
        "html": '<div class="board"></div>\n',
        "css": (
            ".board{position:relative;width:100%;max-width:34rem}"
            ".board img{display:block;width:100%;border:1px solid var(--st-border-color);"
            "border-radius:.5rem;user-select:none;pointer-events:none}\n"
            ".board svg{position:absolute;left:0;top:0;width:100%;aspect-ratio:1;"
            "cursor:crosshair;touch-action:none}"
            ".board path{fill:none;stroke:var(--st-text-color);stroke-width:3;"
            "vector-effect:non-scaling-stroke;stroke-dasharray:9 5}"
            ".board p{font-size:.85rem;margin:.35rem 0 0;color:var(--st-text-color);opacity:.75}\n"
        ),
        "js": BOARD.read_text(encoding="utf-8"),
    }
