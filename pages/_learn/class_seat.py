"""A student's side of class mode: a seat, and what is reported to the class."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.lessons.classroom.classes import Classroom
from harmony_core.lessons.course.feedback import Feedback, Guess
from harmony_core.lessons.course.lesson import Lesson

from .._shared.messages import spoken
from . import progress

_SEAT = "learn seat"
_REPORTED = "learn reported"


@st.cache_resource(show_spinner=False)
def classroom() -> Classroom:
    """The classes of this server, in its memory only."""
    return Classroom()


def take_seat() -> None:
    """Take a seat in the class that the link names, if it names one."""
    place = progress.place()
    if not place.code or seat():
        return
    try:
        back = place.seat and classroom().has_seat(place.code, place.seat)
        number = place.seat if back else classroom().join(place.code)
    except HarmonyError as error:
        st.warning(spoken(str(error)), icon=":material/group_off:")
        return
    st.session_state[_SEAT] = (place.code, number)
    seed = number if place.seed is None else place.seed
    progress.keep(replace(place, seat=number, seed=seed))


def seat() -> int:
    """The seat in the class of the link; 0 for none."""
    code, number = st.session_state.get(_SEAT, ("", 0))
    return int(number) if code == progress.place().code else 0


def seat_note() -> str:
    """What a student should know about the class before predicting."""
    if not seat():
        return ""
    return (
        f"You are in class {progress.place().code}, seat {seat()}. Your teacher sees "
        "predictions and results by seat, no names. Everything is deleted when the class ends."
    )


def report_prediction(lesson: Lesson, guess: Guess) -> None:
    """Report a prediction to the class; a drawn line counts once its run is known."""
    if seat():
        _report(lesson, guess if isinstance(guess, float | int | str) else "a line")


def report_result(lesson: Lesson, feedback: Feedback) -> None:
    """Report the result to the class, once for each prediction."""
    reported: dict[str, tuple[object, float]] = st.session_state.setdefault(_REPORTED, {})
    now = (progress.attempt(lesson).guess, feedback.result)
    if not seat() or reported.get(lesson.name) == now:
        return
    reported[lesson.name] = now
    drawn = feedback.numbers.get("drawn")
    if isinstance(drawn, float):
        _report(lesson, drawn)
    try:
        classroom().add_result(
            progress.place().code, lesson.number, seat(), feedback.result, right=feedback.right
        )
    except HarmonyError:
        _ended()


def _report(lesson: Lesson, guess: float | str) -> None:
    try:
        classroom().add_prediction(progress.place().code, lesson.number, seat(), guess)
    except HarmonyError:
        _ended()


def _ended() -> None:
    """The class has ended: go on without it."""
    st.session_state.pop(_SEAT, None)
    progress.keep(replace(progress.place(), code="", seat=0))
