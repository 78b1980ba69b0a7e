"""The microscope: every method's formula with the numbers of one sample put in."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.errors import DataError
from harmony_core.explain.latex import number_text
from harmony_core.explain.sample import SampleExplanation, explain, weight_curve
from harmony_core.frames import Frame, Scene

from .._session import place
from .._shared.markdown import literal, spoken
from .._shared.tables import cells, mark, table
from .._shared.theme import theme
from .._shared.widgets import set_widget
from .kept_frames import kept_scene

ORDERS = {
    "hard": "Hardest first",
    "heavy": "Most weighted first",
    "light": "Least weighted first",
    "easy": "Easiest first",
    "row": "By row of the training set",
}
MOST_LISTED = 2000
MOST_CLASSES = 120
"""Classes in the table of pulls; a row has two cells for each method."""
A_ROW = 4
"""Methods beside each other; more go to the next row."""
ALL = -1
NONE_FOLLOWED = (
    "This experiment follows no samples. Run it again with `tracked` above 0 in its record "
    "settings."
)
NO_ROWS = (
    "This recording follows no samples. Give it `train_targets`, and the rows of each batch with "
    "`run.rows`, to follow some."
)


def microscope(
    config: ExperimentConfig,
    scene: Scene,
    frames: Sequence[Frame],
    labels: Sequence[str],
    now: place.Place,
) -> None:
    """Picker, formulas, weight curve and table of one tracked sample at the epoch of ``frames``."""
    with st.container(key="microscope"):
        st.header("One sample under the microscope", anchor=False)
        if not len(scene.tracked_targets):
            st.caption(NONE_FOLLOWED if config.recorded is None else NO_ROWS)
            return
        _pick(scene, frames, labels, now, frames[0].repeat)
        if now.sample is None:
            st.caption(
                "Press a sample in a picture above, or choose one here: its probability, "
                "difficulty, region, both weights and its loss are then put into each method’s "
                "formula."
            )
            return
        try:
            seen = [explain(config, scene, frame, now.sample) for frame in frames]
        except DataError as error:  # a formula that needs logits which were not recorded
            st.caption(literal(str(error)))
            return
        _who(scene, now.sample, frames[0].epoch)
        for start in range(0, len(seen), A_ROW):
            part = seen[start : start + A_ROW]
            for column, one in zip(st.columns(len(part), gap="medium"), part, strict=True):
                with column, st.container(key=f"explained-{one.method}"):
                    _formula(one, labels[one.method])
        _curve(scene, frames, labels, seen)
        _numbers(scene, labels, seen)


def _pick(
    scene: Scene, frames: Sequence[Frame], labels: Sequence[str], now: place.Place, repeat: int
) -> None:
    """Choose among the tracked samples by class, weight, difficulty or row."""
    row = st.columns([2, 2, 2, 4], vertical_alignment="bottom")
    class_names = scene.class_names
    classes = [ALL, *range(len(class_names))]
    c = row[0].selectbox(
        "Class",
        classes,
        key="pick-class",
        format_func=lambda c: "All classes" if c == ALL else class_names[c],
    )
    order = row[1].selectbox(
        "Order", list(ORDERS), key="pick-order", format_func=ORDERS.__getitem__
    )
    method = row[2].selectbox(
        "As seen by",
        range(len(frames)),
        key="pick-method",
        format_func=lambda m: labels[m] if m < len(labels) else str(m),
    )
    frame = frames[method if method < len(frames) else 0]
    ranked = ranking(scene, frame, c, order)
    options = ranked[:MOST_LISTED]
    if now.sample is not None and now.sample not in options:
        options.insert(0, now.sample)
    names = {i: named(scene, frame, i) for i in options}
    set_widget("pick-sample", now.sample)
    row[3].selectbox(
        f"Sample ({len(ranked):,} to choose from)",
        options,
        index=None,
        key="pick-sample",
        placeholder="Choose a sample",
        format_func=lambda i: names.get(
            i, str(i)
        ),  # what a visit keeps of a widget holds no arrays
        on_change=_picked,
        args=(now, repeat),
    )
    if len(ranked) > MOST_LISTED:
        st.caption(
            f"The list holds the first {MOST_LISTED:,} of {len(ranked):,}; choose another class or "
            "order to reach the others."
        )


def _picked(now: place.Place, repeat: int) -> None:
    scene = kept_scene(now.run, repeat)
    place.jump_to(replace(now, sample=chosen_sample(st.session_state.get("pick-sample"), scene)))


def chosen_sample(value: object, scene: Scene) -> int | None:
    """The sample chosen in the list, from its position or its text.

    Streamlit returns the text if the numbers in it have changed since the list was sent, as they do
    during a training.
    """
    if isinstance(value, str):
        row = re.match(r"row (\d+) ", value)
        wanted = int(row[1]) if row else -1
        found = np.flatnonzero(scene.tracked_index == wanted)
        return int(found[0]) if len(found) else None
    return value if isinstance(value, int) else None


def ranking(scene: Scene, frame: Frame, c: int, order: str) -> list[int]:
    """Positions of the tracked samples of class ``c`` (all: -1) in one of `ORDERS`."""
    chosen = np.arange(len(scene.tracked_targets))
    if c != ALL:
        chosen = chosen[scene.tracked_targets == c]
    keys = {
        "hard": -frame.tracked_grad_norm,
        "easy": frame.tracked_grad_norm,
        "heavy": -frame.tracked_weight,
        "light": frame.tracked_weight,
        "row": scene.tracked_index,
    }
    values = np.asarray(keys.get(order, keys["hard"]), dtype=np.float64)[chosen]
    return [int(i) for i in chosen[np.argsort(values, kind="stable")]]


def named(scene: Scene, frame: Frame, sample: int) -> str:
    """A sample's entry in the list: its row, class, difficulty and weight."""
    name = scene.class_names[int(scene.tracked_targets[sample])]
    g, w = frame.tracked_grad_norm[sample], frame.tracked_weight[sample]
    return f"row {scene.tracked_index[sample]} · {name} · g {g:.2f} · weight {w:.2f}"


