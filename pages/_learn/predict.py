"""The learner's prediction in a lesson: a slider, a choice, or a boundary drawn over the data."""

from __future__ import annotations

import streamlit as st

from harmony_core.lessons.course.feedback import Guess, Line, as_line
from harmony_core.lessons.course.lesson import Lesson

from .._shared.app_files import ROOT
from .._shared.component import Sources, component, nothing
from .._shared.count_bars import count_bars
from .._shared.theme import theme
from .._shared.thumbnails import svg_uri
from . import progress
from .data_picture import picture, training_points

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
    whole = predict.step >= 1
    kind = int if whole else float
    return float(
        st.slider(
            f"Your prediction, {predict.unit}" if predict.unit else "Your prediction",
            kind(predict.low),
            kind(predict.high),
            kind(predict.low),  # the middle would look like a hint
            kind(predict.step),
            key=f"learn-{lesson.name}-guess",
        )
    )


def _choice(lesson: Lesson) -> str | None:
    texts = {option.key: option.text for option in lesson.predict.options}
    chosen: str | None = st.radio(
        "Your prediction",
        list(texts),
        index=None,
        key=f"learn-{lesson.name}-guess",
        format_func=lambda key: texts.get(key, key),
    )
    return chosen


def _line(lesson: Lesson, config: str) -> Line:
    svg, counts, extent = training_points(config, theme())
    low, high = extent[2], extent[3]
    board, side = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with side:
        st.html(count_bars(counts, theme()))
        st.html(f'<p class="lesson-ask">{lesson.predict.ask}</p>')
        ends = [
            st.slider(
                f"Height of the {name} end",
                round(low, 1),
                round(high, 1),
                round(high * 0.6, 1),
                0.05,
                key=f"learn-{lesson.name}-{name}",
            )
            for name in ("left", "right")
        ]
    straight = [[extent[0], ends[0]], [extent[1], ends[1]]]
    with board:
        result = component("harmony_board", _sources)(
            data={
                "picture": svg_uri(svg),
                "alt": "The training points of class A above and class B below",
                "label": "Your boundary. The two sliders move its ends.",
                "note": "Draw from left to right with mouse or finger, or move the two sliders.",
                "extent": list(extent),
                "ends": straight,
            },
            key=f"learn-{lesson.name}-board",
            height="content",
            on_line_change=nothing,
        )
    return as_line(result.get("line")) or ((extent[0], ends[0]), (extent[1], ends[1]))


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
