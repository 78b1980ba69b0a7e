"""Ready experiments that each make one point; their claims were measured over several seeds."""

from __future__ import annotations

import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.errors import HarmonyError
from harmony_core.experiments.complete import complete
from harmony_core.experiments.presets import PRESETS, Preset

from .._session import draft
from .._shared.widgets import set_widget

KEY = "gallery"


def gallery(config: ExperimentConfig) -> None:
    """Choose one, which sets every control."""
    chosen = preset_of(config)
    set_widget(KEY, chosen.name if chosen else None)
    st.selectbox(
        "Show me …",
        list(PRESETS),
        index=None,
        key=KEY,
        placeholder="a ready experiment",
        format_func=lambda name: PRESETS[name].title,
        on_change=_chosen,
    )
    if chosen:
        st.caption(f"**Look at:** {chosen.look}")


def preset_of(config: ExperimentConfig) -> Preset | None:
    """The preset that ``config`` is, whatever its seeds and record."""
    try:
        full = complete(config)
    except HarmonyError:
        return None
    for preset in PRESETS.values():
        other = complete(preset.config)
        if (full.data, full.methods, full.epochs, full.optim, full.model) == (
            other.data, other.methods, other.epochs, other.optim, other.model,
        ):  # fmt: skip
            return preset
    return None


def _chosen() -> None:
    name = st.session_state.get(KEY)
    if name in PRESETS:
        draft.set_up(PRESETS[name].config)
