"""What the course draws for a step: question, prediction, run, and what the run shows."""

from __future__ import annotations

import html

import streamlit as st

from harmony_core.lessons.course.axes import drawn_axes
from harmony_core.lessons.course.feedback import Feedback, Guess, feedback
from harmony_core.lessons.course.lesson import Lesson, lessons
from harmony_core.lessons.course.words import TITLE

from .._session import place
from .._session.glossary_links import glossary_word
from .._session.lockstep_view import forget_sent
from .._shared.markdown import spoken
from .._shared.messages import lead, messages
from .._shared.one_axis import one_axis
from .._shared.page import Page
from . import class_seat as student
from . import progress
from .attempt import Attempt, Told
from .feedback import check_question, show_explanation, show_try_it, show_verdict
from .formula import microscope
from .pace import held, waiting, watch
from .predict import predict
from .record import show_record
from .start import show_start
from .training import own_state, reported_outcome, show_run, start_run

_SHOWN = "learn shown"


def learn(page: Page) -> None:
    """Draw the step that the link names."""
    every = lessons()
    progress.read(len(every))
    place.arrive(page.name, "")
    student.take_seat(len(every))
    here = progress.place()
    course = tuple(lesson for lesson in every if here.has(lesson.number))
    if here.step == 0:
        _start(course)
        return
    lesson = every[here.step - 1]
    if st.session_state.get(_SHOWN) != lesson.name:
        st.session_state[_SHOWN] = lesson.name
        forget_sent(f"learn-{lesson.name}")
    with st.container(key="lesson"):
        _header(course, lesson)
        if problem := progress.problem():
            _say(problem)
        student.class_news()
        with messages():
            _step(course, lesson)
    progress.remember(every, lesson.title, student.browser_to_keep())
    progress.write()
    watch(lesson)


def _start(course: tuple[Lesson, ...]) -> None:
    """The course before its first step."""
    with st.container(key="lesson"):
        _header(course, None)
        if problem := progress.problem():
            _say(problem)
        student.class_news()
        show_start(course)
    progress.remember(lessons(), TITLE, student.browser_to_keep())
    progress.write()
    student.watch_class(lambda: "")


def _say(problem: str) -> None:
    st.warning(
        f"Part of this link could not be used. {spoken(problem)}", icon=":material/link_off:"
    )


def _header(course: tuple[Lesson, ...], lesson: Lesson | None) -> None:
    """Where one is, the title, and the list of steps; no lesson: the start page."""
    place = progress.place()
    where = _where(course, lesson) if lesson else f"{len(course)} steps"
    minutes = lesson.minutes if lesson else sum(one.minutes for one in course)
    done = sum(one.number in place.done for one in course)
    st.html(f'<p class="lesson-count">{where} · about {minutes} minutes · {done} done</p>')
    st.title(lesson.title if lesson else TITLE, anchor=False)
    if "pages" in place.hide:
        st.html("<style>[data-testid=stToolbar]{display:none}</style>")
    if "steps" in place.hide:
        return
    with st.container(horizontal=True, gap="xxsmall", key="lesson-steps"):
        st.button(
            "Start",
            key="learn-step-0",
            type="secondary" if lesson else "primary",
            on_click=progress.go,
            args=(0,),
            help="About the course, and your predictions so far",
        )
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


def _where(course: tuple[Lesson, ...], lesson: Lesson) -> str:
    """Which step this is; its number is that of the whole course, also if some are left out."""
    if not progress.place().steps:
        return f"Step {lesson.number} of {len(course)}"
    return f"Step {lesson.number}, number {course.index(lesson) + 1} of {len(course)} here"


def _step(course: tuple[Lesson, ...], lesson: Lesson) -> None:
    if held(lesson):
        return
    st.markdown(lesson.before)
    with st.container(horizontal=True, gap="small", key="lesson-terms"):
        for term in lesson.terms:
            glossary_word(term)
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
    st.header("Predict", anchor=False)
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
    if waiting(lesson):
        return
    verdict = st.container()
    st.header("The run", anchor=False)
    outcome = show_run(lesson)
    if outcome is None:
        lead("Your prediction is kept. The outcome is shown when the run ends.")
        return
    result: Feedback = feedback(lesson, outcome, attempt.guess)
    if student.seat() and (mine := reported_outcome(lesson)) is not None:
        student.report_result(lesson, feedback(lesson, mine, attempt.guess))
    if not (attempt.told and attempt.run and not own_state(lesson)):  # a run deleted with its class
        progress.note(lesson, told=Told(result.prediction, result.happened, result.right))
    with verdict:
        show_verdict(result)
        for axis in drawn_axes(lesson, outcome, attempt.guess, result.numbers):
            st.html(one_axis(axis))
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
    following = next((one for one in course if one.number > lesson.number), None)
    if following and "steps" not in place.hide:
        opens = student.lead().opens(following.number)
        st.button(
            f"Next: {following.title}",
            type="primary",
            icon=":material/arrow_forward:",
            icon_position="right",
            key="learn-next",
            on_click=progress.go,
            args=(following.number,),
            disabled=not opens,
        )
        if not opens:
            st.caption("Your teacher holds the class at this step.")
    if all(one.number in place.done for one in course):
        st.html(
            '<section class="verdict right"><h2>You have done all '
            f"{len(course)} steps</h2><p>{html.escape(LAST_OF_SOME if place.steps else LAST)}"
            "</p></section>"
        )
        show_record(course)
        st.button("Start over", key="learn-over", on_click=progress.start_over)


LAST_OF_SOME = "Your predictions are below, beside what came out. You can save or print them."
LAST = (
    "You can now take a table of results and ask what it compares, over how many seeds, at which "
    "epoch, and who pays. Bring your own data next, or try to prove one of these lessons wrong."
)
