"""What bears on the tail, and the advice for detection, as parts of the report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..profile.checks import PROFILE_CHECKS
from ..profile.finding import STATES, interval
from .html_table import html_table, html_text

if TYPE_CHECKING:
    from ..analyse import Inspection

ROWS = 300


def profile_html(found: Inspection) -> str:
    """The checks of the profile, what each assumed and what to do; empty without any."""
    profile = found.profile
    if profile is None or not profile.findings:
        return ""
    rows = [
        [
            PROFILE_CHECKS[name].measure.title, STATES[f.state], f.headline, f.advice, f.assumed,
            PROFILE_CHECKS[name].measure.meaning,
        ]
        for name, f in profile.findings.items()
    ]  # fmt: skip
    head = ["Question", "How sure", "What was found", "What to do", "What was assumed", "Why"]
    parts = ["<h2>What bears on the tail</h2>", html_table(head, rows, set())]
    columns: list[list[Any]] = [
        [PROFILE_CHECKS[name].measure.title, c.name, interval(c.score), c.words]
        for name, f in profile.findings.items()
        for c in f.columns
    ]
    if columns:
        parts.append("<h2>Columns one by one</h2>")
        parts.append(html_table(["Question", "Column", "Figure", "In words"], columns, {2}))
    parts += [f"<p>{html_text(note)}</p>" for note in profile.notes]
    return "".join(parts)


def detection_html(found: Inspection) -> str:
    """Images and objects by class with the repeat factors; empty for other kinds of data."""
    detection = found.detection
    if detection is None:
        return ""
    lines = "".join(f"<p>{html_text(line)}</p>" for line in detection.sentences())
    rows = [detection_cells(row, detection.unit) for row in detection.rows()]
    head = detection_head(detection.unit, detection.threshold)
    table = html_table(head, rows[:ROWS], set(range(1, len(head))))
    more = f"<p>{len(rows) - ROWS:,} more classes; the CSV has all.</p>" if len(rows) > ROWS else ""
    return f"<h2>Images, objects and repeats</h2>{lines}{table}{more}"


def detection_head(unit: str, threshold: float) -> list[str]:
    """The titles of `detection_cells`."""
    side = "pixels" if unit == "pixels" else "% of the side"
    return [
        "Class", "Images", "Objects", "Objects an image", f"Size of a box, {side} (quartiles)",
        "Small boxes", f"Repeat factor at t = {threshold:g}",
    ]  # fmt: skip


def detection_cells(row: dict[str, Any], unit: str) -> list[str]:
    """One class as the page and the report list it."""
    scale = 1 if unit == "pixels" else 100
    sizes = [row[k] for k in ("size_median", "size_quarter", "size_three_quarters")]
    size = "–"
    if not math.isnan(sizes[0]):
        middle, low, high = (scale * v for v in sizes)
        size = f"{middle:.0f} ({low:.0f}–{high:.0f})"
    small = "–" if math.isnan(row["small_share"]) else f"{row['small_share']:.0%}"
    factor = "–" if math.isnan(row["repeat_factor"]) else f"{row['repeat_factor']:.2f}"
    return [
        row["name"], f"{row['images']:,}", f"{row['objects']:,}",
        f"{row['objects_per_image']:.1f}", size, small, factor,
    ]  # fmt: skip
