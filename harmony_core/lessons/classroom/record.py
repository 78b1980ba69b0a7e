"""A student's record of the course: what they predicted and what happened, to print or as CSV."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

from ...csv_cells import text_cell
from .worksheet import STYLE

HEADS = ("Step", "Title", "You predicted", "What happened", "Predicted it", "Check question")
TABLE = """
table { border-collapse: collapse; width: 100%; font-size: 10pt; }
th, td { border-bottom: 1px solid #bbb; padding: .35rem .5rem; text-align: left;
  vertical-align: top; } td:first-child { font-variant-numeric: tabular-nums; }
"""


@dataclass(frozen=True)
class RecordRow:
    """One step as a student went through it."""

    number: int
    title: str
    prediction: str
    happened: str
    right: bool
    checked: bool | None
    """Whether the check question was answered right; None if it was not answered"""

    @property
    def cells(self) -> tuple[str, ...]:
        """The row in words, in the order of `HEADS`."""
        check = {None: "not answered", True: "right", False: "not right"}[self.checked]
        said = "yes" if self.right else "no"
        return (str(self.number), self.title, self.prediction, self.happened, said, check)


def summary(rows: Sequence[RecordRow], steps: int) -> str:
    """One sentence on these rows of a course of ``steps``."""
    right = sum(row.right for row in rows)
    return f"{len(rows)} of {steps} steps played, {right} predicted right."


def record_page(rows: Sequence[RecordRow], steps: int) -> str:
    """One HTML page to print, with a line for the name."""
    heads = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in HEADS)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row.cells) + "</tr>"
        for row in rows
    )
    title = "Harmony: my predictions"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}{TABLE}</style><body><h1>{title}</h1>"
        f"<p>Name: ______________________________</p><p>{summary(rows, steps)}</p>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></body></html>"
    )


def record_csv(rows: Sequence[RecordRow]) -> str:
    """The same as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADS)
    writer.writerows([text_cell(cell) for cell in row.cells] for row in rows)
    return out.getvalue()
