"""Words for missing values in columns of numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harmony_core.data.table_encoder import NumberPart, TableEncoder, TextPart
from harmony_core.inspection import inspect_file
from harmony_core.readers.open import read_file
from harmony_core.readers.sampled_rows import columns_of, profile_rows
from harmony_core.readers.tables.gaps import is_gap


def written(tmp_path: Path, words: list[str]) -> Path:
    lines = ["age,colour,kind"]
    for i in range(80):
        word = words[i % len(words)]
        age, colour = (i / 7 if i % 4 else word), (word if i % 3 else "red")
        lines.append(f"{age},{colour},{'common' if i % 8 else 'rare'}")
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("word", ["?", "-", "None", "NA", " n/a ", "missing"])
def test_a_word_among_numbers_is_a_missing_value(tmp_path: Path, word: str) -> None:
    contents = read_file(written(tmp_path, [word]), label="kind")
    profile = profile_rows(contents, np.arange(80), lambda *_: None, "")
    age, colour = columns_of(profile.chosen_rows())
    assert age.numbers is not None
    assert np.isnan(age.numbers).sum() == 20
    names = contents.labels.names
    assert profile.missing[names.index("rare")].tolist() == [10, 0]
    assert profile.missing[names.index("common")].tolist() == [10, 0]
    number, text = TableEncoder.fit([age, colour], np.arange(80)).parts
    assert isinstance(number, NumberPart)
    assert number.marks
    assert isinstance(text, TextPart)
    assert word.strip() in text.levels


def test_it_is_said(tmp_path: Path) -> None:
    found = inspect_file(written(tmp_path, ["?", "-"]), label="kind", judge=False)
    notes = [note for note in found.contents.notes if "missing values" in note]
    assert notes == ["Column 'age' holds numbers, and missing values written as '?'."]
    assert found.quality is not None
    assert found.quality.findings["missing_values"].total == 20


def test_text_with_a_few_numbers_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    cells = ["A1", "?", "7", "B2", "None", "12"]
    lines = [f"{cells[i % 6]},{i},{'a' if i % 2 else 'b'}" for i in range(60)]
    path.write_text("code,x,kind\n" + "\n".join(lines) + "\n")
    contents = read_file(path, label="kind")
    profile = profile_rows(contents, np.arange(60), lambda *_: None, "")
    assert columns_of(profile.chosen_rows())[0].numbers is None
    assert profile.missing.sum() == 0
    assert not any("missing values" in note for note in contents.notes)


def test_numbers_and_words_are_no_gaps() -> None:
    assert not any(is_gap(cell) for cell in ("0", "-1", "no", "none of them", "n"))
