"""Every form of file is read, and the label column found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harmony_core.errors import DataError
from harmony_core.inspection import read_file
from harmony_core.readers.contents import Contents

COUNTS = {"cat": 9, "dog": 4, "emu": 2}
FRAME = pd.DataFrame(
    {
        "height": np.arange(15) + 0.25,
        "legs": [4] * 13 + [2] * 2,
        "colour": ["red", "blue", "red"] * 5,
        "species": [name for name, n in COUNTS.items() for _ in range(n)],
    }
)
Write = Callable[[str, Any], Path]


def found(contents: Contents) -> dict[str, int]:
    counts = contents.labels.counts.sum(axis=0).tolist()
    return dict(zip(contents.labels.names, counts, strict=True))


def save(path: Path) -> Path:
    """The frame in the form the suffix asks for."""
    how = {
        ".csv": lambda: FRAME.to_csv(path, index=False),
        ".tsv": lambda: FRAME.to_csv(path, index=False, sep="\t"),
        ".parquet": lambda: FRAME.to_parquet(path),
        ".xlsx": lambda: FRAME.to_excel(path, index=False),
        ".jsonl": lambda: FRAME.to_json(path, orient="records", lines=True),
        ".json": lambda: FRAME.to_json(path, orient="records"),
    }
    how[path.suffix]()
    return path


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".xlsx", ".jsonl", ".json"])
def test_every_table_gives_the_same(tmp_path: Path, suffix: str) -> None:
    contents = read_file(save(tmp_path / f"pets{suffix}"))
    assert contents.kind == "table"
    assert contents.label == "species"
    assert found(contents) == COUNTS
    assert contents.features == ("height", "legs", "colour")
    assert contents.labels.codes is not None
    assert contents.labels.codes.tolist() == [0] * 9 + [1] * 4 + [2] * 2
    assert contents.notes == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(write: Write, delimiter: str) -> None:
    text = FRAME.to_csv(index=False, sep=delimiter)
    assert found(read_file(write("a.csv", text))) == COUNTS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_found(write: Write, encoding: str) -> None:
    text = "größe,klasse,label\n" + "1,x,Bär\n2,y,Käfer\n" * 6
    contents = read_file(write("a.csv", text.encode(encoding)))
    assert found(contents) == {"Bär": 6, "Käfer": 6}
    assert contents.columns == ("größe", "klasse", "label")
    assert bool(contents.notes) == (encoding == "cp1252")


def test_an_encoding_error_late_in_the_file_is_survived(write: Write) -> None:
    text = b"x,label\n" + b"1,a\n" * 200_000 + "2,Bär\n".encode("cp1252") * 2
    contents = read_file(write("a.csv", text))
    assert found(contents) == {"a": 200_000, "Bär": 2}
    assert any("Windows-1252" in note for note in contents.notes)


def test_a_table_without_header_quotes_and_line_breaks(write: Write) -> None:
    bare = read_file(write("a.csv", "1.5,cat\n2.5,cat\n3,dog\n"))
    assert (found(bare), bare.label) == ({"cat": 2, "dog": 1}, "column_2")
    quoted = 'text,label\n"one, two\nthree","a, b"\n"say ""hi""","a, b"\nx,c\n'
    assert found(read_file(write("b.csv", quoted), separator="none")) == {"a, b": 2, "c": 1}
    assert found(read_file(write("c.csv", "sep=;\nx;label\n1;a\n2;b\n2;b\n"))) == {"a": 1, "b": 2}


def test_labels_stay_what_they_are(write: Write) -> None:
    text = "x,label\n" + "1,01\n1,1\n1,None\n1,NA\n1, 1 \n1,\n1,nan\n1,12345678901234567890\n"
    contents = read_file(write("a.csv", text))
    assert found(contents) == {"01": 1, "1": 2, "None": 1, "NA": 1, "12345678901234567890": 1}
    assert contents.labels.missing == 2
    assert any("no label" in note for note in contents.notes)


