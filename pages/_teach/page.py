"""What the teacher’s page draws: notes, the link for students, a class, and sheets to print."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from harmony_core.lessons.course.lesson import Lesson, lessons

from .._shared.messages import lead
from .._shared.page import Page
from .class_desk import class_desk
from .joining import SCREEN
from .link import link_desk
from .printing import print_desk
from .screen import show_screen


def teach(page: Page) -> None:
    """Draw the teacher’s page."""
    del page
    if st.query_params.get("view") == SCREEN:
        show_screen(st.query_params.get("class", ""))
        return
    course = lessons()
    st.title("The teacher’s desk", anchor=False)
    minutes = sum(lesson.minutes for lesson in course)
    lead(
        f"{len(course)} steps, about {minutes} minutes in all. {_short(course)}"
        "Nothing has to be prepared."
    )
    notes, link, group, paper = st.tabs(["Notes", "Link", "Class", "Print"], key="teach-desk")
    with notes:
        for lesson in course:
            _notes(lesson)
    with link:
        link_desk(course)
    with group:
        class_desk(course)
    with paper:
        print_desk(course)


def _short(course: Sequence[Lesson]) -> str:
    """Which steps make one lesson at school; empty if none is marked as one of them."""
    numbers = [str(lesson.number) for lesson in course if lesson.short]
    if len(numbers) < 2:
        return ""
    steps = f"{', '.join(numbers[:-1])} and {numbers[-1]}"
    return f"Steps {steps} fill a lesson of 45 minutes, with time to talk. "


def _notes(lesson: Lesson) -> None:
    notes = lesson.notes
    with st.expander(f"{lesson.number}. {lesson.title} · {lesson.minutes} minutes"):
        st.markdown(f"**Aim.** {notes.aim}")
        for name, texts in (
            ("Timing", notes.timing),
            ("What students usually answer", notes.usual),
            ("To discuss", notes.discuss),
        ):
            st.markdown(f"**{name}**\n\n" + "\n".join(f"- {text}" for text in texts))
        st.page_link(
            "pages/learn.py",
            label="Open this step",
            icon=":material/school:",
            query_params={"step": str(lesson.number)},
        )
