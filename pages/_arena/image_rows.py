"""Some training images of each class, in rows, before anything is trained."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from harmony_core.config import DataConfig
from harmony_core.data.glimpse import glimpse
from harmony_core.plots.png_uri import png_uri

EACH = 8
"""Images of a class, at most."""
MOST = 12
"""Classes shown where the page names none."""


def image_rows(data: DataConfig, classes: Sequence[str]) -> str:
    """Rows of images of these ``classes``, or of the first; empty where no image is here yet."""
    sources = {key: str(data.params[key]) for key in ("source", "archive") if key in data.params}
    found = _strips(data.name, tuple(sources.items()))
    if not found:
        _strips.cache_clear()  # a training may download them
    shown = classes or tuple(found)[:MOST]
    rows = "".join(
        f'<li><span>{html.escape(name)}</span><img src="{found[name]}" '
        f'alt="Training images of the class {html.escape(name)}"></li>'
        for name in shown
        if name in found
    )
    return f'<ul class="image-rows">{rows}</ul>' if rows else ""


@lru_cache(maxsize=16)
def _strips(name: str, sources: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """A picture for each class, its images side by side."""
    return {
        label: png_uri(np.concatenate(list(images), axis=1))
        for label, images in glimpse(DataConfig(name, dict(sources)), EACH)
        if len(images)
    }
