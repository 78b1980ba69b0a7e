"""A student's side of class mode: a seat, what is reported to the class, and what the class says.

A seat belongs to the browser that took it: a cookie holds a random number, and the link does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from secrets import token_urlsafe

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.lessons.classroom.class_runs import Caretaker
from harmony_core.lessons.classroom.classes import Classroom, Lead
from harmony_core.lessons.classroom.place import from_query
from harmony_core.lessons.course.feedback import Feedback, Guess, happened
from harmony_core.lessons.course.lesson import Lesson

from .._shared.backend import queue, store
from .._shared.markdown import spoken
from . import progress

TICK = 2.0
"""Seconds between two looks at the class."""
COOKIE = "harmony-seat"
"""Holds the random number of a browser; `progress.js` writes it."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_BROWSER = "learn browser"
_SEAT = "learn seat"
_REPORTED = "learn reported"
_OVER = "learn class that has ended"
_FOREIGN = "learn seat of another browser"


@st.cache_resource(show_spinner=False)
def classroom() -> Classroom:
    """The classes of this server, in its memory only."""
    return Classroom()


def caretaker() -> Caretaker:
    """Deletes the runs of classes that are over."""
    return _caretaker(str(store().root))


@st.cache_resource(show_spinner=False)
def _caretaker(root: str) -> Caretaker:
    del root
    return Caretaker(store(), classroom(), queue().stop)


def take_seat(steps: int) -> None:
    """Sit in the class that the link names, if it names one, and follow how it is led.

    ``steps`` is how many the course has.
    """
    place = progress.place()
    if not place.code:
        return
    led = classroom().lead(place.code)
    if led is None:
        _ended()
        return
    if not seat() and not _join():
        return
    if place.seat != seat():
        seed = seat() if place.seed is None else place.seed
        progress.keep(replace(place, seat=seat(), seed=seed))
    _follow(led, steps)


def _join() -> bool:
    place = progress.place()
    try:
        number = classroom().join(place.code, _browser())
    except HarmonyError as error:
        st.warning(spoken(str(error)), icon=":material/group_off:")
        return False
    st.session_state[_SEAT] = (place.code, number)
    st.session_state.pop(_OVER, None)
    st.session_state[_FOREIGN] = place.seat if place.seat != number else 0
    return True


def _follow(led: Lead, steps: int) -> None:
    """What the teacher fixed for the class holds for everybody in it."""
    if not led.link:
        return
    place, fixed = progress.place(), from_query(dict(led.link), steps)
    seed = seat() if fixed.seed is None else fixed.seed
    new = replace(place, seed=seed, scenario=fixed.scenario, hide=fixed.hide, steps=fixed.steps)
    if new.step and not new.has(new.step):
        new = replace(new, step=min(new.steps))
    if new != place:
        progress.keep(new)


def _browser() -> str:
    """The random number of this browser: the cookie's, or a new one."""
    if _BROWSER not in st.session_state:
        sent = str(st.context.cookies.get(COOKIE, ""))
        st.session_state[_BROWSER] = sent if _TOKEN.fullmatch(sent) else token_urlsafe(24)
    return str(st.session_state[_BROWSER])


def browser_to_keep() -> str:
    """The number that the browser should keep: none before a seat is taken."""
    return _browser() if seat() else ""


def seat() -> int:
    """The seat in the class of the link; 0 for none."""
    code, number = st.session_state.get(_SEAT, ("", 0))
    return int(number) if code == progress.place().code else 0


def lead() -> Lead:
    """How the class of this student is led; without a class everybody goes on alone."""
    return (_led() if seat() else None) or Lead()


def seat_note() -> str:
    """What a student should know about the class before predicting."""
    if not seat():
        return ""
    return (
        f"You are in class {progress.place().code}, seat {seat()}. Your teacher sees "
        "predictions and results by seat, no names. They are deleted with your runs when the "
        "class ends, after twelve hours at the latest."
    )


def class_news() -> None:
    """Say that the class has ended, or that the link held somebody else's seat."""
    over, step = st.session_state.get(_OVER, ("", 0))
    if over and step == progress.place().step:
        st.info(
            f"Class {over} has ended, or was never there. What it knew of you is deleted, and so "
            "are your runs: their steps show the prepared results. What you entered and its record "
            "stay in this browser, and you can go on alone.",
            icon=":material/group_off:",
        )
    foreign = st.session_state.get(_FOREIGN, 0)
    if foreign and seat():
        st.warning(
            f"Seat {foreign} of this link belongs to another browser. You have seat {seat()}.",
            icon=":material/event_seat:",
        )


def watch_class(more: Callable[[], object]) -> None:
    """Rerun the page when the class is led otherwise or has ended, or ``more()`` has changed."""
    if seat():
        st.fragment(_look, run_every=TICK)(progress.place().code, _led(), more, more())


def _look(code: str, led: Lead | None, more: Callable[[], object], known: object) -> None:
    if classroom().lead(code) != led or more() != known:
        st.rerun()


def _led() -> Lead | None:
    return classroom().lead(progress.place().code)


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
    came = happened(lesson, feedback.numbers).key if lesson.predict.kind == "choice" else ""
    try:
        classroom().add_result(
            progress.place().code,
            lesson.number,
            seat(),
            feedback.result,
            right=feedback.right,
            happened=came,
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
    place = progress.place()
    st.session_state[_OVER] = (place.code, place.step)
    st.session_state.pop(_SEAT, None)
    progress.keep(replace(place, code="", seat=0))
