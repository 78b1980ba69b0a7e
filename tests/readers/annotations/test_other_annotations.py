"""Pascal VOC, LabelMe, CVAT, Label Studio and Open Images."""

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


def voc(*names: str) -> str:
    box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
    part = "<part><name>head</name></part>"
    objects = "".join(f"<object><name>{n}</name>{part}{box}</object>" for n in names)
    return f"<annotation><filename>x.jpg</filename>{objects}</annotation>"


def test_voc_beside_images_with_lists_of_splits(tree: Tree, pack: Pack) -> None:
    names = [f"{i:03}" for i in range(6)]
    entries: dict[str, bytes | str] = {
        f"VOC/Annotations/{n}.xml": voc("car", "cat") if int(n) < 4 else voc("car") for n in names
    }
    entries |= {f"VOC/JPEGImages/{n}.jpg": b"no image" for n in names}
    for name, listed in (("train", names[:2]), ("val", names[2:4]), ("trainval", names[:4]),
                         ("test", names[4:]), ("car_train", names[5:])):  # fmt: skip
        entries[f"VOC/ImageSets/Main/{name}.txt"] = "\n".join(listed)
    for path in (tree(entries), pack("a.zip", entries)):
        assert by_split(read_file(path)) == {
            "train": {"car": 2, "cat": 2}, "validation": {"car": 2, "cat": 2}, "test": {"car": 2},
        }  # fmt: skip


def test_voc_in_folders_of_splits_and_boxes_without_area(tree: Tree) -> None:
    flat = voc("cat").replace("<xmax>9", "<xmax>1")
    contents = read_file(tree({"train/1.xml": voc("car"), "valid/2.xml": flat}))
    assert by_split(contents) == {"train": {"car": 1}, "validation": {"cat": 1}}
    assert contents.boxes is not None
    assert contents.boxes.empty_boxes.tolist() == [0, 1]


def test_xml_with_entities_is_refused(tree: Tree) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">]>' + voc("&a;")
    with pytest.raises(DataError, match="plain XML"):
        read_file(tree({"a.xml": bomb}))


def labelme(*names: str, **more: Any) -> str:
    shapes = [{"label": n, "points": [[1, 1], [5, 5]], **more} for n in names]
    return json.dumps({"version": "5.0", "flags": {}, "shapes": shapes, "imagePath": "x.jpg"})


def test_labelme(tree: Tree, pack: Pack) -> None:
    entries = {**{f"{i}.json": labelme("a", "b", "a") for i in range(3)},
               **{f"{i}.jpg": b"no image" for i in range(4)}}  # fmt: skip
    for path in (tree(entries), pack("a.zip", entries)):
        contents = read_file(path)
        assert trained(contents) == {"a": 6, "b": 3}
        assert contents.labels.missing == 1


def test_shapes_of_one_group_are_one_object(tree: Tree) -> None:
    contents = read_file(tree({"1.json": labelme("a", "a", "b", group_id=4)}))
    assert trained(contents) == {"a": 1, "b": 1}
    assert said(contents, "a group is one object")


@pytest.mark.parametrize(("name", "text"), [("a.json", labelme("a", "b")), ("a.xml", voc("a"))])
def test_the_annotations_of_one_image_are_no_data_set(write: Write, name: str, text: str) -> None:
    with pytest.raises(DataError, match="of one image"):
        read_file(write(name, text))


CVAT = (
    '<?xml version="1.0"?><annotations><version>1.1</version><meta><task><labels>'
    "<label><name>car</name></label><label><name>van</name></label></labels></task></meta>"
    '<image id="0" name="a.jpg" subset="Train"><box label="car"/><polygon label="bus"/></image>'
    '<image id="1" name="b.jpg" subset="Validation"><mask label="car"/></image></annotations>'
)


def test_cvat_images(write: Write, tree: Tree) -> None:
    for path in (write("a.xml", CVAT), tree({"annotations.xml": CVAT, "images/a.jpg": b"x"})):
        contents = read_file(path)
        assert by_split(contents) == {"train": {"car": 1, "bus": 1}, "validation": {"car": 1}}
        assert "van" in contents.labels.names


def test_cvat_tracks(write: Write) -> None:
    shapes = "".join(f'<box frame="{i}" outside="{int(i == 2)}"/>' for i in range(3))
    text = f'<annotations><track id="0" label="car">{shapes}</track></annotations>'
    contents = read_file(write("a.xml", text))
    assert trained(contents) == {"car": 2}
    assert said(contents, "1 tracks are counted frame by frame")


def task(kind: str, labels: list[str], **more: Any) -> dict[str, Any]:
    result = [{"type": kind, "from_name": "q", "value": {kind: labels, "x": 1}}]
    return {"id": 1, "data": {"image": "/d/1.jpg"}, "annotations": [{"result": result}], **more}


def test_label_studio_boxes(write: Write) -> None:
    tasks = [task("rectanglelabels", ["car"])] * 3 + [task("polygonlabels", ["bus"])]
    empty = {"data": {}, "annotations": [{"result": [], "was_cancelled": True}]}
    contents = read_file(write("a.json", json.dumps([*tasks, empty])))
    assert trained(contents) == {"car": 3, "bus": 1}
    assert (contents.labels.rows, contents.labels.missing) == (5, 1)


def test_label_studio_choices(write: Write) -> None:
    tasks = [task("choices", ["good" if i % 3 else "bad"]) for i in range(12)]
    contents = read_file(write("a.json", json.dumps(tasks)))
    assert (contents.label, trained(contents)) == ("q", {"good": 8, "bad": 4})
    several = [task("choices", ["a", "b"] if i % 3 else ["a"]) for i in range(12)]
    assert trained(read_file(write("b.json", json.dumps(several)))) == {"a": 12, "b": 8}


HEADER = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsGroupOf\n"


def test_open_images(tree: Tree) -> None:
    rows = "".join(f"i{k},x,/m/0{k % 2},1,0,1,0,1,0\n" for k in range(5))
    path = tree(
        {
            "train-annotations-bbox.csv": HEADER + rows,
            "validation-annotations-bbox.csv": HEADER + "v,x,/m/00,1,0,1,0,1,1\n",
            "class-descriptions-boxable.csv": "/m/00,Cat\n/m/01,Dog\n",
        }
    )
    contents = read_file(path)
    assert by_split(contents) == {"train": {"Cat": 3, "Dog": 2}, "validation": {"Cat": 1}}
    assert said(contents, "IsGroupOf")


def test_labels_that_were_denied_do_not_count(write: Write) -> None:
    text = "ImageID,Source,LabelName,Confidence\na,v,/m/1,1\na,v,/m/2,0\nb,v,/m/1,1\n"
    contents = read_file(write("a.csv", text))
    assert trained(contents) == {"/m/1": 2}
    assert said(contents, "Left out 1 rows that say that a label is absent")