@pytest.mark.parametrize(
    ("header", "cells", "label"),
    [
        ("id,x,target", ["1,0.5,a", "2,0.25,b"], "target"),
        ("class,x,y2", ["a,0.5,1.5", "b,0.25,2.5"], "class"),
        ("date,city,price", ["2020-01-0{i},Rome,1.5", "2020-01-0{i},Oslo,2.5"], "city"),
        ("x1,x2,is_fraud", ["0.5,3,0", "1.5,4,1"], "is_fraud"),
        ("Species Label,a,b", ["cat,1,2", "dog,2,2"], "Species Label"),
        ("a,b,c", ["1.5,2.5,0", "2.5,3.5,1"], "c"),
        ("split,a,diagnosis", ["train,1.5,ill", "test,2.5,well"], "diagnosis"),
    ],
)
def test_the_label_column_is_guessed(
    write: Write, header: str, cells: list[str], label: str
) -> None:
    body = [c.replace("{i}", str(i)).replace("0.5", f"0.5{i}") for i in range(9) for c in cells]
    contents = read_file(write("a.csv", "\n".join([header, *body])))
    assert contents.label == label
    assert contents.reason


def test_a_label_column_of_ones_own_choice(write: Write) -> None:
    path = write("a.csv", FRAME.to_csv(index=False))
    contents = read_file(path, label="colour")
    assert (found(contents), contents.reason) == ({"blue": 5, "red": 10}, "chosen by you")
    assert "species" in contents.choices
    assert read_file(path, label="COLOUR").label == "colour"
    with pytest.raises(DataError, match="one of 'height', 'legs'"):
        read_file(path, label="nothing")


def test_a_split_column_keeps_train_and_test_apart(write: Write) -> None:
    rows = ["a,train"] * 6 + ["b,Training"] * 3 + ["a,test"] * 2 + ["b,TEST"] * 2 + ["a,?"]
    contents = read_file(write("a.csv", "\n".join(["label,split", *rows])), split="split")
    labels = contents.labels
    assert labels.splits == ("train", "test")
    assert labels.train_counts.tolist() == [6, 3]
    assert labels.test_counts is not None
    assert labels.test_counts.tolist() == [2, 2]
    assert any("no split" in note for note in contents.notes)
    guessed = read_file(write("b.csv", "\n".join(["label,set", *rows[:-1]])))
    assert guessed.split_column == "set"
    assert read_file(write("c.csv", "\n".join(["label,set", *rows])), split="").labels.splits == (
        "all",
    )


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["a;b", "a", "b;c", "c", "a;c", "b"], ";"),
        (["a|b", "a|c", "b|c", "a|b|c"], "|"),
        (["['a', 'b']", "['a']", "['b', 'c']", "[]"], ""),
        (['"[""a"", ""b""]"', '"[""a""]"', '"[""b""]"'], ""),
    ],
)
def test_several_labels_in_a_cell(write: Write, cells: list[str], separator: str) -> None:
    quoted = [c if c.startswith('"') else f'"{c}"' for c in cells]
    text = "\n".join(["x,tags", *(f"{i}.5,{c}" for i, c in enumerate(quoted * 3))])
    contents = read_file(write("a.csv", text))
    assert contents.labels.multi is not None
    assert contents.labels.multi.separator == separator
    expected = {n: 3 * sum(n in c.replace("tags", "") for c in cells) for n in "abc"}
    assert found(contents) == {n: k for n, k in expected.items() if k}
    one = read_file(write("b.csv", text), separator="none")
    assert one.labels.multi is None


def test_list_columns_and_names_with_commas(tmp_path: Path, write: Write) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"labels": [["a", "b"], ["a"], [], None]}).to_parquet(path)
    contents = read_file(path)
    assert found(contents) == {"a": 2, "b": 1}
    assert contents.labels.missing == 2
    assert contents.labels.multi is not None
    assert contents.labels.multi.labels == 3
    lines = "\n".join(json.dumps({"x": i, "tags": ["p", "q"][: i % 3]}) for i in range(6))
    assert found(read_file(write("a.jsonl", lines))) == {"p": 4, "q": 2}
    cities = '"New York, NY"\n"Austin, TX"\n"Boston, MA"\n' * 4
    assert len(found(read_file(write("c.csv", "city\n" + cities)))) == 3


