"""A student's side of class mode: a seat, and what the class is told of a prediction."""

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
_TOLD = "learn told"


@st.cache_resource(show_spinner=False)
def rooms() -> Classroom:
    """The classes of this server, in its memory only."""
    return Classroom()


def arrive() -> None:
    """Take a seat in the class of the link; without one in the link, nothing."""
    place = progress.place()
    if not place.code or seat():
        return
    try:
        back = place.seat and rooms().seated(place.code, place.seat)
        number = place.seat if back else rooms().join(place.code)
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


def note() -> str:
    """What a student should know of the class before predicting."""
    if not seat():
        return ""
    return (
        f"You are in class {progress.place().code}, seat {seat()}. Your teacher sees "
        "predictions and results by seat, no names. All is forgotten when the class ends."
    )


def predicted(lesson: Lesson, guess: Guess) -> None:
    """Tell the class of a prediction; a drawn line counts once its run is known."""
    if seat():
        _tell(lesson, guess if isinstance(guess, float | int | str) else "a line")


def saw(lesson: Lesson, said: Feedback) -> None:
    """Tell the class what came out, once for each prediction."""
    told: dict[str, tuple[object, float]] = st.session_state.setdefault(_TOLD, {})
    now = (progress.attempt(lesson).guess, said.result)
    if not seat() or told.get(lesson.name) == now:
        return
    told[lesson.name] = now
    drawn = said.numbers.get("drawn")
    if isinstance(drawn, float):
        _tell(lesson, drawn)
    try:
        rooms().saw(progress.place().code, lesson.number, seat(), said.result, right=said.right)
    except HarmonyError:
        _ended()


def _tell(lesson: Lesson, guess: float | str) -> None:
    try:
        rooms().predicted(progress.place().code, lesson.number, seat(), guess)
    except HarmonyError:
        _ended()


def _ended() -> None:
    """The class is over: go on without it."""
    st.session_state.pop(_SEAT, None)
    progress.keep(replace(progress.place(), code="", seat=0))
