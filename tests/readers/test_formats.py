"""A file format is one file and one line: what is registered is found, read and bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
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


def test_no_ending_belongs_to_two_formats() -> None:
    endings = Counter(suffix for form in formats.FORMATS for suffix in form.suffixes)
    assert max(endings.values()) == 1
    assert len({form.title for form in formats.FORMATS}) == len(formats.FORMATS)
