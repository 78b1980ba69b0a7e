"""Two hundred and fifty broken files: a report or a sentence each, within memory and folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .mutations import make_all
from .odd_files import odd_files

ROOT = Path(__file__).parents[2]
KEPT = Path(os.environ.get("HARMONY_TEST_DATA", ROOT.parent / "shared" / "data")).parent
KEPT /= "cases/hostile"
"""Files that broke a reader once, where they are at hand."""
Outcome = dict[str, Any]


def outcomes(folder: Path) -> dict[str, Outcome]:
    """What became of each file below ``folder``, read by one process whose memory is limited."""
    scratch = folder.parent / "scratch"
    scratch.mkdir()
    before = sorted(folder.parent.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.readers.mutations", str(folder)],
        capture_output=True, text=True, cwd=ROOT, check=False,
        env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (lines[-1:], done.stderr[-2_000:])
    assert "Traceback" not in done.stderr
    new = {str(path.relative_to(scratch)) for path in set(folder.parent.rglob("*")) - set(before)}
    ours = {name for name in new if re.fullmatch(r"harmony-\d*(/lock)?", name)}
    assert new == ours  # the folder of the processes that are gone, empty
    names = [str(Path(line["file"]).relative_to(folder)) for line in lines[::2]]
    return dict(zip(names, lines[1::2], strict=True))


def check(found: dict[str, Outcome]) -> None:
    broke = {name: said for name, said in found.items() if "broke" in said}
    assert not broke
    for name, said in found.items():
        if "refused" in said:
            message = said["refused"]
            assert message.startswith("Expected "), (name, message)
            assert len(message) < 500, (name, message)
            assert message.isprintable(), (name, message)
        else:
            assert said["read"] > 0, name


def test_files_that_were_cut_bent_or_put_together_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    made = make_all(folder)
    found = outcomes(folder)
    assert len(found) == len(made)
    check(found)
    assert 5 < sum("read" in said for said in found.values()) < len(made) / 2


def test_bombs_nesting_types_surrogates_and_ways_out(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    for name, content in odd_files().items():
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    check(outcomes(folder))


def test_they_are_two_hundred_and_fifty(tmp_path: Path) -> None:
    bent = {path.read_bytes() for path in make_all(tmp_path)}
    assert len(bent | set(odd_files().values())) >= 250


@pytest.mark.skipif(not KEPT.is_dir(), reason="the files that broke a reader once are not here")
def test_files_that_broke_a_reader_once(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for path in KEPT.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    check(outcomes(folder))
