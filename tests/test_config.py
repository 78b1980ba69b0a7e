from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.config import (
    DEFERRALS,
    DEVICES,
    PROFILES,
    SAMPLERS,
    SCHEDULES,
    VARIED,
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
from harmony_core.errors import ConfigError


def real(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


TEXT = st.text(max_size=12)
SCALARS = st.one_of(st.booleans(), st.integers(-(2**53), 2**53), real(-1e9, 1e9), TEXT)
PARAMS = st.dictionaries(TEXT, SCALARS, max_size=4)
CONFIGS = st.builds(
    ExperimentConfig,
    data=st.builds(
        DataConfig,
        name=TEXT,
        params=PARAMS,
        imbalance_factor=real(1, 100_000),
        profile=st.sampled_from(PROFILES),
        label_noise=real(0, 0.9),
    ),
    model=st.builds(ModelConfig, name=TEXT, params=PARAMS),
    methods=st.lists(
        st.builds(
            MethodConfig,
            loss=TEXT,
            params=PARAMS,
            sampler=st.sampled_from(SAMPLERS),
            deferral=st.sampled_from(DEFERRALS),
            label=TEXT,
        ),
        min_size=1,
        max_size=4,
    ).map(tuple),
    optim=st.builds(
        OptimConfig,
        lr=real(1e-6, 100),
        batch_size=st.integers(1, 65_536),
        schedule=st.sampled_from(SCHEDULES),
        warmup_epochs=st.integers(0, 10_000),
        decay_at=st.lists(real(0, 1), max_size=4).map(tuple),
    ),
    epochs=st.integers(1, 10_000),
    seeds=st.builds(
        Seeds,
        data=st.integers(0, 2**31 - 100),
        repeats=st.integers(1, 100),
        vary=st.lists(st.sampled_from(VARIED), unique=True).map(tuple),
    ),
    device=st.sampled_from(DEVICES),
    record=st.builds(RecordConfig, every=st.integers(1, 10_000), embedding=st.booleans()),
)


@settings(max_examples=60, deadline=None)
@given(CONFIGS)
def test_a_config_survives_json(config: ExperimentConfig) -> None:
    text = config.to_json()
    assert ExperimentConfig.from_json(text) == config
    assert ExperimentConfig.from_json(text).to_json() == text
    json.loads(text, parse_constant=pytest.fail)  # NaN and infinity are no JSON


def test_an_empty_object_is_the_default() -> None:
    assert ExperimentConfig.from_json('{"format": 4}') == ExperimentConfig()
    assert ExperimentConfig.from_json('{"format": 3}').record.embedding is False


CONSTANT = {"alpha": 0.3, "anneal": 0.0, "difficulty": "margin", "anchor": "class"}


def test_without_a_format_it_means_what_it_meant_in_the_first() -> None:
    first = ExperimentConfig.from_json("{}")
    harmonized = MethodConfig("harmonized", CONSTANT)
    assert first.methods == (MethodConfig("ce"), MethodConfig("balanced_softmax"), harmonized)
    assert first.data == DataConfig("hard_head")
    given = {"methods": [{"loss": "harmonized", "params": {"alpha": 0.7}}, {"loss": "ldam"}]}
    read = ExperimentConfig.from_dict(given).methods
    assert read == (
        MethodConfig("harmonized", {**harmonized.params, "alpha": 0.7}), MethodConfig("ldam"),
    )  # fmt: skip
    assert ExperimentConfig.from_dict({"format": 1, **given}).methods == read
    assert ExperimentConfig.from_dict({"format": 2, **given}).methods[0].params == {"alpha": 0.7}


@pytest.mark.parametrize("name", ["table", "images"])
def test_before_format_3_every_class_of_own_data_had_equally_many_test_samples(name: str) -> None:
    data = {"name": name, "params": {"source": "a"}}
    for number in ({}, {"format": 1}, {"format": 2}):
        read = ExperimentConfig.from_dict({**number, "data": data})
        assert read.data.params == {"source": "a", "holdout": "smallest"}
        assert ExperimentConfig.from_json(read.to_json()) == read
    assert ExperimentConfig.from_dict({"format": 3, "data": data}).data.params == data["params"]
    own = {"name": name, "params": {"holdout": "share"}}
    assert ExperimentConfig.from_dict({"format": 2, "data": own}).data.params == own["params"]
    digits = {"format": 2, "data": {"name": "digits"}}
    assert ExperimentConfig.from_dict(digits).data.params == {}


@pytest.mark.parametrize("number", [0, 5, "2", True, 1.5, [2]])
def test_an_unknown_format_is_refused(number: object) -> None:
    with pytest.raises(ConfigError, match="Expected `format` of the config to be from 1 to 4"):
        ExperimentConfig.from_dict({"format": number})


def test_a_part_left_out_keeps_its_defaults() -> None:
    config = ExperimentConfig.from_dict({"optim": {"lr": 1}, "epochs": 3.0})
    assert config.optim == dataclasses.replace(reference_recipe(), lr=1.0)
    assert type(config.optim.lr) is float
    assert type(config.epochs) is int


def keys_of(value: object, where: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The path to every key of a nested JSON value."""
    items = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = tuple(enumerate(value))  # type: ignore[assignment]
    paths = []
    for key, inner in items:
        paths += [(*where, key), *keys_of(inner, (*where, key))]
    return paths


def changed(path: tuple[object, ...], value: object) -> dict[str, Any]:
    """The default config as a dictionary, with the value at ``path`` replaced."""
    plain = ExperimentConfig().to_dict()
    target: Any = plain
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return plain


MAY_BE_NULL = ("weight_decay", "embedding")
"""A key of a method, and one of what is recorded: left to their defaults."""


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in keys_of(ExperimentConfig().to_dict())
        if path[0] not in ("methods", "record") or path[-1] not in MAY_BE_NULL
    ],
    ids=str,
)
def test_null_is_refused_everywhere(path: tuple[object, ...]) -> None:
    with pytest.raises(ConfigError, match="Expected .*but got None"):
        ExperimentConfig.from_dict(changed(path, None))


@pytest.mark.parametrize(
    ("path", "known"),
    [
        (("epoch",), "epochs"),
        (("data", "imbalance"), "imbalance_factor"),
        (("optim", "learning_rate"), "lr"),
        (("methods", 0, "name"), "loss"),
        (("seeds", "torch"), "init"),
        (
            (
                "record",
                "",
            ),
            "every",
        ),
    ],
    ids=str,
)
def test_an_unknown_key_lists_the_known_ones(path: tuple[object, ...], known: str) -> None:
    with pytest.raises(ConfigError, match=rf"\(.*{known}.*\), but got '{path[-1]}'"):
        ExperimentConfig.from_dict(changed(path, 1))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("epochs",), 0),
        (("epochs",), 1.5),
        (("epochs",), "60"),
        (("epochs",), True),
        (("epochs",), 10**400),
        (("epochs",), float("nan")),
        (("data", "imbalance_factor"), 0.99),
        (("data", "imbalance_factor"), float("inf")),
        (("data", "label_noise"), -0.1),
        (("data", "profile"), "linear"),
        (("data", "name"), 3),
        (("data",), [1]),
        (("data", "params"), []),
        (("data", "params"), {"a": [1]}),
        (("data", "params"), {"a": {"b": 1}}),
        (("data", "params"), {"a": float("nan")}),
        (("data", "params"), {"a": float("-inf")}),
        (("data", "params"), {"a": 10**400}),
        (("methods",), []),
        (("methods",), [{}] * 17),
        (("methods",), {"loss": "ce"}),
        (("methods",), "ce"),
        (("methods",), ["ce"]),
        (("methods", 0, "sampler"), "Uniform"),
        (("methods", 0, "deferral"), ""),
        (("optim", "lr"), 0),
        (("optim", "lr"), "0.1"),
        (("optim", "momentum"), 1),
        (("optim", "batch_size"), 0),
        (("optim", "batch_size"), 1e9),
        (("optim", "decay_at"), [2]),
        (("optim", "decay_at"), 0.8),
        (("seeds", "data"), -1),
        (("seeds", "repeats"), 101),
        (("seeds", "vary"), ["order", "weather"]),
        (("device",), "tpu"),
        (("record", "grid"), 7),
        (("record", "embedding"), 1),
    ],
    ids=str,
)
def test_a_wrong_value_is_refused(path: tuple[object, ...], value: object) -> None:
    with pytest.raises(ConfigError, match="Expected"):
        ExperimentConfig.from_dict(changed(path, value))


@pytest.mark.parametrize("value", [None, [], "{}", 3, True])
def test_a_config_is_an_object(value: object) -> None:
    with pytest.raises(ConfigError, match="`config` to be an object"):
        ExperimentConfig.from_dict(value)


@pytest.mark.parametrize(
    "text",
    ["", "{", "{} {}", "epochs: 3", '{"epochs": 9' + "9" * 5000 + "}", "[" * 100_000, "\x00"],
    ids=["empty", "cut", "two", "yaml", "huge number", "deep", "null byte"],
)
def test_text_that_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="to be valid JSON, but got"):
        ExperimentConfig.from_json(text)


@pytest.mark.parametrize("depth", [10, 300, 900])
def test_deep_nesting_is_refused_in_few_words(depth: int) -> None:
    nested = "[" * depth + "]" * depth
    for text in (nested, f'{{"data": {nested}}}', f'{{"data": {{"params": {{"a": {nested}}}}}}}'):
        with pytest.raises(ConfigError) as caught:
            ExperimentConfig.from_json(text)
        assert len(str(caught.value)) < 300


def test_nan_and_infinity_in_json_are_refused() -> None:
    for literal in ("NaN", "Infinity", "-Infinity", "1e999"):
        with pytest.raises(ConfigError, match="finite number"):
            ExperimentConfig.from_json(f'{{"optim": {{"lr": {literal}}}}}')


def test_each_repeat_moves_only_the_seeds_that_vary() -> None:
    seeds = Seeds(data=5, init=7, order=9, repeats=3, vary=("init", "order"))
    assert [dataclasses.astuple(seeds.of_repeat(r))[:4] for r in range(3)] == [
        (5, 7, 9, 1),
        (5, 8, 10, 1),
        (5, 9, 11, 1),
    ]


def test_the_last_repeat_has_a_valid_seed_or_none_starts() -> None:
    top = Seeds(init=2**31 - 2, repeats=2)
    assert top.of_repeat(1).init == 2**31 - 1
    with pytest.raises(ConfigError, match="seed `init`"):
        Seeds(init=2**31 - 1, repeats=2)


def test_the_recipes_are_what_they_are_called() -> None:
    reference = reference_recipe()
    assert (reference.lr, reference.momentum, reference.weight_decay) == (0.1, 0.9, 2e-4)
    assert (reference.schedule, reference.decay_at, reference.decay) == ("step", (0.8, 0.9), 0.01)
    assert (reference.batch_size, reference.warmup_epochs) == (128, 5)
    assert quick_recipe(32).batch_size == 32
    assert quick_recipe().schedule == "cosine"


def test_the_dictionary_is_plain_json() -> None:
    plain = ExperimentConfig().to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert isinstance(plain["methods"], list)
