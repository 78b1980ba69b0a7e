"""What a step shows once its run is known: verdict, formulas, one thing to try, and a check."""

from __future__ import annotations

import html
from urllib.parse import parse_qsl

import streamlit as st

from harmony_core.experiments.method_text import method_labels
from harmony_core.lessons.course.expression import fill
from harmony_core.lessons.course.facts import LETTERS
from harmony_core.lessons.course.feedback import Feedback
from harmony_core.lessons.course.lesson import Lesson
from harmony_core.lessons.course.outcome import Outcome

from .._shared.tables import cells, table
from .._shared.widgets import set_widget
from . import progress

FIGURES = {
    "balanced": "Balanced accuracy",
    "head": "Head",
    "medium": "Medium",
    "tail": "Tail",
    "differs": "Differs from best",
}


def show_verdict(feedback: Feedback) -> None:
    """The prediction beside what happened."""
    verdict = "You predicted it" if feedback.right else "It came out differently"
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
    labels = method_labels(outcome.config.methods)
    names = [n for n in FIGURES if f"{n}_A" in feedback.numbers]
    rows = [
        (label, cells([fill(f"[[{n}_{LETTERS[m]}]]", feedback.numbers) for n in names]))
        for m, label in enumerate(labels)
    ]
    heads = [FIGURES[n] for n in names]
    table("Recall by method, in percent", ["Method, in %", *heads], rows, marks=True)
    scene = outcome.scenes[0]
    rows = [
        (
            name,
            cells(
                [
                    f"{scene.train_counts[c]:,}",
                    *(f"{100 * frame.recall[c]:.1f}" for frame in outcome.last[0]),
                ]
            ),
        )
        for c, name in enumerate(scene.class_names)
    ]
    heads = [f"Recall, {label}" for label in labels]
    table("Recall by class, in percent", ["Class", "Training samples", *heads], rows)
    if outcome.config.seeds.repeats > 1:
        st.caption("The first table is the mean over all seeds, the second is of the first seed.")


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
    say(f"{'Right.' if answer.right else 'Not quite.'} {answer.why}", icon=icon)
    return True


def _answered(lesson: Lesson, key: str) -> None:
    chosen = st.session_state.get(key)
    if isinstance(chosen, int):
        progress.note(lesson, answer=chosen)
        progress.finish(lesson.number)
