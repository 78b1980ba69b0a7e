"""Sheets to print: worksheet and answer key, as HTML files to print from a browser."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from harmony_core.lessons.classroom.place import CODE, CoursePlace
from harmony_core.lessons.classroom.worksheet import answer_key, worksheet
from harmony_core.lessons.course.lesson import Lesson

from .._learn.class_seat import classroom
from .._learn.data_picture import picture_source
from .._learn.training import prepared_outcome
from .._shared.messages import messages
from .joining import address, class_address


def print_desk(course: tuple[Lesson, ...]) -> None:
    """Choose steps and download the files."""
    st.markdown(
        "Both files are single HTML pages that load nothing from elsewhere. Open one in a "
        "browser and print it, or save it as PDF from there."
    )
    chosen = st.multiselect(
        "Steps",
        [lesson.number for lesson in course],
        default=[lesson.number for lesson in course],
        key="teach-steps",
        format_func=lambda n: f"{n}. {course[n - 1].title}",
    )
    some = tuple(course[int(n) - 1] for n in sorted(chosen))
    code = st.query_params.get("class", "")
    steps = frozenset(lesson.number for lesson in some) if len(some) < len(course) else frozenset()
    link = (
        class_address(code)
        if CODE.fullmatch(code) and classroom().is_open(code)
        else address(CoursePlace(min(steps, default=1), steps=steps))
    )
    st.caption(f"The worksheet has the pictures, a line for the name, and the link {link}")
    with st.container(horizontal=True, gap="small"), messages():
        _button("Worksheet", "worksheet", lambda: worksheet(some, _picture, link), off=not some)
        _button(
            "Answer key and notes", "key", lambda: answer_key(some, prepared_outcome), off=not some
        )


def _picture(lesson: Lesson) -> tuple[str, str]:
    source, words, _ = picture_source(lesson.config, "light")
    return source, words


def _button(label: str, name: str, make: Callable[[], str], *, off: bool) -> None:
    st.download_button(
        label,
        lambda: make().encode(),
        file_name=f"harmony-{name}.html",
        mime="text/html",
        icon=":material/print:",
        key=f"teach-{name}",
        disabled=off,
        on_click="ignore",
    )
