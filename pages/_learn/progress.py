"""Where the student is: kept for the session, in the link, and in the browser's own storage.

The server keeps no progress: what is done comes from the browser or the link of each visit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.lessons.classroom.place import CoursePlace, from_query
from harmony_core.lessons.course.feedback import Guess
from harmony_core.lessons.course.lesson import Lesson

from .._session.address_bar import rewriting
from .._shared.app_files import ROOT
from .._shared.component import Sources, component, nothing

_PLACE = "learn place"
_WRITTEN = "learn written"
_PROBLEM = "learn problem"
_ATTEMPTS = "learn attempts"
_FORGET = "learn forget"
STORAGE = ROOT / "assets" / "app" / "progress.js"


@dataclass(frozen=True)
class Attempt:
    """What the student did at one step."""

    guess: Guess | None = None
    run: str = ""
    """The student's own run; empty if it could not be started."""
    since: float = 0.0
    """When it was started, by `time.monotonic`."""
    prepared: bool = False
    """Whether the prepared result is on screen."""
    answer: int | None = None
    """Position of the answer to the check question."""


def read(steps: int) -> CoursePlace:
    """The place to show: the link's, unless this session wrote it, or the session's."""
    link = dict(st.query_params.to_dict())
    known: CoursePlace | None = st.session_state.get(_PLACE)
    if known is not None and (not link or link == st.session_state.get(_WRITTEN)):
        return known
    st.session_state.pop(_PROBLEM, None)
    try:
        found = from_query(link, steps)
    except HarmonyError as error:
        st.session_state[_PROBLEM] = str(error)
        found = known or CoursePlace()
    if known is not None:
        found = replace(found, done=found.done | known.done)
    st.session_state[_PLACE] = found
    return found


def problem() -> str:
    """Why the link could not be used, or ``""``."""
    return str(st.session_state.get(_PROBLEM, ""))


def place() -> CoursePlace:
    found: CoursePlace = st.session_state.get(_PLACE, CoursePlace())
    return found


def go(step: int) -> None:
    """Go to another step, from the next run on."""
    keep(replace(place(), step=step))


def finish(step: int) -> None:
    """Mark a step as done."""
    keep(replace(place(), done=place().done | {step}))


def start_over() -> None:
    """Forget all progress and attempts, in the browser too."""
    keep(replace(place(), step=1, done=frozenset()))
    st.session_state[_ATTEMPTS] = {}
    st.session_state[_FORGET] = int(st.session_state.get(_FORGET, 0)) + 1


def write() -> None:
    """Put the place into the address bar."""
    query = place().query()
    if dict(st.query_params.to_dict()) != query:
        with rewriting():
            st.query_params.from_dict(query)
    st.session_state[_WRITTEN] = dict(st.query_params.to_dict())


def attempt(lesson: Lesson) -> Attempt:
    """What the student has done at a step so far."""
    found: Attempt = _attempts().get(lesson.name, Attempt())
    return found


def note(lesson: Lesson, **changes: Any) -> None:
    """Change what the student did at a step."""
    _attempts()[lesson.name] = replace(attempt(lesson), **changes)


def retry(lesson: Lesson) -> None:
    """Reset a step; if it was done once, it stays marked as done."""
    _attempts().pop(lesson.name, None)
    for key in [key for key in st.session_state if str(key).startswith(f"learn-{lesson.name}-")]:
        del st.session_state[key]


def remember() -> None:
    """Keep progress in the browser, and add what the browser has kept."""
    result = component("harmony_progress", _sources)(
        data={"done": sorted(place().done), "forget": int(st.session_state.get(_FORGET, 0))},
        key="learn-progress",
        height="content",
        on_stored_change=nothing,
    )
    stored = result.get("stored")
    if isinstance(stored, list | tuple):
        done = frozenset(n for n in stored if isinstance(n, int) and 0 < n < 100)
        if not done <= place().done:
            keep(replace(place(), done=place().done | done))
            st.rerun()


def keep(new: CoursePlace) -> None:
    """Replace the place, from now on."""
    st.session_state[_PLACE] = new
    st.session_state.pop(_PROBLEM, None)


def _attempts() -> dict[str, Attempt]:
    found: dict[str, Attempt] = st.session_state.setdefault(_ATTEMPTS, {})
    return found


def _sources() -> Sources:
    html = '<div class="progress-kept" hidden></div>\n'
    return {"html": html, "js": STORAGE.read_text(encoding="utf-8")}
