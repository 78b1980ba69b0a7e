"""A student's record of the course, as a page to print and as CSV."""

from __future__ import annotations

import csv
import io

from harmony_core.lessons.classroom.record import (
    HEADS,
    RecordRow,
    record_csv,
    record_page,
    summary,
)

ROWS = (
    RecordRow(1, "What a long tail is", "40 of 100", "47.2 of 100", right=True, checked=True),
    RecordRow(7, "<Moving> it", "−5 points", "21.8 points", right=False, checked=None),
)


def test_the_page_has_every_row_and_a_line_for_the_name() -> None:
    page = record_page(ROWS, 11)
    assert "Name: ____" in page
    assert "2 of 11 steps played, 1 predicted right." in page
    assert "&lt;Moving&gt; it" in page
    assert "<Moving>" not in page
    assert page.count("<tr>") == 1 + len(ROWS)


def test_the_table_is_read_back_and_runs_no_formula() -> None:
    head, *rows = csv.reader(io.StringIO(record_csv(ROWS)))
    assert tuple(head) == HEADS
    assert rows[0] == ["1", "What a long tail is", "40 of 100", "47.2 of 100", "yes", "right"]
    assert rows[1][2] == "'−5 points"
    assert rows[1][-1] == "not answered"


def test_the_summary_counts() -> None:
    assert summary((), 11) == "0 of 11 steps played, 0 predicted right."
