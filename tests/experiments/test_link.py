"""A link gives back the experiment it was made from, and refuses everything else in words."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    ModelConfig,
    OptimConfig,
    RecordConfig,
    Seeds,
    quick_recipe,
    reference_recipe,
)
from harmony_core.data import DATASETS, encode_points
from harmony_core.errors import ConfigError
from harmony_core.experiments.complete import complete
from harmony_core.experiments.link import from_query, to_query
from harmony_core.losses import LOSSES
from harmony_core.parameters import Parameter, Value
from tests.compatibility.old_files import config_today

OLD = json.loads(Path(__file__).with_name("written_by_0_1_0.json").read_text("utf-8"))
UPLOAD = "upload:" + "0123456789abcdef" * 4
DRAWING = encode_points([(0, -0.5, 0.25), (0, 1.0, -1.0), (1, 0.0, 0.0)])


def values_of(parameter: Parameter) -> st.SearchStrategy[Value]:
    """Values that a parameter allows; free text only as an upload."""
    if isinstance(parameter.default, bool):
        return st.booleans()
    if parameter.pattern:
        return st.sampled_from((parameter.default, DRAWING))
    if isinstance(parameter.default, str):
        return st.sampled_from(parameter.choices or (parameter.default, UPLOAD))
    low = parameter.low if parameter.low is not None else 0
    high = parameter.high if parameter.high is not None else 1000
    if isinstance(parameter.default, int):
        return st.integers(int(low), int(high))
    return st.floats(low, high, allow_nan=False)


def params_of(declared: tuple[Parameter, ...]) -> st.SearchStrategy[dict[str, Value]]:
    return st.fixed_dictionaries({}, optional={p.name: values_of(p) for p in declared})


@st.composite
def methods(draw: st.DrawFn) -> MethodConfig:
    loss = draw(st.sampled_from(sorted(LOSSES)))
    label = draw(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20))
    return MethodConfig(
        loss,
        draw(params_of(LOSSES[loss].parameters)),
        draw(st.sampled_from(["uniform", "square_root", "class_balanced"])),
        draw(st.sampled_from(["none", "drw"])),
        label.replace("~", ""),
    )


@st.composite
def configs(draw: st.DrawFn) -> ExperimentConfig:
    spec = DATASETS[draw(st.sampled_from(sorted(DATASETS)))]
    data = DataConfig(
        spec.name,
        draw(params_of(spec.parameters)),
        draw(st.floats(1, 100_000)),
        draw(st.sampled_from(spec.profiles)),
        draw(st.floats(0, 0.9)),
    )
    optim = OptimConfig(
        lr=draw(st.floats(1e-6, 100)),
        batch_size=draw(st.integers(1, 65_536)),
        decay_at=draw(st.sampled_from([(), (0.5,), (0.6, 0.75)])),
        schedule=draw(st.sampled_from(["step", "cosine", "constant"])),
    )
    seeds = Seeds(
        draw(st.integers(0, 9)),
        0,
        3,
        draw(st.integers(1, 9)),
        draw(st.sampled_from([(), ("data",)])),
    )
    chosen = tuple(draw(st.lists(methods(), min_size=1, max_size=4)))
    record = RecordConfig(every=draw(st.integers(1, 5)), embedding=draw(st.booleans()))
    return ExperimentConfig(
        data, ModelConfig(), chosen, optim, draw(st.integers(1, 500)), seeds, "cpu", record
    )


@given(configs())
def test_a_link_gives_back_its_experiment(config: ExperimentConfig) -> None:
    assert complete(from_query(to_query(config))) == complete(config)


@given(configs())
def test_a_link_stays_the_same_when_it_is_read_and_written(config: ExperimentConfig) -> None:
    query = to_query(config)
    assert to_query(from_query(query)) == query


@pytest.mark.parametrize(("query", "config"), OLD["links"])
def test_a_link_of_0_1_0_means_what_it_meant(query: dict[str, Any], config: dict[str, Any]) -> None:
    assert from_query(query).to_dict() == config_today(config)


def test_the_default_experiment_has_a_short_link() -> None:
    assert to_query(ExperimentConfig()) == {"v": "4", "data": "checkerboard"}
    assert from_query({"v": "4"}) == ExperimentConfig()


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_an_old_link_records_features_only_if_it_says_so(version: str) -> None:
    plain = complete(from_query({"v": version, "data": "moons"}))
    assert plain.record.embedding is False
    told = complete(from_query({"v": version, "data": "moons", "record": "embedding-yes"}))
    assert (told.record.embedding, told.record.landmarks) == (True, 2000)


@pytest.mark.parametrize(
    ("data", "kept"), [("moons", True), ("digits", True), ("cifar10-lt", False), ("table", False)]
)
def test_features_are_recorded_where_that_costs_little(data: str, kept: bool) -> None:
    config = complete(from_query({"v": "4", "data": data}))
    assert config.record.embedding is kept
    assert "record" not in to_query(config)
    other = replace(config, record=replace(config.record, embedding=not kept))
    assert complete(from_query(to_query(other))) == other


def test_a_completed_config_has_the_link_of_the_one_it_came_from() -> None:
    config = ExperimentConfig(model=ModelConfig("mlp"))
    assert to_query(complete(config)) == to_query(config)


def test_a_link_reads_well_and_needs_no_escapes() -> None:
    method = MethodConfig("harmonized", {"alpha": 0.7, "envelope": False}, deferral="drw")
    config = ExperimentConfig(
        DataConfig("moons", {"spread": 1.25}, 100.0),
        methods=(MethodConfig("ce"), method),
        optim=replace(quick_recipe(), lr=0.2),
        seeds=Seeds(repeats=3, vary=("data", "init")),
    )
    query = to_query(config)
    assert query == {
        "v": "4",
        "data": "moons~spread-1.25",
        "factor": "100",
        "m": ["ce", "harmonized~alpha-0.7~envelope-no~deferral-drw"],
        "optim": "quick~lr-0.2",
        "seeds": "repeats-3~vary-data_init",
    }
    for value in query.values():
        for text in [value] if isinstance(value, str) else value:
            assert quote(text, safe="") == text


def test_the_nearer_recipe_names_the_optimiser() -> None:
    optim = replace(reference_recipe(), batch_size=64)
    assert to_query(ExperimentConfig(optim=optim))["optim"] == "reference~batch_size-64"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"dta": "moons"}, "key of the link"),
        ({"data": "no_such"}, "hard_head"),
        ({"data": "moons~size-3"}, "spread"),
        ({"data": "moons~spread"}, "key-value"),
        ({"data": "moons~spread-1~spread-2"}, "each key once"),
        ({"data": ["moons", "rings"]}, "once"),
        ({"factor": "nan"}, "number"),
        ({"factor": "1e999"}, "imbalance_factor"),
        ({"factor": "0.5"}, "imbalance_factor"),
        ({"factor": "٥"}, "number"),
        ({"profile": "flat"}, "profile"),
        ({"noise": "2"}, "label_noise"),
        ({"m": "no_such"}, "balanced_softmax"),
        ({"m": ["ce~alpha-1"]}, "alpha"),
        ({"m": ["harmonized~alpha-lots"]}, "number"),
        ({"m": ["harmonized~alpha-99"]}, "alpha"),
        ({"m": ["harmonized~envelope-maybe"]}, "envelope"),
        ({"m": ["ce~sampler-best"]}, "sampler"),
        ({"m": ["ce~label-" + "x" * 61]}, "60 characters"),
        ({"m": ["ce"] * 17}, "16 methods"),
        ({"model": "gpt"}, "mlp"),
        ({"epochs": "0"}, "epochs"),
        ({"epochs": "6e1"}, "whole number"),
        ({"optim": "slow"}, "quick"),
        ({"optim": "quick~speed-9"}, "batch_size"),
        ({"seeds": "repeats-1000"}, "repeats"),
        ({"seeds": "vary-luck"}, "vary"),
        ({"record": "grid-1"}, "grid"),
        ({"device": "tpu"}, "device"),
        ({"data": "x" * 13_000}, "characters"),
    ],
)
def test_what_is_wrong_with_a_link_is_said(query: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match="Expected") as error:
        from_query(query)
    assert words in str(error.value)


@pytest.mark.parametrize(
    "source",
    [
        "/etc/passwd", "..", "secrets", "C:\\data", "file:///etc", "", "upload:", "upload:../x",
        UPLOAD + "0", UPLOAD[:-1], UPLOAD.upper(), UPLOAD + "\n", "~",
    ],
)  # fmt: skip
def test_a_link_names_no_files_of_the_server(source: str) -> None:
    if source:
        with pytest.raises(ConfigError):
            from_query({"data": f"images~source-{source}"})
        with pytest.raises(ConfigError, match="upload"):
            to_query(ExperimentConfig(DataConfig("images", {"source": source}, profile="as_is")))
    else:
        assert from_query({"data": "images~source-"}).data.params["source"] == ""


def test_a_link_names_an_upload() -> None:
    config = ExperimentConfig(DataConfig("images", {"source": UPLOAD}, profile="as_is"))
    assert from_query(to_query(config)).data.params == {"source": UPLOAD}


def test_a_link_carries_painted_points_and_nothing_else_in_their_place() -> None:
    config = ExperimentConfig(DataConfig("painted", {"points": DRAWING}, profile="as_is"))
    assert from_query(to_query(config)).data.params == {"points": DRAWING}
    for text in ("/etc/passwd", "xy", DRAWING + "!", UPLOAD, DRAWING + "\n"):
        with pytest.raises(ConfigError, match="points"):
            from_query({"data": f"painted~points-{text}"})


def test_links_are_read_without_torch() -> None:
    code = "import sys, harmony_core.experiments.link; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
