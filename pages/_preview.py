"""What the chosen data looks like before anything has been trained."""

from __future__ import annotations

import html
from functools import lru_cache

import numpy as np
import streamlit as st

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.data import DATASETS, build_dataset
from harmony_core.plots.style import class_color

from ._parts import messages, theme
from ._thumbs import scatter, svg_uri, thumbnail

_MOST_POINTS = 4000


def preview(config: ExperimentConfig) -> None:
    """The training set as it will be drawn, its class counts, and what there is to find out."""
    spec = DATASETS[config.data.name]
    with messages(), st.container(key="preview"):
        picture, text = st.columns([3, 2], gap="large", vertical_alignment="center")
        shade = theme()
        if spec.kind == "points":
            svg, counts = _drawn(_key(config.data), config.seeds.data, shade)
            with picture:
                label = html.escape(f"The training set of {spec.title}, {len(counts)} classes")
                st.html(f'<figure class="plane"><img src="{svg_uri(svg)}" alt="{label}"></figure>')
        else:
            counts = ()
            with picture:
                st.html(
                    f'<figure class="plane still"><img src="{thumbnail(spec.name, shade)}" '
                    f'alt="{html.escape(spec.title)}"></figure>'
                )
        with text:
            st.subheader("This is the training set", anchor=False)
            st.markdown(spec.lesson or spec.summary)
            if counts:
                st.html(_bars(counts, shade))
            st.caption(
                "The test set has the same number of samples of every class. "
                "Press Train: every method sees exactly these samples."
            )


def _key(data: DataConfig) -> tuple[object, ...]:
    return (
        data.name,
        tuple(sorted(data.params.items())),
        data.imbalance_factor,
        data.profile,
        data.label_noise,
    )


@lru_cache(maxsize=32)
def _drawn(key: tuple[object, ...], seed: int, shade: str) -> tuple[str, tuple[int, ...]]:
    """The picture and the counts of a 2-D scenario."""
    name, params, factor, profile, noise = key
    config = DataConfig(name, dict(params), factor, profile, noise)  # type: ignore[arg-type, call-overload]
    dataset = build_dataset(config, seed)
    points, targets = dataset.train_inputs, dataset.train_targets
    if len(points) > _MOST_POINTS:
        keep = np.linspace(0, len(points) - 1, _MOST_POINTS).astype(int)
        points, targets = points[keep], targets[keep]
    return (
        scatter(points, targets, shade, (640, 480), 3.0),
        tuple(int(n) for n in dataset.train_counts),
    )


def _bars(counts: tuple[int, ...], shade: str) -> str:
    """Training samples of each class as bars with numbers."""
    top = max(counts)
    rows = "".join(
        f'<li><span class="bar-name">{chr(65 + c) if len(counts) <= 26 else c}</span>'
        f'<span class="bar-track"><span class="bar" style="width:{100 * n / top:.1f}%;'
        f'background:{class_color(c, shade)}"></span></span><span class="bar-n">{n:,}</span></li>'
        for c, n in enumerate(counts)
    )
    return f'<ul class="counts" aria-label="Training samples of each class">{rows}</ul>'
