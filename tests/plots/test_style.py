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
REGION = 0.55
"""How much of its class's colour the surest region has; `SHADE` of `decision_grid.js`."""
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
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


def lab(color: str, sight: str) -> Array:
    """CIELAB of a colour as that sight has it."""
    xyz = RGB_TO_XYZ @ np.clip(SIGHT[sight] @ linear(color), 0, 1) / D65
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: Array, other: Array) -> float:
    """Difference of two colours in CIELAB by CIEDE2000 (Sharma, Wu & Dalal 2005)."""
    (light, *ab), (light2, *ab2) = one, other
    seventh = ((np.hypot(*ab) + np.hypot(*ab2)) / 2) ** 7
    stretch = 1 + 0.5 * (1 - np.sqrt(seventh / (seventh + 25**7)))
    first, second = complex(stretch * ab[0], ab[1]), complex(stretch * ab2[0], ab2[1])
    chroma = (abs(first) + abs(second)) / 2
    hue = np.degrees(np.angle(first)) % 360
    turn = np.degrees(np.angle(second / first)) if first and second else 0.0
    mean = hue + turn / 2
    waves = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    t = 1 + sum(size * np.cos(np.radians(times * mean + at)) for size, times, at in waves)
    middle = ((light + light2) / 2 - 50) ** 2
    d_light = (light2 - light) / (1 + 0.015 * middle / np.sqrt(20 + middle))
    d_chroma = (abs(second) - abs(first)) / (1 + 0.045 * chroma)
    d_hue = 2 * np.sqrt(abs(first) * abs(second)) * np.sin(np.radians(turn / 2))
    d_hue /= 1 + 0.015 * chroma * t
    angle = 60 * np.exp(-((((mean % 360) - 275) / 25) ** 2))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * np.sin(np.radians(angle))
    squares = d_light**2 + d_chroma**2 + d_hue**2 + rotation * d_chroma * d_hue
    return float(np.sqrt(squares))


def region(color: str, theme: str) -> str:
    """A region of the decision plane where the network is sure: the colour, thinned."""
    parts = [
        [int(hexes[i : i + 2], 16) for hexes in (style.SURFACE[theme], color)] for i in (1, 3, 5)
    ]
    return "#" + "".join(f"{round((1 - REGION) * a + REGION * b):02x}" for a, b in parts)


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


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [  # of the test data of Sharma, Wu & Dalal
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
    ],
)
def test_the_difference_of_colours_is_ciede2000(
    one: tuple[float, ...], other: tuple[float, ...], known: float
) -> None:
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(known, abs=1e-4)
    assert ciede2000(np.array(other), np.array(one)) == pytest.approx(known, abs=1e-4)


@pytest.mark.parametrize("theme", THEMES)
def test_neighbouring_classes_stay_apart_without_green_receptors(theme: str) -> None:
    """As marks and as regions: any two of the first six classes, and each class and the next."""
    colors = style.CLASS_COLORS[theme]
    pairs = {*combinations(colors[:6], 2), *zip(colors, (*colors[1:], colors[0]), strict=True)}
    for one, other in pairs:
        assert ciede2000(lab(one, "deutan"), lab(other, "deutan")) >= 15, (one, other)
        regions = [lab(region(color, theme), "deutan") for color in (one, other)]
        assert ciede2000(*regions) >= 15, (one, other)


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
