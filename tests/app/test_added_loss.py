"""A loss that is new to the registry, in the picker with its sliders and its equation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.losses import LOSSES
from tests.added.registry_entry import POLY

Open = Callable[..., AppTest]


def test_the_arena_offers_it(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, POLY.name, POLY)
    at = open_page()
    picker = at.selectbox(key="arena-m0-loss")
    assert POLY.title in picker.options
    at = picker.set_value(POLY.name).run()
    assert not at.exception
    assert any(POLY.equation in element.value for element in at.latex)
    slider = at.slider(key="arena-m0-poly1-epsilon")
    assert (slider.value, slider.min, slider.max) == (1.0, 0.0, 8.0)
    assert slider.help == POLY.parameters[0].help
    at = slider.set_value(2.0).run()
    assert "poly1~epsilon-2" in at.query_params["m"]
