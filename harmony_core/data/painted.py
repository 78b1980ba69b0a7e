"""Data painted by hand: points in the plane, as one short text that fits into a config and a link.

    xy.gACgQDf_-.hAB          two classes, of three points and of one

After ``xy.`` come the points of class 0, 1, … with a dot between classes. A point is three
characters of the URL-safe base64 alphabet: 18 bits, x in the upper 9 and y in the lower; a
coordinate is (number − 256) / 128, so it is in [−2, 2) on a grid of 1/128.

Every painted point is the centre of a round Gaussian of width ``width``; a class's density is the
mean of its Gaussians. It is known exactly, and so is the Bayes rule. The balanced test set is drawn
from it. The training set is the painted points themselves (profile ``as_is``), or is drawn from the
density too, with the counts of a profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import numpy as np

from ..arrays import Array
from ..config import DataConfig
from ..errors import ConfigError, DataError
from ..parameters import Parameter, show
from .dataset import LongTailedDataset
from .densities import GaussianMixture
from .long_tail import long_tail_counts
from .plane import plane_dataset
from .randomness import generator
from .spec import DatasetSpec, Progress

Point = tuple[int, float, float]
"""Class, x, y"""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
MOST_POINTS = 2000
MOST_CHARACTERS = 8192
MOST_CLASSES = 10
SIDE = 2.0
"""Coordinates are in [−SIDE, SIDE)."""
STEPS = 128
"""Steps of a coordinate in one unit."""
PREFIX = "xy"
PATTERN = rf"{PREFIX}(\.[A-Za-z0-9_-]*){{1,{MOST_CLASSES}}}"

PAINTED = DatasetSpec(
    name="painted",
    title="Painted",
    summary="Points you set yourself, class by class.",
    kind="points",
    parameters=(
        Parameter("points", "", "The painted points; empty is a small example.", pattern=PATTERN),
        Parameter(
            "width",
            0.12,
            "Width of the cloud around every painted point; test samples and the Bayes boundary "
            "come from these clouds.",
            0.03,
            0.5,
        ),
        Parameter(
            "n_max",
            600,
            "Training samples of the largest class, if they are drawn rather than painted.",
            20,
            20_000,
            log=True,
        ),
        Parameter("test_per_class", 250, "Test samples of every class.", 20, 5_000, log=True),
    ),
    factory="harmony_core.data.painted:load",
    default_model="mlp",
    classes=None,
    profiles=("as_is", "exponential", "step", "pareto"),
    lesson="Put a few points of a rare class where you expect trouble, and see who still finds it.",
    truth=lambda params: _truth(*_painted(str(params["points"])), float(params["width"])),
)


def encode_points(points: Iterable[Point]) -> str:
    """The text of painted points; coordinates are rounded to 1/128 and kept inside the square.

    ``decode_points`` gives them back class by class. Raises `ConfigError` for more than 2,000
    points or 10 classes.
    """
    groups: list[list[str]] = [[]]
    count = 0
    for label, x, y in points:
        count += 1
        if not 0 <= label < MOST_CLASSES or not np.isfinite((x, y)).all():
            raise ConfigError(
                f"Expected points of classes 0 to {MOST_CLASSES - 1} at finite coordinates, "
                f"but got {(label, x, y)}."
            )
        groups += [[] for _ in range(label + 1 - len(groups))]
        bits = _steps(x) << 9 | _steps(y)
        groups[label].append("".join(ALPHABET[bits >> shift & 63] for shift in (12, 6, 0)))
    _check_count(count)
    return ".".join([PREFIX, *("".join(group) for group in groups)])


def decode_points(text: str) -> list[Point]:
    """The points of a text of `encode_points`; anything else raises `ConfigError`."""
    if len(text) > MOST_CHARACTERS or not re.fullmatch(PATTERN, text):
        raise ConfigError(
            f"Expected painted points as {PREFIX}. and three characters per point, a dot between "
            f"classes, at most {MOST_CHARACTERS} characters, but got {show(text)}. Paint again."
        )
    groups = text.split(".")[1:]
    for label, group in enumerate(groups):
        if len(group) % 3:
            raise ConfigError(
                f"Expected three characters for every painted point, but got {len(group)} for "
                f"class {label}. The text is cut off; paint the points again."
            )
    _check_count(sum(map(len, groups)) // 3)
    points = []
    for label, group in enumerate(groups):
        for at in range(0, len(group), 3):
            a, b, c = (ALPHABET.index(sign) for sign in group[at : at + 3])
            bits = a << 12 | b << 6 | c
            points.append((label, (bits >> 9) / STEPS - SIDE, (bits & 511) / STEPS - SIDE))
    return points


def load(config: DataConfig, seed: int, progress: Progress | None = None) -> LongTailedDataset:
    """The painted data set; its parameters are complete and checked."""
    del progress
    params = config.params
    width = float(params["width"])
    painted, owner = _painted(str(params["points"]))
    truth = _truth(painted, owner, width)
    if config.profile == "as_is":
        train_inputs, train_targets = painted.astype(np.float32), owner
        note = (
            "The training samples are the painted points. The test samples are drawn from round "
            f"Gaussians of width {width:g} around them, equally many of every class; the Bayes "
            "boundary is that of these Gaussians."
        )
    else:
        n_max, factor = int(params["n_max"]), config.imbalance_factor
        counts = long_tail_counts(n_max, truth.classes, factor, config.profile)
        train_inputs, train_targets = truth.draw(counts, generator(seed, "train"))
        note = (
            f"All samples are drawn from round Gaussians of width {width:g} around the painted "
            "points; the Bayes boundary is that of these Gaussians."
        )
    return plane_dataset(config, seed, truth, train_inputs, train_targets, notes=(note,))


def example() -> list[Point]:
    """The small example: an open ring, a bar in its middle, and a few points in its mouth."""
    ring = np.linspace(0.25 * np.pi, 1.75 * np.pi, 40)
    points = [(0, 0.9 * np.cos(a), 0.9 * np.sin(a)) for a in ring]
    points += [(1, x, 0.12 * np.sin(5 * x)) for x in np.linspace(-0.35, 0.35, 14)]
    points += [(2, 0.85 + 0.05 * (i % 2), y) for i, y in enumerate(np.linspace(-0.3, 0.3, 6))]
    return [(label, float(x), float(y)) for label, x, y in points]


@cache
def _example_text() -> str:
    return encode_points(example())


def _painted(text: str) -> tuple[Array, Array]:
    """Points (n, 2) float64 and their classes (n,); every class up to the last has one."""
    points = decode_points(text or _example_text())
    owner = np.array([label for label, _, _ in points], dtype=np.int64)
    counts = np.bincount(owner, minlength=max(2, text.count(".")))
    if counts.min() < 1:
        empty = "ABCDEFGHIJ"[int(np.argmin(counts))]
        raise DataError(
            f"Expected at least 2 painted classes, each with a point, but got none of class "
            f"{empty}. Paint one, or give its colour to another class."
        )
    return np.array([(x, y) for _, x, y in points]), owner


def _truth(points: Array, owner: Array, width: float) -> GaussianMixture:
    return GaussianMixture(points, width, owner)


def _steps(x: float) -> int:
    return int(np.clip(np.round((x + SIDE) * STEPS), 0, 2 * SIDE * STEPS - 1))


def _check_count(count: int) -> None:
    if count > MOST_POINTS:
        raise ConfigError(
            f"Expected at most {MOST_POINTS} painted points, but got {count}. Remove some."
        )
