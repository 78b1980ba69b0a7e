"""A class: opened by the teacher, joined by link, shown as distributions, deleted at the end."""

from __future__ import annotations

import html
from contextlib import suppress

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.lessons.classroom.place import CODE, CoursePlace
from harmony_core.lessons.classroom.tally import Tally, TallyRow, tally
from harmony_core.lessons.course.lesson import Lesson

from .._learn.class_seat import classroom
from .._session.address_bar import rewriting
from .._shared.messages import messages, toasts
from .._shared.tables import cells, table
from .link import address

TICK = 2.0
"""Seconds between two updates."""


def class_desk(course: tuple[Lesson, ...]) -> None:
    """Open a class, or show the one of the link."""
    code, key = st.query_params.get("class", ""), st.query_params.get("key", "")
    if not CODE.fullmatch(code) or not classroom().is_open(code):
        if code:
            st.info(
                "This class has ended, and nothing of it was kept.", icon=":material/group_off:"
            )
        st.markdown(
            "Students open one link. Each has a run and a seed of their own. You see "
            "how predictions and results are spread, by seat and without names. Nothing is written "
            "to disk, and everything is deleted when you end the class, or after three hours "
            "without activity."
        )
        st.button(
            "Open a class",
            type="primary",
            icon=":material/group_add:",
            key="teach-open",
            on_click=_open,
        )
        return
    with messages():
        classroom().seats(code, key)  # the key of another class is refused here
        st.markdown(f"**Class {code}.** The link for your students:")
        st.code(address(CoursePlace(code=code)), language=None, wrap_lines=True)
        st.caption("The address of this page holds your key to the class. Keep it to yourself.")
        step = st.selectbox(
            "Step to look at",
            [lesson.number for lesson in course],
            key="teach-look",
            format_func=lambda n: f"{n}. {course[n - 1].title}",
        )
        st.fragment(_look, run_every=TICK)(code, key, course[int(step) - 1])
        st.button(
            "End the class and forget it",
            icon=":material/delete:",
            key="teach-end",
            on_click=_end,
            args=(code, key),
        )


def _look(code: str, key: str, lesson: Lesson) -> None:
    with messages():
        found = tally(lesson, classroom().entries(code, key, lesson.number))
        seats = classroom().seats(code, key)
        steps = classroom().predictions(code, key)
        st.html(
            f'<p class="class-count" role="status">{seats} joined · {found.students} predicted '
            f"here · {found.finished} runs done · {found.right} were right</p>"
        )
        if steps:
            said = ", ".join(f"step {step}: {count}" for step, count in steps.items())
            st.caption(f"Predictions so far: {said}.")
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown(f"**Predictions.** {lesson.predict.ask}")
            st.html(bars(found.predicted))
        with right:
            st.markdown(f"**Results:** {lesson.result_name}")
            st.html(bars(found.results) if found.results else "<p>None yet.</p>")
            if found.finished > 1:
                st.caption(_spread(found))
        with st.expander("As a table"):
            for name, rows in (("Predictions", found.predicted), ("Results", found.results)):
                table(name, [name, "Students"], [(r.label, cells([str(r.count)])) for r in rows])


def _spread(found: Tally) -> str:
    return (
        f"From {found.least:.1f} to {found.most:.1f}, mean {found.mean:.1f}, over {found.finished} "
        "runs. If every student has a different seed, this spread is chance alone."
    )


def bars(rows: tuple[TallyRow, ...]) -> str:
    """Counts as bars with numbers."""
    top = max((row.count for row in rows), default=0) or 1
    items = "".join(
        f'<li><span class="tally-name">{html.escape(row.label)}</span><span class="bar-track">'
        f'<span class="bar" style="width:{100 * row.count / top:.0f}%"></span></span>'
        f'<span class="bar-n">{row.count}</span></li>'
        for row in rows
    )
    return f'<ul class="tally">{items}</ul>'


def _open() -> None:
    with toasts():
        code, key = classroom().open()
        with rewriting():
            st.query_params.from_dict({"class": code, "key": key})


def _end(code: str, key: str) -> None:
    with suppress(HarmonyError):
        classroom().end(code, key)
    with rewriting():
        st.query_params.from_dict({})
