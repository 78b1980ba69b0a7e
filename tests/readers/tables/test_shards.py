"""Tables kept by columns, as Hugging Face writes them, and shards of a WebDataset."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from harmony_core.errors import DataError
from harmony_core.inspection import inspect_file
from harmony_core.readers.open import read_file

from ..counts import by_split, said, trained

Tree = Callable[..., Path]
LABEL = {"names": ["cat", "dog", "owl"], "_type": "ClassLabel"}


def table(labels: list[Any], feature: dict[str, Any] = LABEL, **more: list[Any]) -> pa.Table:
    """A table of images and labels with the metadata that `datasets` writes."""
    images = pa.array(
        [{"bytes": b"x", "path": "x.jpg"} for _ in labels],
        pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
    )
    features = {"image": {"_type": "Image"}, "label": feature}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    columns = {"image": images, "label": pa.array(labels), **more}
    return pa.table(columns).replace_schema_metadata(metadata)


def test_class_names_come_from_the_schema(tmp_path: Path) -> None:
    path = tmp_path / "train-00000-of-00001.parquet"
    parquet.write_table(table([0, 0, 1, 2, -1, None], size=[1, 2, 3, 3, 5, 6]), path)
    contents = read_file(path)
    assert trained(contents) == {"cat": 2, "dog": 1, "owl": 1}
    assert contents.label == "label"
    assert contents.labels.missing == 2
    assert said(contents, "stand for the names")
    assert trained(read_file(path, label="size"))["3"] == 2


def test_images_inside_a_table_are_looked_at(tmp_path: Path, picture: Callable[..., bytes]) -> None:
    cells = [{"bytes": picture(i), "path": None} for i in range(7)] + [{"bytes": b"", "path": "x"}]
    rows = table([0, 0, 1, 1, 2, 2, 0, 0]).set_column(0, "image", pa.array(cells))
    parquet.write_table(rows, tmp_path / "a.parquet", row_group_size=3)
    contents = read_file(tmp_path / "a.parquet")
    assert contents.kind == "images"
    assert contents.images is not None
    decoded = contents.images.decode(np.array([7, 0, 6, 3]), lambda _: None)
    assert decoded.readable.tolist() == [False, True, True, True]
    assert decoded.width.tolist() == [0, 32, 32, 32]
    assert contents.images.name(3) == "row 3"
    whole = inspect_file(tmp_path / "a.parquet")
    assert whole.contents.labels.train_counts.tolist() == [4, 2, 2]
    contents.close()


def test_lists_of_classes(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    feature = {"feature": LABEL, "_type": "Sequence"}
    parquet.write_table(table([[0, 1], [0], [], None, [2]], feature), path)
    contents = read_file(path)
    assert trained(contents) == {"cat": 2, "dog": 1, "owl": 1}
    assert contents.labels.multi is not None


def test_damaged_metadata_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    plain = pa.table({"label": [0, 0, 1]}).replace_schema_metadata({"huggingface": "[{"})
    parquet.write_table(plain, path)
    assert trained(read_file(path)) == {"0": 2, "1": 1}


def shards(root: Path, files: dict[str, list[int]]) -> Path:
    for name, labels in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".arrow"):
            with ipc.new_stream(str(root / name), table(labels).schema) as stream:
                stream.write_table(table(labels))
        else:
            parquet.write_table(table(labels), root / name)
    return root


@pytest.mark.parametrize(
    ("first", "second", "test"),
    [
        ("data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet",
         "data/test-00000-of-00001.parquet"),
        ("default/train/0000.parquet", "default/train/0001.parquet", "default/test/0000.parquet"),
        ("train/data-00000-of-00002.arrow", "train/data-00001-of-00002.arrow",
         "test/data-00000-of-00001.arrow"),
    ],
)  # fmt: skip
def test_shards_of_splits(tree: Tree, first: str, second: str, test: str) -> None:
    path = shards(tree({"README.md": "x"}), {first: [0, 0, 1], second: [1, 2], test: [2, 1]})
    contents = read_file(path)
    assert by_split(contents) == {
        "train": {"cat": 2, "dog": 2, "owl": 1}, "test": {"dog": 1, "owl": 1}
    }  # fmt: skip
    assert contents.labels.rows == 7


def test_missing_shards_are_said(tree: Tree) -> None:
    path = shards(tree({}), {"train-00001-of-00003.parquet": [0, 1, 1]})
    assert said(read_file(path), "2 of the numbered files are missing")


def test_several_data_sets_in_a_folder_are_refused(tree: Tree) -> None:
    path = shards(tree({}), {"a/train/0.parquet": [0, 1], "b/train/0.parquet": [0, 1]})
    with pytest.raises(DataError, match="several in the folder: 'a', 'b'"):
        read_file(path)


def test_a_link_out_of_the_folder_is_refused(tree: Tree, tmp_path: Path) -> None:
    outside = shards(tmp_path, {"secret.parquet": [0, 1]}) / "secret.parquet"
    path = tree({})
    (path / "train.parquet").symlink_to(outside)
    with pytest.raises(DataError, match="a link that leaves it"):
        read_file(path)


def test_an_arrow_stream_and_an_arrow_file(tmp_path: Path) -> None:
    shards(tmp_path, {"a.arrow": [0, 0, 2]})
    assert trained(read_file(tmp_path / "a.arrow")) == {"cat": 2, "owl": 1}
    with ipc.new_file(str(tmp_path / "b.arrow"), table([1]).schema) as file:
        file.write_table(table([1, 1, 2]))
    assert trained(read_file(tmp_path / "b.arrow")) == {"dog": 2, "owl": 1}
    cut = (tmp_path / "b.arrow").read_bytes()[:200]
    (tmp_path / "c.arrow").write_bytes(cut)
    with pytest.raises(DataError, match="readable Arrow file"):
        read_file(tmp_path / "c.arrow")
    shards(tmp_path, {"d.arrow": []})
    with pytest.raises(DataError, match="to have rows"):
        read_file(tmp_path / "d.arrow")


def tar(files: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def samples(labels: str, form: str = "cls") -> bytes:
    files = []
    for i, label in enumerate(labels):
        text = label if form == "cls" else json.dumps({"label": int(label)})
        files += [(f"{i:03}.jpg", b"x"), (f"{i:03}.{form}", text.encode())]
    return tar([*files, ("999.jpg", b"x")])


@pytest.mark.parametrize("form", ["cls", "json"])
def test_web_dataset(tree: Tree, form: str) -> None:
    path = tree(
        {"train-0000.tar": samples("0010", form), "train-0001.tar": samples("1", form),
         "val-0000.tar": samples("1", form), "classnames.txt": "cat\ndog\n"}
    )  # fmt: skip
    contents = read_file(path)
    assert by_split(contents) == {"train": {"cat": 3, "dog": 2}, "validation": {"dog": 1}}
    assert contents.labels.missing == 3


def test_tar_archives_that_tell_no_classes_are_refused(tree: Tree, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Add the labels"):
        read_file(tree({"a.tar": tar([("1.jpg", b"x")])}))
    (tmp_path / "set" / "a.tar").write_bytes(samples("01")[:700])
    with pytest.raises(DataError, match="damaged|Add the labels"):
        read_file(tmp_path / "set")
    (tmp_path / "b.tar").write_bytes(samples("01"))
    with pytest.raises(DataError, match="one tar archive"):
        read_file(tmp_path / "b.tar")
