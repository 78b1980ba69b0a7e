"""What a step shows once its run is known: verdict, formulas, one thing to try, and a check."""

from __future__ import annotations

import html
from urllib.parse import parse_qsl

import streamlit as st

from harmony_core.lessons.course.expression import fill
from harmony_core.lessons.course.feedback import Feedback
from harmony_core.lessons.course.lesson import Lesson
from harmony_core.lessons.course.number_tables import OVER_SEEDS, by_class, by_method
from harmony_core.lessons.course.outcome import Outcome
from harmony_core.lessons.course.words import CHECKED, VERDICTS

from .._shared.tables import cells, table
from .._shared.widgets import set_widget
from . import progress


def show_verdict(feedback: Feedback) -> None:
    """The prediction beside what happened."""
    verdict = VERDICTS[feedback.right]
    st.html(
        f'<section class="verdict {"right" if feedback.right else "other"}" role="status" '
        f'data-right="{str(feedback.right).lower()}"><h2>{verdict}</h2><dl>'
        f"<div><dt>You predicted</dt><dd>{html.escape(feedback.prediction)}</dd></div>"
        f"<div><dt>This run</dt><dd>{html.escape(feedback.happened)}</dd></div></dl></section>"
    )
    st.markdown(feedback.text)


def show_explanation(lesson: Lesson, outcome: Outcome, feedback: Feedback) -> None:
    """What there is to see, the formulas with this run's numbers, and the numbers as a table."""
    st.markdown(fill(lesson.after, feedback.numbers))
    if "formulas" not in progress.place().hide:
        with st.container(key="lesson-formulas"):
            for formula in lesson.formulas:
                st.html(f'<h3 class="formula-name">{html.escape(formula.name)}</h3>')
                st.latex(fill(formula.latex, feedback.numbers).replace("−", "-"))
                if formula.note:
                    st.caption(fill(formula.note, feedback.numbers))
    with st.expander("The numbers of this run as a table"):
        _numbers(outcome, feedback)


def _numbers(outcome: Outcome, feedback: Feedback) -> None:
    for one, marks in ((by_method(outcome, feedback.numbers), True), (by_class(outcome), False)):
        rows = [(name, cells(texts)) for name, texts in one.rows]
        table(one.caption, one.head, rows, marks=marks)
    if outcome.config.seeds.repeats > 1:
        st.caption(OVER_SEEDS)


def show_try_it(lesson: Lesson) -> None:
    """One thing to try in the Arena."""
    if "try" in progress.place().hide:
        return
    query: dict[str, str | list[str]] = {}
    for key, value in parse_qsl(lesson.try_query):
        old = query.get(key)
        query[key] = value if old is None else [*([old] if isinstance(old, str) else old), value]
    with st.container(border=True, key="lesson-try"):
        st.markdown(f"**Try it.** {lesson.try_text}")
        st.page_link(
            "pages/arena.py",
            label="Open this in the Arena",
            icon=":material/stadium:",
            query_params=query,
        )


def check_question(lesson: Lesson) -> bool:
    """The check question; return whether it has been answered."""
    st.header("Check yourself", anchor=False)
    key = f"learn-{lesson.name}-check"
    known = progress.attempt(lesson).answer
    if known is not None:
        set_widget(key, known)
    st.radio(
        lesson.ask,
        lesson.mixed,
        index=None,
        key=key,
        format_func=lambda i: lesson.answers[i].text,
        on_change=_answered,
        args=(lesson, key),
    )
    if known is None:
        return False
    answer = lesson.answers[known]
    say = st.success if answer.right else st.info
    icon = ":material/check_circle:" if answer.right else ":material/lightbulb:"
    say(f"{CHECKED[answer.right]} {answer.why}", icon=icon)
    return True


def _answered(lesson: Lesson, key: str) -> None:
    chosen = st.session_state.get(key)
    if isinstance(chosen, int):
        progress.note(lesson, answer=chosen)
        progress.finish(lesson.number)
