"""A file format is one file and one entry: what is registered is found, read and bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harmony_core.errors import DataError
from harmony_core.inspection import inspect_file, read_file
from harmony_core.inspection.command import summary
from harmony_core.readers import formats
from harmony_core.readers.contents import Contents
from harmony_core.readers.format import FileFormat, ReadOptions
from harmony_core.readers.labels import ALL, Labels

Write = Callable[[str, bytes | str], Path]


def read_words(path: Path, options: ReadOptions) -> Contents:
    counts = Counter(path.read_text().split()[1:])
    names = tuple(sorted(counts))
    labels = Labels(names, (ALL,), np.array([[counts[n] for n in names]]), rows=counts.total())
    return Contents(path.name, "counts", WORDS.title, path.stat().st_size, labels)


WORDS = FileFormat(
    title="list of words",
    matches=lambda start: start.head.startswith(b"#words "),
    read=read_words,
    largest=64,
    suffixes=("words",),
)


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "FORMATS", (WORDS, *formats.FORMATS))


@pytest.mark.usefixtures("words")
def test_a_registered_format_is_read(write: Write) -> None:
    found = inspect_file(write("a.words", "#words cat dog cat"))
    assert found.contents.labels.names == ("cat", "dog")
    assert found.contents.notes == ()
    assert "a.words: list of words" in summary(found)


@pytest.mark.usefixtures("words")
def test_it_is_bounded_and_told_from_its_name(write: Write) -> None:
    with pytest.raises(DataError, match="a list of words of at most"):
        read_file(write("b.words", "#words " + "cat " * 99))
    (note,) = read_file(write("c.csv", "#words cat dog cat")).notes
    assert note == "The file ends in '.csv' but holds a list of words; it was read as that."
    with pytest.raises(DataError, match="to hold a list of words, but its content"):
        read_file(write("d.words", "species\ncat\n"))


def read_orc(path: Path, options: ReadOptions) -> Contents:
    labels = Labels(("cat",), (ALL,), np.array([[3]]), rows=3)
    return Contents(path.name, "counts", ORC.title, path.stat().st_size, labels)


ORC = FileFormat(
    title="ORC file",
    matches=lambda start: start.head.startswith(b"ORC"),
    read=read_orc,
    largest=64,
    suffixes=("orc",),
)


@pytest.mark.parametrize("last", [False, True])
def test_a_format_may_take_files_that_are_refused_without_it(
    write: Write, monkeypatch: pytest.MonkeyPatch, last: bool
) -> None:
    file = write("a.orc", b"ORC\0\0 three cats")
    with pytest.raises(DataError, match="but got an ORC file. Save it as Parquet"):
        read_file(file)
    known = formats.FORMATS
    monkeypatch.setattr(formats, "FORMATS", (*known, ORC) if last else (ORC, *known))
    assert read_file(file).labels.names == ("cat",)
    for name in ("a.csv", "a.tsv", "a.jsonl", "a.json", "a"):
        with pytest.raises(DataError, match="but got an HDF5 file"):
            read_file(write(name, b"\x89HDF\r\n\x1a\n"))


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\x80\x04\x95\x0b", "can run code"), (b"\xef\xbb\xbf <!DOCTYPE html><p>", "a web page")],
)
def test_no_format_may_take_a_pickle_or_a_web_page(
    write: Write, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    greedy = replace(ORC, matches=lambda start: True)
    monkeypatch.setattr(formats, "FORMATS", (greedy, *formats.FORMATS))
    with pytest.raises(DataError, match=said):
        read_file(write("a.orc", content))


def test_no_ending_belongs_to_two_formats() -> None:
    endings = Counter(suffix for form in formats.FORMATS for suffix in form.suffixes)
    assert max(endings.values()) == 1
    assert len({form.title for form in formats.FORMATS}) == len(formats.FORMATS)
