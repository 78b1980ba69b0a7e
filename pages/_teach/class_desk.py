"""A class: opened by the teacher, joined by code, led step by step, deleted at the end."""

from __future__ import annotations

import html
from contextlib import suppress

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.lessons.classroom.place import CODE, CoursePlace
from harmony_core.lessons.classroom.spread import spread
from harmony_core.lessons.classroom.table import class_csv
from harmony_core.lessons.course.lesson import Lesson
from harmony_core.serving.class_owners import class_key, open_class, own_classes

from .._learn.class_seat import caretaker, classroom
from .._session.address_bar import rewriting
from .._session.visitor import visitor
from .._shared.class_axis import class_axis
from .._shared.labels import count
from .._shared.messages import messages, toasts
from .joining import join_card, screen_address
from .leading import chosen_steps, lead_class

TICK = 2.0
"""Seconds between two updates."""
KEPT = (
    "**What is kept.** Predictions and results are in the server’s memory, by seat number and "
    "without names. The runs of the class are on the server’s disk, in no list of experiments. "
    "All of it is deleted when you end the class, after three hours without activity, or after "
    "twelve hours. What students entered also stays in their own browsers, until they press "
    "*Start over*."
)
_ENDED = "teach class ended"


def class_desk(course: tuple[Lesson, ...]) -> None:
    """Open a class, or show the one of the link."""
    code, key = st.query_params.get("class", ""), st.query_params.get("key", "")
    if not CODE.fullmatch(code) or classroom().lead(code) is None:
        _closed(code or st.session_state.get(_ENDED, ""))
        return
    with messages():
        classroom().seats(code, key)  # the key of another class is refused here
        join_card(code)
        st.link_button(
            "Open the projector view",
            screen_address(code),
            icon=":material/cast:",
            help="Large type, without your key. Move it to the projector’s screen.",
        )
        st.caption("The address of this page holds your key to the class. Keep it to yourself.")
        lesson = lead_class(code, key, chosen_steps(code, course))
        st.fragment(_look, run_every=TICK)(code, key, lesson)
        _last(code, key, course)


def _closed(code: str) -> None:
    if code:
        st.info(
            f"Class {code} has ended. Its predictions and results are deleted, and its runs too, "
            "as soon as those that still train have stopped.",
            icon=":material/group_off:",
        )
    st.markdown(
        "Students scan a code or type it. Each has a run and a seed of their own. You see how "
        "predictions and results are spread, and say when the class goes on and when it sees "
        "what came out."
    )
    st.markdown(KEPT)
    st.button(
        "Open a class",
        type="primary",
        icon=":material/group_add:",
        key="teach-open",
        on_click=_open,
    )
    _own()


def _own() -> None:
    """The visitor's open classes, by which one is found whose link is lost."""
    if not (found := own_classes(classroom(), visitor())):
        return
    st.markdown("**Your open classes**")
    for one in found:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.markdown(f"{one.code}, {count(one.seats, 'student')}", width="content")
            st.button(
                f"Lead {one.code}",
                icon=":material/co_present:",
                key=f"teach-lead-{one.code}",
                on_click=_lead,
                args=(one.code,),
            )


def _look(code: str, key: str, lesson: Lesson) -> None:
    with messages():
        if classroom().lead(code) is None:
            st.rerun()
        found = spread(lesson, classroom().entries(code, key, lesson.number))
        seats = classroom().seats(code, key)
        steps = classroom().predictions(code, key)
        st.html(
            f'<p class="class-count" role="status">{seats} joined · {found.students} predicted '
            f"here · {found.finished} finished · {found.right} right</p>"
        )
        if steps:
            said = ", ".join(f"step {step}: {count}" for step, count in steps.items())
            st.caption(f"Predictions so far: {said}.")
        st.html(f'<p class="lesson-ask">{html.escape(lesson.predict.ask)}</p>{class_axis(found)}')
        if len(set(found.results)) > 1:
            st.caption("With a seed of their own for all, the spread of results is chance alone.")


def _last(code: str, key: str, course: tuple[Lesson, ...]) -> None:
    """Take the results along, and end the class."""
    with st.container(horizontal=True, gap="small", key="teach-last"):
        st.download_button(
            "Results as CSV",
            lambda: _csv(code, key, course),
            file_name=f"harmony-{code.lower()}.csv",
            mime="text/csv",
            icon=":material/table:",
            key="teach-csv",
            on_click="ignore",
        )
        with st.popover("End the class", icon=":material/delete:", key="teach-ending"):
            st.markdown(
                f"End class {code}? Its predictions, results and runs are deleted, and students go "
                "on alone. Save the results first if you want to keep them."
            )
            st.button(
                "End it and delete everything",
                type="primary",
                icon=":material/delete:",
                key="teach-end",
                on_click=_end,
                args=(code, key),
            )
    st.markdown(KEPT)


def _csv(code: str, key: str, course: tuple[Lesson, ...]) -> bytes:
    entries = {one.number: classroom().entries(code, key, one.number) for one in course}
    return class_csv(course, entries).encode("utf-8-sig")


def _open() -> None:
    with toasts():
        code, key = open_class(classroom(), visitor())
        classroom().change_lead(code, key, link=CoursePlace().query())
        caretaker().wake()
        with rewriting():
            st.query_params.from_dict({"class": code, "key": key})


def _lead(code: str) -> None:
    with toasts():
        key = class_key(classroom(), code, visitor())
        with rewriting():
            st.query_params.from_dict({"class": code, "key": key})


def _end(code: str, key: str) -> None:
    with suppress(HarmonyError):
        classroom().end(code, key)
    st.session_state[_ENDED] = code
    caretaker().wake()
    with rewriting():
        st.query_params.from_dict({})
