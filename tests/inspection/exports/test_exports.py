"""Files to take along: rows as they were, without what was chosen, in forms that others read."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harmony_core.errors import DataError
from harmony_core.inspection.exports import EXPORTS
from harmony_core.inspection.exports.choice import Choice, changes
from harmony_core.inspection.exports.export import write_export
from harmony_core.inspection.exports.gallery import gallery_html
from harmony_core.inspection.exports.label_issues import label_issues
from harmony_core.inspection.quality.finding import Quality
from harmony_core.inspection.quality.flagged import Flagged
from harmony_core.readers.contents import Contents
from harmony_core.readers.open import read_file

Mark = tuple[int, str, str]
"""Position, check, suggested label."""


def marked(contents: Contents, *marks: Mark) -> Quality:
    """Checks that marked some samples of a file."""
    labels = contents.labels
    assert labels.codes is not None
    at = [i for i, _, _ in marks]
    flagged = Flagged(
        np.array(at, dtype=np.int64),
        tuple(f"row {i + 1}" for i in at),
        ("",) * len(at),
        tuple(labels.names[labels.codes[i]] for i in at),
        tuple(check for _, check, _ in marks),
        tuple("=found" for _ in at),
        np.array([0.25 if better else np.nan for _, _, better in marks]),
        tuple(better for _, _, better in marks),
    )
    return Quality({}, labels.counts.sum(axis=0), flagged=flagged)


def cleaned(path: Path, target: Path, choice: Choice, *marks: Mark) -> bytes:
    contents = read_file(path)
    try:
        write_export(EXPORTS["clean"], target, path, contents, marked(contents, *marks), choice)
    finally:
        contents.close()
    return target.read_bytes()


ROWS = b'1,0.50,cat\r\n2,1e3,dog\r\n\r\n3,"a ""b""",cat\r\n4,-0,dog\r\n5,6,cat\r\n6,7,cat\r\n'
ODD_TABLES = {
    "crlf, quotes and a blank line": b"id,x,label\r\n" + ROWS,
    "a byte order mark": b"\xef\xbb\xbfid,x,label\r\n" + ROWS,
    "semicolons and Latin-1": "größe;x;label\n1;0,5;Bär\n2;1,5;cat\n3;2,5;Bär\n4;3,5;cat\n".encode(
        "latin-1"
    ),
    "UTF-16": "x\tlabel\n1\tcat\n2\tdog\n3\tcat\n4\tdog\n".encode("utf-16"),
    "no line end, and a comment above": b"# made by hand\nx,label\n1,a\n2,b\n3,a\n4,b",
    "line breaks in cells": b'x,label,note\n1,a,"two\nlines"\n2,b,"x"\n3,a,"y\n\nz"\n4,b,one\n',
    "blanks": b"x    label\n1.5  a\n2.25 b\n3.5  a\n4.5  b\n",
}


