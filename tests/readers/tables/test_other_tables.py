"""JSON in every orientation, workbooks with titles, ARFF, KEEL, LibSVM, packed tables."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

from harmony_core.errors import DataError
from harmony_core.readers.open import read_file

from .counted import counted, counts

Write = Callable[[str, "bytes | str"], Path]
LETTERS = {"a": 6, "b": 3, "c": 1}
FRAME = pd.DataFrame(
    {
        "text": [f"t{i}" for i in range(10)],
        "label": [c for c, n in LETTERS.items() for _ in range(n)],
    }
)
RECORDS = FRAME.to_dict(orient="records")
SHAPES: dict[str, Any] = {
    **{o: json.loads(FRAME.to_json(orient=o)) for o in ("columns", "index", "records", "split")},
    "table": json.loads(FRAME.to_json(orient="table")),
    "list": FRAME.to_dict(orient="list"),
    "data": {"version": 1, "data": RECORDS},
    "counts": LETTERS,
    "file to label": {f"{t}.jpg": c for t, c in zip(FRAME.text, FRAME.label, strict=True)},
    "files of each class": {c: [f"{c}{i}.jpg" for i in range(n)] for c, n in LETTERS.items()},
    "splits": {"train": RECORDS, "test": RECORDS[:3]},
    "counts by split": {"train": LETTERS, "test": {"a": 1, "b": 1}},
    "counts by class": {c: {"train": n, "test": 1} for c, n in LETTERS.items()},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_json_of_every_shape(write: Write, shape: str) -> None:
    assert counted(write("a.json", json.dumps(SHAPES[shape]))) == LETTERS


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"cat": 0, "dog": 1, "emu": 2}, "the number of each class"),
        ({"images": [{"id": 1}], "boxes": [{"id": 2}]}, "list of records"),
        ({"name": "x", "layers": {"a": 1, "b": "c"}}, "list of records"),
    ],
)
def test_json_without_samples_is_refused(write: Write, document: Any, says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_file(write("a.json", json.dumps(document)))


def workbook(path: Path, sheets: Mapping[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


SLIDES = [["slide", "area", "finding"], *([f"s{i}", i / 7, "bc"[i % 3 == 0]] for i in range(30))]
SHEETS = {
    "a title": {"a": [["Findings of 2024"], [], *SLIDES]},
    "a title over two cells": {"a": [["Findings", "of 2024"], [], *SLIDES]},
    "the label first": {"a": [["Findings"], [], *[line[::-1] for line in SLIDES]]},
    "a sheet of words": {"read me": [["About"], ["Ask the lab"]], "data": SLIDES},
    "an empty column": {"a": [[None, *line] for line in SLIDES]},
    "no header": {"a": SLIDES[1:]},
}


@pytest.mark.parametrize("name", SHEETS)
def test_workbooks_as_people_lay_them_out(tmp_path: Path, name: str) -> None:
    path = workbook(tmp_path / "a.xlsx", SHEETS[name])
    assert counted(path) == {"b": 20, "c": 10}


def test_sheets_called_train_and_test(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"train": SLIDES, "test": SLIDES[:5]})
    contents = read_file(path)
    assert contents.labels.splits == ("train", "test")
    assert counts(contents) == {"b": 20, "c": 10}


ARFF = """% a comment
@RELATION pets
@attribute weight real
@attribute 'number of legs' numeric
@attribute class {cat, 'big dog'}
@data
4.5, 4, cat
?, 4, 'big dog'
5.5, 4, cat
"""
KEEL = """@relation ecoli
@attribute Mcg real [0.0, 1.0]
@attribute Kind {positive, negative}
@attribute Site {1, 2}
@inputs Mcg, Site
@outputs Kind
@data
0.5, negative, 1
0.25, negative, 2
0.125, positive, 1
"""


def test_arff_and_keel(write: Write) -> None:
    contents = read_file(write("a.arff", ARFF))
    assert counts(contents) == {"cat": 2, "big dog": 1}
    assert contents.features == ("weight", "number of legs")
    sparse = ARFF[: ARFF.index("4.5")] + "{0 4.5, 2 cat}\n{1 4, 2 'big dog'}\n{2 cat}\n"
    assert counted(write("b.arff", sparse)) == {"cat": 2, "big dog": 1}
    keel = read_file(write("ecoli.dat", KEEL))
    assert (keel.label, keel.reason) == ("Kind", "the file calls it the output")
    assert counts(keel) == {"negative": 2, "positive": 1}
    with pytest.raises(DataError, match="3 cells in every row"):
        read_file(write("c.arff", ARFF + "1, 2\n"))


def test_libsvm(write: Write) -> None:
    lines = ["+1 1:0.5 4:0.25", "-1 2:1", "-1 1:0.5 # seen twice", "-1 3:-1e-3"]
    contents = read_file(write("a.libsvm", "\n".join(lines) + "\n"))
    assert counts(contents) == {"+1": 1, "-1": 3}
    assert contents.features == ("x0", "x1", "x2", "x3", "x4")
    assert counted(write("b.txt", "\n".join(lines) + "\n")) == {"+1": 1, "-1": 3}
    wide = read_file(write("c.svm", "1 7:1\n0 900000:1\n1 8:2\n"))
    assert (counts(wide), wide.features) == ({"0": 1, "1": 2}, ())
    assert any("Only the labels" in note for note in wide.notes)


def test_packed_tables(write: Write, pack: Callable[..., Path]) -> None:
    text = FRAME.to_csv(index=False)
    assert counted(write("a.csv.gz", gzip.compress(text.encode()))) == LETTERS
    assert counted(write("a.json.gz", gzip.compress(json.dumps(RECORDS).encode()))) == LETTERS
    packed = pa.compress(text.encode(), codec="zstd", asbytes=True)
    assert counted(write("a.tsv.zst", packed)) == LETTERS
    contents = read_file(pack("train.csv.zip", {"train.csv": text}))
    assert (counts(contents), contents.name) == (LETTERS, "train.csv.zip")
    assert contents.temporary is not None
    folder = contents.temporary.path
    assert folder.is_dir()
    contents.close()
    assert not folder.exists()
    both = {"readme.txt": "hello", "data/train.csv": text, "data/test.csv": "text\nx\n"}
    assert counted(pack("b.zip", both)) == LETTERS
