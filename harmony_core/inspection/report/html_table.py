"""Text and tables of the report, with everything from the user's file escaped."""

from __future__ import annotations

from html import escape
from typing import Any

from ...printable import printable


def html_text(value: object) -> str:
    """Text for HTML; what cannot be shown becomes a mark."""
    return escape(printable(str(value)), quote=True)


def html_table(head: list[str], rows: list[list[Any]], numeric: set[int]) -> str:
    """A table whose ``numeric`` columns are set right; cells are escaped here.

    A row of one cell is a heading for those below it.
    """
    mark = dict.fromkeys(numeric, ' class="n"')
    heads = "".join(f"<th{mark.get(i, '')}>{html_text(cell)}</th>" for i, cell in enumerate(head))
    lines = []
    for row in rows:
        if len(row) == 1 < len(head):
            wide = f'<th class="group" scope="rowgroup" colspan="{len(head)}">'
            lines.append(f"<tr>{wide}{html_text(row[0])}</th></tr>")
            continue
        cells = "".join(
            f"<td{mark.get(i, ' class=name' if i == 0 else '')}>{html_text(cell)}</td>"
            for i, cell in enumerate(row)
        )
        lines.append(f"<tr>{cells}</tr>")
    return (
        f'<div class="scroll"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
