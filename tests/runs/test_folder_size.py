"""The size of an experiment is counted again once something in it has changed."""

from __future__ import annotations

import os
from pathlib import Path

from harmony_core.files import write_atomically
from harmony_core.runs.folder_size import folder_size


def settled(*folders: Path, time: float = 1e9) -> None:
    """As if the last change was long ago: a size is remembered only then."""
    for folder in folders:
        os.utime(folder, (time, time))


def test_a_file_deep_inside_is_noticed(tmp_path: Path) -> None:
    inner = tmp_path / "repeat-0" / "frames"
    inner.mkdir(parents=True)
    write_atomically(inner / "00000.npz", b"x" * 10)
    for size in (10, 30):
        settled(tmp_path, inner.parent, inner, time=1e9 + size)
        assert folder_size(tmp_path) == folder_size(tmp_path) == size
        write_atomically(inner / "00000.npz", b"x" * 30)  # in its place
    write_atomically(inner / "more" / "00001.npz", b"x" * 5, parents=True)
    assert folder_size(tmp_path) == 35


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    file = tmp_path / "00000.npz"
    file.write_bytes(b"x")
    settled(tmp_path)
    assert folder_size(tmp_path) == 1
    file.write_bytes(b"xx")  # no file of an experiment is written in this way
    settled(tmp_path)
    assert folder_size(tmp_path) == 1


def test_a_folder_that_is_gone_takes_nothing(tmp_path: Path) -> None:
    assert folder_size(tmp_path / "gone") == 0
