"""Which settings of two experiments differ, and whether their numbers are paired."""

from __future__ import annotations

from dataclasses import replace

from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, Seeds
from harmony_core.experiments.differences import differences, same_test_samples

BASE = ExperimentConfig()


def test_only_what_differs_is_named() -> None:
    other = replace(BASE, data=DataConfig("checkerboard", {}, 20.0), device="cpu")
    assert differences(BASE, other) == [("data imbalance_factor", "50.0", "20.0")]
    assert differences(BASE, BASE) == []


def test_methods_are_compared_as_lines() -> None:
    ((name, one, two),) = differences(BASE, replace(BASE, methods=(MethodConfig("focal"),)))
    assert name == "methods"
    assert one.startswith("ce,")
    assert two == "focal"


def test_settings_of_one_alone_have_a_dash_in_the_other() -> None:
    found = {name: values for name, *values in differences(BASE, _digits())}
    assert found["data classes"][1] == "–"


def test_other_data_or_seeds_are_not_paired() -> None:
    assert same_test_samples(BASE, replace(BASE, epochs=7))
    assert not same_test_samples(BASE, replace(BASE, seeds=Seeds(data=1)))
    assert not same_test_samples(BASE, replace(BASE, seeds=Seeds(repeats=2)))
    assert not same_test_samples(BASE, _digits())


def _digits() -> ExperimentConfig:
    return replace(BASE, data=DataConfig("digits"))
