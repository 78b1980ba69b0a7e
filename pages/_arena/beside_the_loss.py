"""The controls of what sets methods apart besides their loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from harmony_core.config import DEFERRALS, MIXES, POSTHOC, SAMPLERS, SHARPNESS, MethodConfig

from .._session.draft import widget_key_among
from .._shared.labels import number_text
from .controls import words

_CHOICES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        "sampler",
        "Sampler",
        SAMPLERS,
        "How training samples are drawn: by their number, its square root, or class by class.",
    ),
    (
        "deferral",
        "Deferral",
        DEFERRALS,
        "What changes in the last fifth of the epochs; until then everything is uniform.",
    ),
    (
        "mix",
        "Mixed samples",
        MIXES,
        "Train on blends of two samples. Mixup divides the label as it divides the sample; Remix "
        "gives all of it to a much rarer class that is the larger part.",
    ),
    (
        "sam",
        "Sharpness",
        SHARPNESS,
        "ImbSAM looks for flat minima of the loss of the rarest third of the classes. A step takes "
        "about twice as long.",
    ),
    (
        "posthoc",
        "After training",
        POSTHOC,
        "What is done to the last layer once the network is trained.",
    ),
)
_NAMES = {
    "drw": "Re-weight late (DRW)",
    "drs": "Re-sample late (DRS)",
    "imbsam": "ImbSAM",
    "tau_norm": "τ-normalisation",
    "ncm": "Nearest class mean",
    "crt": "Classifier re-training (cRT)",
    "lws": "Learned scales (LWS)",
}
_DECAYS = (0.0, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2)
_SHARED = ""
"""The choice of the weight decay that all methods share."""


def beside_the_loss(method: MethodConfig, slot: int) -> dict[str, Any]:
    """Draw the controls with the settings of ``method``; return those settings now."""
    chosen: dict[str, Any] = {
        field: _choose(f"m{slot}-{field}", title, getattr(method, field), choices, _name, text)
        for field, title, choices, text in _CHOICES
    }
    own = method.weight_decay
    decays = sorted({*_DECAYS, *(() if own is None else (own,))})
    decay = _choose(
        f"m{slot}-weight_decay",
        "Weight decay",
        _SHARED if own is None else repr(own),
        (_SHARED, *map(repr, decays)),
        lambda value: number_text(float(value)) if value else "As the experiment",
        "How strongly weights are pulled to zero, in place of the experiment's weight decay.",
    )
    chosen["weight_decay"] = float(decay) if decay else None
    return chosen


def _choose(
    key: str,
    title: str,
    value: str,
    choices: tuple[str, ...],
    name: Callable[[str], str],
    text: str,
) -> str:
    return str(
        st.selectbox(
            title, choices, key=widget_key_among(key, value, choices), format_func=name, help=text
        )
    )


def _name(choice: str) -> str:
    return _NAMES.get(choice) or words(choice)
