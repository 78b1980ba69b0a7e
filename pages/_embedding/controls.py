"""The controls of a map: how its dots are placed and how they look."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from harmony_core.analysis.embedding.settings import SETTINGS, EmbeddingSettings
from harmony_core.errors import HarmonyError
from harmony_core.experiments.method_text import method_labels
from harmony_core.frames import Scene
from harmony_core.parameters import Parameter
from harmony_core.runs.record import ExperimentRecord

from .._session import place
from .._shared.backend import store
from .._shared.markdown import literal
from .._shared.widgets import set_widget
from .link import Reader, one_of, read_link, report, whole_numbers, write_link
from .link_text import read_settings, settings_text
from .window_width import WINDOW_LAYOUTS, WindowLayout, window_layout

COLOURS = {
    "class": "True class",
    "group": "Head, medium, tail",
    "correct": "Right or wrong",
    "g": "Gradient norm g",
    "weight": "Weight",
}
CHANGES = {"before": "the previous picture", "first": "the first picture", "none": "nothing"}
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
class MapStyle:
    """How the dots of a map are drawn, which moves none of them."""

    colour: str = "class"
    highlight: tuple[int, ...] = ()
    methods: tuple[int, ...] = ()
    """Methods shown."""
    changes: str = "before"
    """The picture whose predictions the crosses compare with"""
    layout: WindowLayout = WINDOW_LAYOUTS["large"]
    """How many maps the window has room for"""


def _style_controls(record: ExperimentRecord) -> MapStyle:
    """Colour, classes to find, and which methods to show."""
    labels = method_labels(record.config.methods)
    every = range(len(labels))
    row = st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="emb-look")
    with row:
        colour = st.selectbox(
            "Colour dots by", list(COLOURS), key=widget_key("colour", "class"), width=200,
            format_func=COLOURS.__getitem__,
            help=(
                "Shapes mark the classes. Weight and g are known only for training samples; "
                "other dots are then grey."
            ),
        )  # fmt: skip
        changes = st.selectbox(
            "Mark changed predictions since", list(CHANGES),
            key=widget_key("since", "before"), width=240, format_func=CHANGES.__getitem__,
            help=(
                "A cross marks each sample whose predicted class has changed; their number "
                "is given above and below the map."
            ),
        )  # fmt: skip
        highlight: list[int] = []
        if not record.active:
            names = store().scene(record.id, 0).class_names
            highlight = st.multiselect(
                "Find classes", range(len(names)), width=320,
                key=widget_key(f"find-{record.id}", []),
                format_func=lambda c: names[c], placeholder="Type a name",
                help="These keep their colour, all others turn grey.",
            )  # fmt: skip
        chosen = list(every)
        if len(labels) > 1:
            chosen = st.pills(
                "Methods", every, selection_mode="multi",
                key=widget_key(f"methods-{record.id}", list(every)),
                format_func=lambda m: literal(labels[m]),
            )  # fmt: skip
    methods = tuple(sorted(chosen)) or tuple(every)
    return MapStyle(colour, tuple(highlight), methods, changes, window_layout())


def show_settings(settings: EmbeddingSettings) -> None:
    """Make the controls show ``settings`` when they are next drawn."""
    _set("alone", settings.mixing == 0)
    for name in ("layout", *NAMES):
        if name != "mixing" or settings.mixing > 0:
            _set(name, getattr(settings, name))


def _set(name: str, value: object) -> None:
    """Make the control ``name`` show ``value`` when it is next drawn."""
    set_widget(KEY + name, value)
    st.session_state.setdefault("embedding kept", {})[KEY + name] = value


def on_screen() -> bool:
    """Whether the page was on screen before this run."""
    return KEY + "colour" in st.session_state


def read_controls(record: ExperimentRecord, *, again: bool) -> None:
    """Set the controls to what the link says; ``again`` as in `read_link`."""
    run = record.id
    methods = len(record.config.methods)

    def show(text: str) -> None:
        numbers = whole_numbers(text, methods, "methods")
        _set(f"methods-{run}", numbers or list(range(methods)))

    def find(text: str) -> None:
        classes = len(store().scene(run, 0).class_names)
        _set(f"find-{run}", whole_numbers(text, classes, "classes"))

    readers: dict[str, Reader] = {
        "map": lambda text: show_settings(read_settings(text)),
        "colour": lambda text: _set("colour", one_of(text, COLOURS, "class")),
        "since": lambda text: _set("since", one_of(text, CHANGES, "before")),
        "show": show,
    }
    if not record.active and store().epochs(run, 0):
        readers["find"] = find
    read_link(run, readers, again=again)


def repeat_control(record: ExperimentRecord) -> int:
    """Draw the choice of a repeat, if there are several."""
    run, repeats = record.id, record.config.seeds.repeats
    wanted = place.chosen_repeat(run, repeats) or 0
    if problem := place.link_problem():
        report(problem)
        place.move_to(place.current(run))
    if repeats == 1:
        return 0
    key = f"{KEY}repeat-{run}"
    set_widget(key, wanted)
    chosen = st.segmented_control(
        "Repeat", range(repeats), key=key, required=True, format_func=lambda r: f"{r + 1}",
        on_change=_repeat_chosen, args=(run, key),
    )  # fmt: skip
    return int(chosen or 0)


def _repeat_chosen(run: str, key: str) -> None:
    chosen = st.session_state.get(key) or None  # the first repeat is the usual one
    place.move_to(replace(place.current(run), repeat=chosen))


def first_scene(run_id: str) -> Scene | None:
    """The scene of the first repeat, once its training has begun."""
    try:
        return store().scene(run_id, 0)
    except HarmonyError:
        return None


def map_controls(
    record: ExperimentRecord, chosen: str | None = None
) -> tuple[EmbeddingSettings | None, MapStyle]:
    """Draw the controls and write their values to the link, with the ``chosen`` samples.

    There are no settings to choose before the training has begun.
    """
    scene = first_scene(record.id)
    settings = None if scene is None else _settings_controls(scene)
    style = _style_controls(record)
    every = style.methods == tuple(range(len(record.config.methods)))
    link = {
        "colour": "" if style.colour == "class" else style.colour,
        "since": "" if style.changes == "before" else style.changes,
        "show": "" if every else "_".join(str(m) for m in style.methods),
    }
    if settings is not None:
        link["map"] = settings_text(settings)
    if chosen is not None:
        link["find"] = "_".join(str(c) for c in style.highlight)
        link["chosen"] = chosen
    write_link(record.id, link)
    return settings, style


def _settings_controls(scene: Scene) -> EmbeddingSettings:
    """How dots are placed: the layout, λ = 0 at a click, and the rest with a line each."""
    declared = {parameter.name: parameter for parameter in SETTINGS}
    flat = scene.landmark_inputs is not None and scene.landmark_inputs.shape[1:] == (2,)
    layouts = [name for name in LAYOUTS if name != "plane" or (flat and scene.kind == "points")]
    widget_key("layout", "umap")
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
                "Features alone (λ = 0)", key=widget_key("alone", False),
                help="When off, the network’s answers help to place its samples, with share λ.",
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
    key = widget_key(parameter.name, parameter.default)
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


def widget_key(name: str, value: object) -> str:
    """The key of a widget that begins with ``value``, or as it was when the page was left."""
    key = KEY + name
    kept: dict[str, object] = st.session_state.setdefault("embedding kept", {})
    if key not in st.session_state:
        st.session_state[key] = kept.get(key, value)
    kept[key] = st.session_state[key]
    return key
