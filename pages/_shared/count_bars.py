"""Training samples of each class as bars with numbers."""

from __future__ import annotations

import html
from collections.abc import Sequence

from harmony_core.plots.style import class_color

Counts = tuple[tuple[str, int], ...]
"""Name and number of samples of each class."""


def count_bars(counts: Counts, shade: str, classes: Sequence[int] | None = None) -> str:
    """Bars of these ``classes`` in their order; of all classes if none are given."""
    top = max(n for _, n in counts) or 1
    rows = "".join(
        f'<li><span class="bar-name">{html.escape(counts[c][0])}</span>'
        f'<span class="bar-track"><span class="bar" style="width:{100 * counts[c][1] / top:.1f}%;'
        f'background:{class_color(c, shade)}"></span></span>'
        f'<span class="bar-n">{counts[c][1]:,}</span></li>'
        for c in (range(len(counts)) if classes is None else classes)
    )
    return f'<ul class="counts" aria-label="Training samples by class">{rows}</ul>'
