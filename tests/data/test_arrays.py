"""Arrays of one's own: labels of any kind become classes, what cannot be used is refused."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

import harmony_core.data.arrays as module
from harmony_core.data import dataset_from_arrays
from harmony_core.errors import DataError

X = np.random.default_rng(0).normal(size=(12, 3))


def test_the_example_runs() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["großer Hund", "猫 cat", "a b"] * 4, ("a b", "großer Hund", "猫 cat")),
        ([-1, 7, -300] * 4, ("-300", "-1", "7")),
        (np.array([2.0, 0.0, 1.0] * 4), ("0", "1", "2")),
        (np.array(["x", "y", "z"] * 4, dtype=object), ("x", "y", "z")),
        (np.array([1, 2, 3] * 4, dtype=np.uint8), ("1", "2", "3")),
        ([True, False, True] * 4, ("0", "1")),
    ],
)
def test_labels_become_classes_in_their_order(labels: object, names: tuple[str, ...]) -> None:
    dataset = dataset_from_arrays(X, labels)  # type: ignore[arg-type]
    assert dataset.class_names == names
    kept = {
        row.tobytes(): c for row, c in zip(dataset.train_inputs, dataset.train_targets, strict=True)
    }
    for row, label in zip(X.astype(np.float32), np.asarray(labels), strict=True):
        if row.tobytes() in kept:
            value = (
                int(label) if isinstance(label, np.generic) and label.dtype.kind in "fb" else label
            )
            assert names[kept[row.tobytes()]] == str(value)


def test_a_share_of_every_class_is_held_out() -> None:
    inputs = np.arange(600.0).reshape(300, 2)
    labels = np.repeat([0, 1, 2], [240, 51, 9])
    dataset = dataset_from_arrays(inputs, labels, seed=4)
    assert dataset.test_counts.tolist() == [48, 10, 2]
    assert dataset.train_counts.tolist() == [192, 41, 7]
    both = np.concatenate([dataset.train_inputs, dataset.test_inputs])
    assert len(np.unique(both, axis=0)) == 300
    assert dataset.notes == (
        "Held out for the test at random: 20 % of every class, 60 samples in all.",
    )
    half = dataset_from_arrays(inputs, labels, seed=4, test_share=0.5)
    assert half.test_counts.tolist() == [120, 26, 4]


def test_the_held_out_test_set_can_have_equally_many_of_every_class() -> None:
    inputs = np.arange(600.0).reshape(300, 2)
    labels = np.repeat([0, 1, 2], [240, 51, 9])
    dataset = dataset_from_arrays(inputs, labels, seed=4, test_share=None)
    assert dataset.test_counts.tolist() == [3, 3, 3]
    assert dataset.train_counts.tolist() == [237, 48, 6]
    both = np.concatenate([dataset.train_inputs, dataset.test_inputs])
    assert len(np.unique(both, axis=0)) == 300
    assert "3 samples of every class" in dataset.notes[0]


def test_a_given_test_set_is_used_as_it_is() -> None:
    dataset = dataset_from_arrays(X, ["a", "b", "c"] * 4, test=(X[:3], ["c", "b", "a"]))
    assert dataset.test_targets.tolist() == [2, 1, 0]
    assert dataset.kind == "table"
    assert len(dataset.train_inputs) == 12
    assert dataset.notes == (
        "3 of the 3 test samples equal a training sample: figures look better than they will on "
        "new data.",
    )


def test_a_given_test_set_may_lack_a_class() -> None:
    dataset = dataset_from_arrays(X, ["a", "b", "c"] * 4, test=(X[:3] + 9, ["c", "a", "a"]))
    assert dataset.test_counts.tolist() == [2, 0, 1]
    assert dataset.notes == (
        "No test sample of 'b': trained, but left out of all figures of the test.",
    )


def test_an_unbalanced_test_set_can_be_cut_to_its_smallest_class() -> None:
    labels = np.array(["a", "b", "a", "c", "b", "a", "c", "a"])
    held = np.arange(24.0).reshape(8, 3)
    made = [
        dataset_from_arrays(X, ["a", "b", "c"] * 4, test=(held, labels), seed=s, test_share=None)
        for s in (0, 0, 1)
    ]
    for dataset in made:
        assert dataset.test_counts.tolist() == [2, 2, 2]
        rows = (dataset.test_inputs[:, 0] / 3).astype(int)
        assert [dataset.class_names[c] for c in dataset.test_targets] == labels[rows].tolist()
        assert dataset.notes == ("The test set is cut to 2 samples of every class, at random.",)
    assert (made[0].test_inputs == made[1].test_inputs).all()


def test_grey_and_colour_images_are_images() -> None:
    grey = np.random.default_rng(0).integers(0, 255, (8, 5, 5), dtype=np.uint8)
    assert dataset_from_arrays(grey, [0, 1] * 4).train_inputs.shape == (6, 5, 5, 1)
    colour = np.repeat(grey[..., None], 3, axis=3)
    dataset = dataset_from_arrays(colour, [0, 1] * 4, class_names=["no", "yes"], augment=True)
    assert (dataset.kind, dataset.class_names, dataset.augment) == ("images", ("no", "yes"), True)


def with_nan() -> np.ndarray:
    broken = X.copy()
    broken[3, 1] = np.nan
    broken[5, 0] = np.inf
    return broken


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (with_nan(), [0, 1] * 6, r"NaN or infinity in 2 of 12 rows \(3, 5\)"),
        (X, [3] * 12, "2 to 10000 classes in targets, but got 1"),
        (X[:1], [0], "but got 1"),
        (X[:2], [0, 1], "test samples of at least 2 classes, but got 0"),
        (X, [0] * 11 + [1], "at least 2 classes, but got 1"),
        (X, [0, 1], "one label for each of 12 samples"),
        (X[:, 0], [0, 1] * 6, r"shape \(12,\)"),
        (np.zeros((0, 3)), [], r"shape \(0, 3\)"),
        ([[1.0, 2.0], [3.0]], [0, 1], "uneven length"),
        (np.full((4, 2), "x"), [0, 1] * 2, "numbers of shape"),
        (np.zeros((4, 2), complex), [0, 1] * 2, "numbers of shape"),
        (np.zeros((4, 5, 5, 2), np.uint8), [0, 1] * 2, "1 or 3 channels"),
        (np.full((4, 2), 1e300), [0, 1] * 2, "Rescale"),
        (X, [0.5, 1.0] * 6, "turn measurements into classes"),
        (X, [np.nan, 1.0] * 6, "Fill missing labels"),
        (X, [None, "a"] * 6, "but got NoneType, str"),
        (X, ["a", " "] * 6, "empty text"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(
    inputs: object, targets: object, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        dataset_from_arrays(inputs, targets)  # type: ignore[arg-type]


def test_an_empty_class_is_named() -> None:
    with pytest.raises(DataError, match="none of: bird"):
        dataset_from_arrays(X, [0, 2] * 6, class_names=["cat", "bird", "dog"])


@pytest.mark.parametrize(
    ("names", "message"),
    [(["a"], "2 classes found, but got 1"), (["a", "a"], "to differ")],
)
def test_names_have_to_fit(names: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        dataset_from_arrays(X, [0, 1] * 6, class_names=names)


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ((X[:2, :2], [0, 1]), r"shape \(n, 3\)"),
        ((X[:2], [0, 5]), "also 5"),
        ((X[:2], ["0", "1"]), "same type"),
        ((X[:2], [0, 0]), "at least 2 classes, but got 1"),
    ],
)
def test_a_test_set_has_to_fit(test: tuple[object, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        dataset_from_arrays(X, [0, 1] * 6, test=test)  # type: ignore[arg-type]


def test_equally_many_test_samples_need_some_of_every_class() -> None:
    with pytest.raises(DataError, match="test sample, but got none of: 1"):
        dataset_from_arrays(X, [0, 1] * 6, test=(X[:2], [0, 0]), test_share=None)
    with pytest.raises(DataError, match=r"at least 2 samples of every class.*1 \(1\)"):
        dataset_from_arrays(X, [0] * 11 + [1], test_share=None)


def test_equal_samples_stay_on_one_side() -> None:
    inputs = np.repeat(np.arange(40.0).reshape(20, 2), 5, axis=0)
    for seed in range(5):
        dataset = dataset_from_arrays(inputs, np.repeat([0, 1], [75, 25]), seed=seed)
        assert dataset.test_counts.tolist() == [15, 5]
        assert not np.isin(dataset.test_inputs[:, 0], dataset.train_inputs[:, 0]).any()
        assert "; 100 with equal ones stay on one side with them." in dataset.notes[0]
