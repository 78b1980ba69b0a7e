"""Choosing the methods: two to four losses, each with its settings, equation and presets."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from harmony_core.config import MethodConfig
from harmony_core.losses import LOSSES
from harmony_core.parameters import Value

from .._session.draft import PREFIX, widget_key_among
from .._shared.markdown import literal
from .beside_the_loss import beside_the_loss
from .controls import control, words

FEWEST, MOST = 2, 4
_SLOTS = PREFIX + "slots"


def choose_methods(methods: tuple[MethodConfig, ...]) -> tuple[MethodConfig, ...]:
    """Draw the controls of the methods and return their values."""
    slots: dict[int, MethodConfig] = st.session_state.setdefault(_SLOTS, dict(enumerate(methods)))
    for position, slot in enumerate(list(slots)):
        with st.container(border=True, key=f"{PREFIX}method-{position}", gap="xxsmall"):
            slots[slot] = _method(slot, position, slots[slot], removable=len(slots) > FEWEST)
    if len(slots) < MOST:
        st.button(
            "Add a method",
            icon=":material/add:",
            key=PREFIX + "add",
            on_click=_add,
            width="stretch",
        )
    return tuple(slots.values())


def _method(slot: int, position: int, method: MethodConfig, *, removable: bool) -> MethodConfig:
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall")
    names = list(LOSSES)
    loss = str(
        row.selectbox(
            f"Method {position + 1}" + (f": {literal(method.label)}" if method.label else ""),
            names,
            key=widget_key_among(f"m{slot}-loss", method.loss, names),
            format_func=lambda name: LOSSES[name].title,
        )
    )
    if removable:
        row.button(
            f"Remove method {position + 1}",  # read out, not drawn
            icon=":material/close:",
            key=f"{PREFIX}m{slot}-remove",
            on_click=_remove,
            args=(slot,),
            type="tertiary",
        )
    spec = LOSSES[loss]
    if loss != method.loss:
        method = MethodConfig(loss)
    title = f"Method {position + 1}: settings and equation{_changed_mark(method)}"
    with st.expander(title, key=f"{PREFIX}m{slot}-more"):
        st.markdown(spec.summary)
        st.latex(spec.equation)
        if spec.reference:
            st.caption(spec.reference)
        _presets(slot, loss)
        params: dict[str, Value] = {}
        for parameter in spec.parameters:
            value = method.params.get(parameter.name, parameter.default)
            params[parameter.name] = control(parameter, value, f"m{slot}-{loss}-{parameter.name}")
        settings = beside_the_loss(method, slot)
    return MethodConfig(loss, params, label=method.label, **settings)


def _changed_mark(method: MethodConfig) -> str:
    defaults = {parameter.name: parameter.default for parameter in LOSSES[method.loss].parameters}
    changed = any(defaults.get(name) != value for name, value in method.params.items())
    plain = replace(method, loss="", params={}, label="") == MethodConfig("")
    return " ·  changed" if changed or not plain else ""


def _presets(slot: int, loss: str) -> None:
    presets = LOSSES[loss].presets
    if not presets:
        return
    with st.container(horizontal=True, gap="xsmall"):
        for name in ("defaults", *presets):
            st.button(
                words(name),
                key=f"{PREFIX}m{slot}-{loss}-preset {name}",
                on_click=_preset,
                args=(slot, loss, name),
                help=f"Set every setting of this loss to its {words(name).lower()} value.",
            )


def _preset(slot: int, loss: str, name: str) -> None:
    params = dict(LOSSES[loss].presets.get(name, {}))
    old: MethodConfig = st.session_state[_SLOTS][slot]
    st.session_state[_SLOTS][slot] = replace(old, loss=loss, params=params, label="")
    _forget(f"{PREFIX}m{slot}-{loss}-")


def _add() -> None:
    slots: dict[int, MethodConfig] = st.session_state[_SLOTS]
    used = {method.loss for method in slots.values()}
    fresh = next((name for name in LOSSES if name not in used), "ce")
    slots[max(slots, default=-1) + 1] = MethodConfig(fresh)


def _remove(slot: int) -> None:
    st.session_state[_SLOTS].pop(slot, None)
    _forget(f"{PREFIX}m{slot}-")


def _forget(prefix: str) -> None:
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]
