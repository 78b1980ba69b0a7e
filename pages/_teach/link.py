"""The link for students: the step it starts at, what it fixes, and what it hides."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from harmony_core.data import DATASETS
from harmony_core.lessons.classroom.place import CODE, HIDEABLE, MOST_SEED, CoursePlace
from harmony_core.lessons.course.lesson import Lesson

from .._learn.class_seat import classroom

AS_WRITTEN = "As in each step"


def link_desk(course: tuple[Lesson, ...]) -> None:
    """The controls, and the link that they make."""
    left, right = st.columns(2, gap="large")
    with left:
        step = st.selectbox(
            "Start at step",
            [lesson.number for lesson in course],
            key="teach-step",
            format_func=lambda n: f"{n}. {course[n - 1].title}",
        )
        fixed = st.toggle(
            "Same seed for everybody",
            key="teach-fixed",
            help="Off: each student of a class has a seed of their own, so results differ.",
        )
        seed = None
        if fixed:
            seed = int(st.number_input("Seed", 0, MOST_SEED, 0, key="teach-seed"))
        free = sorted({name for lesson in course for name in lesson.scenarios})
        titles = {"": AS_WRITTEN, **{name: DATASETS[name].title for name in free}}
        scenario = st.selectbox(
            "Data",
            list(titles),
            key="teach-scenario",
            format_func=titles.__getitem__,
            help="Used in the steps that work with any of these data: "
            + ", ".join(str(lesson.number) for lesson in course if lesson.scenarios)
            + ".",
        )
    with right:
        st.markdown("**Hide from students**")
        hide = {
            name for name, text in HIDEABLE.items() if st.checkbox(text, key=f"teach-hide-{name}")
        }
    code = st.query_params.get("class", "")
    code = code if CODE.fullmatch(code) and classroom().is_open(code) else ""
    link = address(CoursePlace(int(step), frozenset(), seed, str(scenario), frozenset(hide), code))
    joins = f", who join class {code} with it" if code else ""
    st.markdown(f"**The link for your students{joins}**")
    st.code(link, language=None, wrap_lines=True)
    st.caption("Progress is kept in each student’s own browser. No account is needed.")


def address(place: CoursePlace) -> str:
    """The full address of the course at a place."""
    base = (st.context.url or "").split("?")[0].rstrip("/")
    base = base.rpartition("/")[0] if base.endswith("/teach") else base
    return f"{base}/learn?{urlencode(place.query())}"
