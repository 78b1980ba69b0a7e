"""The table of all marks: what it holds, in which order, and that the result file keeps it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from harmony_core.inspection import inspect_file
from harmony_core.inspection.process.result_file import load_found, save_found
from harmony_core.inspection.quality.finding import Finding
from harmony_core.inspection.quality.flagged import COLUMNS, flag
from harmony_core.readers.labels import Labels


def finding(rows: list[int], **columns: object) -> Finding:
    none = np.zeros(2, dtype=np.int64)
    return Finding(none, none, rows=np.array(rows, dtype=np.int64), **columns)  # type: ignore[arg-type]


def labels(codes: list[int], splits: list[int] | None = None) -> Labels:
    names = ("train", "test") if splits else ("all",)
    return Labels(
        ("cat", "dog"), names, np.zeros((len(names), 2), dtype=np.int64), len(codes),
        codes=np.array(codes), split_codes=None if splits is None else np.array(splits),
    )  # fmt: skip


def test_worst_first_with_label_split_and_suggestion() -> None:
    suspects = finding(
        [1, 3], scores=np.array([0.2, 0.1]), suggested=np.array([0, 1]), reasons=("a", "b")
    )
    table = flag(
        {"exact_duplicates": finding([2], reasons=("equals row 1",)), "suspects": suspects},
        labels([0, 1, 0, 0], [0, 0, -1, 1]),
        lambda i: f"row {i + 1}",
    )
    assert table.index.tolist() == [2, 3, 1]
    assert table.sample == ("row 3", "row 4", "row 2")
    assert table.split == ("", "test", "train")
    assert table.label == ("cat", "cat", "dog")
    assert table.suggested_label == ("", "dog", "cat")
    assert table.reason == ("equals row 1", "b", "a")
    assert np.isnan(table.score[0])
    assert table.score[1:].tolist() == [0.1, 0.2]
    assert tuple(table.columns()) == COLUMNS
    assert {len(column) for column in table.columns().values()} == {3}


def test_of_too_many_marks_small_checks_are_kept_whole() -> None:
    found = {"exact_duplicates": finding(list(range(20))), "leaks": finding([3, 4])}
    table = flag(found, labels([0] * 20), str, most=10)
    assert [table.check.count(name) for name in found] == [8, 2]
    assert table.left_out == {"exact_duplicates": 12}


def test_contradictions_name_the_label_of_most(tmp_path: Path) -> None:
    rows = [f"{i},{i * 7 % 13},{'a' if i % 2 else 'b'}" for i in range(40)]
    rows += ["5,9,a", "5,9,b"]  # row 6 is 5,9,a
    (tmp_path / "a.csv").write_text("x,y,kind\n" + "\n".join(rows) + "\n")
    quality = inspect_file(tmp_path / "a.csv").quality
    assert quality is not None
    table = quality.flagged
    assert table is not None
    at = [i for i, check in enumerate(table.check) if check == "conflicts"]
    assert [table.sample[i] for i in at] == ["row 42", "row 6", "row 41"]
    assert [table.suggested_label[i] for i in at] == ["a", "", ""]
    assert [round(float(table.score[i]), 2) for i in at] == [0.33, 0.67, 0.67]
    assert "equals row 6 (labelled 'a')" in table.reason[at[0]]


def picture(shade: int, width: int = 32) -> bytes:
    out = io.BytesIO()
    rng = np.random.default_rng(shade)
    pixels = rng.integers(0, 255, (32, width, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def test_marked_images_keep_a_picture_in_the_result_file(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(12):
            archive.writestr(f"{'cat' if i < 8 else 'dog'}/{i:02}.png", picture(i))
        archive.writestr("cat/copy.png", picture(3))
        archive.writestr("dog/broken.png", picture(4)[:90])
    found = inspect_file(path)
    save_found(tmp_path / "found.npz", found)
    kept = load_found(tmp_path / "found.npz").quality
    assert kept is not None
    assert found.quality is not None
    table, before = kept.flagged, found.quality.flagged
    assert table is not None
    assert before is not None
    assert table.sample == before.sample == ("cat/copy.png", "dog/broken.png")
    assert table.check == ("exact_duplicates", "unreadable")
    assert table.pictured.tolist() == [0]
    assert table.pictures.shape == (1, 32, 32, 3)
    pixels = np.asarray(Image.open(io.BytesIO(picture(3))))
    assert np.abs(table.pictures[0].astype(int) - pixels).max() <= 2
    assert kept.findings["exact_duplicates"].rows.size == 0  # one entry a row stays out
