"""Folders of very many images: read once, without a question about any single file."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harmony_core.errors import DataError
from harmony_core.inspection import inspect_file, read_file
from harmony_core.readers.images.class_folders import labels_by_folder
from harmony_core.readers.images.folders import FolderSource
from harmony_core.readers.images.path_list import PathList, by_folder


def make(root: Path, *names: str) -> Path:
    """Empty files below a folder."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def counts(folder: Path) -> dict[str, int]:
    contents = read_file(folder)
    contents.close()
    return dict(zip(contents.labels.names, contents.labels.train_counts.tolist(), strict=True))


def test_files_are_not_asked_for_details_and_folders_are_listed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, *(f"{c}/{i:03}.jpg" for c in ("cat", "dog", "emu") for i in range(100)))
    calls: Counter[str] = Counter()

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*given: Any, **more: Any) -> Any:
            calls[name] += 1
            return real(*given, **more)

        return call

    for name in ("scandir", "stat", "lstat", "open"):
        monkeypatch.setattr(os, name, counted(name))
    found = inspect_file(tmp_path, quality=False)
    monkeypatch.undo()
    assert found.contents.labels.train_counts.tolist() == [100, 100, 100]
    assert calls["scandir"] == 4
    assert calls["stat"] + calls["lstat"] < 100  # of 300 files
    assert calls["open"] == 0


def test_paths_are_those_of_a_walk_in_the_order_of_their_parts(tmp_path: Path) -> None:
    names = ["b.jpg", "a/2.jpg", "a/1.jpg", "a/inner/x.jpg", "a/zz.png", "c/q.JPG", "c/é.jpg"]
    make(tmp_path, *names, "a/notes.txt", ".hidden/x.jpg", "a/.x.jpg", "c/Thumbs.db")
    source = FolderSource(tmp_path)
    assert list(source.files) == sorted(tuple(name.split("/")) for name in names)
    assert [source.files[i] for i in range(-1, len(names) - 1)][1:] == list(source.files)[:-1]
    assert source.files[1:3] == list(source.files)[1:3]
    assert list(source.others) == [("a", "notes.txt")]
    assert source.notes == (
        "Left out of the folder: files that are not images (1), system files (2).",
    )
    with pytest.raises(IndexError):
        source.files[len(names)]


def test_classes_by_folder_are_the_same_for_a_list_of_paths(tmp_path: Path) -> None:
    make(tmp_path, *(f"train/c{i % 3}/{i}.jpg" for i in range(30)), "test/c1/x.jpg", "readme.jpg")
    packed = FolderSource(tmp_path).files
    plain = [*packed]
    (folders, place), (others, place_too) = by_folder(packed), by_folder(plain)
    assert isinstance(packed, PathList)
    assert [folders[i] for i in place] == [others[i] for i in place_too]
    found, same = labels_by_folder(packed), labels_by_folder(plain)
    assert found.labels.codes is not None
    assert found.labels.codes.tolist() == same.labels.codes.tolist()  # type: ignore[union-attr]
    assert found.labels.splits == ("train", "test")
    assert found.labels.counts.tolist() == [[10, 10, 10], [0, 1, 0]]


def test_the_key_of_a_cache_is_as_before_and_waits_until_it_is_asked(tmp_path: Path) -> None:
    make(tmp_path, "b.jpg", "a/2.jpg", "a/deep/1.jpg", "a/1.jpg", "a/zz.jpg", "a/x.txt")
    expected = hashlib.sha256()
    for name in ("b.jpg", "a/1.jpg", "a/2.jpg", "a/zz.jpg", "a/deep/1.jpg"):
        info = (tmp_path / name).stat()
        line = f"{tuple(name.split('/'))}\0{info.st_size}\0{info.st_mtime_ns}\n"
        expected.update(line.encode())
    source = FolderSource(tmp_path)
    assert source.key == expected.hexdigest()
    (tmp_path / "a" / "2.jpg").unlink()
    assert source.key == expected.hexdigest()
    late = FolderSource(make(tmp_path / "late", "x.jpg"))
    (tmp_path / "late" / "x.jpg").unlink()
    with pytest.raises(DataError, match=r"stays as it is.*x\.jpg"):
        _ = late.key


