"""Class counts from whatever holds the labels, in the order of the class index."""

from __future__ import annotations

import logging
import pickle
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch.utils.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    Subset,
    TensorDataset,
)

from harmony_core import HarmonizedLoss, class_counts
from harmony_core.errors import DataError, EmptyClassWarning

LABELS = [2, 0, 0, 1, 0, 2]
WANTED = (3, 1, 2)
"""The middle class is the rarest, so an order by frequency would show."""


class Slow(Dataset):
    """A data set that has to be read sample by sample."""

    def __init__(self, labels: list[Any], *, as_dict: bool = False) -> None:
        self.kept, self.as_dict, self.loads = labels, as_dict, 0

    def __len__(self) -> int:
        return len(self.kept)

    def __getitem__(self, i: int) -> object:
        self.loads += 1
        return {"x": i, "label": self.kept[i]} if self.as_dict else (i, self.kept[i])


class Quick(Slow):
    """One that has its labels at hand, and the names of its classes."""

    targets: Any

    def __init__(self, labels: list[Any], classes: list[str] | None = None) -> None:
        super().__init__(labels)
        self.targets = labels
        if classes is not None:
            self.classes = classes

    def __getitem__(self, i: int) -> object:
        raise AssertionError("no sample needs to be loaded")


class Bare(IterableDataset):
    """Inputs without labels."""

    def __iter__(self):
        return iter([torch.zeros(3)])


class Stream(IterableDataset):
    def __iter__(self):
        return iter([(0, y) for y in LABELS])


