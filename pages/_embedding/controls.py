"""What the reader may choose about a map: how dots are placed, and how they look."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from harmony_core.analysis.embedding.settings import SETTINGS, EmbeddingSettings
from harmony_core.experiments.method_text import method_labels
from harmony_core.frames import Scene
from harmony_core.parameters import Parameter
from harmony_core.runs.record import ExperimentRecord
from pages._embedding.link_text import read_settings

from .._shared.backend import store
from .._shared.labels import literal
from .._shared.page import put
from .link import Take, one_of, whole_numbers
from .window_width import ROOMS, Room, room

COLOURS = {
    "class": "True class",
    "group": "Head, medium, tail",
    "correct": "Right or wrong",
    "g": "Gradient norm g",
    "weight": "Weight",
}
CHANGES = {"before": "the picture before", "first": "the first picture", "none": "nothing"}
LAYOUTS = {"umap": "UMAP", "pca": "PCA", "plane": "Input plane"}
NAMES = {
    "n_neighbors": "Neighbours",
    "min_dist": "Least distance",
    "mixing": "Share of the answer (λ)",
    "metric": "Metric",
    "seed": "Layout seed",
}
PLACED_BY = {"umap": tuple(NAMES), "pca": ("mixing", "metric"), "plane": ()}
"""The settings that place dots in a layout; the others would change nothing there."""
KEY = "emb-"


@dataclass(frozen=True)
class Look:
    """How the dots are drawn; none of it moves one."""

    colour: str = "class"
    highlight: tuple[int, ...] = ()
    methods: tuple[int, ...] = ()
    """Methods to show."""
    changes: str = "before"
    """The picture that changed predictions are marked against"""
    room: Room = ROOMS["large"]
    """How the window lets maps stand"""


def look_controls(record: ExperimentRecord, *, live: bool = False) -> Look:
    """Colour, classes to find, and which methods to show."""
    labels = method_labels(record.config.methods)
    many = range(len(labels))
    row = st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="emb-look")
    with row:
        colour = st.selectbox(
            "Colour dots by", list(COLOURS), key=seed("colour", "class"), width=200,
            format_func=COLOURS.__getitem__,
            help="Shapes go with classes. Weight and g are known of training samples only; the "
            "other dots then are grey.",
        )  # fmt: skip
        changes = st.selectbox(
            "Mark changed answers since", list(CHANGES),
            key=seed("since", "before"), width=240, format_func=CHANGES.__getitem__,
            help="A cross marks each sample whose predicted class has changed; how many they are "
            "stands over the map and under it.",
        )  # fmt: skip
        highlight: list[int] = []
        if not live:
            names = store().scene(record.id, 0).class_names
            highlight = st.multiselect(
                "Find classes", range(len(names)), key=seed(f"find-{record.id}", []), width=320,
                format_func=lambda c: names[c], placeholder="Type a name",
                help="These keep their colour, all others turn grey.",
            )  # fmt: skip
        chosen = list(many)
        if len(labels) > 1:
            chosen = st.pills(
                "Methods", many, selection_mode="multi",
                key=seed(f"methods-{record.id}", list(many)),
                format_func=lambda m: literal(labels[m]),
            )  # fmt: skip
    return Look(colour, tuple(highlight), tuple(sorted(chosen)) or tuple(many), changes, room())


def adopt(settings: EmbeddingSettings) -> None:
    """Let the controls show ``settings`` from their next drawing on."""
    _set("alone", settings.mixing == 0)
    for name in ("layout", *NAMES):
        if name != "mixing" or settings.mixing > 0:
            _set(name, getattr(settings, name))


def _set(name: str, value: object) -> None:
    """Let the control ``name`` show ``value`` from its next drawing on."""
    put(KEY + name, value)
    st.session_state.setdefault("embedding kept", {})[KEY + name] = value


def entered() -> bool:
    """Whether the page was not on screen just before."""
    return KEY + "colour" not in st.session_state


def takes(record: ExperimentRecord) -> dict[str, Take]:
    """How the link sets the controls."""
    many = len(record.config.methods)
    run = record.id

    def repeat(text: str) -> None:
        allowed = {str(r + 1): r for r in range(record.config.seeds.repeats)}
        _set(f"repeat-{run}", allowed[one_of(text, allowed, "1")])

    def show(text: str) -> None:
        _set(f"methods-{run}", whole_numbers(text, many, "methods") or list(range(many)))

    return {
        "repeat": repeat,
        "map": lambda text: adopt(read_settings(text)),
        "colour": lambda text: _set("colour", one_of(text, COLOURS, "class")),
        "since": lambda text: _set("since", one_of(text, CHANGES, "before")),
        "show": show,
    }


def take_classes(run: str, classes: int) -> Take:
    """How the link sets the classes to find."""
    return lambda text: _set(f"find-{run}", whole_numbers(text, classes, "classes"))


def in_link(record: ExperimentRecord, repeat: int, look: Look) -> dict[str, str]:
    """What the link says of the look, ``""`` for what is as usual."""
    every = look.methods == tuple(range(len(record.config.methods)))
    return {
        "repeat": str(repeat + 1) if repeat else "",
        "colour": "" if look.colour == "class" else look.colour,
        "since": "" if look.changes == "before" else look.changes,
        "show": "" if every else "_".join(str(m) for m in look.methods),
    }


def settings_controls(scene: Scene) -> EmbeddingSettings:
    """How dots are placed: the layout, λ = 0 at a click, and the rest with a line each."""
    declared = {parameter.name: parameter for parameter in SETTINGS}
    flat = scene.landmark_inputs is not None and scene.landmark_inputs.shape[1:] == (2,)
    layouts = [name for name in LAYOUTS if name != "plane" or (flat and scene.kind == "points")]
    seed("layout", "umap")
    if st.session_state[KEY + "layout"] not in layouts:
        _set("layout", "umap")
    row = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
    with row:
        layout = st.segmented_control(
            "Place dots by", layouts, key=KEY + "layout", format_func=LAYOUTS.__getitem__,
            required=True, help=declared["layout"].help,
        )  # fmt: skip
        alone = False
        if layout != "plane":
            alone = st.toggle(
                "Features alone (λ = 0)", key=seed("alone", False),
                help="Off, the network’s answers help to place its samples, with share λ.",
            )  # fmt: skip
    values: dict[str, object] = {"layout": layout or "umap"}
    names = PLACED_BY[layout or "umap"]
    if names:
        with st.expander("Settings of the map"):
            columns = st.columns(2, gap="large")
            for i, name in enumerate(names):
                with columns[i % 2]:
                    locked = alone and name == "mixing"
                    values[name] = _control(declared[name], NAMES[name], locked)
                    st.caption(declared[name].help)
    if alone:
        values["mixing"] = 0.0
    return EmbeddingSettings.from_dict(values)


def _control(parameter: Parameter, title: str, locked: bool) -> object:
    key = seed(parameter.name, parameter.default)
    if parameter.choices:
        return st.selectbox(title, parameter.choices, key=key)
    low, high = parameter.low, parameter.high
    assert low is not None
    assert high is not None
    if parameter.name == "seed":
        return int(st.number_input(title, int(low), int(high), key=key))
    if isinstance(parameter.default, int):
        return int(st.slider(title, int(low), int(high), key=key, disabled=locked))
    return float(st.slider(title, float(low), float(high), step=0.01, key=key, disabled=locked))


def seed(name: str, value: object) -> str:
    """A widget's key; a page left and entered again finds what was chosen."""
    key = KEY + name
    kept: dict[str, object] = st.session_state.setdefault("embedding kept", {})
    if key not in st.session_state:
        st.session_state[key] = kept.get(key, value)
    kept[key] = st.session_state[key]
    return key
