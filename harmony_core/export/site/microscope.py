"""The formula under the microscope as part of a page: all samples and losses, one of them shown."""

from __future__ import annotations

import html

from ...explain.switched import FIRST, FORMULAS, Switched, instructive_samples, switched
from ...lessons.course.microscope import (
    caption,
    density_table,
    histogram,
    losses_table,
    sample_name,
)
from ...lessons.course.outcome import Outcome
from ...lessons.course.words import MICROSCOPE
from .formulas import mathml
from .shell import described, formula_box, table

COLOR, MARK = "var(--m2)", "var(--m1)"


def microscope(outcome: Outcome) -> str:
    """The part of the page; empty for a run without samples to look at."""
    scene, frame = outcome.scenes[0], outcome.last[0][0]
    samples = instructive_samples(scene, frame)
    if not samples:
        return ""
    options = "".join(
        f'<option value="{i}">{html.escape(sample_name(scene, frame, i, samples))}</option>'
        for i in samples
    )
    losses = "".join(
        f'<label><input type="radio" name="loss" value="{name}"'
        f"{' checked' if name == FIRST else ''}> <span>{html.escape(formula.title)}</span></label>"
        for name, formula in FORMULAS.items()
    )
    shown = ""
    for i in samples:
        seen = {name: switched(name, scene, frame, i) for name in FORMULAS}
        first = i == samples[0]
        shown += "".join(
            _one(i, one, seen, hidden=not first or one.name != FIRST) for one in seen.values()
        )
    return (
        '<section class="microscope" id="microscope"><h2>The formula under the microscope</h2>'
        f"<p>{html.escape(MICROSCOPE)}</p>"
        f'<p><label>Sample <select name="sample">{options}</select></label></p>'
        f'<fieldset><legend>Loss</legend><div class="switches">{losses}</div></fieldset>'
        f"{shown}</section>"
    )


def _one(i: int, one: Switched, seen: dict[str, Switched], *, hidden: bool) -> str:
    svg, words = histogram(one, COLOR, MARK)
    name = f"{one.formula.title}, the loss of this sample"
    return (
        f'<div data-sample="{i}" data-loss="{one.name}"{" hidden" if hidden else ""}>'
        f"<p>{html.escape(one.formula.summary)}</p>"
        f"{formula_box(name, mathml(one.latex))}"
        f'<p class="quiet">{html.escape(caption(one))}</p>'
        f"<figure>{described(svg, words)}<figcaption>{html.escape(words)} Height is the square "
        "root of the count.</figcaption></figure>"
        "<details><summary>All five losses and the density as tables</summary>"
        f"{table(losses_table(seen))}{table(density_table(one))}</details></div>"
    )
