"""A class on one axis: its predictions stand above the line, its results hang below it.

A hollow diamond is the prediction of one student, a filled circle the result of one, as in
`one_axis`. In a step with options, each option has its own line of diamonds and circles.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence

from harmony_core.lessons.classroom.spread import Spread

from .one_axis import number_text, ticks_of

PLACES = 50
"""Columns of the axis, in which equal values are stacked"""
TALLEST = 8.0
"""Height of the tallest stack, in letters"""
LARGEST = 1.0
"""Height of a mark, in letters"""
MOST_IN_A_ROW = 40


def class_axis(spread: Spread) -> str:
    """Predictions and results as HTML that follows the theme and the width of its column."""
    key = (
        '<p class="axis-note"><i class="class-mark class-guess" aria-hidden="true"></i> a '
        'prediction <i class="class-mark class-result" aria-hidden="true"></i> a result</p>'
    )
    drawn = _axis(spread) if spread.guesses else ""
    drawn += (
        _options(spread) if not spread.guesses and any(r.predicted for r in spread.rows) else ""
    )
    if not drawn:
        return '<p class="class-empty">No prediction to show yet.</p>'
    said = f'<p class="class-said">{html.escape(spread.said)}</p>' if spread.said else ""
    return f'<figure class="class-axis">{_title(spread)}{drawn}{key}{said}{_table(spread)}</figure>'


def _title(spread: Spread) -> str:
    unit = f" <span>{html.escape(spread.unit)}</span>" if spread.unit else ""
    title = html.escape(spread.title) if spread.guesses else "Answers of the class"
    return f"<figcaption>{title}{unit if spread.guesses else ''}</figcaption>"


def _axis(spread: Spread) -> str:
    above, below = _stacks(spread.guesses, spread), _stacks(spread.results, spread)
    most = max([*above.values(), *below.values()])
    size = min(LARGEST, TALLEST / most)
    marks = _marks(above, size, "guess", "bottom") + _marks(below, size, "result", "top")
    ticks = "".join(
        f'<span style="left:{_share(spread, tick):.2f}%">{number_text(tick)}</span>'
        for tick in ticks_of(spread.low, spread.high)
    )
    up = size * max(above.values(), default=0)
    down = size * max(below.values(), default=0)
    return (
        f'<div class="class-track" aria-hidden="true" style="--up:{up + 0.4:.2f}em;'
        f'--down:{down + 0.4:.2f}em;--size:{size:.2f}em">{marks}</div>'
        f'<div class="class-ticks" aria-hidden="true">{ticks}</div>'
    )


def _stacks(values: Sequence[float], spread: Spread) -> Counter[int]:
    return Counter(round(_share(spread, value) * PLACES / 100) for value in values)


def _marks(stacks: Counter[int], size: float, kind: str, side: str) -> str:
    return "".join(
        f'<i class="class-mark class-{kind}" style="left:{100 * place / PLACES:.2f}%;'
        f'{side}:calc(var(--{"down" if side == "bottom" else "up"}) + {0.2 + size * i:.2f}em)"></i>'
        for place, count in sorted(stacks.items())
        for i in range(count)
    )


def _share(spread: Spread, value: float) -> float:
    return 100 * max(0.0, min(1.0, (value - spread.low) / (spread.high - spread.low)))


def _options(spread: Spread) -> str:
    rows = "".join(
        f"<li><div>{html.escape(row.label)}</div>"
        f"<div>{_counted(row.predicted, 'guess')}{_counted(row.came_out, 'result')}</div></li>"
        for row in spread.rows
    )
    return f'<ul class="class-options">{rows}</ul>'


def _counted(count: int, kind: str) -> str:
    """So many marks in a row; a long row is cut, and the number says how many there are."""
    word = "predicted it" if kind == "guess" else "saw it come out"
    marks = f'<i class="class-mark class-{kind}"></i>' * min(count, MOST_IN_A_ROW)
    return (
        f'<div class="class-row"><span aria-hidden="true">{marks}</span><b>{count} {word}</b></div>'
    )


def _table(spread: Spread) -> str:
    rows = "".join(
        f'<tr><th scope="row">{html.escape(row.label)}</th><td>{row.predicted}</td>'
        f"<td>{row.came_out}</td></tr>"
        for row in spread.rows
    )
    return (
        '<details><summary>as a table</summary><div class="figures" tabindex="0" role="region" '
        'aria-label="Predictions and results of the class"><table><thead><tr>'
        '<th scope="col">Value</th><th scope="col">Predicted</th><th scope="col">Came out</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div></details>"
    )
