"""Painted points: their text, what is refused, and the data made of them."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.data import build_dataset, decode_points, encode_points
from harmony_core.data.painted import MOST_CHARACTERS, PATTERN, example
from harmony_core.errors import ConfigError, DataError
from harmony_core.experiments.complete import complete

GRID = st.integers(0, 511).map(lambda n: (n - 256) / 128)
POINTS = st.lists(st.tuples(st.integers(0, 9), GRID, GRID), max_size=60)


def painted(points: str, **changes: object) -> DataConfig:
    return DataConfig("painted", {"points": points, **changes}, profile="as_is")  # type: ignore[dict-item]


@given(POINTS)
def test_points_come_back_class_by_class(points: list[tuple[int, float, float]]) -> None:
    text = encode_points(points)
    assert decode_points(text) == sorted(points, key=lambda point: point[0])
    assert re.fullmatch(PATTERN, text)
    assert re.fullmatch(r"[A-Za-z0-9._-]*", text), "no character that a URL escapes"


def test_a_text_by_hand() -> None:
    # x = 0 is step 256, y = −2 is step 0: 100000000 000000000, 32 · 64² → "g", "A", "A".
    assert encode_points([(1, 0.0, -2.0)]) == "xy..gAA"
    # The last step of both: 18 ones.
    assert encode_points([(0, 5.0, 1.9999)]) == "xy.___"
    assert decode_points("xy.___") == [(0, 255 / 128, 255 / 128)]


def test_coordinates_are_rounded_to_the_grid() -> None:
    ((_, x, y),) = decode_points(encode_points([(0, 0.3001, -1.23456)]))
    assert (x, y) == pytest.approx((0.3001, -1.23456), abs=1 / 256)


@pytest.mark.parametrize(
    "text",
    [
        "", "xy", "xyz.AAA", "xy.AA", "xy.AAAA", "xy.AAA!", "xy.AAA\n", "xy.AA\u00e9", "AAA",
        "xy" + ".AAA" * 11, "xy." + "A" * 6003, "xy." + "A" * MOST_CHARACTERS, "XY.AAA",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="painted|Paint"):
        decode_points(text)


@pytest.mark.parametrize(
    "points",
    [[(10, 0, 0)], [(-1, 0, 0)], [(0, math.nan, 0)], [(0, 0, math.inf)], [(0, 0, 0)] * 2001],
)
def test_only_what_can_be_read_back_is_written(points: list[tuple[int, float, float]]) -> None:
    with pytest.raises(ConfigError):
        encode_points(points)


def test_the_largest_drawing_fits() -> None:
    points = [(i % 10, 0.0, 0.0) for i in range(2000)]
    assert len(encode_points(points)) <= MOST_CHARACTERS
    assert len(build_dataset(painted(encode_points(points)), 0).train_targets) == 2000


def test_as_it_is_the_training_set_is_the_drawing() -> None:
    points = [(0, -1.0, 0.5), (1, 1.0, 0.0), (0, -0.5, 0.25)]
    dataset = build_dataset(painted(encode_points(points), test_per_class=400), 5)
    assert dataset.train_inputs.tolist() == [[-1.0, 0.5], [-0.5, 0.25], [1.0, 0.0]]
    assert dataset.train_targets.tolist() == [0, 0, 1]
    assert dataset.test_counts.tolist() == [400, 400]
    # Class 1 is one Gaussian of width 0.12 around its only point.
    drawn = dataset.test_inputs[dataset.test_targets == 1]
    assert drawn.mean(axis=0) == pytest.approx([1.0, 0.0], abs=0.03)
    assert drawn.std(axis=0) == pytest.approx([0.12, 0.12], rel=0.15)
    assert dataset.truth is not None
    at_point = dataset.truth.log_density(np.array([[1.0, 0.0]]))[0, 1]
    assert at_point == pytest.approx(-math.log(2 * math.pi * 0.12**2))
    assert "painted points" in dataset.notes[0]
    assert "0.12" in dataset.notes[0]


@pytest.mark.parametrize("text", ["xy.AAA", "xy..AAA", "xy.AAA..AAA", "xy.AAA.AAA.", "xy."])
def test_a_class_without_a_point_is_named(text: str) -> None:
    with pytest.raises(DataError, match=r"none of class [ABC]\. Paint one"):
        build_dataset(painted(text), 0)


def test_the_example_is_what_no_drawing_means() -> None:
    text = encode_points(example())
    one, other = (build_dataset(painted(points), 0) for points in ("", text))
    assert np.array_equal(one.train_inputs, other.train_inputs)
    assert one.train_counts.tolist() == [40, 14, 6]


def test_a_config_with_a_drawing_is_complete_and_survives_json() -> None:
    config = complete(ExperimentConfig(data=painted(encode_points(example()))))
    assert ExperimentConfig.from_json(config.to_json()) == config
    with pytest.raises(ConfigError, match="points"):
        complete(ExperimentConfig(data=painted("xy.$$$")))
