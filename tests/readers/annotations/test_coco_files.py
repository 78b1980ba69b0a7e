"""COCO annotations as tools write them, alone and beside images."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harmony_core.errors import DataError
from harmony_core.readers.open import read_file

from ..counts import by_split, said, trained

Tree = Callable[..., Path]
Pack = Callable[..., Path]
Write = Callable[[str, Any], Path]


def coco(objects: list[str], first: int = 0, **more: Any) -> dict[str, Any]:
    """A document of two categories with ids of their own, ten images and some objects."""
    ids = {"car": 3, "cat": 17}
    return {
        "images": [{"id": i, "file_name": f"{first + i}.jpg"} for i in range(10)],
        "categories": [{"id": i, "name": name} for name, i in ids.items()],
        "annotations": [
            {"id": k, "image_id": k % 10, "category_id": ids[name], "iscrowd": 0}
            for k, name in enumerate(objects)
        ],
        **more,
    }


FEW = ["car"] * 4 + ["cat"]


def test_crowds_are_apart(write: Write) -> None:
    document = coco(FEW)
    crowds = [{**a, "iscrowd": 1} for a in document["annotations"][:2]]
    document["annotations"] += crowds
    contents = read_file(write("a.json", json.dumps(document)))
    assert trained(contents) == {"car": 4, "cat": 1}
    assert said(contents, "crowds (iscrowd): car (2)")
    assert said(contents, "2 annotations repeat an id")


@pytest.mark.parametrize("change", [str, float])
def test_ids_of_another_type_are_the_same(write: Write, change: Callable[[int], Any]) -> None:
    document = coco(FEW)
    for item in document["annotations"]:
        item["category_id"] = change(item["category_id"])
    assert trained(read_file(write("a.json", json.dumps(document)))) == {"car": 4, "cat": 1}


def test_annotations_of_unlisted_images_are_said(write: Write) -> None:
    document = coco(FEW)
    document["annotations"][0]["image_id"] = 99
    assert said(read_file(write("a.json", json.dumps(document))), "1 annotations name an image")


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({**coco(FEW), "categories": []}, "a list of categories"),
        ({k: v for k, v in coco(FEW).items() if k != "categories"}, "a list of categories"),
        (coco([], annotations=[{"image_id": 1, "caption": "a cat"}]), "captions"),
        (coco([], annotations=[{"image_id": 1, "segments_info": []}]), "panoptic"),
    ],
)
def test_other_documents_are_named(write: Write, document: dict[str, Any], says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_file(write("a.json", json.dumps(document)))


@pytest.mark.parametrize(
    ("train", "valid"),
    [
        ("train/_annotations.coco.json", "valid/_annotations.coco.json"),
        ("annotations/instances_train2017.json", "annotations/instances_val2017.json"),
    ],
)
def test_a_document_for_each_split(tree: Tree, pack: Pack, train: str, valid: str) -> None:
    entries = {
        train: json.dumps(coco(FEW)),
        valid: json.dumps(coco(["cat"], first=50)),
        "annotations/captions_train2017.json": json.dumps(
            {"images": [], "annotations": [{"image_id": 0, "caption": "a cat"}]}
        ),
        "annotations/person_keypoints_train2017.json": json.dumps(coco(["car"])),
        **{f"train/{i}.jpg": b"no image" for i in range(3)},
    }
    for path in (tree(entries), pack("a.zip", entries)):
        contents = read_file(path)
        assert by_split(contents) == {"train": {"car": 4, "cat": 1}, "validation": {"cat": 1}}


def test_one_document_beside_images(pack: Pack) -> None:
    images = {f"images/{i}.jpg": b"no image" for i in range(10)}
    path = pack("a.zip", {"annotations/instances_default.json": json.dumps(coco(FEW)), **images})
    contents = read_file(path)
    assert by_split(contents) == {"all": {"car": 4, "cat": 1}}
    assert contents.labels.missing == 5


def test_the_same_images_are_not_counted_twice(tree: Tree) -> None:
    path = tree({"all.json": json.dumps(coco(FEW)), "train.json": json.dumps(coco(["car"]))})
    contents = read_file(path)
    assert by_split(contents) == {"train": {"car": 1}}
    assert said(contents, "Left out 'all.json'")


def test_two_documents_of_the_same_images_in_splits_are_refused(tree: Tree) -> None:
    path = tree({"test.json": json.dumps(coco(FEW)), "train.json": json.dumps(coco(["car"]))})
    with pytest.raises(DataError, match="every image in one file"):
        read_file(path)


def test_documents_without_a_split_are_pooled_and_said(tree: Tree) -> None:
    path = tree({"a.json": json.dumps(coco(FEW)), "b.json": json.dumps(coco(["car"], first=50))})
    contents = read_file(path)
    assert trained(contents) == {"car": 5, "cat": 1}
    assert said(contents, "Pooled 2 files")
