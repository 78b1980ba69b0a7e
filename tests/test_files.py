"""What is written whole, and what is read back."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np
import pytest

from harmony_core.errors import DataError, RunError
from harmony_core.files import TEMPORARY, make_folder, read_npz, write_atomically, write_npz


@pytest.mark.parametrize("most", [2**30, 0])
def test_arrays_of_every_kind_come_back_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """As one record, or each by itself where a record would be too large."""
    monkeypatch.setattr("harmony_core.files.MAX_RECORD_BYTES", most)
    arrays = {
        "flat": np.arange(12, dtype=">i4").reshape(3, 4),
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "empty": np.zeros((0, 3), np.float16),
        "single": np.array(2.5),
        "one": np.array([True]),
        "words": np.array(["ein", "尾"]),
    }
    write_npz(tmp_path / "a.npz", [({"n": 1}, arrays), ({}, arrays), ({}, {})])
    for number, (plain, found) in enumerate(read_npz(tmp_path / "a.npz")):
        assert plain == ({"n": 1} if number == 0 else {})
        assert list(found) == (list(arrays) if number < 2 else [])
        for name, array in found.items():
            np.testing.assert_array_equal(array, arrays[name], strict=True)
            assert array.flags.writeable
            assert array.flags.aligned


def test_sixteen_methods_fit_what_a_file_may_say_of_itself(tmp_path: Path) -> None:
    arrays = {f"some_longer_name_of_an_array_{i}": np.zeros((3, 4)) for i in range(40)}
    write_npz(tmp_path / "a.npz", [({}, arrays)] * 16)
    assert len(read_npz(tmp_path / "a.npz")[15][1]) == 40


def test_a_bare_array_is_not_a_frame_file(tmp_path: Path) -> None:
    with open(tmp_path / "f.npz", "wb") as file:
        np.save(file, np.arange(3))
    with pytest.raises(RunError):
        read_npz(tmp_path / "f.npz")


@pytest.mark.parametrize(
    "problem", [ValueError("no"), KeyboardInterrupt(), OSError(28, "No space")]
)
def test_a_write_that_fails_leaves_the_old_file_alone(
    tmp_path: Path, problem: BaseException
) -> None:
    path = tmp_path / "record.json"
    path.write_text("old")

    def write(file: IO[bytes]) -> None:
        file.write(b"half of the new")
        raise problem

    wanted = RunError if isinstance(problem, OSError) else type(problem)
    with pytest.raises(wanted):
        write_atomically(path, write)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text("old")

    def write(file: IO[bytes]) -> None:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"

    write_atomically(path, write)
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_and_their_folders_are_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "a.txt"
    with pytest.raises(RunError, match=r"Expected to write a\.txt into .*folder"):
        write_atomically(path, b"text")
    write_atomically(path, b"text", parents=True, durable=True)
    assert path.read_bytes() == b"text"


def test_the_caller_names_the_error_and_what_to_do_next(tmp_path: Path) -> None:
    """A folder is no place for a file, whichever name it goes by."""
    for name in (".", "folder"):
        (tmp_path / "folder").mkdir(exist_ok=True)
        with pytest.raises(DataError, match=r"^Expected to write .*\. Choose another\.$"):
            write_atomically(tmp_path / name, b"", error=DataError, advice="Choose another.")
        assert [path.name for path in tmp_path.rglob("*")] == ["folder"]


def test_a_temporary_file_goes_by_the_name_that_is_swept(tmp_path: Path) -> None:
    found: list[Path] = []
    write_atomically(tmp_path / "a", lambda _: found.extend(tmp_path.glob(TEMPORARY)))
    assert len(found) == 1


def test_a_folder_is_made_and_those_above_it_only_if_asked(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with pytest.raises(RunError, match="Expected to make the folder .*Free some space"):
        make_folder(folder)
    assert not folder.parent.exists()
    for _ in range(2):
        assert make_folder(folder, parents=True) == folder
        assert folder.is_dir()
