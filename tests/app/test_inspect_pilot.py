"""The pilot on the inspection page: its options, its tables and charts, and the cost matrix."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.inspection.pilot.options import OPTIONS, QUICK, THOROUGH, PilotOptions
from pages._inspect.inspected_file import KEY
from pages._inspect.pilot_options import HOW, key_of

from .conftest import texts
from .test_inspect import SMALL, Here, handed_in, page

assert page


def asked(at: AppTest) -> PilotOptions:
    """The options with which the page ran the pilot."""
    options: PilotOptions = at.session_state[KEY].job.request.options
    return options


def shown(at: AppTest) -> list[str]:
    return [s.value for s in at.subheader]


def piloted(at: AppTest) -> AppTest:
    at.multiselect(key=key_of("methods")).set_value(["logistic", "logistic_balanced"]).run()
    at.button(key="inspect-run-pilot").click().run()
    assert not at.exception
    assert [element.value for element in at.error] == []
    return at


def test_the_pilot_ends_in_one_clear_sentence(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "a.csv", SMALL)
    assert "the pilot at the end of this page" in texts(at)
    at.button(key="inspect-run-pilot").click().run()
    assert not at.exception
    assert not at.error
    said = texts(at)
    found = at.session_state[KEY].found()
    for trial in found.pilot.trials:
        assert trial.label in said
    assert found.recommendation is not None
    assert found.recommendation.headline.split(". ")[0] in said
    assert "The pilot in figures" in [s.value for s in at.subheader]
    assert len(at.get("plotly_chart")) == 6
    names = {button.proto.label for button in at.get("download_button")}
    assert names >= {"Report", "Classes (CSV)", "Everything (JSON)", "Training script"}


def test_every_option_has_a_control_and_reaches_the_worker(
    page: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = handed_in(page(), "a.csv", SMALL)
    monkeypatch.setattr(Here, "hold", True)
    at.number_input(key=key_of("seeds")).set_value(4)
    at.multiselect(key=key_of("methods")).set_value(["forest", "logistic"])
    at.number_input(key=key_of("epochs")).set_value(7)
    at.number_input(key=key_of("test_share")).set_value(0.25)
    at.selectbox(key=key_of("metric")).set_value("macro_f1")
    at.number_input(key=key_of("seconds")).set_value(30.0)
    at.run()
    at.button(key="inspect-run-pilot").click().run()
    assert not at.exception
    assert asked(at) == PilotOptions(
        seeds=4, methods=("forest", "logistic"), epochs=7, test_share=0.25, metric="macro_f1",
        seconds=30.0,
    )  # fmt: skip
    assert len(OPTIONS) == 6


def test_quick_and_thorough_are_shortcuts(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "a.csv", SMALL)
    assert at.number_input(key=key_of("seeds")).value == QUICK.seeds
    at.button_group(key=HOW).set_value("thorough").run()
    assert at.number_input(key=key_of("seeds")).value == THOROUGH.seeds
    assert at.number_input(key=key_of("seconds")).value == THOROUGH.seconds
    at.number_input(key=key_of("seeds")).set_value(7).run()
    assert at.session_state[HOW] is None
    at.number_input(key=key_of("seeds")).set_value(THOROUGH.seeds).run()
    assert at.session_state[HOW] == "thorough"
    assert not at.exception


def test_what_was_not_chosen_is_left_to_the_pilot(
    page: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = handed_in(page(), "a.csv", SMALL)
    monkeypatch.setattr(Here, "hold", True)
    at.button(key="inspect-run-pilot").click().run()
    assert asked(at) == QUICK


def test_all_methods_stand_in_one_table_and_the_charts_follow_the_metric(
    page: Callable[[], AppTest],
) -> None:
    at = piloted(handed_in(page(), "a.csv", SMALL))
    assert not at.exception
    said = texts(at)
    assert "Linear models" in said
    assert "★ " in said
    assert "◆ " in said
    for question in ("How sure?", "What do I lose?", "What else could I do?", "Which rows?"):
        assert question in said
    assert "test samples each" in said
    assert "The pilot: every method, balanced accuracy" in shown(at)
    at.selectbox(key="inspect-of-metric").set_value("macro_f1").run()
    assert not at.exception
    assert "The pilot: every method, macro F1" in shown(at)
    assert "The pilot: what each remedy brings, macro F1" in shown(at)
    at.multiselect(key="inspect-of-contestants").set_value([]).run()
    assert not at.exception


def test_costs_can_start_from_the_rarity_of_classes(page: Callable[[], AppTest]) -> None:
    at = piloted(handed_in(page(), "a.csv", SMALL))
    assert "What do errors cost?" in shown(at)
    equal = next(m.value for m in at.markdown if m.value.startswith("Cheapest: "))
    at.button_group(key="inspect-of-costs").set_value("rarity").run()
    assert not at.exception
    assert not at.error
    rarity = next(m.value for m in at.markdown if m.value.startswith("Cheapest: "))
    assert rarity != equal
