"""Palettes hold their contrast and stay apart, also for eyes that miss a cone type."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from harmony_core.plots import style

# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
RGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
D65 = np.array([0.95047, 1.0, 1.08883])
THEMES = ("light", "dark")
Array = NDArray[np.float64]


def linear(color: str) -> Array:
    value = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def distance(one: str, other: str, sight: str) -> float:
    """Difference of two colours in CIELAB (1976) as that sight has them."""

    def lab(color: str) -> Array:
        xyz = RGB_TO_XYZ @ np.clip(SIGHT[sight] @ linear(color), 0, 1) / D65
        f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
        return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])

    return float(np.linalg.norm(lab(one) - lab(other)))


def test_the_measures_know_black_from_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert distance("#000000", "#ffffff", "normal") == pytest.approx(100, abs=0.1)
    assert distance("#ff0000", "#6b6b00", "deutan") < distance("#ff0000", "#6b6b00", "normal")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "palette", [style.CLASS_COLORS, style.METHOD_COLORS, style.GROUP_COLORS, {}]
)
def test_lines_and_marks_stand_out_from_the_surface(
    palette: dict[str, tuple[str, ...]], theme: str
) -> None:
    colors = palette.get(theme) or (style.HARD_COLOR[theme],)
    for color in colors:
        assert contrast(color, style.SURFACE[theme]) >= 3, color


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(
    ("palette", "least"),
    [(style.CLASS_COLORS, 15), (style.METHOD_COLORS, 12), (style.GROUP_COLORS, 10)],
)
def test_any_two_colours_stay_apart(
    palette: dict[str, tuple[str, ...]], least: float, sight: str, theme: str
) -> None:
    for one, other in combinations(palette[theme], 2):
        assert distance(one, other, sight) >= least, (one, other)


@pytest.mark.parametrize("theme", THEMES)
def test_methods_do_not_wear_the_colour_of_a_class(theme: str) -> None:
    for method in style.METHOD_COLORS[theme]:
        for cls in style.CLASS_COLORS[theme]:
            assert distance(method, cls, "normal") >= 10, (method, cls)


@pytest.mark.parametrize("theme", THEMES)
def test_difficulty_grows_in_one_direction(theme: str) -> None:
    ratios = [contrast(c, style.SURFACE[theme]) for c in style.DIFFICULTY_COLORS[theme]]
    assert ratios == sorted(ratios)


def test_colour_and_shape_together_name_a_hundred_classes() -> None:
    pairs = {(style.class_color(c), style.class_shape(c)) for c in range(100)}
    assert len(pairs) == 100


def test_methods_differ_in_dash_and_marker_too() -> None:
    methods = len(style.METHOD_COLORS["light"])
    assert len(set(style.METHOD_DASHES)) == len(set(style.METHOD_MARKERS)) == methods
