"""The start page of the course: for whom it is, what it needs, how long it takes, what it has."""

from __future__ import annotations

import html

import streamlit as st

from harmony_core.lessons.course.lesson import Lesson
from harmony_core.lessons.course.words import FOR_WHOM, NEEDED, WAY, how_long

from .._shared.messages import lead
from .._shared.theme import theme
from .._shared.thumbnails import svg_uri
from . import progress
from .data_picture import training_points
from .join import join_class
from .record import show_record

FACTS = (
    ("For whom", FOR_WHOM),
    ("What you need", NEEDED),
    (
        "What is kept",
        "Your predictions, in this browser. The server keeps the runs, without a name, until "
        "somebody deletes them. In a class, the teacher sees predictions and results by seat, and "
        "all of it is deleted when the class ends.",
    ),
)


def show_start(course: tuple[Lesson, ...]) -> None:
    """Everything but the title and the list of steps."""
    lead(WAY)
    minutes = sum(lesson.minutes for lesson in course)
    short = [str(lesson.number) for lesson in course if lesson.short]
    some = (
        ""
        if progress.place().steps or len(short) < 2
        else (
            f" Steps {', '.join(short[:-1])} and {short[-1]} fill a lesson of 45 "
            "minutes, with time to talk."
        )
    )
    long = ("How long", how_long(minutes, len(course)) + some)
    facts = "".join(
        f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd></div>"
        for name, text in (FACTS[0], FACTS[1], long, FACTS[2])
    )
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        st.html(f'<dl class="course-facts">{facts}</dl>')
        following = next_step(course)
        begun = bool(progress.place().done) or following > course[0].number
        st.button(
            f"Continue with step {following}" if begun else "Begin with step 1",
            type="primary",
            icon=":material/arrow_forward:",
            icon_position="right",
            key="learn-begin",
            on_click=progress.go,
            args=(following,),
        )
        join_class()
    with right:
        svg, _, _ = training_points(course[0].config.to_json(), theme())
        words = "Five classes of points, from 600 to six samples: the data of step 1"
        st.html(
            f'<figure class="lesson-data"><img src="{svg_uri(svg)}" alt="{words}">'
            f"<figcaption>{words}.</figcaption></figure>"
        )
    show_record(course)
    st.header("The steps", anchor=False)
    rows = "".join(
        f"<li value={lesson.number}>{html.escape(lesson.title)} "
        f"<span>{lesson.minutes} minutes</span></li>"
        for lesson in course
    )
    st.html(f'<ol class="course-steps">{rows}</ol>')


def next_step(course: tuple[Lesson, ...]) -> int:
    """The first step that is not done; the first of them if none is left."""
    done = progress.place().done
    left = (lesson.number for lesson in course if lesson.number not in done)
    return next(left, course[0].number)
