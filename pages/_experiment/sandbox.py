"""The sandbox: sliders for the settings of the weights, redrawn at once from recorded samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from harmony_core.config import MethodConfig
from harmony_core.errors import DataError
from harmony_core.experiments.method_text import method_labels
from harmony_core.explain.latex import number_text
from harmony_core.explain.sandbox import ClassWeights, default_settings, first_network, redraw
from harmony_core.frames import Scene

from .._shared.class_page import class_page
from .._shared.markdown import literal
from .._shared.tables import cells, table
from .._shared.theme import theme
from .._shared.thumbnails import svg_uri
from .kept_frames import kept_frames, kept_scene

MOST_DRAWN = 12


@dataclass(frozen=True)
class Shown:
    """The epoch whose samples are redrawn. A visit keeps this, not the samples."""

    run_id: str
    repeat: int
    epoch: int


def sandbox(shown: Shown, methods: Sequence[MethodConfig]) -> None:
    """Draw the sandbox for one epoch; moving a slider redraws only the sandbox."""
    st.fragment(_sandbox)(shown, method_labels(methods), first_network(methods))


def _sandbox(shown: Shown, labels: Sequence[str], usual: int) -> None:
    scene = kept_scene(shown.run_id, shown.repeat)
    frames = kept_frames(shown.run_id, shown.repeat, shown.epoch)
    if not len(scene.tracked_targets):
        return
    with st.container(key="sandbox"):
        st.header("Sandbox: bend the weights without training", anchor=False)
        st.caption(
            "The weights that the harmonized loss would give with this network as it was after "
            f"epoch {frames[0].epoch}. Nothing is trained: difficulty comes from the "
            "recorded samples, the rest from the sliders. In training, the network would react to "
            "the new weights; here it stays as it is."
        )
        settings = _sliders(labels, usual)
        method = int(settings.pop("method"))
        frame = frames[method if method < len(frames) else 0]
        try:
            drawn = redraw(scene, frame, **settings)  # type: ignore[arg-type]
        except DataError as error:  # the margin needs logits which were not recorded
            st.caption(literal(str(error)))
            return
        _pictures(scene, drawn)


def _sliders(labels: Sequence[str], usual: int) -> dict[str, float | bool | int | str]:
    default = default_settings()
    row = st.columns(4, gap="medium")
    settings: dict[str, float | bool | int | str] = {
        "alpha": row[0].slider(
            "α, how strongly rarity counts", 0.0, 1.5, float(default["alpha"]), 0.05,
            key="sandbox-alpha", help=(
                "0 turns weights by difficulty off; 1 gives every occupied region the same "
                "total weight."
            ),
        ),
        "kappa": row[1].slider(
            "κ, how fine the regions are", 0.25, 4.0, float(default["kappa"]), 0.25,
            key="sandbox-kappa", help=(
                "Regions of a class: κ times the cube root of its number of samples, at "
                "least 2 and at most 30."
            ),
        ),
        "smoothing": row[2].slider(
            "λ, samples added to every region", 0.0, 10.0, float(default["smoothing"]), 0.25,
            key="sandbox-smoothing", help=(
                "Keeps a nearly empty region from getting an enormous weight."
            ),
        ),
        "tau": row[3].slider(
            "τ, the margin by class size", 0.0, 2.0, float(default["tau"]), 0.1,
            key="sandbox-tau", help="Difficulty with the margin is measured on z + τ log π; "
            "without it, τ makes no difference here.",
        ),
    }  # fmt: skip
    row2 = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
    settings["envelope"] = row2.toggle(
        "Envelope", bool(default["envelope"]), key="sandbox-envelope",
        help="A harder sample of a class never weighs less than an easier one.",
    )  # fmt: skip
    settings["classwise"] = row2.toggle(
        "A density for each class", bool(default["classwise"]), key="sandbox-classwise",
        help="Off: one density for all classes, as in plain gradient harmonizing.",
    )  # fmt: skip
    settings["difficulty"] = "margin" if row2.toggle(
        "Difficulty with the margin", default["difficulty"] == "margin",
        key="sandbox-difficulty", help="On: g is measured on z + τ log π, so a sample of a large "
        "class looks easy. Off: on the plain logits, as in the test.",
    ) else "plain"  # fmt: skip
    settings["anchor"] = "boundary" if row2.toggle(
        "Equal weights at the boundary", default["anchor"] == "boundary",
        key="sandbox-anchor", help="On: at g = ½, where two classes meet, all classes weigh alike. "
        "Off: the mean weight of every class is 1.",
    ) else "class"  # fmt: skip
    settings["method"] = row2.selectbox(
        "Network of", range(len(labels)), key="sandbox-method", width=260,
        index=usual, format_func=lambda m: labels[m] if m < len(labels) else str(m),
    )  # fmt: skip
    return settings


def _pictures(scene: Scene, drawn: Sequence[ClassWeights]) -> None:
    from harmony_core.plots.weight_curves import common_top, weight_grid, weight_picture

    classes = _chosen(scene, drawn)
    if not classes:
        st.caption("No class has that in its name.")
        return
    shade = theme()
    top = common_top([drawn[c].weights for c in classes])
    pictures, notes = [], []
    for c in classes:
        one = drawn[c]
        edges, counts, weights = one.edges, one.counts, one.weights
        pictures.append(svg_uri(weight_picture(c, edges, counts, weights, top, shade)))
        notes.append(f"N {scene.train_counts[c]:,} · {len(weights)} regions")
    st.html(weight_grid(classes, scene.class_names, pictures, notes))
    st.caption(
        "Line: the weight w(g) of each region of difficulty, on one scale for all classes; dotted: "
        "weight 1. Shading behind it: how many of the class’s samples are in the "
        "region, on its own scale. A class with few samples gets few, wide regions."
    )
    with st.expander("The same as text"):
        rows = []
        for c in classes:
            w, n = drawn[c].weights, drawn[c].counts
            values = [
                str(len(w)), number_text(float(w[0])), number_text(float(w[-1])),
                number_text(float(w.max())), f"{int(np.argmax(n)) + 1} of {len(n)}",
            ]  # fmt: skip
            rows.append((scene.class_names[c], cells([f"{scene.train_counts[c]:,}", *values])))
        head = [
            "Class", "Samples", "Regions", "w of the easiest", "w of the hardest", "Largest w",
            "Fullest region",
        ]  # fmt: skip
        table("Weights of every class shown", head, rows)


def _chosen(scene: Scene, drawn: Sequence[ClassWeights]) -> list[int]:
    """The classes shown; of many, the page chosen by search and order."""
    everyone = [int(c) for c in np.argsort(-np.asarray(scene.train_counts), kind="stable")]
    if len(everyone) <= MOST_DRAWN:
        return everyone
    steep = ("Steepest weights first", lambda c: float(np.ptp(drawn[c].weights)))
    return class_page("sandbox", scene, everyone, MOST_DRAWN, {"steep": steep})
