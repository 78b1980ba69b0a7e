"""The predictions and results of a class as CSV, one row for each student and step."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from ...csv_cells import number_cell, text_cell
from ..course.lesson import Lesson
from .classes import Entry

HEADS = (
    "step", "title", "seat", "prediction", "unit", "result", "result_is", "came_out",
    "predicted_it", "time_utc",
)  # fmt: skip


def class_csv(course: Sequence[Lesson], entries: Mapping[int, Sequence[Entry]]) -> str:
    """All entries, by step and seat; a result that is not there yet is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADS)
    for lesson in course:
        for entry in entries.get(lesson.number, ()):
            writer.writerow(_row(lesson, entry))
    return out.getvalue()


def _row(lesson: Lesson, entry: Entry) -> list[str]:
    predict = lesson.predict
    texts = {option.key: option.text for option in predict.options}
    guess, unit = entry.guess, predict.unit
    if predict.kind == "line":
        unit = "% of the plane from the network’s boundary"
    return [
        str(lesson.number),
        text_cell(lesson.title),
        str(entry.seat),
        text_cell(texts.get(guess, guess)) if isinstance(guess, str) else number_cell(guess),
        text_cell(unit),
        "" if entry.result is None else number_cell(entry.result),
        text_cell(lesson.result_name),
        text_cell(texts.get(entry.happened, "")),
        {None: "", True: "yes", False: "no"}[entry.right],
        text_cell(entry.at),
    ]
