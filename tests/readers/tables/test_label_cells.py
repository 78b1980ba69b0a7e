"""Labels over several columns, several labels in a cell, and one label in several spellings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harmony_core.readers.open import read_file

from .counted import counted, counts, rows

Write = Callable[[str, "bytes | str"], Path]


def one_hot(classes: dict[str, int], on: str = "1", off: str = "0", head: str = "img{c}{i}") -> str:
    form = {c: ",".join(on if c == name else off for name in classes) for c in classes}
    lines = rows(head + ",{c}", classes)
    cells = [line.rpartition(",") for line in lines]
    return "\n".join(f"{first},{form[c]}" for first, _, c in cells)


@pytest.mark.parametrize(
    ("on", "off"), [("1", "0"), ("1.0", "0.0"), ("True", "False"), ("1", "-1")]
)
def test_one_column_for_each_class(write: Write, on: str, off: str) -> None:
    classes = {"MEL": 20, "NV": 80, "BCC": 9, "DF": 2}
    contents = read_file(write("a.csv", "image,MEL,NV,BCC,DF\n" + one_hot(classes, on, off)))
    assert counts(contents) == classes
    assert (contents.label, contents.features) == ("MEL..DF", ("image",))
    assert contents.labels.multi is None
    assert contents.labels.codes is not None
    again = read_file(contents.table.path, label=contents.label)  # type: ignore[union-attr]
    assert counts(again) == classes


def test_dummies_beside_features(write: Write) -> None:
    classes = {"class_a": 60, "class_b": 20, "class_c": 5}
    text = one_hot(classes, "True", "False", "{x},{y}")
    contents = read_file(write("a.csv", "x1,x2,class_a,class_b,class_c\n" + text))
    assert counts(contents) == classes
    assert contents.features == ("x1", "x2")
    sexes = one_hot({"sex_m": 60, "sex_f": 20}, head="{x}")
    lines = [f"{line},{'ab'[i % 3 == 0]}" for i, line in enumerate(sexes.split("\n"))]
    other = read_file(write("b.csv", "\n".join(["x,sex_m,sex_f,outcome", *lines])))
    assert other.label == "outcome"


def test_several_classes_in_a_row_of_marks(write: Write) -> None:
    marks = ["0,0,0", "1,0,0", "1,1,0", "0,0,1"] * 12
    lines = [f"c{i:04}.png,{line}" for i, line in enumerate(marks)]
    contents = read_file(write("a.csv", "\n".join(["image,rust,scab,spots", *lines])))
    assert counts(contents) == {"rust": 24, "scab": 12, "spots": 12}
    assert contents.labels.multi is not None
    assert contents.labels.multi.sets == 3
    assert contents.labels.missing == 12


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["a|b", "a", "b", "c"], {"a": 2, "b": 2, "c": 1}),
        (["a", "b", "c", "a", "b", "c", "a", "b", "c", "a;b"], {"a": 4, "b": 4, "c": 3}),
        (["a/b", "a", "b", "c"], {"a": 2, "b": 2, "c": 1}),
        (["a, b", "a", "b", "c"], {"a": 2, "b": 2, "c": 1}),
        (["16 0", "7 1 2 0", "0", "7", "16", "1 2"], {"0": 3, "1": 2, "2": 2, "7": 2, "16": 2}),
        (["No|Edema", "Hernia|Edema", "Hernia", "No"], {"No": 2, "Edema": 2, "Hernia": 2}),
    ],
)
def test_several_labels_in_a_cell(write: Write, cells: list[str], expected: dict[str, int]) -> None:
    lines = [f'{i}.jpg,"{cell}"' for i, cell in enumerate(cells * 6)]
    contents = read_file(write("a.csv", "\n".join(["file,labels", *lines])))
    assert counts(contents) == {name: 6 * count for name, count in expected.items()}
    assert any("--separator none" in note for note in contents.notes)


def test_tags_apart_by_spaces(write: Write) -> None:
    cells = ["clear primary", "clear primary water", "haze primary", "cloudy", "haze primary water"]
    lines = [f"train_{i},{cell}" for i, cell in enumerate(cells * 5)]
    assert counted(write("a.csv", "\n".join(["image_name,tags", *lines]))) == {
        "clear": 10, "primary": 20, "water": 10, "haze": 10, "cloudy": 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [
        ["Animal|Dog", "Animal|Cat", "Plant|Oak", "Plant"],
        ["Wilson's warbler, male", "Wilson's warbler, female", "robin"],
        ["golden retriever", "labrador retriever", "siamese cat", "persian cat"],
        ["very good", "very bad", "good", "bad"],
        ["AC/DC", "Abba", "Queen"],
        ["New York, NY", "Boston, MA", "Austin, TX"],
    ],
)
def test_names_and_taxonomies_stay_whole(write: Write, names: list[str]) -> None:
    lines = [f'{i}.jpg,"{name}"' for i, name in enumerate(names * 6)]
    found = counted(write("a.csv", "\n".join(["file,label", *lines])))
    assert found == dict.fromkeys(names, 6)


def test_one_label_in_several_spellings(write: Write) -> None:
    lines = [f"0.5,{c}" for c in ["1", "1.0", "2.0", "2", "1"]]
    assert counted(write("a.csv", "\n".join(["x,label", *lines]))) == {"1": 3, "2": 2}
    lines = [f"0.5,{c}" for c in ["1.0", "2.5", "2.5", "1.0"]]
    assert counted(write("b.csv", "\n".join(["x,label", *lines]))) == {"1.0": 2, "2.5": 2}
    lines = [f"0.5,{c}" for c in ["caf\u00e9", "cafe\u0301", "th\u00e9", "th\u00e9"]]
    assert counted(write("c.csv", "\n".join(["x,label", *lines]))) == {
        "caf\u00e9": 2,
        "th\u00e9": 2,
    }