HOLDERS = {
    "list": LABELS,
    "tuple": tuple(LABELS),
    "array": np.array(LABELS, dtype=np.uint8),
    "whole floats": np.array(LABELS, dtype=np.float32),
    "tensor": torch.tensor(LABELS, dtype=torch.int32),
    "list of tensors": [torch.tensor(y) for y in LABELS],
    "Series": pd.Series(LABELS, index=[9, 8, 7, 6, 5, 4]),
    "nullable Series": pd.Series(LABELS, dtype="Int64"),
    "Counter": Counter(LABELS),
    "dict of NumPy numbers": {np.int64(2): np.int64(2), np.int64(0): 3, 1: 1.0},
    "TensorDataset": TensorDataset(torch.zeros(6, 2), torch.tensor(LABELS)),
    "targets": Quick(LABELS),
    "Subset": Subset(Quick([1, *LABELS, 1]), [1, 2, 3, 4, 5, 6]),
    "Subset of a Subset": Subset(Subset(Quick([1, *LABELS]), range(1, 7)), [5, 4, 3, 2, 1, 0]),
    "ConcatDataset": ConcatDataset([Quick(LABELS[:2]), Subset(Quick(LABELS), [2, 3, 4, 5])]),
    "no targets": Slow(LABELS),
    "dicts": Slow(LABELS, as_dict=True),
    "tensors as labels": Slow([torch.tensor(y) for y in LABELS]),
    "stream": Stream(),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_counts_are_in_the_order_of_the_class_index(holder: str) -> None:
    counts = class_counts(HOLDERS[holder])
    assert counts == WANTED
    assert all(type(count) is int for count in counts)
    assert HarmonizedLoss(counts).class_counts.tolist() == list(WANTED)


@pytest.mark.parametrize("column", [None, "label"])
def test_a_column_of_a_frame(column: str | None) -> None:
    frame = pd.DataFrame({"a": range(6), "label": LABELS})
    assert class_counts(frame, column=column) == WANTED
    assert class_counts(frame["label"]) == WANTED
    assert class_counts(frame.rename(columns={"label": "kind"}), column="kind") == WANTED
    with pytest.raises(DataError, match=r"column= with one of a, kind"):
        class_counts(frame.rename(columns={"label": "kind"}))
    with pytest.raises(DataError, match="one of a, label, but got 'b'"):
        class_counts(frame, column="b")


def test_a_data_set_of_hugging_face_names_its_classes() -> None:
    class Feature:
        names = ("cat", "dog", "emu", "fox")

    class Hub:
        column_names = ("text", "label")
        features: ClassVar = {"label": Feature()}

        def __getitem__(self, column: str) -> list[int]:
            assert column == "label"
            return LABELS

    counts = class_counts(Hub())
    assert counts == (3, 1, 2, 0)
    assert counts.names == Feature.names


@pytest.mark.parametrize("labels", [["b", "a", "b", "c"], np.array(["b", "a", "b", "c"])])
def test_texts_are_sorted_and_named(labels: object) -> None:
    counts = class_counts(labels)
    assert counts == (1, 2, 1)
    assert counts.names == ("a", "b", "c")
    assert repr(counts) == "ClassCounts(a=1, b=2, c=1)"
    again = pickle.loads(pickle.dumps(counts))
    assert (again, again.names) == (counts, counts.names)
    assert class_counts(pd.Series(list(labels))).names == counts.names
    assert class_counts(Counter(list(labels))).names == counts.names
    assert class_counts(labels, classes=["c", "b", "emu", "a"]) == (1, 2, 0, 1)


def test_a_categorical_series_keeps_its_order_and_its_empty_categories() -> None:
    series = pd.Series(pd.Categorical(["low", "high"], categories=["low", "middle", "high"]))
    counts = class_counts(series)
    assert counts == (1, 0, 1)
    assert counts.names == ("low", "middle", "high")


def test_a_gap_is_an_error_unless_the_number_of_classes_is_given() -> None:
    with pytest.raises(DataError, match=r"0 to 3, but got none of 2 of them, such as 1.*classes=4"):
        class_counts([0, 3, 3])
    assert class_counts([0, 3, 3], classes=5) == (1, 0, 0, 2, 0)
    assert class_counts({0: 4, 2: 1}, classes=3) == (4, 0, 1)
    with pytest.raises(DataError, match=r"below the number of classes, 3, but got 3"):
        class_counts([0, 3, 3], classes=3)


def test_counts_given_for_labels_are_found_out() -> None:
    with pytest.raises(DataError, match="Pass the labels of all samples: counts"):
        class_counts([500, 50, 5])


def test_value_counts_are_refused_with_the_reason() -> None:
    labels = pd.Series([2] * 5 + [0] * 3 + [1])
    for series in (
        labels.value_counts(),
        labels.value_counts(normalize=True),
        labels.map({0: "a", 1: "b", 2: "c"}).value_counts(),
        pd.DataFrame({"label": labels})["label"].value_counts(),
    ):
        with pytest.raises(DataError, match=r"sorted by frequency.*to_dict"):
            class_counts(series)
    assert class_counts(labels.value_counts().to_dict()) == (3, 1, 5)
    assert class_counts(pd.Series([1, 0], name="count")) == (1, 1)


def test_a_loss_refuses_value_counts_too() -> None:
    series = pd.Series([2] * 5 + [0] * 3 + [1])
    with pytest.raises(DataError, match="sorts by frequency"):
        HarmonizedLoss(series.value_counts())
    assert HarmonizedLoss(series.value_counts().sort_index()).class_counts.tolist() == [3, 1, 5]
    with pytest.raises(DataError, match="class_counts"):
        HarmonizedLoss({0: 3, 1: 1})


def test_ignored_labels_are_left_out_as_the_loss_does() -> None:
    assert class_counts([-100, 0, 1, 0, -100]) == (2, 1)
    assert class_counts(torch.tensor([255, 0, 1]), ignore_index=255) == (1, 1)
    with pytest.raises(DataError, match="ignore_index=-1"):
        class_counts([-1, 0, 1])
    with pytest.raises(DataError, match="ignore_index=-100"):
        class_counts([-100, 0, 1], ignore_index=None)


def test_a_class_missing_in_a_fold_counts_zero_and_its_loss_says_so() -> None:
    whole = Quick([0] * 6 + [1] * 3 + [2], ["a", "b", "c"])
    fold = Subset(whole, range(9))
    counts = class_counts(fold)
    assert counts == (6, 3, 0)
    assert counts.names == ("a", "b", "c")
    assert class_counts(Subset(Quick(whole.targets), range(9)), classes=3) == (6, 3, 0)
    with pytest.warns(EmptyClassWarning, match="class 2. The loss counts one sample"):
        loss = HarmonizedLoss(counts)
    assert loss.class_counts.tolist() == [6, 3, 1]


def test_an_image_folder_counts_and_names_its_folders(tmp_path: Path) -> None:
    from torchvision.datasets import ImageFolder

    for name, number in (("fox", 1), ("ant", 3), ("cat", 2)):
        (tmp_path / name).mkdir()
        for i in range(number):
            Image.new("RGB", (4, 4)).save(tmp_path / name / f"{i}.png")
    folder = ImageFolder(str(tmp_path))
    counts = class_counts(folder)
    assert counts == (3, 2, 1)
    assert counts.names == ("ant", "cat", "fox") == class_counts(tmp_path).names
    assert class_counts(tmp_path) == counts
    assert class_counts(Subset(folder, [0, 3, 4])) == (1, 2, 0)
    swapped = ImageFolder(str(tmp_path), target_transform=lambda y: 2 - y)
    assert class_counts(swapped) == (1, 2, 3)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_file_with_a_label_column(tmp_path: Path, suffix: str) -> None:
    frame = pd.DataFrame({"a": np.arange(26.0), "kind": [10] * 13 + [2] * 12 + [0]})
    path = tmp_path / f"train.{suffix}"
    write = frame.to_csv if suffix == "csv" else frame.to_parquet
    write(path, index=False)
    assert class_counts(path, column="kind", classes=11) == (1, 0, 12, *[0] * 7, 13)
    with pytest.raises(DataError, match="pass classes=11"):
        class_counts(str(path), column="kind")
    with pytest.raises(DataError, match="column= with one of a, kind"):
        class_counts(path)
    named = frame.assign(label=frame["kind"].map({0: "emu", 2: "cat", 10: "Dog"}))[["a", "label"]]
    write = named.to_csv if suffix == "csv" else named.to_parquet
    write(path, index=False)
    counts = class_counts(path)
    assert counts == (13, 12, 1)
    assert counts.names == ("Dog", "cat", "emu")
    named.loc[0, "label"] = None
    write = named.to_csv if suffix == "csv" else named.to_parquet
    write(path, index=False)
    with pytest.raises(DataError, match="samples with no label"):
        class_counts(path)


def test_reading_every_sample_is_said_and_done_once(caplog: pytest.LogCaptureFixture) -> None:
    slow = Slow(LABELS)
    with caplog.at_level(logging.WARNING):
        class_counts(Quick(LABELS))
        assert not caplog.records
        class_counts(Subset(slow, [0, 1, 3]))
    assert slow.loads == 3
    assert "Loading all 3 samples of Subset" in caplog.text


def test_an_attribute_that_is_no_label_of_each_sample_is_not_taken_for_it() -> None:
    dataset = Slow(LABELS)
    dataset.labels = ["cat", "dog", "emu"]
    assert class_counts(dataset) == WANTED


WRONG: dict[str, tuple[object, str]] = {
    "a missing text": (["a", None, "b"], "got none for 1 of 3"),
    "a missing number": (pd.Series([0, None, 1]), "none for 1 of 3"),
    "a missing nullable number": (pd.Series([0, None, 1], dtype="Int64"), "none for 1 of 3"),
    "a missing label of a Series": (pd.Series(["a", None, "b"]), "got none for 1 of 3"),
    "fractions": ([0.5, 1.0], "got 0.5"),
    "numbers and texts": ([0, "a"], "but got both"),
    "one-hot labels": (np.eye(3), r"shape \(3, 3\).*argmax"),
    "masks": (torch.zeros(2, 4, 4).long(), "reshape"),
    "nothing": ([], "at least one sample"),
    "dates": (np.array(["2020-01-01"], dtype="datetime64[D]"), "datetime64"),
    "a fraction of a sample": ({0: 1.5}, "whole number of samples"),
    "a negative count": ({0: -1}, "whole number of samples"),
    "an endless count": ({0: float("inf")}, "whole number of samples"),
    "no count": ({0: float("nan")}, "whole number of samples"),
    "labels too large for indices": ([1e30, 0.0], "got 1e"),
    "a text too long for a path": ("a" * 5000, "does not exist"),
    "two tensors that may be labels": (
        TensorDataset(torch.zeros(2, 3), torch.tensor([0, 1]), torch.tensor([1, 1])),
        r"one tensor of labels among 3, but got 2.*dataset\.tensors\[i\]",
    ),
    "keys of two kinds": ({0: 1, "a": 2}, "but got 'a'"),
    "a loader": (DataLoader(TensorDataset(torch.zeros(2), torch.zeros(2))), "loader.dataset"),
    "a class in place of a data set": (Slow, "but got type"),
    "inputs": ([torch.zeros(2), torch.zeros(3)], "samples with several"),
    "samples without a label": (Bare(), r"Expected samples of \(input, label\)"),
    "a file that is not there": ("nowhere.csv", "does not exist"),
    "a number": (5, "but got int"),
    "joined sets of other classes": (
        ConcatDataset([Quick([0, 1], ["a", "b"]), Quick([0, 1], ["b", "c"])]),
        "the same classes",
    ),
    "names that leave one out": (["a", "b"], "among the 1 classes"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_labels_is_refused(wrong: str) -> None:
    given, message = WRONG[wrong]
    classes = ["a"] if wrong == "names that leave one out" else None
    with pytest.raises(DataError, match=message):
        class_counts(given, classes=classes)


def test_of_several_tensors_the_one_that_can_be_is_the_labels() -> None:
    labels = torch.tensor(LABELS)
    inputs, weights = torch.zeros(6, 4), torch.rand(6)
    assert class_counts(TensorDataset(inputs, labels, weights)) == WANTED
    assert class_counts(TensorDataset(inputs, inputs, labels)) == WANTED


@pytest.mark.parametrize("ignored", [-100, 255])
def test_ignored_labels_of_counts_and_files_are_left_out(tmp_path: Path, ignored: int) -> None:
    labels = [0] * 5 + [1] * 3 + [ignored] * 4
    assert class_counts(Counter(labels), ignore_index=ignored) == (5, 3)
    path = tmp_path / "masks.csv"
    path.write_text("label,x\n" + "".join(f"{label},7\n" for label in labels))
    assert class_counts(path, ignore_index=ignored) == (5, 3)
    path.write_text("label,x\n" + "0,7\n" * 4 + "-1,7\n" * 2)
    with pytest.raises(DataError, match="pass ignore_index=-1"):
        class_counts(path)


def test_a_number_written_in_two_ways_is_one_class(tmp_path: Path) -> None:
    path = tmp_path / "padded.csv"
    path.write_text("label,x\n" + "0,7\n" * 4 + "01,7\n" * 2 + "1,7\n" * 3)
    assert class_counts(path) == (4, 5)


@pytest.mark.parametrize("classes", ["ab", ["a", "b", "a"], 2.0, True])
def test_classes_are_a_number_or_different_names(classes: Any) -> None:
    with pytest.raises(DataError, match="Expected classes to be"):
        class_counts(["a", "b"], classes=classes)
    assert class_counts(["a", "b"], classes=np.array(["b", "a"])).names == ("b", "a")
