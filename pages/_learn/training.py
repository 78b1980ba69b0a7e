"""The run of a step: started by the prediction, followed until it ends, or the prepared one."""

from __future__ import annotations

import os
import time
from functools import lru_cache

import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.errors import HarmonyError
from harmony_core.experiments.method_text import method_labels
from harmony_core.lessons.course.feedback import Line, as_line
from harmony_core.lessons.course.lesson import Lesson
from harmony_core.lessons.course.outcome import Outcome, from_store
from harmony_core.lessons.course.prepare import path_of, prepared
from harmony_core.runs.record import ExperimentRecord
from harmony_core.viewer.panels import parts_of
from harmony_core.viewer.payload import build_payload
from harmony_core.viewer.run_payload import run_payload

from .._session.lockstep_view import lockstep_view, sent_until
from .._session.visitor import access
from .._shared.backend import queue, store
from .._shared.markdown import spoken
from .._shared.messages import messages
from .._shared.status import status_strip
from . import progress

TICK = 0.4
"""Seconds between two updates of a run on screen."""
SELDOM = 10.0
"""Seconds between two updates of a run that is not on screen; a whole class may be waiting."""
PATIENCE = 25.0
"""Seconds after which the prepared result replaces a run that is not done."""
CROWD = 4
"""Length of the queue from which the prepared result is shown at once."""
MOST_KNOWN = 5000
"""Runs to remember."""
ONLY_PREPARED = "HARMONY_LESSONS"
"""Environment variable; set to `prepared`, the course trains nothing, for very small servers."""
_ENDING = "learn run that has ended"


@st.cache_resource(max_entries=1)
def runs_by_config(root: str) -> dict[str, str]:
    """Run by visitor, class and config of the lessons that this server started: equal configs give
    equal results, and the runs of a class go with it.
    """
    del root
    return {}


def start_run(lesson: Lesson) -> None:
    """Start the student's own run, or use an equal run of this server."""
    if os.environ.get(ONLY_PREPARED) == "prepared":
        progress.note(lesson, run="", since=time.monotonic(), prepared=True)
        return
    place = progress.place()
    config = lesson.with_seed(place.seed, place.scenario)
    run = ""
    with messages():
        code = place.code if place.seat else ""
        run = _run_of(config, f"Step {lesson.number}: {lesson.title}", code)
    waiting = (queue().position(run) or 0) if run else CROWD
    progress.note(lesson, run=run, since=time.monotonic(), prepared=not run or waiting >= CROWD)


def _run_of(config: ExperimentConfig, title: str, class_code: str) -> str:
    known = runs_by_config(str(store().root))
    mine = access()
    text = f"{mine.visitor.id} {class_code} {config.to_json()}"
    if text in known:
        try:
            record = store().get(known[text])
            if record.active or record.state == "done":
                return record.id
        except HarmonyError:
            del known[text]
    while len(known) >= MOST_KNOWN:
        del known[next(iter(known))]
    record = mine.start(config, title, class_code)
    known[text] = record.id
    return record.id


def show_run(lesson: Lesson) -> Outcome | None:
    """Draw the run of a step; return its outcome, once it is known."""
    attempt = progress.attempt(lesson)
    record = _record(attempt.run)
    if not attempt.prepared and (record is None or record.state in ("failed", "interrupted")):
        progress.note(lesson, prepared=True)
        attempt = progress.attempt(lesson)
    if attempt.prepared:
        return _prepared(lesson, record)
    assert record is not None
    st.fragment(_watch, run_every=TICK if record.active else None)(lesson, record.id, record.active)
    if record.active and "prepared" not in progress.place().hide:
        st.button(
            "Show the prepared result",
            key="learn-prepared",
            type="tertiary",
            icon=":material/bolt:",
            on_click=progress.note,
            args=(lesson,),
            kwargs={"prepared": True},
            help="The same experiment, trained beforehand. Your own run continues.",
        )
    return own_outcome(lesson)


def own_line(lesson: Lesson) -> Line | None:
    """The boundary that the student drew, in a step that asks for one."""
    return as_line(progress.attempt(lesson).guess)


def own_outcome(lesson: Lesson) -> Outcome | None:
    """The outcome of the student's own run, once it is done, whichever run is on screen."""
    record = _record(progress.attempt(lesson).run)
    if record is None or record.state != "done":
        return None
    with messages():
        return _outcome(str(store().root), record.id)
    return None