@pytest.mark.parametrize("content", ODD_TABLES.values(), ids=ODD_TABLES)
def test_a_copy_without_changes_is_the_same_to_the_byte(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(content)
    assert cleaned(path, tmp_path / "out.csv", Choice()) == content


@pytest.mark.parametrize(("name", "content"), ODD_TABLES.items(), ids=ODD_TABLES)
def test_only_the_dropped_rows_are_missing(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(content)
    before = read_file(path)
    cleaned(path, tmp_path / "out.csv", Choice(("leaks",)), (1, "leaks", ""), (2, "odd", ""))
    after = read_file(tmp_path / "out.csv")
    assert before.labels.codes is not None
    assert after.labels.codes is not None
    old = [before.labels.names[c] for c in before.labels.codes]
    new = [after.labels.names[c] for c in after.labels.codes]
    assert new == old[:1] + old[2:]
    assert after.columns == before.columns
    if name == "crlf, quotes and a blank line":
        assert (tmp_path / "out.csv").read_bytes() == content.replace(b"2,1e3,dog\r\n", b"")


def test_a_new_label_replaces_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b'label,text\r\ncat,"a, b"\r\ncat,x\r\ndog,y\r\ndog,z\r\n')
    choice = Choice((), ("suspects",))
    out = cleaned(path, tmp_path / "out.csv", choice, (0, "suspects", "dog"))
    assert out == b'label,text\r\ndog,"a, b"\r\ncat,x\r\ndog,y\r\ndog,z\r\n'


def test_a_sample_that_two_checks_mark_is_dropped_once_and_not_relabelled(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("x,label\n1,a\n2,b\n3,a\n4,b\n")
    contents = read_file(path)
    quality = marked(
        contents, (0, "suspects", "b"), (0, "leaks", ""), (0, "exact_duplicates", ""),
        (3, "suspects", "a"),
    )  # fmt: skip
    assert quality.flagged is not None
    made = changes(
        quality.flagged, contents.labels.names, quality.totals,
        Choice(("leaks", "exact_duplicates"), ("suspects",)),
    )  # fmt: skip
    assert made.dropped.tolist() == [0]
    assert (made.relabelled.tolist(), made.new_labels) == ([3], ("a",))
    assert made.after.tolist() == [2, 1]
    assert made.rows() == [
        {"class": "a", "before": 2, "removed": 1, "relabelled": 0, "gained": 1, "after": 2},
        {"class": "b", "before": 2, "removed": 0, "relabelled": 1, "gained": 0, "after": 1},
    ]


def test_a_class_without_a_sample_left_is_named(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("x,label\n1,a\n2,b\n3,a\n4,a\n")
    contents = read_file(path)
    quality = marked(contents, (1, "suspects", "a"))
    assert quality.flagged is not None
    made = changes(quality.flagged, contents.labels.names, quality.totals, Choice())
    assert made.sentences()[-1].startswith("Note: No sample is left of: b.")


@pytest.mark.parametrize("form", ["parquet", "xlsx", "jsonl"])
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_other_tables_keep_columns_and_values(tmp_path: Path, form: str, ending: str) -> None:
    frame = pd.DataFrame({
        "x": [0.5, 1.5, None, 3.5, 4.5, 5.5], "word": list("uvwxyz"), "label": [3, 7, 3, 7, 3, 7],
    })  # fmt: skip
    path = tmp_path / f"in.{form}"
    if form == "parquet":
        frame.to_parquet(path)
    elif form == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_json(path, orient="records", lines=True)
    target = tmp_path / f"out.{ending}"
    choice = Choice(("leaks",), ("suspects",))
    cleaned(path, target, choice, (1, "leaks", ""), (4, "suspects", "7"))
    got = pd.read_parquet(target) if ending == "parquet" else pd.read_csv(target)
    expected = frame.drop(index=1).reset_index(drop=True)
    expected.loc[3, "label"] = 7
    pd.testing.assert_frame_equal(got, expected, check_dtype=False)


def test_the_input_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("x,label\n1,a\n2,b\n3,a\n4,b\n")
    (tmp_path / "link.csv").symlink_to(path)
    for target in (path, tmp_path / "." / "in.csv", tmp_path / "link.csv"):
        with pytest.raises(DataError, match="never changed"):
            cleaned(path, target, Choice())
    assert path.read_text() == "x,label\n1,a\n2,b\n3,a\n4,b\n"


def test_an_unknown_check_or_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="exact_duplicates.*'everything'"):
        Choice(("everything",))
    with pytest.raises(DataError, match="relabelled"):
        Choice((), ("leaks",))
    path = tmp_path / "in.csv"
    path.write_text("x,label\n1,a\n2,b\n3,a\n4,b\n")
    with pytest.raises(DataError, match=r"ends in \.csv"):
        cleaned(path, tmp_path / "out.exe", Choice())
    contents, target = read_file(path), tmp_path / "labels.json"
    with pytest.raises(DataError, match="images for --fiftyone"):
        write_export(EXPORTS["fiftyone"], target, path, contents, marked(contents))


@pytest.fixture
def photos(pack: Callable[..., Path], picture: Callable[..., bytes]) -> Path:
    names = [f"train/{c}/{i}.png" for c in ("cat", "dog") for i in range(3)] + ["test/dog/0.png"]
    return pack("photos.zip", {name: picture(i) for i, name in enumerate(names)})


def test_images_are_listed_or_packed(photos: Path, tmp_path: Path) -> None:
    contents = read_file(photos)
    assert contents.images is not None
    assert contents.labels.codes is not None
    place = {contents.images.name(i): i for i in range(len(contents.labels.codes))}
    contents.close()
    marks: tuple[Mark, ...] = (
        (place["train/cat/1.png"], "suspects", "dog"), (place["train/dog/2.png"], "odd", ""),
    )  # fmt: skip
    choice = Choice(("odd",), ("suspects",))
    cleaned(photos, tmp_path / "kept.csv", choice, *marks)
    rows = {r["path"]: r for r in csv.DictReader(io.StringIO((tmp_path / "kept.csv").read_text()))}
    assert len(rows) == 6
    assert rows["train/cat/1.png"] == {"path": "train/cat/1.png", "label": "dog", "split": "train"}
    assert rows["test/dog/0.png"]["split"] == "test"
    cleaned(photos, tmp_path / "kept.zip", choice, *marks)
    with zipfile.ZipFile(tmp_path / "kept.zip") as new, zipfile.ZipFile(photos) as old:
        assert set(new.namelist()) == {
            "train/cat/0.png", "train/cat/2.png", "train/dog/0.png", "train/dog/1.png",
            "train/dog/1_2.png", "test/dog/0.png", "labels.csv",
        }  # fmt: skip
        assert new.read("train/dog/1_2.png") == old.read("train/cat/1.png")
    again = read_file(tmp_path / "kept.zip")
    again.close()
    assert dict(zip(again.labels.names, again.labels.train_counts.tolist(), strict=True)) == {
        "cat": 2, "dog": 3,
    }  # fmt: skip


def test_images_of_an_array_are_listed_and_not_packed(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    pictures = np.random.default_rng(0).integers(0, 255, (8, 8, 8), dtype=np.uint8)
    np.savez(path, images=pictures, labels=[0, 1] * 4)
    cleaned(path, tmp_path / "kept.csv", Choice(("odd",)), (2, "odd", ""))
    assert len((tmp_path / "kept.csv").read_text().splitlines()) == 8
    with pytest.raises(DataError, match="ends in .csv"):
        cleaned(path, tmp_path / "kept.zip", Choice())
    assert not (tmp_path / "kept.zip").exists()


def test_flagged_samples_are_a_table_that_runs_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("x,label\n1,=a\n2,b\n3,=a\n4,b\n")
    contents = read_file(path)
    quality = marked(contents, (0, "suspects", "b"), (2, "leaks", ""))
    for ending in ("csv", "parquet"):
        target = tmp_path / f"flagged.{ending}"
        said = write_export(EXPORTS["flagged"], target, path, contents, quality)
        assert said == ["2 flagged samples."]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "flagged.csv").read_text())))
    assert list(rows[0]) == [
        "index", "sample", "split", "label", "check", "reason", "score", "suggested_label",
    ]  # fmt: skip
    assert [row["index"] for row in rows] == ["0", "2"]
    assert (rows[0]["label"], rows[0]["reason"], rows[0]["score"]) == ("'=a", "'=found", "0.25")
    assert rows[1]["score"] == ""
    frame = pd.read_parquet(tmp_path / "flagged.parquet")
    assert frame["label"].tolist() == ["=a", "=a"]
    assert frame["score"].isna().tolist() == [False, True]


