"""Where the student is and what they entered: for the session, and in the browser's own storage.

The server keeps neither: both come from the browser or the link of each visit. What was entered is
kept for each seat of a class apart, so that nobody sees the predictions of another.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.lessons.classroom.place import CoursePlace, from_query
from harmony_core.lessons.course.lesson import Lesson

from .._session.address_bar import rewriting
from .._shared.app_files import ROOT
from .._shared.component import Sources, component, nothing
from .attempt import Attempt, from_plain, to_plain

_PLACE = "learn place"
_WRITTEN = "learn written"
_PROBLEM = "learn problem"
_ATTEMPTS = "learn attempts"
_FORGET = "learn forget"
STORAGE = ROOT / "assets" / "app" / "progress.js"


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
    keep(replace(place(), step=min(place().steps, default=1), done=frozenset()))
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
    _attempts()[lesson.name] = Attempt()
    for key in [key for key in st.session_state if str(key).startswith(f"learn-{lesson.name}-")]:
        del st.session_state[key]


def remember(course: tuple[Lesson, ...], title: str, browser: str = "") -> None:
    """Keep everything in the browser, add what it has kept, and begin a new step at its ``title``.

    The browser sends what it has kept once, when the course is opened. ``browser`` is the random
    number by which it is known again in a class.
    """
    result = component("harmony_progress", _sources)(
        data={
            "done": sorted(place().done),
            "forget": int(st.session_state.get(_FORGET, 0)),
            "owner": _owner(),
            "attempts": {name: to_plain(one) for name, one in _attempts().items()},
            "step": place().step,
            "title": title,
            "browser": browser,
        },
        key="learn-progress",
        height="content",
        on_stored_change=nothing,
    )
    stored = result.get("stored")
    if isinstance(stored, Mapping):
        _take_back(course, stored)


def _take_back(course: tuple[Lesson, ...], stored: Mapping[str, Any]) -> None:
    done = stored.get("done")
    numbers = done if isinstance(done, list | tuple) else ()
    kept = frozenset(n for n in numbers if isinstance(n, int) and 0 < n < 100)
    attempts = stored.get("attempts")
    known = attempts if isinstance(attempts, Mapping) and stored.get("owner") == _owner() else {}
    changed = False
    for lesson in course:
        if lesson.name in known and lesson.name not in _attempts():
            found = from_plain(lesson, known[lesson.name], time.monotonic())
            changed = changed or found != Attempt(since=found.since)
            _attempts()[lesson.name] = found
    if not kept <= place().done:
        keep(replace(place(), done=place().done | kept))
        changed = True
    if changed:
        st.rerun()


def _owner() -> str:
    """Whose attempts these are: the seat in a class, or nobody's in particular."""
    return f"{place().code} {place().seat}" if place().code else ""


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
