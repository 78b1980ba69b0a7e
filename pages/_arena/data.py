"""Choosing the data: scenarios by thumbnail, images, an upload, and how long the tail is."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from harmony_core.config import DataConfig
from harmony_core.data import DATASETS, DatasetSpec
from harmony_core.parameters import Value

from .._session.draft import PREFIX, widget_key_among
from .._shared.labels import number_text
from .._shared.theme import theme
from .._shared.thumbnails import thumbnail
from .controls import control, words
from .upload import choose_upload

SECTIONS = {"points": "2-D", "images": "Images", "upload": "My images", "table": "My table"}
FACTORS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
NOISES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4)


def section_of(spec: DatasetSpec) -> str:
    """The one of `SECTIONS` that lists a data set, or ``""`` if the page does not offer it."""
    if any(parameter.name == "source" for parameter in spec.parameters):
        return "upload" if spec.kind == "images" else "table"
    return spec.kind if spec.kind in SECTIONS else ""


def choose_data(data: DataConfig) -> DataConfig | None:
    """Draw the controls of the data; ``None`` while an upload is missing."""
    sections = [
        key for key in SECTIONS if any(section_of(spec) == key for spec in DATASETS.values())
    ]
    now = section_of(DATASETS[data.name]) or sections[0]
    if now != "table":  # only what was opened from the inspection
        sections.remove("table")
    section = st.segmented_control(
        "Data",
        sections,
        key=widget_key_among("section", now, sections),
        format_func=SECTIONS.__getitem__,
        required=True,
        width="stretch",
        label_visibility="collapsed",
    )
    names = [name for name, spec in DATASETS.items() if section_of(spec) == section]
    spec = _pick(names, data.name, str(section))
    if spec.name != data.name:
        data = replace(data, name=spec.name, params={}, profile=_profile(spec, data))
        st.session_state.pop(f"{PREFIX}profile-{spec.name}", None)
    if section == "upload":
        source = choose_upload(str(data.params.get("source", "")))
        if not source:
            return None
        data = replace(data, params={**data.params, "source": source})
    return _tail(spec, data)


def _pick(names: list[str], current: str, section: str) -> DatasetSpec:
    name = current if current in names else names[0]
    if len(names) > 1:
        shade = theme()
        rules = "".join(
            f".st-key-{PREFIX}scenario-{section} [role=radiogroup]>:nth-child({i})"
            f'{{--picture:url("{thumbnail(option, shade)}")}}'
            for i, option in enumerate(names, 1)
        )
        st.html(f"<style>{rules}</style>")
        name = str(
            st.radio(
                "Scenario",
                names,
                key=widget_key_among(f"scenario-{section}", name, names),
                format_func=lambda option: DATASETS[option].title,
                horizontal=True,
                label_visibility="collapsed",
            )
        )
    spec = DATASETS[name]
    st.caption(spec.summary)
    return spec


def _tail(spec: DatasetSpec, data: DataConfig) -> DataConfig:
    as_is = len(spec.profiles) == 1 and spec.profiles[0] == "as_is"
    profile = spec.profiles[0]
    if not as_is:
        profile = str(
            st.segmented_control(
                "Profile of the tail",
                spec.profiles,
                key=widget_key_among(f"profile-{spec.name}", data.profile, spec.profiles),
                format_func=words,
                required=True,
                width="stretch",
                help="How the counts fall from the largest class to the smallest one.",
            )
        )
    factor = _factor(data.imbalance_factor, disabled=profile == "as_is")
    noises = sorted({*NOISES, data.label_noise})
    noise = st.select_slider(
        "Label noise",
        noises,
        key=widget_key_among("noise", data.label_noise, noises),
        format_func=lambda share: f"{share:.0%}",
        help="Share of training labels replaced by another class. Test labels are never touched.",
    )
    params: dict[str, Value] = {}
    with st.expander("More about the data"):
        for parameter in spec.parameters:
            value = data.params.get(parameter.name, parameter.default)
            params[parameter.name] = control(parameter, value, f"data-{spec.name}-{parameter.name}")
    return DataConfig(spec.name, params, factor, profile, noise)


def _factor(value: float, *, disabled: bool) -> float:
    factors = sorted({*FACTORS, value})
    factor = st.select_slider(
        "Imbalance factor",
        factors,
        key=widget_key_among("factor", value, factors),
        format_func=lambda number: f"{number_text(number)} to 1",
        help="Training samples of the largest class for each sample of the smallest.",
        disabled=disabled,
    )
    return float(factor)


def _profile(spec: DatasetSpec, before: DataConfig) -> str:
    """The profile to keep: the same one, unless the usual profiles of both data sets differ."""
    same = DATASETS[before.name].profiles[0] == spec.profiles[0]
    return before.profile if same and before.profile in spec.profiles else spec.profiles[0]
