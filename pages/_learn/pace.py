"""A class that waits for its teacher: at a step, or for what came out."""

from __future__ import annotations

import streamlit as st

from harmony_core.lessons.course.feedback import feedback
from harmony_core.lessons.course.lesson import Lesson

from . import class_seat as student
from . import progress
from .training import own_state, reported_outcome


def held(lesson: Lesson) -> bool:
    """Whether the class is not at this step yet; then say so and where it is."""
    hold = student.lead().hold
    if student.lead().opens(lesson.number):
        return False
    st.info(
        f"Your teacher holds the class at step {hold}. This step opens when they go on; the page "
        "changes by itself.",
        icon=":material/front_hand:",
    )
    if progress.place().has(hold):
        st.button(
            f"Go to step {hold}", type="primary", key="learn-to-class", on_click=progress.go,
            args=(hold,),
        )  # fmt: skip
    return True


def waiting(lesson: Lesson) -> bool:
    """Whether what came out waits for the teacher; then say so, and report it to the class."""
    if student.lead().tells(lesson.number):
        return False
    guess, outcome = progress.attempt(lesson).guess, reported_outcome(lesson)
    done = outcome is not None
    if outcome is not None and guess is not None:
        student.report_result(lesson, feedback(lesson, outcome, guess))
    st.info(
        f"Your prediction is in, and your run {'is done' if done else 'is training'}. Your teacher "
        "shows what came out; the page changes by itself.",
        icon=":material/hourglass_top:",
    )
    return True


def watch(lesson: Lesson) -> None:
    """Follow the class: change the page when the teacher leads it otherwise."""
    student.watch_class(lambda: own_state(lesson) if waits(lesson) else "")


def waits(lesson: Lesson) -> bool:
    """Whether a prediction is in whose result the teacher has not shown."""
    made = progress.attempt(lesson).guess is not None
    return made and not student.lead().tells(lesson.number)
