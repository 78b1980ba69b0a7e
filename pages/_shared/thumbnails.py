"""Pictures of the data sets, drawn by their own generators, as SVG."""

from __future__ import annotations

import base64
from functools import lru_cache
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from harmony_core.data import DATASETS, scenario_preview
from harmony_core.plots.plane_picture import SHAPE_PATHS
from harmony_core.plots.style import CLASS_COLORS, CLASS_SHAPES, class_color, class_shape

from .app_files import APP_ASSETS


def scatter(
    points: NDArray[np.floating],
    targets: NDArray[np.integer],
    shade: str,
    size: tuple[int, int],
    radius: float,
) -> str:
    """(n, 2) points as an SVG of ``size``, tail classes drawn last, on top."""
    wide, high = size
    low, top = points.min(axis=0), points.max(axis=0)
    scale = min((wide - 4 * radius) / (top[0] - low[0]), (high - 4 * radius) / (top[1] - low[1]))
    middle = (low + top) / 2
    x = wide / 2 + (points[:, 0] - middle[0]) * scale
    y = high / 2 - (points[:, 1] - middle[1]) * scale
    marks = []
    for c in np.flatnonzero(np.bincount(targets)):  # np.unique would load half of NumPy first
        mark = SHAPE_PATHS.get(class_shape(int(c)), SHAPE_PATHS[CLASS_SHAPES[0]])
        uses = "".join(
            f'<use href="#m{c}" x="{a:.1f}" y="{b:.1f}"/>'
            for a, b in zip(x[targets == c], y[targets == c], strict=True)
        )
        marks.append(
            f'<defs><path id="m{c}" d="{mark}" transform="scale({radius})"/></defs>'
            f'<g fill="{class_color(int(c), shade)}" fill-opacity=".8">{uses}</g>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}">'
        f"{''.join(marks)}</svg>"
    )


@lru_cache(maxsize=64)
def thumbnail(name: str, shade: str) -> str:
    """A data URI with a small picture of the data set ``name``."""
    if DATASETS[name].kind == "points":
        points, targets = scenario_preview(name, 260)
        return svg_uri(scatter(points, targets, shade, (96, 72), 1.5))
    path = APP_ASSETS / f"thumb-{name}.png"
    if path.exists():
        return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"
    return svg_uri(_tiles(DATASETS[name].classes or 6, shade))


def svg_uri(svg: str) -> str:
    """An SVG as a data URI that is safe inside a style sheet."""
    return "data:image/svg+xml," + quote(svg, safe=" =:/(),.-_")


def _tiles(classes: int, shade: str) -> str:
    """Columns of small squares that get shorter: a long tail, drawn without real images."""
    columns = min(classes, 24)
    step = 92 / columns
    side = step * 0.82
    top = int(66 / step)
    colors = CLASS_COLORS[shade]
    tiles = []
    for i in range(columns):
        height = max(1, round(top * 0.02 ** (i / max(columns - 1, 1))))
        for j in range(height):
            x, y = 2 + step * i, 70 - step * (j + 1)
            faint = 0.45 + 0.55 * ((7 * i + 5 * j) % 9) / 8
            tiles.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}" '
                f'fill="{colors[i % len(colors)]}" fill-opacity="{faint:.2f}"/>'
            )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 72">{"".join(tiles)}</svg>'
