"""The formula under the microscope, in words and as a picture: a few samples under five losses."""

from __future__ import annotations

import numpy as np

from ...explain.latex import number_text
from ...explain.switched import Switched
from ...frames import Frame, Scene
from .number_tables import NumberTable

HEADS = ("Loss", "by class", "focal", "by density", "CE", "product")


def sample_name(scene: Scene, frame: Frame, i: int, samples: list[int]) -> str:
    """A sample by its number among ``samples``, its class and its difficulty."""
    name = scene.class_names[int(scene.tracked_targets[i])]
    number = samples.index(i) + 1
    return f"{number}: class {name}, difficulty {frame.tracked_grad_norm[i]:.2f} in training"


def caption(one: Switched) -> str:
    """The probability and the difficulty behind the formula."""
    if one.shift:
        return (
            f"log π = {number_text(one.shift)} for this class. With it the sample has the "
            f"probability {number_text(one.probability)}; its difficulty, without it, is "
            f"g = {number_text(one.grad_norm)}."
        )
    return (
        f"The network gives this sample’s class the probability "
        f"{number_text(one.probability)}, so its difficulty is "
        f"g = {number_text(one.grad_norm)}."
    )


def histogram(one: Switched, color: str, mark: str) -> tuple[str, str]:
    """Samples by difficulty as an SVG, the sample's region in ``mark``; and the same in words."""
    wide, high, low = 480, 130, 20
    top = float(one.counts.max()) or 1.0
    step = wide / len(one.counts)
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
    return svg, words


def losses_table(seen: dict[str, Switched]) -> NumberTable:
    """The sample under every loss."""
    rows = tuple(
        (one.formula.title, tuple(number_text(v) for v in one.values)) for one in seen.values()
    )
    return NumberTable("The sample under five losses", HEADS, rows)


def density_table(one: Switched) -> NumberTable:
    """The density that is drawn, and the weights that it gives."""
    weights = one.weights
    rows = tuple(
        (
            f"{low:.2f} to {high:.2f}",
            (f"{count:.0f}", "–" if weights is None else number_text(float(weights[b]))),
        )
        for b, (low, high, count) in enumerate(
            zip(one.edges, one.edges[1:], one.counts, strict=False)
        )
    )
    return NumberTable("Density by difficulty", ("Difficulty g", "Samples", "Weight"), rows)
