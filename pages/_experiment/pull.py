"""The pull of every class under every method, beside its plain weight, at the epoch on screen."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.explain.latex import number_text
from harmony_core.explain.pull import Pull, pull_of
from harmony_core.frames import Frame, Scene
from harmony_core.runs.store import RunStore

from .._shared.backend import store
from .._shared.class_page import class_page
from .._shared.tables import mark

MOST_CLASSES = 12
PAGED_FROM = 40
"""Classes above which they are found, sorted and paged."""
CAPTION = (
    "Pull: the gradient that the samples of a class contribute, over what they would contribute "
    "under cross-entropy; 1 (the line) is cross-entropy itself. Where every weight is 1, a method "
    "with margins pulls all the same."
)
HOW = (
    "For one sample it is ‖∂L/∂z‖₁ / ‖p − y‖₁ on the network’s logits z, which is weight × g̃ / g "
    "for a weighted cross-entropy of shifted logits: g̃ and g are the gradient norm with the shift "
    "and without. A class has the ratio of the sums over its tracked samples, as the network is "
    "after this epoch. Weights that a loss divides by are taken out of both numbers. A term that "
    "belongs to a batch and to no single sample (LADE) is left out, and so is noise (GCL, EQL)."
)


def class_pulls(run: str, repeat: int, epoch: int, labels: Sequence[str]) -> None:
    """Bars of the pull by class and method, the weight beside each."""
    scene = store().scene(run, repeat)
    if not len(scene.tracked_targets):
        return
    with st.container(key="pull"):
        st.header("How hard each class pulls", anchor=False)
        st.caption(f"{CAPTION} After epoch {epoch}.")
        st.fragment(_page)(run, repeat, epoch, tuple(labels))
        with st.expander("How the pull is computed"):
            st.markdown(HOW)


def _page(run: str, repeat: int, epoch: int, labels: Sequence[str]) -> None:
    """The bars of all classes, of a few spaced evenly, or of a page of many."""
    scene = store().scene(run, repeat)
    found = _pulls(store(), run, repeat, epoch)
    order = [int(c) for c in np.argsort(-np.asarray(scene.train_counts), kind="stable")]
    shown = [c for c in order if any(math.isfinite(one.classes[c]) for one in found)]
    if len(shown) > PAGED_FROM:
        apart = ("Farthest from cross-entropy first", lambda c: _apart(found, c))
        chosen = class_page("pull", scene, shown, MOST_CLASSES, {"apart": apart})
        if chosen:
            st.html(_bars(scene, found, labels, chosen))
        else:
            st.caption("No class has that in its name.")
        return
    st.html(_bars(scene, found, labels, _spaced(shown)))
    if len(shown) > MOST_CLASSES:
        st.caption(f"{MOST_CLASSES} of {len(shown)} classes, evenly spaced by size.")


def _apart(found: Sequence[Pull], c: int) -> float:
    """How far the pull of a class is from 1 as a factor, at most over the methods."""
    known = [float(one.classes[c]) for one in found if math.isfinite(one.classes[c])]
    return max((abs(math.log(max(pull, 1e-9))) for pull in known), default=-1.0)


@lru_cache(maxsize=64)
def _pulls(runs: RunStore, run: str, repeat: int, epoch: int) -> tuple[Pull, ...]:
    config: ExperimentConfig = runs.get(run).config
    scene = runs.scene(run, repeat)
    frames: list[Frame] = runs.frames(run, repeat, epoch)
    return tuple(_recorded(pull_of(config, scene, frame), frame) for frame in frames)


def _recorded(found: Pull, frame: Frame) -> Pull:
    """With the pull as the network had it, where it was recorded: logits are rounded."""
    if frame.class_pull is None:
        return found
    return replace(found, classes=np.asarray(frame.class_pull, dtype=np.float64))


def _spaced(classes: list[int]) -> list[int]:
    if len(classes) <= MOST_CLASSES:
        return classes
    return [classes[round(i)] for i in np.linspace(0, len(classes) - 1, MOST_CLASSES)]


def _bars(scene: Scene, found: Sequence[Pull], labels: Sequence[str], classes: list[int]) -> str:
    values = [one.classes[c] for one in found for c in classes]
    top = max([1.0, *(float(v) for v in values if math.isfinite(v))])
    body = ""
    for c in classes:
        name = html.escape(scene.class_names[c])
        body += (
            f'<tbody><tr><th class="group" scope="rowgroup" colspan="4">{name}'
            f" · N = {scene.train_counts[c]:,}</th></tr>"
        )
        for m, (one, label) in enumerate(zip(found, labels, strict=True)):
            body += _row(m, label, float(one.classes[c]), float(one.weights[c]), top)
        body += "</tbody>"
    heads = (
        '<th scope="col">Method</th><th scope="col" colspan="2">Pull</th>'
        '<th scope="col">Plain weight</th>'
    )
    return (
        '<div class="figures pulls" tabindex="0" role="region" '
        'aria-label="Pull and weight of each class by method">'
        f"<table><thead><tr>{heads}</tr></thead>{body}</table></div>"
    )


def _row(m: int, label: str, pull: float, weight: float, top: float) -> str:
    if not math.isfinite(pull):
        return (
            f'<tr><th scope="row">{mark(m)}{html.escape(label)}</th>'
            '<td colspan="3">no tracked sample left to learn</td></tr>'
        )
    return (
        f'<tr><th scope="row">{mark(m)}{html.escape(label)}</th>'
        f"<td>{number_text(pull)}</td>"
        f'<td class="track" style="--one:{100 / top:.1f}%"><span class="bar" aria-hidden="true" '
        f'style="width:{100 * pull / top:.1f}%;background:var(--m{m % 8})"></span></td>'
        f"<td>{number_text(weight)}</td></tr>"
    )
