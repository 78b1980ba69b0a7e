"""Evidence shows studies, says what their numbers allow, and links each point to its experiment."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.experiments.link import from_query
from harmony_core.studies import study_result
from harmony_core.studies.study_result import read_study_result
from tests.studies.made import write_made

from .conftest import Open, texts


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One shipped study, made up."""
    monkeypatch.setattr(study_result, "RESULTS", tmp_path / "results")
    write_made(tmp_path / "results" / "made", "Made for <i>tests</i>")
    return tmp_path / "results" / "made"


def links(at: AppTest) -> dict[str, str]:
    """The addresses of the links of tables by what they are called."""
    found = re.findall(r'<a href="([^"]*)" aria-label="([^"]*)"', texts(at))
    return {html.unescape(name): html.unescape(address) for address, name in found}


def test_the_page_says_what_the_numbers_say(open_page: Open) -> None:
    at = open_page("evidence")
    assert not at.exception
    assert not at.error
    said = texts(at)
    assert "Cross-entropy against Balanced softmax" in said
    assert "clearly worse in 3" in said
    assert "none of these seeds" in said
    assert "Made for &lt;i&gt;tests&lt;/i&gt;" in said
    assert "<i>tests" not in said
    assert len(at.get("plotly_chart")) == 3
    assert said.count('<div class="figures"') == 4  # a table for each picture, and the values
    payload = len(said) + sum(len(chart.proto.spec) for chart in at.get("plotly_chart"))
    assert payload < 100_000


def test_each_link_is_the_experiment_of_its_setting_and_seed(
    open_page: Open, shipped: Path
) -> None:
    at = open_page("evidence")
    read = read_study_result(shipped)
    assert len(links(at)) == 6
    for setting in read.study.settings:
        for label in ("Cross-entropy", "Harmonized"):
            seed = read.typical_seed(setting, label, "balanced_accuracy")
            address = links(at)[f"Open seed {seed} of {setting.title}, {label}, in the Arena"]
            page, _, query = address.partition("?")
            config = from_query(parse_qs(query))
            assert page == "arena"
            assert config.data.name == setting.config.data.name
            assert config.data.imbalance_factor == setting.config.data.imbalance_factor
            assert (config.seeds.data, config.seeds.init, config.seeds.order) == (seed,) * 3
            assert [m.loss for m in config.methods] == ["ce", "balanced_softmax", "harmonized"]
            assert (config.epochs, config.record.every) == (20, 1)


def test_a_linked_experiment_opens_in_the_arena(open_page: Open) -> None:
    address = next(iter(links(open_page("evidence")).values()))
    at = open_page("arena", **parse_qs(address.partition("?")[2]))
    assert not at.exception
    assert not at.error
    assert not at.warning
    assert at.title[0].value.startswith("Spirals, 50")


def test_the_link_chooses_figure_and_seeds(open_page: Open) -> None:
    at = open_page("evidence", figure="disagreement", seed="all")
    assert at.selectbox(key="evidence-figure").value == "disagreement"
    said = texts(at)
    assert "Less is better; a gain is what is less." in said
    assert "planned to compare balanced accuracy" in said
    config = from_query(parse_qs(next(iter(links(at).values())).partition("?")[2]))
    assert (config.seeds.data, config.seeds.repeats) == (500, 4)
    at.selectbox(key="evidence-seed").select("502").run()
    assert at.query_params["seed"] in ("502", ["502"])
    assert at.query_params["figure"] in ("disagreement", ["disagreement"])
    assert all("seed 502" in name for name in links(at))
    assert (
        "names a figure that is not there" in open_page("evidence", figure="magic").warning[0].value
    )


def test_local_studies_are_there_and_a_damaged_one_harms_no_other(
    open_page: Open, runs_folder: Path
) -> None:
    write_made(runs_folder / "studies" / "mine", "Mine")
    write_made(runs_folder / "studies" / "broken")
    (runs_folder / "studies" / "broken" / "table.csv").write_text("<script>")
    at = open_page("evidence")
    assert at.selectbox(key="evidence-study").options == [
        "Made for <i>tests</i>", "broken, on this computer", "mine, on this computer",
    ]  # fmt: skip
    at.selectbox(key="evidence-study").select("runs/broken").run()
    assert not at.exception
    assert len(at.error) == 1
    assert "begin with the columns" in at.error[0].value
    at.selectbox(key="evidence-study").select("runs/mine").run()
    assert not at.error
    assert ">Mine. A setting is" in texts(at)


def test_without_results_the_page_says_how_to_get_some(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_result, "RESULTS", tmp_path / "none")
    at = open_page("evidence")
    assert not at.exception
    assert "study quick" in at.info[0].value


def test_a_study_with_nothing_trained_yet_is_shown(open_page: Open, runs_folder: Path) -> None:
    write_made(runs_folder / "studies" / "new", done=False)
    at = open_page("evidence", study="runs/new")
    assert not at.exception
    assert not at.error
    assert "0 of 36 have finished (36 missing)" in texts(at)