def test_a_folder_that_may_not_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "cat/1.jpg", "dog/1.jpg", "lost+found/1.jpg", "emu/1.jpg")
    real = os.scandir

    def scandir(path: str) -> Any:
        if path.endswith(("dog", "lost+found")):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(DataError, match=r"able to read every folder.*'dog': Permission denied"):
        read_file(tmp_path)


def test_a_folder_that_changes_while_it_is_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "cat/1.jpg", "dog/1.jpg", "emu/1.jpg")
    os.utime(tmp_path / "cat", (1, 1))
    real = os.scandir

    def writes(path: str) -> Any:
        if path.endswith("dog"):
            make(tmp_path, "cat/2.jpg")
        return real(path)

    monkeypatch.setattr(os, "scandir", writes)
    contents = read_file(tmp_path)
    assert contents.labels.rows == 3
    assert any("1 folders changed while they were read" in note for note in contents.notes)

    def removes(path: str) -> Any:
        if path.endswith("dog"):
            (tmp_path / "dog" / "1.jpg").unlink()
            (tmp_path / "dog").rmdir()
        return real(path)

    monkeypatch.setattr(os, "scandir", removes)
    with pytest.raises(DataError, match="'dog' vanished"):
        read_file(tmp_path)


def test_names_that_are_not_utf8_are_written_with_their_bytes(tmp_path: Path) -> None:
    folder = os.fsdecode(b"caf\xe9")
    try:
        make(tmp_path, f"{folder}/1.jpg", "tea/1.jpg", os.fsdecode(b"tea/\xff.jpg"))
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    (tmp_path / folder / "1.jpg").write_bytes(b"found")
    source = FolderSource(tmp_path)
    assert ("caf\\xe9", "1.jpg") in source.files
    assert ("tea", "\\xff.jpg") in source.files
    assert source.read(("caf\\xe9", "1.jpg")) == b"found"
    assert any("2 names of files or folders are not UTF-8" in note for note in source.notes)
    assert counts(tmp_path) == {"caf\\xe9": 1, "tea": 2}


def test_names_are_composed_and_two_of_one_name_are_said(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "é")
    make(tmp_path, f"{apart}/{apart}.jpg", "b/é.jpg", f"b/{apart}.jpg")
    source = FolderSource(tmp_path)
    if len(source.files) == 2:  # "é" is one name on this file system
        assert list(source.files) == [("b", "é.jpg"), ("é", "é.jpg")]
        assert source.read(("é", "é.jpg")) == b""
        assert "named like another but for the encoding (1)" in source.notes[0]
    make(tmp_path, "é/x.jpg")
    if len(list(tmp_path.iterdir())) == 3:
        with pytest.raises(DataError, match="twice, with its letters encoded in two ways"):
            FolderSource(tmp_path)


def test_many_files_without_folders_are_one_message(tmp_path: Path) -> None:
    make(tmp_path, *(f"{i:04}.jpg" for i in range(2_000)))
    with pytest.raises(DataError, match=r"in the folder of its class.*and 1,997 more\. Arrange"):
        read_file(tmp_path)


def test_ten_thousand_classes_are_counted(tmp_path: Path) -> None:
    make(tmp_path, *(f"c{i:05}/0.jpg" for i in range(10_001)), "c00000/1.jpg")
    found = counts(tmp_path)
    assert len(found) == 10_001
    assert found["c00000"] == 2


def test_names_of_very_different_lengths_are_kept() -> None:
    files = PathList()
    files.add(("a",), ["x.jpg", "y" * 200 + ".jpg", *(f"{i}.jpg" for i in range(50))])
    files.add((), [])
    files.add((), ["ü.jpg"])
    assert files[1] == ("a", "y" * 200 + ".jpg")
    assert files[-1] == ("ü.jpg",)
    assert len(list(files)) == len(files) == 53


def test_more_files_than_allowed_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, *(f"{c}/{i}.jpg" for c in "ab" for i in range(5)))
    monkeypatch.setattr("harmony_core.readers.limits.FOLDER_FILES", 9)
    with pytest.raises(DataError, match="at most 9 files"):
        read_file(tmp_path)
    monkeypatch.setattr("harmony_core.readers.limits.FOLDER_FILES", 10)
    assert counts(tmp_path) == {"a": 5, "b": 5}
