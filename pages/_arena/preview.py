"""What the chosen data looks like before anything has been trained."""

from __future__ import annotations

import html
from functools import lru_cache

import numpy as np
import streamlit as st

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.data import DATASETS, build_dataset
from harmony_core.data.long_tail import long_tail_counts

from .._shared.count_bars import Counts, count_bars
from .._shared.messages import messages
from .._shared.theme import theme
from .._shared.thumbnails import scatter, svg_uri, thumbnail
from .upload import class_counts

CIFAR_LARGEST = {"cifar10-lt": 5000, "cifar100-lt": 500}
_MOST_POINTS = 4000
_MOST_BARS = 12


def preview(config: ExperimentConfig) -> None:
    """The training set, its class counts, and what there is to find out."""
    spec = DATASETS[config.data.name]
    shade = theme()
    with messages(), st.container(key="preview"):
        counts: Counts = ()
        if spec.kind == "points":
            svg, counts = _drawn(_key(config.data), config.seeds.data, shade)
            source, kind = svg_uri(svg), ""
        else:
            source, kind = thumbnail(spec.name, shade), " still"
            counts = image_counts(config.data)
        picture, text = st.columns([3, 2], gap="large", vertical_alignment="center")
        with picture:
            label = html.escape(f"The training set: {spec.title}")
            st.html(f'<figure class="plane{kind}"><img src="{source}" alt="{label}"></figure>')
        with text:
            st.subheader("This is what the methods will learn from", anchor=False)
            st.markdown(spec.lesson or spec.summary)
            if counts:
                st.html(count_bars(counts, shade, _shown_classes(counts)))
            st.caption(
                "Training samples. The test set has equally many samples of every class, so no "
                "method can hide its tail. Data, methods and everything else are set in the "
                "panel on the left."
            )


def image_counts(data: DataConfig) -> Counts:
    """Training images of each class, where they are known without opening the images."""
    spec = DATASETS[data.name]
    source = str(data.params.get("source", ""))
    if source and spec.kind == "images":
        return tuple(class_counts(source).items()) if data.profile == "as_is" else ()
    if data.name in CIFAR_LARGEST and data.profile != "as_is" and spec.classes:
        counts = long_tail_counts(
            CIFAR_LARGEST[data.name], spec.classes, data.imbalance_factor, data.profile
        )
        return tuple((str(c), int(n)) for c, n in enumerate(counts))
    return ()


def _key(data: DataConfig) -> tuple[object, ...]:
    return (
        data.name,
        tuple(sorted(data.params.items())),
        data.imbalance_factor,
        data.profile,
        data.label_noise,
    )


@lru_cache(maxsize=32)
def _drawn(key: tuple[object, ...], seed: int, shade: str) -> tuple[str, Counts]:
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
        tuple(zip(dataset.class_names, map(int, dataset.train_counts), strict=True)),
    )


def _shown_classes(counts: Counts) -> list[int]:
    """All classes, largest first, or an evenly spaced selection of many."""
    order = sorted(range(len(counts)), key=lambda c: -counts[c][1])
    if len(order) <= _MOST_BARS:
        return order
    return [order[round(i)] for i in np.linspace(0, len(order) - 1, _MOST_BARS)]
