"""A table beside the images gives their labels."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from harmony_core.errors import DataError
from harmony_core.readers.open import read_file

from ..counts import by_split, said, trained

Tree = Callable[..., Path]
Pack = Callable[..., Path]
BLANK = b"no image"
CLASSES = (("cat", 14), ("dog", 6), ("owl", 2))
NAMES = [f"{c[0]}{i:03}" for c, n in CLASSES for i in range(n)]
OF = {"c": "cat", "d": "dog", "o": "owl"}
COUNTS = dict(CLASSES)


def images(layout: str, names: list[str] = NAMES) -> dict[str, bytes]:
    return {layout.format(name): BLANK for name in names}


def table(header: str, row: str, names: list[str] = NAMES) -> str:
    return header + "\n" + "".join(row.format(name, OF[name[0]]) + "\n" for name in names)


@pytest.mark.parametrize(
    ("layout", "name", "text"),
    [
        ("images/{}.jpg", "train.csv", table("filename,label", "{}.jpg,{}")),
        ("images/{}.jpg", "labels.csv", table("id,breed", "{},{}")),
        ("images/{}.jpg", "labels.csv", table("path,label", "/kaggle/input/images/{}.jpg,{}")),
        ("train/{}.jpg", "train/metadata.csv", table("file_name,label", "{}.jpg,{}")),
        ("part_1/{}.jpg", "meta.csv", table("lesion,image_id,dx", "L1,{},{}")),
        ("{}.jpg", "labels.tsv", table("image\tlabel", "{}.jpg\t{}")),
    ],
)
def test_labels_of_a_table(tree: Tree, pack: Pack, layout: str, name: str, text: str) -> None:
    entries = {**images(layout), name: text}
    for path in (tree(entries), pack(entries)):
        contents = read_file(path)
        assert contents.kind == "images"
        assert trained(contents) == COUNTS
        assert said(contents, f"of '{name}'")
        assert contents.images is not None
        assert contents.labels.codes is not None
        names = [contents.images.name(row).rsplit("/")[-1][0] for row in range(22)]
        classes = [contents.labels.names[c][0] for c in contents.labels.codes]
        assert names == classes
        contents.close()


def test_lines_of_json_for_each_split(tree: Tree) -> None:
    lines = "".join(json.dumps({"file_name": f"{n}.jpg", "label": OF[n[0]]}) + "\n" for n in NAMES)
    held = ["c900", "o900", "o901"]
    few = "".join(json.dumps({"file_name": f"{n}.jpg", "label": OF[n[0]]}) + "\n" for n in held)
    path = tree(
        {**images("train/{}.jpg"), "train/metadata.jsonl": lines,
         **images("test/{}.jpg", held), "test/metadata.jsonl": few}
    )  # fmt: skip
    assert by_split(read_file(path)) == {"train": COUNTS, "test": {"cat": 1, "owl": 2}}


def test_a_split_column_and_a_submission_that_is_no_label(tree: Tree) -> None:
    rows = "filename,label,split\n" + "".join(
        f"{n}.jpg,{OF[n[0]]},{'train' if int(n[1:]) else 'test'}\n" for n in NAMES
    )
    wrong = table("filename,label", "{}.jpg,cat")
    contents = read_file(
        tree({**images("images/{}.jpg"), "labels.csv": rows, "sample_submission.csv": wrong})
    )
    assert by_split(contents) == {
        "train": {"cat": 13, "dog": 5, "owl": 1}, "test": {"cat": 1, "dog": 1, "owl": 1}
    }  # fmt: skip


def test_what_has_no_row_or_no_image_is_left_out_and_counted(tree: Tree) -> None:
    listed = [n for n in NAMES if n != "c000"] + ["d900", "d901"]
    contents = read_file(
        tree({**images("images/{}.jpg"), "labels.csv": table("file,label", "{}.jpg,{}", listed)})
    )
    assert trained(contents) == {**COUNTS, "cat": 13}
    assert said(contents, "Left out 2 rows that name no image here, by class: dog (2)")
    assert said(contents, "Left out 1 images without a row, such as 'images/c000.jpg'")


def test_several_rows_of_an_image_are_counted_row_by_row(tree: Tree) -> None:
    header = "filename,width,height,class,xmin,ymin,xmax,ymax"
    rows = [f"{n}.jpg,8,8,{c},1,1,5,5" for n in NAMES for c in ("a", "a", "b")]
    contents = read_file(
        tree({**images("train/{}.jpg"), "train/_annotations.csv": "\n".join([header, *rows])})
    )
    assert trained(contents) == {"a": 44, "b": 22}
    assert contents.kind == "annotations"
    assert said(contents, "row by row")


def test_a_table_in_other_words_does_not_replace_folders(tree: Tree) -> None:
    entries = {f"{OF[n[0]]}/{n}.jpg": BLANK for n in NAMES}
    same = "file,label\n" + "".join(f"{n}.jpg,{n[0].upper()}\n" for n in NAMES)
    assert trained(read_file(tree({**entries, "labels.csv": same}))) == COUNTS


def test_a_table_whose_label_differs_from_the_folders_is_said(tree: Tree) -> None:
    entries = {f"{'ab'[i % 2]}/{n}.jpg": BLANK for i, n in enumerate(NAMES)}
    path = tree({**entries, "labels.csv": table("file,label", "{}.jpg,{}")})
    contents = read_file(path)
    assert trained(contents) == COUNTS
    assert said(contents, "not from the folders ('a', 'b'). For those use --label folder")
    assert trained(read_file(path, label="folder")) == {"a": 11, "b": 11}


def test_validation_images_of_tiny_imagenet_are_listed_in_a_text(tree: Tree) -> None:
    entries: dict[str, bytes | str] = {}
    for word, n in (("n01", 5), ("n02", 3)):
        entries |= {f"train/{word}/images/{word}_{i}.JPEG": BLANK for i in range(n)}
        entries[f"train/{word}/{word}_boxes.txt"] = f"{word}_0.JPEG\t0\t0\t6\t6\n"
    entries |= {f"val/images/val_{i}.JPEG": BLANK for i in range(4)}
    rows = [f"val_{i}.JPEG\tn0{1 + i % 2}\t0\t0\t6\t6\n" for i in range(4)]
    entries["val/val_annotations.txt"] = "".join(rows)
    entries |= {f"test/images/test_{i}.JPEG": BLANK for i in range(3)}
    contents = read_file(tree(entries))
    assert by_split(contents) == {
        "train": {"n01": 5, "n02": 3}, "validation": {"n01": 2, "n02": 2}
    }  # fmt: skip
    assert said(contents, "3 of 15 rows have no label")


def test_a_chosen_column_of_the_table(tree: Tree) -> None:
    rows = "file,label,sex\n" + "".join(
        f"{n}.jpg,{OF[n[0]]},{'fm'[int(n[1:]) % 2]}\n" for n in NAMES
    )
    path = tree({**images("images/{}.jpg"), "labels.csv": rows})
    assert trained(read_file(path, label="sex")) == {"f": 11, "m": 11}
    assert "sex" in read_file(path).choices


def test_a_table_that_cannot_be_used_is_said(tree: Tree) -> None:
    few = "file,label\nx900.jpg,cat\nx901.jpg,dog\n"
    entries = {**images("images/{}.jpg"), **images("images/{}.jpg", ["x900", "x901"])}
    contents = read_file(
        tree({**entries, "labels.csv": table("file,label", "{}.jpg,{}"), "more.csv": few})
    )
    assert trained(contents) == COUNTS
    assert said(contents, "'more.csv' was not used: Expected classes that repeat")


def test_a_table_of_nothing_that_is_here_changes_nothing(tree: Tree) -> None:
    with pytest.raises(DataError, match="folder of its class"):
        read_file(tree({**images("images/{}.jpg"), "labels.csv": "file,label\nx,a\ny,b\n"}))


def test_images_of_a_table_are_looked_at(tree: Tree, picture: Callable[..., bytes]) -> None:
    entries = {f"images/{i}.png": picture(i) for i in range(4)}
    contents = read_file(tree({**entries, "labels.csv": "file,label\n3.png,a\n0.png,b\n1.png,a\n"}))
    assert contents.images is not None
    decoded = contents.images.decode(np.arange(3), lambda _: None)
    assert decoded.readable.all()
    contents.close()
