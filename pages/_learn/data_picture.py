"""The training data of a step, before anything is learned: a picture, and counts."""

from __future__ import annotations

import html
from functools import lru_cache

import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.data import DATASETS, build_dataset
from harmony_core.plots.html_parts import Counts, count_bars
from harmony_core.plots.plane_picture import plane_picture

from .._shared.markdown import literal
from .._shared.theme import theme
from .._shared.thumbnails import svg_uri, thumbnail

Extent = tuple[float, float, float, float]


def picture(config: ExperimentConfig) -> None:
    """The data as a picture and, beside it, the same in numbers."""
    source, words, counts = picture_source(config, theme())
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with left:
        st.html(
            f'<figure class="lesson-data"><img src="{source}" alt="{html.escape(words)}"></figure>'
        )
    with right:
        if counts:
            st.html(count_bars(counts))
            st.caption("Training samples of each class.")
        else:
            st.markdown(literal(words))


def picture_source(config: ExperimentConfig, shade: str) -> tuple[str, str, Counts]:
    """The picture as a data URI, what it shows in words, and the counts if they are known."""
    spec = DATASETS[config.data.name]
    if spec.kind != "points":
        return thumbnail(spec.name, shade), f"{spec.title}: {spec.summary}", ()
    svg, counts, _ = training_points(config.to_json(), shade)
    words = f"{sum(n for _, n in counts):,} points of {len(counts)} classes in the plane"
    return svg_uri(svg), words, counts


@lru_cache(maxsize=64)
def training_points(config_json: str, shade: str) -> tuple[str, Counts, Extent]:
    """The training points as an SVG, the counts, and the extent of the picture."""
    config = ExperimentConfig.from_json(config_json)
    dataset = build_dataset(config.data, config.seeds.data)
    points, targets = dataset.train_inputs, dataset.train_targets
    counts = tuple(zip(dataset.class_names, map(int, dataset.train_counts), strict=True))
    svg, half = plane_picture(points, targets, len(counts), shade)
    return svg, counts, (-half, half, -half, half)
