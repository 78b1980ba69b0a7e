"""The projector view of a class: the step, its question, the class on one axis, and how to join.

Its address has no key. It shows what the whole room may see: no single student, and while the
results wait for the teacher, only how many have predicted.
"""

from __future__ import annotations

import html

import streamlit as st

from harmony_core.lessons.classroom.place import CODE
from harmony_core.lessons.classroom.spread import spread
from harmony_core.lessons.course.lesson import lessons

from .._learn.class_seat import classroom
from .._shared.class_axis import class_axis
from .joining import join_corner

TICK = 2.0
"""Seconds between two updates."""


def show_screen(code: str) -> None:
    """Draw the projector view of the class of the link."""
    st.html("<style>[data-testid=stToolbar]{display:none}</style>")
    with st.container(key="teach-screen"):
        st.fragment(_screen, run_every=TICK)(code)


def _screen(code: str) -> None:
    seen = classroom().projected(code) if CODE.fullmatch(code) else None
    if seen is None:
        st.title("This class has ended", anchor=False)
        st.html("<p>Thank you for taking part. Students can go on alone.</p>")
        return
    course = lessons()
    lesson = course[min(seen.lead.screen, len(course)) - 1]
    left, right = st.columns([7, 3], gap="large")
    with right:
        join_corner(code, large=not seen.predicted)
    with left:
        st.html(f'<p class="lesson-count">Step {lesson.number}</p>')
        st.title(lesson.title, anchor=False)
        st.html(f'<p class="lesson-ask">{html.escape(lesson.predict.ask)}</p>')
        st.html(
            f'<p class="class-count" role="status">{seen.seats} joined · {seen.predicted} '
            f"predicted · {seen.finished} finished</p>"
        )
    if seen.lead.tells(lesson.number):
        st.html(class_axis(spread(lesson, seen.entries)))
    else:
        st.html('<p class="class-empty">Predict first. Your teacher shows what came out.</p>')
