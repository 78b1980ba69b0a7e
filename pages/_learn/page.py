"""What the course draws for a step: question, prediction, run, and what the run shows."""

from __future__ import annotations

import html

import streamlit as st

from harmony_core.lessons.course.feedback import Feedback, Guess, feedback
from harmony_core.lessons.course.lesson import Lesson, lessons

from .._session import place
from .._session.lockstep_view import forget_sent
from .._session.page_links import glossary_link
from .._shared.messages import lead, messages, spoken
from .._shared.page import Page
from . import class_seat as student
from . import progress
from .feedback import check_question, show_explanation, show_try_it, show_verdict
from .formula import microscope
from .predict import predict
from .progress import Attempt
from .training import own_outcome, show_run, start_run

_SHOWN = "learn shown"


def learn(page: Page) -> None:
    """Draw the step that the link names."""
    course = lessons()
    here = progress.read(len(course))
    place.arrive(page.name, "")
    lesson = course[here.step - 1]
    if st.session_state.get(_SHOWN) != lesson.name:
        st.session_state[_SHOWN] = lesson.name
        forget_sent(f"learn-{lesson.name}")
    with st.container(key="lesson"):
        _header(course, lesson)
        if problem := progress.problem():
            st.warning(
                f"Part of this link could not be used. {spoken(problem)}",
                icon=":material/link_off:",
            )
        with messages():
            student.take_seat()
            _step(course, lesson)
    progress.remember()
    progress.write()


def _header(course: tuple[Lesson, ...], lesson: Lesson) -> None:
    place = progress.place()
    st.html(
        f'<p class="lesson-count">Step {lesson.number} of {len(course)} · about '
        f"{lesson.minutes} minutes · {len(place.done)} done</p>"
    )
    st.title(lesson.title, anchor=False)
    if "pages" in place.hide:
        st.html("<style>[data-testid=stToolbar]{display:none}</style>")
    if "steps" in place.hide:
        return
    with st.container(horizontal=True, gap="xxsmall", key="lesson-steps"):
        for one in course:
            done = one.number in place.done
            st.button(
                f"{one.number} ✓" if done else str(one.number),
                key=f"learn-step-{one.number}",
                type="primary" if one is lesson else "secondary",
                on_click=progress.go,
                args=(one.number,),
                help=one.title + (", done" if done else ""),
            )


def _step(course: tuple[Lesson, ...], lesson: Lesson) -> None:
    st.markdown(lesson.before)
    with st.container(horizontal=True, gap="small", key="lesson-terms"):
        for term in lesson.terms:
            glossary_link(term)
    question = st.empty()
    if progress.attempt(lesson).guess is None:
        with question.container():
            if place := student.seat_note():
                st.caption(place)
            if not _ask(lesson):
                return
        question.empty()
    _result(course, lesson, progress.attempt(lesson))


def _ask(lesson: Lesson) -> bool:
    """The question; return whether the student has just committed to an answer."""
    st.subheader("Predict", anchor=False)
    guess = predict(lesson)
    committed = st.button(
        "Commit and run",
        type="primary",
        icon=":material/play_arrow:",
        key="learn-commit",
        disabled=guess is None,
        help="Choose an answer first." if guess is None else None,
    )
    if committed and guess is not None:  # a callback would get the previous guess
        _commit(lesson, guess)
        return True
    return False


def _commit(lesson: Lesson, guess: Guess) -> None:
    progress.note(lesson, guess=guess)
    forget_sent(f"learn-{lesson.name}")
    start_run(lesson)
    student.report_prediction(lesson, guess)


def _result(course: tuple[Lesson, ...], lesson: Lesson, attempt: Attempt) -> None:
    assert attempt.guess is not None
    verdict = st.container()
    st.subheader("The run", anchor=False)
    outcome = show_run(lesson)
    if outcome is None:
        lead("Your prediction is kept. The outcome is shown when the run ends.")
        return
    result: Feedback = feedback(lesson, outcome, attempt.guess)
    if student.seat() and (mine := own_outcome(lesson)) is not None:
        student.report_result(lesson, feedback(lesson, mine, attempt.guess))
    with verdict:
        show_verdict(result)
    show_explanation(lesson, outcome, result)
    if lesson.microscope and "formulas" not in progress.place().hide:
        microscope(outcome)
    show_try_it(lesson)
    if check_question(lesson):
        _onward(course, lesson)
    st.button(
        "Predict again",
        key="learn-again",
        type="tertiary",
        icon=":material/replay:",
        on_click=progress.retry,
        args=(lesson,),
    )


def _onward(course: tuple[Lesson, ...], lesson: Lesson) -> None:
    place = progress.place()
    if lesson.number < len(course) and "steps" not in place.hide:
        following = course[lesson.number]
        st.button(
            f"Next: {following.title}",
            type="primary",
            icon=":material/arrow_forward:",
            icon_position="right",
            key="learn-next",
            on_click=progress.go,
            args=(following.number,),
        )
    if len(place.done) == len(course):
        st.html(
            '<section class="verdict right"><h3>You have done all '
            f"{len(course)} steps</h3><p>{html.escape(LAST)}</p></section>"
        )
        st.button("Start over", key="learn-over", on_click=progress.start_over)


LAST = (
    "You can now take a table of results and ask what it compares, over how many seeds, at which "
    "epoch, and who pays. Bring your own data next, or try to prove one of these lessons wrong."
)
