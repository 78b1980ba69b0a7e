"""The panels of the view in the browser, and which parts of a payload each of them draws.

A panel declares its parts in its own file, ``js/panels/<name>.js``; the build lists them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..errors import DataError
from .bundle import built

ARENA = ("plane", "curves", "bars", "table")
"""Boundaries or confusion, numbers over epochs, recall of head and tail, every class as text."""
DENSITY = ("density", "heat")
"""Histograms of the gradient norm of every class, and class × g as a heat map."""
CLASS_WEIGHTS = ("weights", "spread", "effective")
"""Classes over epochs, spread inside them, effective samples and norms."""
SAMPLES = ("trajectories", "gallery")
"""Paths of single samples over epochs, and those that weigh most and least."""
WEIGHTS = (*CLASS_WEIGHTS, *SAMPLES)
"""Both, where one page shows all that weights have to show."""

PARTS = {
    "confusion": "confusion of the classes",
    "plane": "decision grid",
    "samples": "weight, g, own probability and prediction of each tracked sample",
    "gallery": "p, g and weight of test images that are recorded one by one, and their pictures",
    "histograms": "count, weight and pull by class and gradient norm",
    "density": "the loss's own density, its unit regions and their weights",
    "effects": "effective samples, norm of the classifier's row and inter weight, by class",
    "thumbs": "pictures of tracked samples",
}
"""What can be sent beside the scalars, and recall, mean weight and mean g of the classes."""
OF_IMAGES = frozenset({"gallery", "thumbs"})
"""Parts that only experiments on images have."""

PANEL_PARTS: dict[str, tuple[str, ...]] = {
    name: tuple(parts) for name, parts in json.loads(built("panels.json"))["parts"].items()
}
"""The parts of every panel that a page can ask for by name."""


def parts_of(panels: Iterable[str]) -> frozenset[str]:
    """The parts of a payload that these panels draw; an unknown name raises `DataError`."""
    parts: set[str] = set()
    for panel in panels:
        if panel not in PANEL_PARTS:
            raise DataError(
                f"Expected a panel among {', '.join(PANEL_PARTS)}, but got {panel!r}. "
                "Use one of these names, or run `make bundle` if the panel is new."
            )
        parts.update(PANEL_PARTS[panel])
    return frozenset(parts)


def check_parts(parts: Iterable[str]) -> frozenset[str]:
    """The same names as a set; an unknown one raises `DataError`."""
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise DataError(
            f"Expected parts among {', '.join(PARTS)}, but got {', '.join(unknown)}. "
            "Use `parts_of` with the names of panels."
        )
    return frozenset(parts)
