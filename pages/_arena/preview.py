"""What the chosen data looks like before anything has been trained."""

from __future__ import annotations

import html
from dataclasses import replace
from functools import lru_cache

import numpy as np
import streamlit as st

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.data import DATASETS, build_dataset
from harmony_core.data.cifar_names import CIFAR_NAMES
from harmony_core.data.holdout import SHARE
from harmony_core.data.long_tail import long_tail_counts
from harmony_core.experiments.complete import complete
from harmony_core.experiments.price import CIFAR_LARGEST
from harmony_core.plots.html_parts import Counts, count_bars

from .._shared.messages import messages
from .._shared.theme import theme
from .._shared.thumbnails import scatter, svg_uri, thumbnail
from .image_rows import image_rows
from .upload import class_counts

_MOST_POINTS = 4000
LARGEST_DRAWN = 1000
"""Training samples of the largest class in a preview: the server draws it, and a link asks."""
_MOST_BARS = 12
TO_COME = (
    "The photographs are not on this server yet. Train downloads them first, which needs a "
    "network; after that they are shown here."
)


def preview(config: ExperimentConfig) -> None:
    """The training set, its class counts, and what there is to find out."""
    if config.recorded is not None:
        st.caption("Nothing is recorded yet: the first epoch has not ended.")
        return
    spec = DATASETS[config.data.name]
    shade = theme()
    with messages(), st.container(key="preview"):
        counts: Counts = ()
        rows = ""
        if spec.kind == "points":
            svg, counts = _drawn(_key(config.data), config.seeds.data, shade)
            source, kind = svg_uri(svg), ""
        else:
            counts = image_counts(config.data)
            shown = [counts[c][0] for c in _shown_classes(counts)]
            rows = image_rows(config.data, shown)
            source, kind = thumbnail(spec.name, shade), " still"
        picture, text = st.columns([3, 2], gap="large", vertical_alignment="center")
        with picture:
            label = html.escape(f"The training set: {spec.title}")
            drawn = rows or f'<img src="{source}" alt="{label}">'
            st.html(f'<figure class="plane{"" if rows else kind}">{drawn}</figure>')
            if spec.name in CIFAR_NAMES and not rows:
                st.caption(TO_COME)
        with text:
            st.header("This is what the methods will learn from", anchor=False)
            st.markdown(spec.summary)
            if spec.kind == "points" and max(n for _, n in counts) > LARGEST_DRAWN:
                st.caption(f"Drawn here with {LARGEST_DRAWN:,} samples of the largest class.")
            if counts:
                st.html(count_bars(counts, _shown_classes(counts)))
            st.caption(
                f"Training samples. {_test_set(config.data)} Data, methods and everything else "
                "are set in the side panel."
            )


def _test_set(data: DataConfig) -> str:
    declared = {parameter.name for parameter in DATASETS[data.name].parameters}
    if "holdout" in declared and data.params.get("holdout", SHARE) == SHARE:
        return "Every class counts the same in balanced accuracy, so no method can hide its tail."
    return "The test set has equally many samples of every class, so no method can hide its tail."


def point_counts(config: ExperimentConfig) -> Counts:
    """Training samples of each class of a 2-D scenario."""
    return _drawn(_key(config.data), config.seeds.data, theme())[1]


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
        return tuple(zip(CIFAR_NAMES[data.name], map(int, counts), strict=True))
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
    """The picture and the counts of a 2-D scenario; of a large one, of a smaller draw."""
    name, params, factor, profile, noise = key
    values = dict(params)  # type: ignore[call-overload]
    config = DataConfig(name, values, factor, profile, noise)  # type: ignore[arg-type]
    most = int(complete(ExperimentConfig(data=config)).data.params["n_max"])
    drawn = replace(config, params={**values, "n_max": min(most, LARGEST_DRAWN)})
    dataset = build_dataset(drawn, seed)
    points, targets, counts = dataset.train_inputs, dataset.train_targets, dataset.train_counts
    if most > LARGEST_DRAWN and profile != "as_is":
        counts = long_tail_counts(most, len(counts), config.imbalance_factor, config.profile)
    if len(points) > _MOST_POINTS:
        keep = np.linspace(0, len(points) - 1, _MOST_POINTS).astype(int)
        points, targets = points[keep], targets[keep]
    return (
        scatter(points, targets, shade, (640, 480), 3.0),
        tuple(zip(dataset.class_names, map(int, counts), strict=True)),
    )


def _shown_classes(counts: Counts) -> list[int]:
    """All classes, largest first, or an evenly spaced selection of many."""
    order = sorted(range(len(counts)), key=lambda c: -counts[c][1])
    if len(order) <= _MOST_BARS:
        return order
    return [order[round(i)] for i in np.linspace(0, len(order) - 1, _MOST_BARS)]