def test_cleanlab_takes_the_label_issues(tmp_path: Path) -> None:
    from cleanlab.classification import CleanLearning
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    codes = np.arange(40) % 2
    frame = pd.DataFrame(rng.normal(size=(40, 2)) + 3 * codes[:, None], columns=["x", "y"])
    frame["label"] = np.array(["a", "b"])[codes]
    frame.loc[4, "label"] = "b"
    path = tmp_path / "in.csv"
    frame.to_csv(path, index=False)
    contents = read_file(path)
    quality = marked(contents, (4, "suspects", "a"), (7, "leaks", ""))
    target = tmp_path / "issues.parquet"
    write_export(EXPORTS["label_issues"], target, path, contents, quality)
    table = pd.read_parquet(target)
    assert np.flatnonzero(table["is_label_issue"]).tolist() == [4]
    given = table["given_label"].to_numpy()
    assert given.tolist() == (frame["label"] == "b").astype(int).tolist()
    assert (table["predicted_label"][4], table["label_quality"][4]) == (0, 0.25)
    model = CleanLearning(LogisticRegression()).fit(
        frame[["x", "y"]].to_numpy(), given, label_issues=table
    )
    assert model.predict(np.array([[0.0, 0.0], [3.0, 3.0]])).tolist() == [0, 1]


def test_label_issues_need_one_label_a_row(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("x,tags\n" + "1,a;b\n2,b;c\n3,a;c\n4,a\n" * 5)
    contents = read_file(path)
    assert contents.labels.codes is None
    with pytest.raises(DataError, match="one label for each sample"):
        label_issues(contents, Quality({}, contents.labels.counts.sum(axis=0)))


def test_fiftyone_reads_paths_without_endings_and_attributes(photos: Path, tmp_path: Path) -> None:
    contents = read_file(photos)
    quality = marked(contents, (0, "suspects", "dog"), (0, "odd", ""))
    write_export(EXPORTS["fiftyone"], tmp_path / "labels.json", photos, contents, quality)
    assert contents.images is not None
    first = contents.images.name(0).removesuffix(".png")
    contents.close()
    labels = json.loads((tmp_path / "labels.json").read_text())["labels"]
    assert len(labels) == 7
    assert labels[first]["attributes"] == {
        "split": first.split("/")[0], "checks": "suspects, odd", "reason": "=found, =found",
        "label_quality": 0.25, "suggested_label": "dog",
    }  # fmt: skip
    assert labels["train/cat/2"] == {"label": "cat", "attributes": {"split": "train"}}


def test_the_gallery_shows_pictures_and_runs_nothing() -> None:
    evil = "</p><script>alert(1)</script>\u202e.png"
    flagged = Flagged(
        np.array([3, 4]), (evil, "b.png"), ("", ""), ("cat", "<b>dog</b>"), ("suspects", "odd"),
        ("looks like 'dog'", "blank"), np.array([0.1, np.nan]), ("dog", ""),
        pictured=np.array([1, 0]), pictures=np.zeros((2, 8, 8, 3), dtype=np.uint8),
    )  # fmt: skip
    page = gallery_html(flagged)
    assert page.count("data:image/png;base64,") == 2
    assert page.index("Odd images") < page.index("Suspect labels")
    for word in ("<script>", "<b>", "\u202e"):
        assert word not in page
    assert "looks like: dog" in page
    with pytest.raises(DataError, match="with pictures"):
        gallery_html(replace(flagged, pictured=flagged.pictured[:0], pictures=flagged.pictures[:0]))
