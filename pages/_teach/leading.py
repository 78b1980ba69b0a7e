"""The controls with which a teacher leads a class: the step, waiting at it, and the results."""

from __future__ import annotations

import streamlit as st

from harmony_core.lessons.classroom.classes import Lead
from harmony_core.lessons.classroom.place import from_query
from harmony_core.lessons.course.lesson import Lesson

from .._learn.class_seat import classroom
from .._shared.messages import toasts
from .._shared.widgets import set_widget

_LOOK, _HOLD, _WAIT = "teach-look", "teach-hold", "teach-wait"


def chosen_steps(code: str, course: tuple[Lesson, ...]) -> tuple[Lesson, ...]:
    """The steps that are fixed for the class."""
    fixed = from_query(dict(_led(code).link), len(course))
    return tuple(lesson for lesson in course if fixed.has(lesson.number))


def lead_class(code: str, key: str, course: tuple[Lesson, ...]) -> Lesson:
    """The controls; return the step looked at, which is also the one on the projector."""
    led = _led(code)
    titles = {lesson.number: f"{lesson.number}. {lesson.title}" for lesson in course}
    screen = led.screen if led.screen in titles else course[0].number
    if screen != led.screen:
        classroom().change_lead(code, key, screen=screen, hold=screen if led.hold else 0)
    set_widget(_LOOK, screen)
    set_widget(_HOLD, led.hold > 0)
    set_widget(_WAIT, led.wait)
    st.selectbox(
        "Step to look at, here and on the projector",
        list(titles),
        key=_LOOK,
        format_func=lambda number: titles.get(number, str(number)),
        on_change=_look,
        args=(code, key),
    )
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="teach-lead"):
        st.toggle(
            "Hold the class at this step",
            key=_HOLD,
            on_change=_hold,
            args=(code, key),
            help="Nobody goes beyond the step to look at. Change it to lead the class on.",
        )
        st.toggle(
            "Results wait for me",
            key=_WAIT,
            on_change=_wait,
            args=(code, key),
            help="Students predict and their runs train, but neither they nor the projector show "
            "what came out, or what others predicted, before you show it.",
        )
        if led.wait:
            shown = screen in led.shown
            st.button(
                "Results are shown" if shown else f"Show the results of step {screen}",
                type="primary",
                icon=":material/visibility:",
                key="teach-show",
                disabled=shown,
                on_click=_show,
                args=(code, key, screen),
            )
    return next(lesson for lesson in course if lesson.number == screen)


def _led(code: str) -> Lead:
    return classroom().lead(code) or Lead()


def _look(code: str, key: str) -> None:
    step = int(st.session_state[_LOOK])
    with toasts():
        classroom().change_lead(code, key, screen=step, hold=step if _led(code).hold else 0)


def _hold(code: str, key: str) -> None:
    with toasts():
        classroom().change_lead(code, key, hold=_led(code).screen if st.session_state[_HOLD] else 0)


def _wait(code: str, key: str) -> None:
    with toasts():
        classroom().change_lead(code, key, wait=bool(st.session_state[_WAIT]))


def _show(code: str, key: str, step: int) -> None:
    with toasts():
        classroom().change_lead(code, key, show=step)
