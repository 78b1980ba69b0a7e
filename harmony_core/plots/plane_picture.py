"""Points in the plane as an SVG: one colour and one shape for each class."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from .style import class_color, class_shape

SIDE = 400
"""Width and height of the picture."""
SHAPE_PATHS = {
    "circle": "M-1 0a1 1 0 1 0 2 0a1 1 0 1 0 -2 0z",
    "square": "M-.9 -.9h1.8v1.8h-1.8z",
    "triangle": "M0 -1.15L1.05 .75H-1.05z",
    "diamond": "M0 -1.25L1.05 0L0 1.25L-1.05 0z",
    "plus": "M-.4 -1.1h.8v.7h.7v.8h-.7v.7h-.8v-.7h-.7v-.8h.7z",
    "star": "M0 -1.3L.36 -.4L1.25 -.4L.54 .17L.8 1.1L0 .55L-.8 1.1L-.54 .17L-1.25 -.4L-.36 -.4z",
    "wedge": "M0 1.15L1.05 -.75H-1.05z",
    "pentagon": "M0 -1.15L1.1 -.35L.68 .95H-.68L-1.1 -.35z",
    "hexagon": "M-.58 -1H.58L1.15 0L.58 1H-.58L-1.15 0z",
    "bar": "M-1.2 -.5h2.4v1h-2.4z",
}
"""The shapes of `style.CLASS_SHAPES`, of radius 1 around the origin."""


def plane_picture(points: Array, targets: Array, classes: int, shade: str) -> tuple[str, float]:
    """(n, 2) points and (n,) classes as a square SVG, and half of its width in their unit.

    The origin is in the middle. ``shade`` is ``light`` or ``dark``.
    """
    half = float(np.abs(points).max()) * 1.06
    xy = (points * [1, -1] + half) * SIDE / (2 * half)
    groups = []
    for c in range(classes):
        mark = SHAPE_PATHS[class_shape(c)]
        uses = "".join(f'<use href="#m{c}" x="{x:.1f}" y="{y:.1f}"/>' for x, y in xy[targets == c])
        groups.append(
            f'<defs><path id="m{c}" d="{mark}" transform="scale(3)"/></defs>'
            f'<g fill="{class_color(c, shade)}" fill-opacity=".8">{uses}</g>'
        )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f"{''.join(groups)}</svg>"
    )
    return svg, half
