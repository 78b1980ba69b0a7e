"""The record of a student's predictions, on the page and to take along."""

from __future__ import annotations

import streamlit as st

from harmony_core.lessons.classroom.record import (
    HEADS,
    RecordRow,
    record_csv,
    record_page,
    summary,
)
from harmony_core.lessons.course.lesson import Lesson

from .._shared.tables import cells, table
from . import progress


def rows_of(course: tuple[Lesson, ...]) -> list[RecordRow]:
    """The steps whose result this student has seen."""
    rows = []
    for lesson in course:
        attempt = progress.attempt(lesson)
        if attempt.told is None:
            continue
        told, answer = attempt.told, attempt.answer
        checked = None if answer is None else lesson.answers[answer].right
        rows.append(
            RecordRow(
                lesson.number, lesson.title, told.prediction, told.happened, told.right, checked
            )
        )
    return rows


def show_record(course: tuple[Lesson, ...]) -> None:
    """The predictions beside what happened; nothing before the first result."""
    rows = rows_of(course)
    if not rows:
        return
    st.header("Your predictions", anchor=False)
    st.markdown(summary(rows, len(course)))
    with st.container(key="lesson-told"):
        table("Your predictions", HEADS, [(row.cells[0], cells(row.cells[1:])) for row in rows])
    with st.container(horizontal=True, gap="small", key="lesson-record"):
        st.download_button(
            "Record to print",
            lambda: record_page(rows, len(course)).encode(),
            file_name="harmony-predictions.html",
            mime="text/html",
            icon=":material/print:",
            key="learn-record-page",
            on_click="ignore",
        )
        st.download_button(
            "Record as CSV",
            lambda: record_csv(rows).encode("utf-8-sig"),
            file_name="harmony-predictions.csv",
            mime="text/csv",
            icon=":material/table:",
            key="learn-record-csv",
            on_click="ignore",
        )
    st.caption("The record is kept in this browser.")
