"""A user's table as a data set: what is held out, what a given test split is used for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harmony_core.config import DataConfig
from harmony_core.data import LongTailedDataset, build_dataset
from harmony_core.data.tables import load_training_data
from harmony_core.errors import DataError


def table(path: Path, classes: dict[str, int], copies: int = 1, splits: str = "") -> Path:
    """Rows of two random numbers, each written ``copies`` times, and a label."""
    rng = np.random.default_rng(3)
    lines = ["x,y,label" + (",split" if splits else "")]
    for name, size in classes.items():
        for i in range(size):
            if i % copies == 0:
                x, y = rng.normal(size=2)
            part = "," + ("test" if name in splits and i % 4 == 0 else "train") if splits else ""
            lines.append(f"{x:.6f},{y:.6f},{name}{part}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def load(path: Path, seed: int = 0, **params: str | float) -> LongTailedDataset:
    return build_dataset(
        DataConfig("table", {"source": str(path), **params}, profile="as_is"), seed
    )


def test_a_fifth_of_every_class_is_held_out(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", {"a": 150, "b": 30, "c": 7, "d": 1})
    dataset = load(path)
    assert dataset.class_names == ("a", "b", "c", "d")
    assert dataset.test_counts.tolist() == [30, 6, 1, 0]
    assert dataset.train_counts.tolist() == [120, 24, 6, 1]
    assert dataset.notes == (
        "Held out for the test at random: 20 % of every class, 37 rows in all.",
        "No test sample of 'd': trained, but left out of all figures of the test.",
    )
    assert load(path, test_share=0.5).test_counts.tolist() == [75, 15, 4, 0]
    assert np.array_equal(load(path).test_inputs, dataset.test_inputs)
    assert not np.array_equal(load(path, seed=1).test_inputs, dataset.test_inputs)


def test_equally_many_of_every_class_on_request(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", {"a": 150, "b": 30, "c": 7, "d": 1})
    dataset = load(path, holdout="smallest")
    assert dataset.class_names == ("a", "b", "c")
    assert dataset.test_counts.tolist() == [2, 2, 2]
    assert "single sample" in dataset.notes[0]


def test_copies_of_a_row_stay_on_one_side(tmp_path: Path) -> None:
    """Under whatever label: the first row of the last class is one of the first class."""
    path = table(tmp_path / "a.csv", {"a": 150, "b": 30}, copies=3)
    first = path.read_text("utf-8").splitlines()[1].rsplit(",", 1)[0]
    path.write_text(path.read_text("utf-8") + f"{first},b\n", "utf-8")
    for seed in range(4):
        dataset = load(path, seed)
        tested = {row.tobytes() for row in dataset.test_inputs}
        assert not tested & {row.tobytes() for row in dataset.train_inputs}
        assert "181 with equal ones" in dataset.notes[0]


def test_a_given_test_split_is_used_whole(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", {"a": 40, "b": 20, "c": 8}, splits="ab")
    dataset = load(path)
    assert dataset.test_counts.tolist() == [10, 5, 0]
    assert dataset.train_counts.tolist() == [30, 15, 8]
    assert dataset.notes == (
        "No test sample of 'c': trained, but left out of all figures of the test.",
    )
    assert load(path, split_column=-2).test_counts.tolist() == [8, 4, 2]


def test_a_test_split_of_one_class_is_not_used(tmp_path: Path) -> None:
    dataset = load(table(tmp_path / "a.csv", {"a": 40, "b": 20}, splits="a"))
    assert dataset.test_counts.tolist() == [6, 4]
    assert dataset.notes[0].startswith("The test split lacks classes")


def test_test_rows_that_were_trained_on_are_counted(tmp_path: Path) -> None:
    dataset = load(table(tmp_path / "a.csv", {"a": 40, "b": 20}, copies=2, splits="ab"))
    assert dataset.test_counts.tolist() == [10, 5]
    assert dataset.notes[0].startswith("15 of the 15 test rows equal a training sample")


def test_a_script_names_the_share(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", {"a": 150, "b": 30, "c": 1})
    assert load_training_data(path, test_share=0.1).test_counts.tolist() == [15, 3, 0]
    assert load_training_data(path).test_counts.tolist() == [10, 10]


def test_one_class_with_enough_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="at least 2 classes, but got 1"):
        load(table(tmp_path / "a.csv", {"a": 40, "b": 1}))