def _who(scene: Scene, sample: int, epoch: int) -> None:
    """Which sample this is: class, row, coordinates or picture."""
    label = int(scene.tracked_targets[sample])
    facts = [
        f"Row {scene.tracked_index[sample]} of the training set",
        f"class {scene.class_names[label]} with {scene.train_counts[label]:,} samples",
        f"after epoch {epoch}",
    ]
    inputs = scene.tracked_inputs[sample]
    if inputs.ndim == 1 and len(inputs) == 2:
        facts.insert(1, f"at ({inputs[0]:.2f}, {inputs[1]:.2f})")
    if scene.tracked_flipped[sample]:
        facts.append("its label was replaced by label noise")
    row = st.container(horizontal=True, gap="medium", vertical_alignment="center")
    if inputs.ndim == 3:
        row.image(inputs if inputs.shape[2] == 3 else inputs[:, :, 0], width=72)
    row.html(f'<p class="who" data-sample="{sample}">{html.escape(", ".join(facts))}.</p>')


def _formula(one: SampleExplanation, label: str) -> None:
    st.html(
        f'<h3 class="method-name">{mark(one.method)}{html.escape(label)}</h3>'
        f'<dl class="terms" data-method="{one.method}">'
        + "".join(
            f"<div><dt>{name}</dt><dd>{value}</dd></div>"
            for name, value in (
                ("p", number_text(one.p_y)),
                ("g", number_text(one.difficulty)),
                ("weight", number_text(one.weight)),
                ("loss", number_text(one.loss)),
            )
        )
        + "</dl>"
    )
    st.markdown("\n\n".join(f"{literal(t.name)}\n\n$$\n{t.latex}\n$$" for t in one.steps))
    for note in one.notes:
        st.caption(spoken(note))


