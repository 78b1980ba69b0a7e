"""The class of an image is the first folder below the split."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import features

from harmony_core.errors import DataError
from harmony_core.readers.images import image_contents
from harmony_core.readers.open import read_file

from ..counts import by_split, said, trained

Tree = Callable[..., Path]
Pack = Callable[..., Path]
BLANK = b"no image"


def files(*layouts: tuple[str, int], ending: str = "png") -> dict[str, bytes]:
    """Some files in each folder."""
    return {f"{folder}/{i}.{ending}": BLANK for folder, n in layouts for i in range(n)}


def test_a_class_may_be_called_like_a_split(tree: Tree) -> None:
    contents = read_file(tree(files(("bus", 5), ("car", 12), ("train", 3))))
    assert by_split(contents) == {"all": {"bus": 5, "car": 12, "train": 3}}


@pytest.mark.parametrize("below", ["{p}", "SOB/{p}/40X"])
def test_patients_below_the_class_are_pooled_and_said(tree: Tree, below: str) -> None:
    layouts = [(f"{c}/{below.format(p=p)}", n) for c, n in (("ill", 5), ("well", 3))
               for p in ("p0", "p1", "p2")]  # fmt: skip
    contents = read_file(tree(files(*layouts)))
    assert trained(contents) == {"ill": 15, "well": 9}
    assert said(contents, "--label 'folder 2'")
    assert contents.label == "folder 1"


def test_another_level_can_be_chosen(tree: Tree) -> None:
    layouts = [(f"{c}/{p}", 2) for c in ("ill", "well") for p in ("p0", "p1", "p2")]
    path = tree(files(*layouts))
    chosen = read_file(path, label="folder 2")
    assert trained(chosen) == {"p0": 4, "p1": 4, "p2": 4}
    assert chosen.reason == "chosen by you"
    assert trained(read_file(path, label=0)) == {"ill": 6, "well": 6}
    with pytest.raises(DataError, match="one of 'folder 1', 'folder 2', but got 'species'"):
        read_file(path, label="species")


def test_classes_below_many_patients_are_found(tree: Tree) -> None:
    layouts = [(f"{p}/{c}", n) for p in range(8860, 8872) for c, n in (("0", 3), ("1", 1))]
    assert trained(read_file(tree(files(*layouts)))) == {"0": 36, "1": 12}


def test_letters_above_the_classes_of_places(tree: Tree) -> None:
    contents = read_file(
        tree(files(("data/a/abbey", 4), ("data/b/bar", 2), ("data/b/balcony/exterior", 3),
                   ("data/b/balcony/interior", 1)))
    )  # fmt: skip
    assert trained(contents) == {
        "abbey": 4, "balcony/exterior": 3, "balcony/interior": 1, "bar": 2,
    }  # fmt: skip


def test_splits_among_other_words_and_images_to_predict(tree: Tree) -> None:
    contents = read_file(
        tree(
            files(
                ("seg_train/seg_train/sea", 4), ("seg_train/seg_train/forest", 2),
                ("seg_test/seg_test/sea", 2), ("seg_test/seg_test/forest", 1),
                ("seg_pred/seg_pred", 3),
            )
        )
    )  # fmt: skip
    assert by_split(contents) == {
        "train": {"forest": 2, "sea": 4}, "test": {"forest": 1, "sea": 2}
    }  # fmt: skip
    assert said(contents, "3 of 12 rows have no label")


def test_a_split_below_the_class(tree: Tree) -> None:
    layouts = [(f"{c}/{s}", n) for c in ("cat", "dog") for s, n in (("train", 3), ("test", 1))]
    assert by_split(read_file(tree(files(*layouts)))) == {
        "train": {"cat": 3, "dog": 3}, "test": {"cat": 1, "dog": 1}
    }  # fmt: skip


@pytest.mark.parametrize(
    ("layouts", "says"),
    [
        ([("images", 4)], "folder of its class"),
        ([("images", 4), ("masks", 4)], "folder of its class"),
        ([("HAM_images_part_1", 4), ("HAM_images_part_2", 4)], "folder of its class"),
        ([("train", 4), ("test", 2)], "folder of its class"),
        ([("cats", 4)], "two classes or more"),
        ([("train/cats", 4), ("test/cats", 1)], "two classes or more"),
        ([("images_001/images", 2), ("images_002/images", 2)], "folder of its class"),
    ],
)
def test_folders_that_name_no_classes_are_refused(
    tree: Tree, layouts: list[tuple[str, int]], says: str
) -> None:
    with pytest.raises(DataError, match=says):
        read_file(tree(files(*layouts)))


def test_all_common_endings_count(tree: Tree) -> None:
    endings = ("JPG", "Jpeg", "jfif", "TIFF", "webp", "heic", "avif", "bmp")
    entries = {f"cat/{i}.{ending}": BLANK for i, ending in enumerate(endings)}
    assert trained(read_file(tree({**entries, "dog/1.jpg": BLANK}))) == {"cat": 8, "dog": 1}


def test_images_that_can_only_be_counted_are_said(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_contents, "find_spec", lambda name: None)
    path = tree({"cat/1.heic": BLANK, "cat/2.HEIC": BLANK, "dog/1.jpg": BLANK})
    assert said(read_file(path), "2 HEIC images are counted only")


def test_avif_images_are_decoded(tree: Tree, picture: Callable[..., bytes]) -> None:
    if not features.check("avif"):
        pytest.skip("this Pillow was built without AVIF")
    contents = read_file(
        tree({"cat/1.avif": picture(form="AVIF"), "dog/1.avif": b"\0\0\0\x18ftypavif"})
    )
    assert contents.images is not None
    decoded = contents.images.decode(np.arange(2), lambda _: None)
    assert decoded.readable.tolist() == [True, False]


def test_backslashes_of_windows_separate_folders(pack: Pack) -> None:
    entries = {f"data\\{c}\\{i}.jpg": BLANK for c, n in (("cat", 5), ("dog", 3)) for i in range(n)}
    assert trained(read_file(pack({**entries, "data\\empty\\": b""}))) == {
        "cat": 5, "dog": 3
    }  # fmt: skip


def test_a_blank_bitmap_is_no_bomb(pack: Pack) -> None:
    blank = {"cat/0.bmp": b"BM" + b"\0" * (2 << 20)}
    assert trained(read_file(pack({**blank, "cat/1.jpg": BLANK, "dog/1.jpg": BLANK}))) == {
        "cat": 2, "dog": 1
    }  # fmt: skip


def test_lists_of_splits_beside_class_folders(tree: Tree) -> None:
    entries = files(("images/pie", 4), ("images/cake", 4), ending="jpg")
    lists = {
        "meta/train.txt": "".join(f"{c}/{i}\n" for c in ("pie", "cake") for i in range(3)),
        "meta/test.txt": "pie/3\ncake/3\n",
    }
    contents = read_file(tree({**entries, **lists}))
    assert by_split(contents) == {"train": {"cake": 3, "pie": 3}, "test": {"cake": 1, "pie": 1}}
    assert said(contents, "comes from 'meta/test.txt', 'meta/train.txt'")
