"""The options of the pilot as controls of the page, one for each that the library declares."""

from __future__ import annotations

from typing import Any

import streamlit as st

from harmony_core.inspection.pilot.contestants import CONTESTANTS
from harmony_core.inspection.pilot.metrics import METRICS
from harmony_core.inspection.pilot.options import OPTIONS, QUICK, THOROUGH, Option, PilotOptions

from .._shared.widgets import set_widget

HOW = "inspect-pilot-how"
SHORTCUTS = {"quick": QUICK, "thorough": THOROUGH}
TITLES = {
    name: f"{name.capitalize()}: {o.splits} splits, {o.budget / 60:.0f} min"
    for name, o in SHORTCUTS.items()
}
SET_BY_SHORTCUT = ("seeds", "seconds")
LONGEST = 1_500.0
"""Seconds for a pilot in the app, in which a process is given up somewhat later."""
STEPS: dict[str, float] = {"test_share": 0.05, "seconds": 30.0}


def option_controls() -> None:
    """A shortcut for the number of splits and the time, and every option by itself."""
    if HOW not in st.session_state:
        set_widget(HOW, "quick")
        _shorten()
    st.segmented_control(
        "How thorough",
        list(SHORTCUTS),
        key=HOW,
        format_func=TITLES.__getitem__,
        on_change=_shorten,
        help="More splits give narrower intervals and take longer. The options below can be set "
        "one by one.",
    )
    with st.expander("All options of the pilot", key="inspect-pilot-options"):
        columns = st.columns(2, gap="medium")
        for i, option in enumerate(OPTIONS):
            with columns[i % 2]:
                _control(option)


def options_chosen() -> PilotOptions:
    """What the controls say; raises `ConfigError` for what cannot be."""
    given = {option.name: st.session_state.get(key_of(option.name)) for option in OPTIONS}
    kept = {name: value for name, value in given.items() if value not in (None, [], ())}
    return PilotOptions.from_dict(kept)


def key_of(name: str) -> str:
    """Of the control of an option."""
    return f"inspect-pilot-of-{name}"


def _control(option: Option) -> None:
    key = key_of(option.name)
    if option.kind is tuple:
        st.multiselect(
            option.title,
            [name for name, c in CONTESTANTS.items() if not c.unavailable()],
            key=key,
            format_func=_label,
            placeholder="All that suit the data",
            help=option.help,
        )
    elif option.choices:
        if st.session_state.get(key) not in option.choices:
            set_widget(key, option.default)
        st.selectbox(option.title, option.choices, key=key, format_func=_metric, help=option.help)
    else:
        _number(option, key)


def _number(option: Option, key: str) -> None:
    kind = option.kind
    low, high = option.low or 0, option.high or LONGEST
    if option.name == "seconds":
        high = LONGEST
    if key not in st.session_state and option.default is not None:
        set_widget(key, option.default)
    st.number_input(
        option.title,
        kind(low),
        kind(high),
        value=None,
        format="%g" if kind is float else None,
        step=kind(STEPS.get(option.name, 1)),
        key=key,
        placeholder="Chosen by the pilot",
        help=option.help,
        on_change=_set_by_hand if option.name in SET_BY_SHORTCUT else None,
    )


def _shorten() -> None:
    """Splits and time as the shortcut says."""
    chosen = SHORTCUTS.get(str(st.session_state.get(HOW)))
    if chosen is not None:
        for name in SET_BY_SHORTCUT:
            st.session_state[key_of(name)] = getattr(chosen, name)


def _set_by_hand() -> None:
    """The shortcut that says the same, or none."""
    now = [st.session_state.get(key_of(name)) for name in SET_BY_SHORTCUT]
    same = [
        name for name, o in SHORTCUTS.items() if [getattr(o, f) for f in SET_BY_SHORTCUT] == now
    ]
    st.session_state[HOW] = same[0] if same else None


def _label(name: Any) -> str:
    known = CONTESTANTS.get(str(name))
    return str(name) if known is None else known.label


def _metric(name: Any) -> str:
    return METRICS[str(name)].title
