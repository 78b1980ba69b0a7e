"""Test rows never count as training: splits under any name, as words, marks, numbers or folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harmony_core.readers.open import read_file

from .counted import counts

Write = Callable[[str, "bytes | str"], Path]
TRAINED = {"a": 12, "b": 4}
HEADS = {
    "split": ("split", "train", "test"),
    "validation and test": ("Split", "Train", "Val"),
    "usage": ("Usage", "Training", "PrivateTest"),
    "is_train": ("is_train", "1", "0"),
    "isTrain": ("isTrain", "True", "False"),
    "is_valid": ("is_valid", "False", "True"),
    "partition": ("partition", "0", "1"),
    "a folder": ("path", "train/img.jpg", "test/img.jpg"),
    "a deep folder": ("path", "/data/set/train2/../train/x/1.jpg", "/data/set/valid/x/1.jpg"),
    "any name": ("where", "train", "holdout"),
    "a rest": ("split", "train", "unlabeled"),
}


@pytest.mark.parametrize("name", HEADS)
def test_the_training_rows_are_counted(write: Write, name: str) -> None:
    head, train, other = HEADS[name]
    lines = [f"n{i},a,{train}" for i in range(12)] + [f"m{i},b,{train}" for i in range(4)]
    lines += [f"k{i},a,{other}" for i in range(5)] + [f"l{i},b,{other}" for i in range(3)]
    contents = read_file(write("a.csv", "\n".join([f"id,label,{head}", *lines])))
    assert counts(contents) == TRAINED
    assert contents.split_column == head


def test_a_header_is_not_needed(write: Write) -> None:
    lines = [f"TRAIN,gs://b/{c}/{i}.jpg,{c}" for c, n in TRAINED.items() for i in range(n)]
    lines += [f"TEST,gs://b/{c}/{i}.jpg,{c}" for c in "ab" for i in range(20, 23)]
    contents = read_file(write("a.csv", "\n".join(lines)))
    assert counts(contents) == TRAINED
    assert contents.labels.test_counts is not None
    assert contents.labels.test_counts.tolist() == [3, 3]


def test_a_split_that_was_not_used_is_named(write: Write) -> None:
    lines = [f"n{i},{'ab'[i % 2]},{i % 5}" for i in range(40)]
    contents = read_file(write("a.csv", "\n".join(["id,label,fold", *lines])))
    assert counts(contents) == {"a": 20, "b": 20}
    assert any("'fold'" in note and "--split" in note for note in contents.notes)


def test_left_out_rows_are_counted_by_class(write: Write) -> None:
    lines = ["a,train"] * 6 + ["b,train"] * 3 + ["a,extra"] * 2 + ["b,extra"]
    contents = read_file(write("a.csv", "\n".join(["label,split", *lines])))
    assert counts(contents) == {"a": 6, "b": 3}
    assert any("3 rows belong to no split (a 2, b 1)" in note for note in contents.notes)
