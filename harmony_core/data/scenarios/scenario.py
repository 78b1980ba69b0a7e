"""What a 2-D scenario declares, and the controls that all of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...parameters import Parameter, Value
from ..densities import Mixture
from ..spec import DatasetSpec

WrongLabels = Callable[
    [Mixture, Array, Array, Mapping[str, Value], np.random.Generator], tuple[Array, Array]
]
"""Called with density, points (n, 2), targets (n,), parameters and a generator; gives the points
(n, 2) with some drawn from other classes, and which those are (n,)."""


@dataclass(frozen=True)
class ScenarioSpec(DatasetSpec):
    """A data set that is drawn from densities in the plane."""

    wrong_labels: WrongLabels | None = None
    """Puts points of other classes among the training samples; by default there are none."""
    rare_parts: bool = False
    """Whether a component of small weight is a part of its class in its own right, with a recall
    worth measuring, and not a piece of a curve."""


def scenario(
    name: str,
    title: str,
    summary: str,
    lesson: str,
    classes: tuple[int, int, int],
    density: Callable[[int, float], Mixture],
    extra: tuple[Parameter, ...] = (),
    wrong_labels: WrongLabels | None = None,
    rare_parts: bool = False,
) -> ScenarioSpec:
    """A scenario; ``classes`` is (default, low, high), ``density`` is given classes and spread."""
    default, low, high = classes
    return ScenarioSpec(
        name=name,
        title=title,
        summary=summary,
        kind="points",
        parameters=(
            Parameter("classes", default, "Number of classes.", low, high),
            Parameter(
                "spread",
                1.0,
                "Width of the clouds as a multiple of the usual one; wider clouds overlap more.",
                0.25,
                2.0,
            ),
            *extra,
            Parameter("n_max", 600, "Training samples of the largest class.", 20, 20_000, log=True),
            Parameter("test_per_class", 250, "Test samples of every class.", 20, 5_000, log=True),
        ),
        factory="harmony_core.data.scenarios.draw:load",
        default_model="mlp",
        classes=None,
        profiles=("exponential", "step", "pareto"),
        lesson=lesson,
        truth=lambda params: density(int(params["classes"]), float(params["spread"])),
        wrong_labels=wrong_labels,
        rare_parts=rare_parts,
    )
