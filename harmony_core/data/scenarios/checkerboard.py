"""Soft-edged squares of a board, the classes in turn along rows and columns."""

from __future__ import annotations

from ..densities import CellMixture, Mixture
from .scenario import scenario


def density(classes: int, spread: float) -> Mixture:
    squares = {2: 3, 3: 3, 4: 4}[classes]
    step = 2 if classes == 4 else 1
    pitch = 2.2 / squares
    corners, owner = [], []
    for row in range(squares):
        for column in range(squares):
            corners.append([-1.1 + (column + 0.06) * pitch, -1.1 + (row + 0.06) * pitch])
            owner.append((column + step * row) % classes)
    return CellMixture(corners, 0.88 * pitch, 0.04 * pitch * spread, owner)


SCENARIO = scenario(
    name="checkerboard",
    title="Checkerboard",
    summary="A board of soft-edged squares that take the classes in turn.",
    lesson="High plain accuracy can be useless: on a board of two classes, cross-entropy may paint "
    "every square in the colour of the head.",
    classes=(3, 2, 4),
    density=density,
)
