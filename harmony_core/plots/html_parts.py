"""Figures as HTML without a script: a table, the mark of a method, and bars of counts.

Colours are the variables ``--m0`` … of methods and ``--c0`` … of classes, which a page defines.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from .style import CLASS_COLORS, METHOD_MARKERS

Counts = tuple[tuple[str, int], ...]
"""Name and number of samples of each class."""


def figures_table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[tuple[str, Sequence[str]]],
    *,
    marks: bool = False,
) -> str:
    """A table that scrolls sideways on its own.

    Rows are a name and finished cells (``<td>…</td>``); ``marks``: row i is method i.
    """
    titles = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in head)
    body = "".join(
        f'<tr><th scope="row">{mark(i) if marks else ""}{html.escape(name)}</th>'
        f"{''.join(finished)}</tr>"
        for i, (name, finished) in enumerate(rows)
    )
    return (
        f'<div class="figures" tabindex="0" role="region" aria-label="{html.escape(caption)}">'
        f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def cells(values: Iterable[str]) -> list[str]:
    """Cells of texts."""
    return [f"<td>{html.escape(value)}</td>" for value in values]


def mark(method: int) -> str:
    """The square in the colour of a method."""
    return f'<span class="mark" style="background:var(--m{method % len(METHOD_MARKERS)})"></span>'


def count_bars(counts: Counts, classes: Sequence[int] | None = None) -> str:
    """Training samples of these ``classes`` in their order, of all if none are given, as bars."""
    top = max(n for _, n in counts) or 1
    rows = "".join(
        f'<li><span class="bar-name">{html.escape(counts[c][0])}</span>'
        f'<span class="bar-track"><span class="bar" style="width:{100 * counts[c][1] / top:.1f}%;'
        f'background:var(--c{c % len(CLASS_COLORS["light"])})"></span></span>'
        f'<span class="bar-n">{counts[c][1]:,}</span></li>'
        for c in (range(len(counts)) if classes is None else classes)
    )
    return f'<ul class="counts" aria-label="Training samples by class">{rows}</ul>'