@pytest.mark.parametrize(
    ("text", "splits"),
    [
        ("class,count\ncat,50\ndog,5\n", ("all",)),
        ("name;n_samples\ncat;50\ndog;5\n", ("all",)),
        ("cat,50\ndog,5\n", ("all",)),
        ("class,train,test\ncat,50,5\ndog,5,5\n", ("train", "test")),
    ],
)
def test_a_bare_table_of_counts(write: Write, text: str, splits: tuple[str, ...]) -> None:
    contents = read_file(write("a.csv", text))
    assert contents.kind == "counts"
    assert contents.labels.splits == splits
    assert dict(zip(contents.labels.names, contents.labels.train_counts.tolist(), strict=True)) == {
        "cat": 50,
        "dog": 5,
    }


def test_files_and_labels_are_no_table_of_counts(write: Write) -> None:
    text = "filename,label\n" + "".join(f"img{i}.png,{i % 2}\n" for i in range(30))
    assert read_file(write("a.csv", text)).kind == "table"
    assert found(read_file(write("a.csv", text))) == {"0": 15, "1": 15}
    bare = "".join(f"img{i}.png,{i % 2}\n" for i in range(30))
    assert read_file(write("b.csv", bare), label="column_2").kind == "table"


def test_arrays(tmp_path: Path) -> None:
    x, y = np.random.default_rng(0).normal(size=(12, 3)), np.array([0] * 8 + [5] * 3 + [-1])
    np.savez(tmp_path / "a.npz", x=x, y=y)
    contents = read_file(tmp_path / "a.npz")
    assert found(contents) == {"-1": 1, "0": 8, "5": 3}
    assert contents.features == ("x0", "x1", "x2")
    np.savez_compressed(
        tmp_path / "b.npz", X_train=x, y_train=y.astype(str), X_test=x[:4], y_test=y[:4].astype(str)
    )
    both = read_file(tmp_path / "b.npz")
    assert both.labels.splits == ("train", "test")
    assert both.labels.counts.tolist() == [[1, 8, 3], [0, 4, 0]]
    np.savez(tmp_path / "c.npz", images=np.zeros((12, 8, 8), np.uint8), labels=y)
    assert read_file(tmp_path / "c.npz").kind == "images"
    np.save(tmp_path / "d.npy", y)
    assert found(read_file(tmp_path / "d.npy")) == {"-1": 1, "0": 8, "5": 3}
    np.savez(tmp_path / "e.npz", foo=y, bar=x)
    assert found(read_file(tmp_path / "e.npz")) == {"-1": 1, "0": 8, "5": 3}


@pytest.mark.parametrize(
    ("layout", "splits"),
    [
        ("{c}/{i}.png", ("all",)),
        ("set/{c}/{i}.png", ("all",)),
        ("train/{c}/{i}.png", ("train",)),
        ("data/val/{c}/{i}.png", ("validation",)),
    ],
)
def test_images_by_class(
    pack: Callable[..., Path], picture: Callable[..., bytes], layout: str, splits: tuple[str, ...]
) -> None:
    entries = {
        layout.format(c=c, i=i): picture(i) for c, n in (("cat", 3), ("a dog", 1)) for i in range(n)
    }
    contents = read_file(pack("a.zip", {**entries, "readme.txt": "hello"}))
    assert contents.kind == "images"
    assert contents.labels.splits == splits
    assert found(contents) == {"cat": 3, "a dog": 1}
    contents.close()


def test_image_folders_with_three_splits(tmp_path: Path, picture: Callable[..., bytes]) -> None:
    for split, n in (("train", 3), ("val", 2), ("test", 1)):
        for c in "ab":
            (tmp_path / "set" / split / c).mkdir(parents=True)
            for i in range(n):
                (tmp_path / "set" / split / c / f"{i}.png").write_bytes(picture(i))
    contents = read_file(tmp_path / "set")
    assert contents.labels.splits == ("train", "validation", "test")
    assert contents.labels.counts.tolist() == [[3, 3], [2, 2], [1, 1]]
    assert contents.labels.test_split == "test"


