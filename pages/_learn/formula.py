"""The formula under the microscope: from cross-entropy to the harmonized loss, step by step."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from harmony_core.explain.latex import number_text
from harmony_core.explain.switched import (
    FIRST,
    FORMULAS,
    Switched,
    instructive_samples,
    switched,
)
from harmony_core.frames import Frame, Scene
from harmony_core.lessons.course.outcome import Outcome
from harmony_core.lessons.course.words import MICROSCOPE
from harmony_core.plots.style import METHOD_COLORS

from .._shared.tables import cells, table
from .._shared.theme import theme
from .._shared.thumbnails import svg_uri


def microscope(outcome: Outcome) -> None:
    """Choose a sample and a loss; see its formula and where the sample is in the density."""
    scene, frame = outcome.scenes[0], outcome.last[0][0]
    samples = instructive_samples(scene, frame)
    if not samples:
        return
    with st.container(border=True, key="lesson-microscope"):
        st.header("The formula under the microscope", anchor=False)
        st.markdown(MICROSCOPE)
        sample = st.selectbox(
            "Sample",
            samples,
            key="learn-sample",
            format_func=lambda i: _named(scene, frame, i, samples),
        )
        name = st.segmented_control(
            "Loss",
            list(FORMULAS),
            default=FIRST,
            key="learn-loss",
            required=True,
            format_func=lambda name: FORMULAS[name].title,
        )
        seen = {one: switched(one, scene, frame, int(sample)) for one in FORMULAS}
        chosen = seen[str(name)]
        st.markdown(chosen.formula.summary)
        st.latex(chosen.latex)
        if chosen.shift:
            st.caption(
                f"log π = {number_text(chosen.shift)} for this class. With it the sample has the "
                f"probability {number_text(chosen.probability)}; its difficulty, without it, is "
                f"g = {number_text(chosen.grad_norm)}."
            )
        else:
            st.caption(
                f"The network gives this sample’s class the probability "
                f"{number_text(chosen.probability)}, so its difficulty is "
                f"g = {number_text(chosen.grad_norm)}."
            )
        st.html(_histogram(chosen))
        _table(chosen, seen)


def _named(scene: Scene, frame: Frame, i: int, samples: list[int]) -> str:
    name = scene.class_names[int(scene.tracked_targets[i])]
    number = samples.index(i) + 1
    return f"{number}: class {name}, difficulty {frame.tracked_grad_norm[i]:.2f} in training"


def _histogram(one: Switched) -> str:
    """Samples by difficulty as bars, the sample's region marked, with a text alternative."""
    wide, high, low = 480, 130, 20
    top = float(one.counts.max()) or 1.0
    step = wide / len(one.counts)
    color = METHOD_COLORS[theme()][2]
    mark = METHOD_COLORS[theme()][1]
    bars = []
    for b, count in enumerate(one.counts):
        tall = (high - 10) * np.sqrt(count / top)
        here = b == one.region
        bars.append(
            f'<rect x="{b * step + 1:.1f}" y="{high - tall:.1f}" width="{step - 2:.1f}" '
            f'height="{max(tall, 1):.1f}" fill="{mark if here else color}"'
            f' fill-opacity="{1 if here else 0.55}"/>'
        )
        if here:
            middle = (b + 0.5) * step
            bars.append(f'<path d="M{middle:.1f} {high + 3}l6 9h-12z" fill="{mark}"/>')
    whose = "all classes" if one.formula.all_classes else "its class"
    words = (
        f"Samples of {whose} by difficulty g from 0 to 1 in {len(one.counts)} regions. "
        f"The sample is in region {one.region + 1} with {one.counts[one.region]:.0f} samples"
        + (
            f" and weight {number_text(float(one.weights[one.region]))}."
            if one.weights is not None
            else "."
        )
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high + low}">'
        f"{''.join(bars)}</svg>"
    )
    return (
        f'<figure class="lesson-density"><img src="{svg_uri(svg)}" alt="{html.escape(words)}">'
        f"<figcaption>{html.escape(words)} Height is the square root of the count.</figcaption>"
        "</figure>"
    )


def _table(chosen: Switched, seen: dict[str, Switched]) -> None:
    with st.expander("All five losses and the density as tables"):
        rows = [
            (
                one.formula.title,
                cells([number_text(v) for v in one.values]),
            )
            for one in seen.values()
        ]
        table(
            "The sample under five losses",
            ["Loss", "by class", "focal", "by density", "CE", "product"],
            rows,
        )
        weights = chosen.weights
        rows = [
            (
                f"{low:.2f} to {high:.2f}",
                cells([f"{count:.0f}", "–" if weights is None else number_text(float(weights[b]))]),
            )
            for b, (low, high, count) in enumerate(
                zip(chosen.edges, chosen.edges[1:], chosen.counts, strict=False)
            )
        ]
        table("Density by difficulty", ["Difficulty g", "Samples", "Weight"], rows)
