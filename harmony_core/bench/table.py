"""Measurements as rows of one Markdown table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HEADS = ("What", "Result", "Range", "Against", "Ratio", "Target", "")


@dataclass(frozen=True)
class Row:
    """A measurement: a value with its unit and range, what it is compared with, and the target.

    ``met`` is None where there is no target.
    """

    what: str
    result: str
    spread: str = ""
    against: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} ×"
        verdict = {None: "", True: "met", False: "**missed**"}[self.met]
        return self.what, self.result, self.spread, self.against, ratio, self.target, verdict


def markdown(rows: Iterable[Row]) -> str:
    """The table, one line per row."""
    cells = [HEADS, *(row.cells() for row in rows)]
    lines = ["| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in cells]
    lines.insert(1, "|---" * len(HEADS) + "|")
    return "\n".join(lines)


def seconds(value: float) -> str:
    """A time in µs, ms or s, with three digits.

    >>> seconds(0.0001234), seconds(2.5)
    ('123 µs', '2.5 s')
    """
    for factor, unit in ((1e6, "µs"), (1e3, "ms")):
        if value * factor < 1000:
            return f"{value * factor:.3g} {unit}"
    return f"{value:.3g} s"


def per_second(count: float, value: float, what: str = "images") -> str:
    """``count`` things in ``value`` seconds as a rate, with three digits.

    >>> per_second(123_456, 1.0)
    '123,000 images/s'
    """
    rate = count / value
    digits = max(0, len(str(int(rate))) - 3)
    return f"{round(rate, -digits):,.0f} {what}/s"