def test_coco(write: Write) -> None:
    document = {
        "images": [{"id": i, "width": 10, "height": 10} for i in range(4)],
        "categories": [
            {"id": 7, "name": "cat"},
            {"id": 3, "name": "dog"},
            {"id": 9, "name": "emu"},
        ],
        "annotations": [
            {"image_id": 0, "category_id": 7, "bbox": [1, 1, 5, 5]},
            {"image_id": 0, "category_id": 7, "bbox": [1, 1, 0, 5]},
            {"image_id": 1, "category_id": 7, "bbox": [20, 1, 5, 5]},
            {"image_id": 1, "category_id": 3, "bbox": [1, 1, 5, 5]},
            {"image_id": 1, "category_id": 99, "bbox": [1, 1, 5, 5]},
        ],
    }
    contents = read_file(write("instances.json", json.dumps(document)))
    assert contents.kind == "annotations"
    assert found(contents) == {"cat": 3, "dog": 1, "emu": 0}
    assert contents.boxes is not None
    assert contents.boxes.images.tolist() == [2, 1, 0]
    assert contents.boxes.empty_boxes.tolist() == [2, 0, 0]
    assert contents.labels.missing == 2
    assert any("not declared" in note for note in contents.notes)


@pytest.mark.parametrize(
    "names", ["names: [cat, dog, emu]", "names:\n  0: cat\n  2: emu\n  1: dog"]
)
def test_yolo(pack: Callable[..., Path], names: str) -> None:
    entries = {
        "data.yaml": f"train: images/train\nnc: 3\n{names}\n",
        "labels/train/a.txt": "0 .5 .5 .2 .2\n0 .5 .5 .2 .2\n2 .5 .5 0 .2\n",
        "labels/train/b.txt": "",
        "labels/val/c.txt": "1 .5 .5 .2 .2\n",
    }
    contents = read_file(pack("a.zip", entries))
    assert contents.labels.names == ("cat", "dog", "emu")
    assert contents.labels.splits == ("train", "validation")
    assert contents.labels.counts.tolist() == [[2, 0, 1], [0, 1, 0]]
    assert contents.boxes is not None
    assert contents.boxes.empty_boxes.tolist() == [0, 0, 1]
    assert contents.labels.missing == 1


def test_what_changes_along_the_file_is_followed(write: Write) -> None:
    """A column that begins as whole numbers, turns to fractions and then to text."""
    lines = ["a,b,label"]
    lines += ["1,2020-01-01,x"] * 300_000 + ["1.5,?,y"] * 300_000 + ["n/k,2020-01-01,x"] * 3
    path = write("a.csv", "\n".join(lines))
    contents = read_file(path)
    assert found(contents) == {"x": 300_003, "y": 300_000}
    from harmony_core.readers.tables.table_file import scan

    class Rows:
        def __init__(self) -> None:
            self.n, self.texts = 0, set()

        def add(self, batch: Any) -> None:
            self.n += batch.num_rows
            self.texts |= set(batch.column("a").unique().to_pylist())

    assert contents.table is not None
    sink = scan(contents.table, Rows, lambda *_: None, "")
    assert sink.n == 600_003
    assert sink.texts == {"1", "1.5", "n/k"}


def test_wrong_endings_and_spellings_are_remarked(tmp_path: Path, write: Write) -> None:
    FRAME.to_parquet(tmp_path / "a.csv")
    assert any("Parquet" in note for note in read_file(tmp_path / "a.csv").notes)
    contents = read_file(write("b.csv", "x,label\n1,Cat\n2,cat \n3,dog_a\n4,Dog A\n1,cat\n"))
    assert any("spelling" in note for note in contents.notes)


def test_progress_can_cancel(write: Write) -> None:
    class Cancelled(Exception):
        pass

    def cancel(message: str, share: float | None) -> None:
        if "Counting" in message:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_file(write("a.csv", FRAME.to_csv(index=False)), progress=cancel)
