"""The widget of a declared parameter."""

from __future__ import annotations

import math

import streamlit as st

from harmony_core.parameters import GREEK, Parameter, Value

from .._session.draft import widget_key, widget_key_among
from .._shared.labels import number_text

_SMALL = 1e-9


def title(name: str) -> str:
    """``n_max`` → ``N max``; a Greek letter is added as its symbol."""
    words = name.replace("_", " ")
    words = words[:1].upper() + words[1:]
    return f"{words} ({GREEK[name]})" if name in GREEK else words


def control(parameter: Parameter, value: Value, name: str) -> Value:
    """Draw the widget of ``parameter`` with ``value``; return its value now."""
    label, hint = title(parameter.name), parameter.help
    if isinstance(parameter.default, bool):
        return bool(st.toggle(label, key=widget_key(name, bool(value)), help=hint))
    if isinstance(parameter.default, str):
        if not parameter.choices:
            return value  # a path: a visitor never names a file of the server
        key = widget_key_among(name, str(value), parameter.choices)
        return str(st.selectbox(label, parameter.choices, key=key, format_func=words, help=hint))
    return _number(parameter, value, name)


def _number(parameter: Parameter, value: Value, name: str) -> Value:
    label, low, high = title(parameter.name), parameter.low, parameter.high
    whole = isinstance(parameter.default, int)
    number = int(value) if whole else float(value)
    if low is None or high is None:
        bounds = [None if edge is None else type(number)(edge) for edge in (low, high)]
        step = 1 if whole else 0.1
        shown = st.number_input(
            label,
            bounds[0],
            bounds[1],
            key=widget_key(name, number),
            step=step,
            help=parameter.help,
        )
        return type(number)(shown)
    if parameter.log or _near_one(low, high):
        options = steps(low, high, number, whole=whole)
        if not parameter.log:
            options = sorted({0.0, *(float(f"0.{'9' * k}") for k in range(1, 7)), float(number)})
        key = widget_key_among(name, number, options)
        return type(number)(
            st.select_slider(label, options, key=key, format_func=number_text, help=parameter.help)
        )
    key = widget_key(name, number)
    if whole:
        return int(st.slider(label, int(low), int(high), key=key, help=parameter.help))
    step = nice_step(high - low)
    return float(st.slider(label, float(low), float(high), step=step, key=key, help=parameter.help))


def steps(low: float, high: float, value: float, *, whole: bool) -> list[int | float]:
    """1, 2, 5, 10, … from ``low`` to ``high``, with both ends and ``value`` among them."""
    floor = low if low > 0 else high / 10_000
    ladder = {low, high, value}
    for power in range(math.floor(math.log10(floor)), math.ceil(math.log10(high)) + 1):
        ladder |= {d * 10.0**power for d in (1, 2, 5) if floor <= d * 10.0**power <= high}
    kind = int if whole else float
    return sorted({kind(float(f"{step:.6g}")) for step in ladder} | {kind(value)})


def _near_one(low: float, high: float) -> bool:
    """Whether a range ends just below 1, where the number of nines matters."""
    return low == 0 and 0.999 <= high < 1


def nice_step(span: float) -> float:
    """About a hundredth of ``span``, as 1, 2 or 5 times a power of ten."""
    rough = span / 100
    power = 10.0 ** math.floor(math.log10(rough))
    return float(next(d * power for d in (1, 2, 5, 10) if d * power >= rough * (1 - _SMALL)))


def words(name: str) -> str:
    """``class_balanced`` → ``Class balanced``."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]
