"""Tables as aligned text."""

from __future__ import annotations

from .printable import printable


def text_table(rows: list[list[str]]) -> str:
    """Rows of cells as aligned text; columns of numbers, except the first, are aligned right.

    What would break a line or steer a terminal is replaced, see `printable`.
    """
    rows = [list(map(printable, row)) for row in rows]
    right = [
        i > 0 and all(not row[i] or row[i][0] in "–-−+0123456789" for row in rows[1:])
        for i in range(len(rows[0]))
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])
