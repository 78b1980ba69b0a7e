"""YOLO annotations in the layouts that tools export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harmony_core.errors import DataError
from harmony_core.readers.open import read_file

from ..counts import by_split, said, trained

Tree = Callable[..., Path]
Pack = Callable[..., Path]
BOXES = {"0": "0 .5 .5 .1 .1\n1 .5 .5 .1 .1\n", "1": "0 .5 .5 .1 .1\n", "2": ""}
COUNTS = {"bolt": 2, "nut": 1}
YAML = "names: [bolt, nut]\n"
LINES = "bolt\nnut\n"


def boxes(layout: str) -> dict[str, str]:
    return {layout.format(name): text for name, text in BOXES.items()}


def images(layout: str, names: str = "0123") -> dict[str, bytes]:
    return {layout.format(name): b"no image" for name in names}


@pytest.mark.parametrize(
    "entries",
    [
        {**boxes("labels/{}.txt"), **images("images/{}.jpg"), "data.yaml": YAML},
        {**boxes("labels/{}.txt"), "labels/classes.txt": LINES, **images("images/{}.jpg")},
        {**boxes("labels/{}.txt"), "custom.names": LINES},
        {**boxes("labels/{}.txt"), "args.yaml": "lr: 1\n", "dataset.yaml": YAML},
        {**boxes("a/export/train/labels/{}.txt"), "a/export/data.yaml": YAML,
         **images("a/export/train/images/{}.jpg")},
        {**boxes("obj_train_data/{}.txt"), **images("obj_train_data/{}.jpg"), "obj.names": LINES,
         "obj.data": "classes = 2\n", "train.txt": "data/obj_train_data/0.jpg\n"},
        {**boxes("obj_train_data/{}.txt"), "obj.names": LINES, "obj.data": "classes = 2\n"},
        {**boxes("{}.txt"), **images("{}.jpg"), "classes.txt": LINES, "readme.txt": "hello\n"},
        {**boxes("train/{}.txt"), **images("train/{}.jpg"), "train/_darknet.labels": LINES},
        {**boxes("valid/labels/{}.txt"), **images("valid/images/{}.jpg"), "data.yaml": YAML},
    ],
)  # fmt: skip
def test_layouts(tree: Tree, pack: Pack, entries: dict[str, bytes | str]) -> None:
    for path in (tree(entries), pack("a.zip", entries)):
        contents = read_file(path)
        assert contents.kind == "annotations"
        assert trained(contents) == COUNTS


def test_images_without_boxes_are_background(tree: Tree) -> None:
    labels = read_file(
        tree({**boxes("labels/{}.txt"), **images("images/{}.jpg"), "data.yaml": YAML})
    ).labels
    assert (labels.rows, labels.missing) == (4, 2)


def test_splits_by_lists_of_images(tree: Tree) -> None:
    lists = {"train.txt": "data/0.jpg\n", "val.txt": "data/1.jpg\ndata/2.jpg\n"}
    path = tree({**boxes("data/{}.txt"), **images("data/{}.jpg"), "obj.names": LINES, **lists})
    assert by_split(read_file(path)) == {
        "train": {"bolt": 1, "nut": 1}, "validation": {"bolt": 1}
    }  # fmt: skip


def test_objects_of_no_split_are_not_trained_on(tree: Tree) -> None:
    entries = {"train/labels/1.txt": BOXES["1"], "extra/labels/0.txt": BOXES["0"]}
    contents = read_file(tree({**entries, "data.yaml": YAML}))
    assert by_split(contents) == {"train": {"bolt": 1}}
    assert said(contents, "Left out objects of images that belong to no split: bolt (1), nut (1)")


def test_a_class_beyond_the_names_is_numbered(tree: Tree) -> None:
    contents = read_file(tree({"labels/a.txt": "3 .5 .5 .1 .1\n", "data.yaml": YAML}))
    assert trained(contents) == {"class 3": 1}


def test_captions_beside_images_are_no_boxes(tree: Tree) -> None:
    texts = {f"{c}/{i}.txt": "5 cats on 1 sofa of 3\n" for c in "ab" for i in range(3)}
    path = tree({**texts, **images("a/{}.png", "012"), **images("b/{}.png", "01")})
    assert trained(read_file(path)) == {"a": 3, "b": 2}


def test_commas_are_refused(tree: Tree) -> None:
    with pytest.raises(DataError, match=r"'0,\.5,\.5,\.1,\.1' in 'labels/a\.txt'"):
        read_file(tree({"labels/a.txt": "0,.5,.5,.1,.1\n", "data.yaml": YAML}))
