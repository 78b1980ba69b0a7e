"""What processes leave that are killed in the middle, and that the next one removes it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harmony_core.files import write_atomically
from harmony_core.scratch import own_folder, remove_temporary, scratch_folder

ROOT = Path(__file__).parents[1]
HOLD = """
import sys, time
from harmony_core.scratch import new_scratch_folder
folder = new_scratch_folder()
(folder / "table.csv").write_text("x,label\\n")
print(folder, flush=True)
sys.stdin.read()
"""
AGAIN = "from harmony_core.scratch import new_scratch_folder; print(new_scratch_folder())"
KILLED_WRITING = """
import os, sys
from pathlib import Path
from harmony_core.files import write_atomically

def write(file):
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), 9)

write_atomically(Path(sys.argv[1]), write)
"""


def started(code: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, text=True,
        env={**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def folders(place: Path) -> list[Path]:
    return sorted(path for path in place.glob("harmony-*/*/*") if path.is_dir())


def test_the_next_process_removes_the_folder_of_one_that_was_killed(tmp_path: Path) -> None:
    killed, alive = (started(HOLD, tmp_path) for _ in range(2))
    with killed, alive:
        assert killed.stdout
        assert alive.stdout
        held, kept = (Path(process.stdout.readline().strip()) for process in (killed, alive))  # type: ignore[union-attr]
        assert (held / "table.csv").exists()
        killed.kill()
        killed.wait()
        assert folders(tmp_path) == sorted([held, kept])
        with started(AGAIN, tmp_path) as again:
            again.communicate()
        assert folders(tmp_path) == [kept]
        alive.communicate()
    assert folders(tmp_path) == []


def test_a_folder_is_private_and_gone_at_the_end() -> None:
    with scratch_folder() as folder:
        (folder / "a").write_text("a")
        if os.name == "posix":
            assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no links of others")
def test_a_name_that_somebody_else_has_taken_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "theirs").mkdir()
    (tmp_path / f"harmony-{os.getuid()}").symlink_to(tmp_path / "theirs")
    with scratch_folder() as folder:
        assert folder.parent == tmp_path
    assert list((tmp_path / "theirs").iterdir()) == []


def test_a_process_has_one_folder_beside_those_of_others(tmp_path: Path) -> None:
    (tmp_path / "strange").mkdir()
    mine = own_folder(tmp_path)
    assert own_folder(tmp_path) == mine
    assert (tmp_path / "strange").is_dir()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_what_a_killed_write_left_goes_once_nobody_writes_it(tmp_path: Path) -> None:
    (tmp_path / ".notes.tmp").write_text("of somebody else")
    with started(KILLED_WRITING, tmp_path, str(tmp_path / "upload")) as process:
        process.communicate()
    (left,) = tmp_path.glob(".upload.*")
    remove_temporary(tmp_path)
    assert left.exists()
    old = time.time() - 3600
    for path in (left, tmp_path / ".notes.tmp"):
        os.utime(path, (old, old))
    write_atomically(tmp_path / "upload", b"whole")
    remove_temporary(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".notes.tmp", "upload"]
