"""Sets that are larger than what is looked at: the draw, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harmony_core.inspection import inspect_file
from harmony_core.inspection.quality import Quality
from harmony_core.readers import limits
from harmony_core.readers.labels import count_by_split
from harmony_core.readers.sampled_rows import least_of_each, natural_rows, stratified_rows

SIZES = {"cat": 300, "dog": 60, "emu": 8}


def check(path: Path, judge: bool = True) -> Quality:
    quality = inspect_file(path, judge=judge).quality
    assert quality is not None
    return quality


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Different small images in three classes, each of a colour of its own."""
    rng = np.random.default_rng(0)
    for c, (name, size) in enumerate(SIZES.items()):
        (tmp_path / name).mkdir()
        for i in range(size):
            pixels = rng.integers(0, 150, (8, 8, 3), dtype=np.uint8).repeat(4, 0).repeat(4, 1)
            pixels[..., c] += 100
            (tmp_path / name / f"{i:03}.ppm").write_bytes(b"P6 32 32 255\n" + pixels.tobytes())
    return tmp_path


def test_of_many_images_a_stated_sample_is_looked_at(
    images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "NEAR_IMAGES", 150)
    monkeypatch.setattr(limits, "SUSPECT_IMAGES", 60)
    quality = check(images, judge=False)
    assert quality.notes[0] == (
        "Looked at 150 of 368 images, drawn so that every class has all its images or at least 82."
    )
    assert quality.findings["unreadable"].checked.tolist() == [82, 60, 8]


def test_labels_of_frequent_classes_are_judged_among_the_images_looked_at(
    images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "NEAR_IMAGES", 200)
    monkeypatch.setattr(limits, "SUSPECT_IMAGES", 150)
    monkeypatch.setattr("harmony_core.inspection.quality.tables.FEWEST_JUDGED", 150)
    quality = check(images)
    assert quality.too_few == (2,)
    assert quality.findings["suspects"].checked[:2].sum() > 100
    assert sum(quality.findings["unreadable"].checked) <= 200
    assert any("at least" in note and "Looked at" in note for note in quality.notes)


def test_of_many_rows_a_stated_sample_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "QUALITY_ROWS", 100)
    monkeypatch.setattr(limits, "SUSPECT_ROWS", 200)
    monkeypatch.setattr("harmony_core.inspection.quality.tables.FEWEST_JUDGED", 200)
    rng = np.random.default_rng(0)
    lines = [
        f"{x:.5f},{y:.5f},{'ab'[k]}"
        for k, n in enumerate((900, 30))
        for x, y in rng.normal(5 * k, 1, (n, 2))
    ]
    lines += lines[:40]
    (tmp_path / "rows.csv").write_text("x,y,label\n" + "\n".join(lines) + "\n")
    quality = check(tmp_path / "rows.csv")
    assert quality.findings["exact_duplicates"].total == 40, "of all rows"
    assert quality.findings["exact_duplicates"].checked.sum() == 970
    assert any(
        note == "Near duplicates were looked for in 100 of 970 rows, drawn so that every class "
        "has all its rows or at least 70."
        for note in quality.notes
    )
    assert any(
        "labels of 2" in note and "of 970 rows were judged" in note for note in quality.notes
    )


def test_copies_by_the_ten_thousands_are_counted(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("x,label\n" + "1,a\n2,b\n" * 30_000)
    found = check(tmp_path / "rows.csv", judge=False).findings["exact_duplicates"]
    assert found.counts.tolist() == [29_999, 29_999]
    assert found.reasons[0] == "equals row 1"
    assert found.reasons[1] == "equals row 2"
    assert len(found.reasons) == 50_000


def test_a_draw_in_parts_is_that_of_one_shuffle() -> None:
    rng = np.random.default_rng(1)
    codes = np.minimum(rng.geometric(0.3, 700_000), 9).astype(np.int32) - 2  # −1 has no label
    shuffled = np.random.default_rng(5).permutation(np.flatnonzero(codes >= 0))
    for draw in (stratified_rows, natural_rows):
        rows = draw(codes, 20_000, np.random.default_rng(5))
        takes = np.bincount(codes[rows], minlength=8)
        expected = [shuffled[codes[shuffled] == c][:n] for c, n in enumerate(takes)]
        assert np.array_equal(rows, np.sort(np.concatenate(expected)))
    assert least_of_each(codes, np.flatnonzero(codes >= 0)) is None


def test_rows_are_counted_in_parts() -> None:
    rng = np.random.default_rng(0)
    codes, split = rng.integers(-1, 5, 2**20 + 9), rng.integers(-1, 2, 2**20 + 9)
    counts = count_by_split(codes, split.astype(np.int8), 2, 5)
    expected = [[np.sum((codes == c) & (split == s)) for c in range(5)] for s in range(2)]
    assert counts.tolist() == expected
    assert count_by_split(codes, None, 1, 5)[0].tolist() == np.bincount(codes[codes >= 0]).tolist()
