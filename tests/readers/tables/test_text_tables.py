"""Text tables as programs write them: header, delimiter, quotes, titles, encodings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harmony_core.errors import DataError
from harmony_core.readers.open import read_file

from .counted import PETS, counted, counts, rows

Write = Callable[[str, "bytes | str"], Path]
FORMS = {
    "pandas without names": ("0,1,2", "{x},{y},{c}"),
    "pandas without names, text": ("0,1", "img_{c}_{i}.jpg,{c}"),
    "pandas without names, with an index": (",0,1", "{i},img_{c}_{i}.jpg,{c}"),
    "no header, path and label": (None, "images/{c}_{i}.jpg,{c}"),
    "no header, numbers": (None, "{x},{y},{c}"),
    "no header, words only": (None, "red,{c},big,{c}"),
    "no header, label first": (None, "{c},a sentence on {c} number {i}"),
    "a header of words": ("review,label", "it was {c} {i},{c}"),
    "a header of years": ("name,2019,2020,class", "n{i}{c},{x},{y},{c}"),
    "R write.table": ("a,b,Species", "{i}{c},{x},{y},{c}"),
    "R write.csv": ('"","a","b","Species"', '"{i}{c}",{x},{y},"{c}"'),
    "R with blanks": ('"a" "b" "Species"', '"{i}{c}" {x} {y} "{c}"'),
    "delimiter behind each row": ("a,b,Species", "{x},{y},{c},"),
    "delimiter behind the header": ("a,b,Species,", "{x},{y},{c}"),
    "delimiter behind each line": ("a,b,Species,", "{x},{y},{c},"),
    "semicolons and decimal commas": ("x;Klasse", "{cx};{c}"),
    "three decimal commas": ("x;y;z;Klasse", "{cx};{cy};{cx};{c}"),
    "no header, decimal commas": (None, "{cx};{cy};{c}"),
    "semicolons and commas in texts": ("Text;Klasse", "eins, zwei, {i};{c}"),
    "one comma in each cell": ("Name, first;Grade;Klasse", "Doe, J{i};2;{c}"),
    "tabs and commas in texts": ("Text\tKlasse", "eins, zwei {i}\t{c}"),
    "pipes": ("text|n|label", "a, b; c {i}|{x}|{c}"),
    "path and label, one space": (None, "train/n01/{c}_{i}.JPEG {c}"),
    "columns of blanks": (None, "P{i}_{c}   {x}  {y}   {c}"),
    "columns of blanks with names": ("name    x     class", "P{i}_{c}   {x}   {c}"),
    "a title": ("Export of the scanner\nMade in June\n\nslide,area,finding", "s{i}{c},{x},{c}"),
    "a title with commas": ("Export, of the, scanner, June\nslide,area,finding", "s{i}{c},{x},{c}"),
    "comments": ("# made by a tool\n# on a day, at noon\nx,y,label", "{x},{y},{c}"),
    "a header in a comment": ("# id x label", "{i} {x} {c}"),
    "comments without header": ("% from a tool", "{x},{y},{c}"),
    "hashtags are no comments": ("word,mood", "#tag{i},{c}"),
    "apostrophes": ("text,label", "it's the dog's {i} turn,{c}"),
    "inch marks": ("text,label", 'a pipe of {i}",{c}'),
    "escaped quotes": ("text,label", '"he said \\"hi, you {i}\\" and left",{c}'),
    "doubled quotes": ("text,label", '"he said ""hi, you {i}"" and left",{c}'),
    "quoted cells with delimiters": ("text,label", '"a, b, {i}","{c}"'),
    "blank lines": ("x,label", "{x},{c}\n"),
    "unusual line breaks in cells": ("text,label", "a {i}\u2028b\u0085c,{c}"),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_classes_are_counted(write: Write, name: str) -> None:
    header, form = FORMS[name]
    text = "\n".join([*([] if header is None else [header]), *rows(form, PETS)]) + "\n"
    assert counted(write("a.csv", text)) == PETS
    assert counted(write("b.txt", text.replace("\n", "\r\n"))) == PETS


@pytest.mark.parametrize("count", [1, 3])
def test_quotation_marks_that_do_not_pair_up_are_text(write: Write, count: int) -> None:
    lines = rows("a plain sentence {i}\t{c}", PETS)
    for at in range(count):
        lines[7 * at] = '"' + lines[7 * at]
    contents = read_file(write("a.tsv", "\n".join(["sentence\tlabel", *lines])))
    assert counts(contents) == PETS
    assert any("part of the text" in note for note in contents.notes)


def test_quotation_marks_far_into_a_file_are_looked_at(write: Write) -> None:
    lines = rows("{i} a plain sentence that goes on\t{c}", {"cat": 9_000, "dog": 4_000})
    lines[-3] = '"' + lines[-3]
    assert counted(write("a.tsv", "\n".join(["s\tlabel", *lines]))) == {"cat": 9_000, "dog": 4_000}
    lines[-3] = lines[-3][1:]
    lines[-5] = '"a\tb, c"\tdog'
    found = counted(write("b.tsv", "\n".join(["s\tlabel", *lines])))
    assert sum(found.values()) == 13_000


def test_what_was_assumed_can_be_changed(write: Write) -> None:
    path = write("a.csv", "left,right\n" + "\n".join(["up,down", "up,low"] * 9))
    named = read_file(path, label="right")
    assert (named.columns, named.labels.rows, named.header) == (("left", "right"), 18, "yes")
    bare = read_file(path, label="column_2", header="no")
    assert (bare.columns, bare.labels.rows) == (("column_1", "column_2"), 19)
    numbers = write("b.csv", "1,2\n" + "\n".join(["1.5,3", "2.5,4"] * 9))
    guessed = read_file(numbers)
    assert guessed.labels.rows == 19
    assert any("--header yes" in note for note in guessed.notes)
    assert read_file(numbers, header="yes", label="2").labels.rows == 18


def test_a_header_longer_than_the_first_bytes(write: Write) -> None:
    names = [f"a_rather_long_name_of_a_feature_{i:05}_{'x' * 40}" for i in range(4_000)]
    lines = [",".join(["0.5"] * 4_000 + [c]) for c in "xxyxxxyx"]
    assert counted(write("a.csv", "\n".join([",".join([*names, "label"]), *lines]))) == {
        "x": 6, "y": 2,
    }  # fmt: skip


def test_names_that_lack_more_than_one_cell_are_refused(write: Write) -> None:
    lines = ["a,b,c", *["1,2,2,x,3"] * 9, *["1,2,2,y,4"] * 9]
    path = write("a.csv", "\n".join(lines))
    assert counted(path, label="column_4") == {"x": 9, "y": 9}
    lines = ["a,b,c", *["1,2,x,3"] * 9]
    with pytest.raises(DataError, match="Expected 4 column names"):
        read_file(write("b.csv", "\n".join(lines)), label="c", header="yes")


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1252", ["größe", "länge", "höhe"]),
        ("cp1251", ["кошка", "собака", "птица"]),
        ("shift_jis", ["ねこいぬとり", "いぬです", "とりです"]),
        ("gb18030", ["猫和狗在一起", "狗在房子里", "鸟在树上"]),
        ("utf-16-le", ["größe", "länge", "höhe"]),
        ("utf-16", ["größe", "länge", "höhe"]),
        ("utf-8-sig", ["größe", "länge", "höhe"]),
    ],
)
def test_the_encoding_is_found(write: Write, encoding: str, names: list[str]) -> None:
    classes = dict(zip(names, (40, 12, 5), strict=True))
    text = "\n".join(["x,label", *rows("{x},{c}", classes)])
    assert counted(write("a.csv", text.encode(encoding))) == classes


def test_one_bad_byte_does_not_change_the_others(write: Write) -> None:
    classes = {"größe": 40, "länge": 12}
    text = "\n".join(["note,label", *rows("n{i},{c}", classes)]).encode()
    contents = read_file(write("a.csv", text + b"\nn\xf6,gr\xc3\xb6\xc3\x9fe\n"))
    assert counts(contents) == {"größe": 41, "länge": 12}
    assert any("not valid UTF-8" in note for note in contents.notes)
