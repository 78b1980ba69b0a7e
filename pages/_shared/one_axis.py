"""Numbers of one kind on one axis: a prediction, the result, and what is behind it.

A hollow diamond is what was predicted, a filled circle the result; every method has a colour and a
shape. Small dots are single seeds, a line is the interval of their mean. Every number stands beside
its row too, and all are repeated as a table.
"""

from __future__ import annotations

import html

import numpy as np

from harmony_core.lessons.course.axes import GUESS, RESULT, DrawnAxis, Mark
from harmony_core.plots.style import METHOD_MARKERS

TICKS = 5
STEPS = (1, 2, 2.5, 5, 10)


def one_axis(axis: DrawnAxis) -> str:
    """The axis as HTML that follows the theme and the width of its column."""
    marks = "".join(_row(axis, mark) for mark in axis.marks)
    ticks = "".join(
        f'<span style="left:{_share(axis, tick):.2f}%">{number_text(tick)}</span>'
        for tick in ticks_of(axis.low, axis.high)
    )
    seeded = " seeded" if any(mark.dots for mark in axis.marks) else ""
    unit = f" <span>{html.escape(axis.unit)}</span>" if axis.unit else ""
    return (
        f'<figure class="one-axis{seeded}"><figcaption>{html.escape(axis.title)}{unit}</figcaption>'
        f'{marks}<div class="axis-row axis-ticks" aria-hidden="true"><div></div>'
        f"<div>{ticks}</div><div></div></div>{_note(axis)}{_table(axis)}</figure>"
    )


def ticks_of(low: float, high: float) -> list[float]:
    """About `TICKS` round numbers from ``low`` to ``high``."""
    rough = (high - low) / TICKS
    size = 10 ** np.floor(np.log10(rough))
    step = next(float(s * size) for s in STEPS if s * size >= rough * 0.999)
    first = int(np.ceil(low / step - 1e-9))
    return [i * step for i in range(first, int(np.floor(high / step + 1e-9)) + 1)]


def _row(axis: DrawnAxis, mark: Mark) -> str:
    inside = ""
    if axis.low < 0 < axis.high:
        inside += f'<i class="axis-zero" style="left:{_share(axis, 0):.2f}%"></i>'
    if mark.kind == GUESS and axis.near:
        inside += _bar(axis, "axis-near", *axis.near)
    if mark.high > mark.low:
        kind = "axis-range" if mark.value is None else "axis-interval"
        inside += _bar(axis, kind, mark.low, mark.high)
    inside += "".join(
        f'<i class="axis-seed" style="left:{_share(axis, dot):.2f}%"></i>' for dot in mark.dots
    )
    if mark.value is not None:
        place = f"left:{_share(axis, mark.value):.2f}%"
        inside += f'<i class="axis-mark axis-{_shape(mark)}" style="{place}"></i>'
    color = f' style="color:var(--m{mark.method % 8})"' if mark.method is not None else ""
    bet = " <em>your prediction</em>" if mark.yours and mark.kind != GUESS else ""
    return (
        f'<div class="axis-row {mark.kind}{" yours" if bet else ""}"><div>'
        f"{html.escape(mark.label)}{bet}</div>"
        f'<div class="axis-track"{color} aria-hidden="true">{inside}</div>'
        f"<div>{html.escape(mark.said)}</div></div>"
    )


def _shape(mark: Mark) -> str:
    if mark.kind == GUESS:
        return "hollow"
    if mark.kind == RESULT or mark.method is None:
        return "circle"
    return METHOD_MARKERS[mark.method % len(METHOD_MARKERS)]


def _bar(axis: DrawnAxis, kind: str, low: float, high: float) -> str:
    left, right = _share(axis, low), _share(axis, high)
    return f'<i class="{kind}" style="left:{left:.2f}%;width:{right - left:.2f}%"></i>'


def _share(axis: DrawnAxis, value: float) -> float:
    """Where a value is, in percent of the axis."""
    return 100 * max(0.0, min(1.0, (value - axis.low) / (axis.high - axis.low)))


def _note(axis: DrawnAxis) -> str:
    notes = []
    if axis.near:
        notes.append("A prediction in the shaded part counts as right.")
    if any(mark.dots for mark in axis.marks):
        notes.append("Small dots are single seeds, the line is a 95 % interval of their mean.")
    return f'<p class="axis-note">{" ".join(notes)}</p>' if notes else ""


def _table(axis: DrawnAxis) -> str:
    seeded = any(mark.dots for mark in axis.marks)
    heads = ["", f"Value{f', {axis.unit}' if axis.unit else ''}"]
    heads += ["Single seeds"] if seeded else []
    titles = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in heads)
    rows = "".join(
        f'<tr><th scope="row">{html.escape(mark.label)}</th><td>{html.escape(mark.said)}</td>'
        + (f"<td>{', '.join(number_text(dot) for dot in mark.dots)}</td>" if seeded else "")
        + "</tr>"
        for mark in axis.marks
    )
    return (
        '<details><summary>as a table</summary><div class="figures" tabindex="0" role="region" '
        f'aria-label="{html.escape(axis.title)}"><table><thead><tr>{titles}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )


def number_text(value: float) -> str:
    """A number at an axis."""
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return text.replace("-", "−")