def _curve(
    scene: Scene, frames: Sequence[Frame], labels: Sequence[str], seen: Sequence[SampleExplanation]
) -> None:
    from harmony_core.plots.weight_curves import Curve, weight_curve_figure

    label = seen[0].label
    curves = []
    for frame, one in zip(frames, seen, strict=True):
        edges, weights = weight_curve(frame, label) or (None, None)
        curves.append(
            Curve(labels[one.method], one.method, edges, weights, one.difficulty, one.intra)
        )
    name = html.escape(scene.class_names[label])
    st.html(f'<h3 class="chart-title">Weight of a sample of {name} by its difficulty</h3>')
    st.plotly_chart(
        weight_curve_figure(curves, theme()),
        theme=None,
        key="weight-curve",
        config={"displaylogo": False, "displayModeBar": False},
    )
    without = [labels[c.method] for c in curves if c.edges is None]
    st.caption(
        "Each step is a unit region of this class, at the weight it gives; the mark is this "
        "sample. Dotted: weight 1, the mean of the class. "
        + (
            f"{literal(', '.join(without))}: no density, so only the sample’s own weight is marked."
            if without
            else ""
        )
    )


def _numbers(scene: Scene, labels: Sequence[str], seen: Sequence[SampleExplanation]) -> None:
    with st.expander("The same as text, and the pull on every class"):
        head = ["Term", *(labels[one.method] for one in seen)]
        rows = [(name, cells([value(one) for one in seen])) for name, value in ROWS.items()]
        table("Numbers of the sample by method", head, rows)
        for one in seen:
            lines = "\n".join(f"- {literal(line)}" for line in one.text)
            st.markdown(f"**{literal(labels[one.method])}**\n\n{lines}")
        head = ["Class"]
        for one in seen:
            head += [f"p, {labels[one.method]}", f"pull, {labels[one.method]}"]
        order = np.argsort(-np.max([np.abs(one.gradient) for one in seen], axis=0), kind="stable")
        rows = []
        recorded = np.any([np.isfinite(one.gradient) for one in seen], axis=0)
        listed = order[recorded[order]]
        for c in listed[:MOST_CLASSES]:
            pairs = [(number_text(one.p[c]), number_text(one.gradient[c])) for one in seen]
            rows.append((scene.class_names[c], cells([text for pair in pairs for text in pair])))
        left = len(listed) > MOST_CLASSES
        st.caption(
            "Pull: the gradient of this sample’s loss on the logit of each class. A value below "
            "zero raises the logit, one above zero lowers it; the class pulled most comes first."
            + (f" These are {MOST_CLASSES} of {len(listed):,}." if left else "")
        )
        table("Probability and gradient of every class", head, rows)


def _region(one: SampleExplanation) -> str:
    if one.region is None:
        return "–"
    return f"{one.region.index + 1} of {one.region.regions}"


ROWS: dict[str, Callable[[SampleExplanation], str]] = {
    "p of its class": lambda one: number_text(one.p_y),
    "difficulty g": lambda one: number_text(one.difficulty),
    "gradient norm 1 − p̃": lambda one: number_text(one.grad_norm),
    "unit region": _region,
    "density A in it": lambda one: "–" if one.region is None else number_text(one.region.density),
    "share of the class": lambda one: "–" if one.region is None else number_text(one.region.share),
    "intra weight": lambda one: number_text(one.intra),
    "inter weight": lambda one: number_text(one.inter),
    "weight": lambda one: number_text(one.weight),
    "pull, over cross-entropy’s": lambda one: number_text(
        float(np.abs(one.gradient).sum() / max(2 * np.delete(one.p, one.label).sum(), 1e-6))
    ),
    "cross-entropy": lambda one: number_text(one.cross_entropy),
    "loss": lambda one: number_text(one.loss),
}
