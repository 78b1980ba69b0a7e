"""Pictures of training data as SVG files, one for each theme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...config import ExperimentConfig
from ...data import DATASETS, build_dataset
from ...errors import ConfigError
from ...frames import Scene
from ...plots.html_parts import Counts
from ...plots.plane_picture import plane_picture
from ...plots.style import class_color

SHADES = ("light", "dark")
TILES = 6
"""Images in a row."""
ROWS = 4
INK = {"light": "#1a2230", "dark": "#e7ebf1"}


@dataclass(frozen=True)
class Picture:
    """What the training data of a run look like."""

    svgs: dict[str, str]
    """For each theme"""
    words: str
    """What they show"""
    extent: tuple[float, ...] = ()
    """Of the plane they show: left, right, low, high; empty for other data"""


def training_picture(config: ExperimentConfig, scene: Scene | None = None) -> Picture:
    """The picture of an experiment's training data.

    Of data in the plane every training point is drawn, of images some of the tracked ones; of
    other data, and of images of files, which may be private, the counts alone.
    """
    spec = None if config.recorded else DATASETS.get(config.data.name)
    if spec is not None and spec.kind == "points":
        dataset = build_dataset(config.data, config.seeds.data)
        classes = len(dataset.class_names)
        return _points(np.asarray(dataset.train_inputs), np.asarray(dataset.train_targets), classes)
    if scene is None:
        raise ConfigError(f"Expected points in the plane to draw, but got data {config.data.name}.")
    inputs = np.asarray(scene.tracked_inputs)
    if spec is not None and spec.name == "digits" and inputs.ndim == 4 and len(inputs):
        words = f"Some training images of {len(scene.class_names)} classes"
        return Picture({shade: _tiles(inputs, shade) for shade in SHADES}, words)
    words = f"Training samples of {len(scene.class_names)} classes, from the largest to the rarest"
    return Picture({shade: _counts(scene.train_counts, shade) for shade in SHADES}, words)


def class_counts(scene: Scene) -> Counts:
    """Name and number of training samples of each class."""
    return tuple(zip(scene.class_names, map(int, scene.train_counts), strict=True))


def _points(points: Array, targets: Array, classes: int) -> Picture:
    made = {shade: plane_picture(points, targets, classes, shade) for shade in SHADES}
    half = made["light"][1]
    words = f"{len(targets):,} points of {classes} classes in the plane"
    svgs = {shade: svg for shade, (svg, _) in made.items()}
    return Picture(svgs, words, (-half, half, -half, half))


def _tiles(inputs: Array, shade: str) -> str:
    """(n, h, w, ch) images of 0 to 255 as squares whose opacity is their brightness."""
    chosen = inputs[np.linspace(0, len(inputs) - 1, TILES * ROWS).round().astype(int)]
    grey = chosen.astype(float).mean(axis=3) / max(1, int(chosen.max()))
    high, wide = grey.shape[1:]
    cells = []
    for i, tile in enumerate(grey):
        left, top = (i % TILES) * (wide + 1), (i // TILES) * (high + 1)
        cells += [
            f'<rect x="{left + x}" y="{top + y}" width="1.02" height="1.02" '
            f'fill-opacity="{v:.2f}"/>'
            for (y, x), v in np.ndenumerate(tile)
            if v > 0
        ]
    box = f"-1 -1 {TILES * (wide + 1) + 1} {ROWS * (high + 1) + 1}"
    return _svg(box, f'<g fill="{INK[shade]}">{"".join(cells)}</g>')


def _counts(counts: Array, shade: str) -> str:
    """Counts from the largest down, as bars."""
    ranked = np.sort(np.asarray(counts, dtype=float))[::-1]
    step = 392 / len(ranked)
    bars = "".join(
        f'<rect x="{4 + i * step:.2f}" y="{296 - 288 * n / ranked[0]:.1f}" '
        f'width="{max(step * 0.86, 0.5):.2f}" height="{max(288 * n / ranked[0], 1):.1f}"/>'
        for i, n in enumerate(ranked)
    )
    return _svg("0 0 400 300", f'<g fill="{class_color(0, shade)}">{bars}</g>')


def _svg(box: str, body: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{body}</svg>'