def reported_outcome(lesson: Lesson) -> Outcome | None:
    """What a class is told: the outcome of the own run, or the prepared one if there is none."""
    if progress.attempt(lesson).run:
        return own_outcome(lesson)
    with messages():
        return prepared_outcome(lesson)
    return None


def own_state(lesson: Lesson) -> str:
    """The state of the student's own run; empty if there is none."""
    record = _record(progress.attempt(lesson).run)
    return record.state if record else ""


def _record(run: str) -> ExperimentRecord | None:
    if not run:
        return None
    try:
        return store().get(run)
    except HarmonyError:
        return None


@lru_cache(maxsize=64)
def _outcome(root: str, run: str) -> Outcome:
    del root
    return from_store(store(), store().get(run))


def _watch(lesson: Lesson, run: str, live: bool) -> None:
    with messages():
        record = store().get(run)
        shown = min(record.repeat, record.config.seeds.repeats - 1)
        status_strip(record, queue().position(run))
        _view(lesson, record, shown if record.active else 0)
        late = time.monotonic() - progress.attempt(lesson).since > PATIENCE
        if live and record.active and late:
            progress.note(lesson, prepared=True)
            st.rerun()
        if live and not record.active:
            _end(run)


def _end(run: str) -> None:
    """Rerun the page one tick after the last frames, as an immediate rerun may cancel them."""
    if st.session_state.get(_ENDING) == run:
        del st.session_state[_ENDING]
        st.rerun()
    st.session_state[_ENDING] = run


def _view(lesson: Lesson, record: ExperimentRecord, repeat: int) -> None:
    name = f"{record.id}.{repeat}"
    key = f"learn-{lesson.name}"
    since = sent_until(key, name)
    epochs = store().epochs(record.id, repeat)
    if not epochs:
        return
    frames = [store().frames(record.id, repeat, epoch) for epoch in epochs if epoch > since]
    scene = store().scene(record.id, repeat)
    payload = run_payload(record, name, scene, frames, lesson.panels, since=since)
    with st.container(key="learn-view"):
        lockstep_view(
            payload, key=key, live=record.active, panels=lesson.panels, line=own_line(lesson)
        )


def _prepared(lesson: Lesson, record: ExperimentRecord | None) -> Outcome | None:
    """The recorded result, and the way back to the student's own run."""
    outcome = None
    with messages():
        outcome = prepared_outcome(lesson)
    if outcome is None:
        return None
    if record is not None and record.state == "done":
        st.button(
            "Your own run is done: show it",
            key="learn-own",
            icon=":material/check_circle:",
            on_click=progress.note,
            args=(lesson,),
            kwargs={"prepared": False},
        )
    elif record is not None and record.active:
        st.fragment(_still_running, run_every=SELDOM)(record.id)
    place = progress.place()
    other = " It uses the seed and the data of the course." if place.seed or place.scenario else ""
    st.caption(f"This is a prepared result, trained beforehand.{other}")
    if record is not None and record.error:
        st.caption(f"Your own run could not be finished. {spoken(record.error)}")
    payload = build_payload(
        f"prepared-{lesson.name}",
        outcome.scenes[0],
        method_labels(outcome.config.methods),
        outcome.film,
        outcome.config.epochs,
        "done",
        parts=parts_of(lesson.panels),
    )
    with st.container(key="learn-view"):
        lockstep_view(
            payload,
            key=f"learn-{lesson.name}",
            live=False,
            panels=lesson.panels,
            line=own_line(lesson),
        )
    return outcome


def _still_running(run: str) -> None:
    """Say how far the student's own run is; rerun the page when it is done."""
    record = _record(run)
    if record is not None and record.active:
        waiting = queue().position(run)
        state = f"waits, {waiting} before it" if waiting else f"is at epoch {record.epoch}"
        st.caption(f"Your own run {state}. It can be shown here when it is done.")
    else:
        st.rerun()


def prepared_outcome(lesson: Lesson) -> Outcome:
    """The prepared result of a lesson; read again when its file has changed."""
    path = path_of(lesson)
    return _read_prepared(lesson, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=32)
def _read_prepared(lesson: Lesson, changed: int) -> Outcome:
    del changed
    return prepared(lesson)
