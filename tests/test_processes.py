"""Child processes: what they are given, and that they end."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from harmony_core.processes import (
    ORPHANED,
    close_pipes,
    end_process,
    start_module,
)

Write = Callable[[str], str]
PATIENCE = 60.0


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes code into a module that only ``PYTHONPATH`` leads to, and says its name."""
    (tmp_path / "modules").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"))
    monkeypatch.chdir(tmp_path)

    def write(code: str) -> str:
        (tmp_path / "modules" / "a_child.py").write_text(code)
        return "a_child"

    return write


def test_a_child_finds_the_package_its_arguments_and_its_input(module: Write) -> None:
    name = module(
        "import json, os, sys, harmony_core\n"
        "said = [sys.argv[1:], sys.stdin.readline(), os.environ['EXTRA'], os.getsid(0)]\n"
        "print(json.dumps(said))\n"
    )
    child = start_module(name, "a b", "ü", environment={"EXTRA": "1"}, own_session=True)
    said, _ = child.communicate("größer\n", timeout=PATIENCE)
    assert child.returncode == 0
    assert json.loads(said) == [["a b", "ü"], "größer\n", "1", child.pid]


def test_pipes_carry_bytes_and_errors_go_where_they_are_sent(
    module: Write, capfd: pytest.CaptureFixture[str]
) -> None:
    name = module(
        "import os, sys\nsys.stderr.write('trouble')\n"
        "sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1] + b'%d' % os.getsid(0))\n"
    )
    for quiet in (True, False):
        child = start_module(name, binary=True, quiet=quiet)
        said, _ = child.communicate(b"\x00\xff\r\n", timeout=PATIENCE)
        assert said == b"\n\r\xff\x00%d" % os.getsid(0)
        assert capfd.readouterr().err == ("" if quiet else "trouble")


@pytest.mark.parametrize(
    ("code", "patience", "status"),
    [
        ("import sys; print('x', flush=True); sys.stdin.read(); sys.exit(3)", PATIENCE, 3),
        ("import time; print('x', flush=True); time.sleep(600)", 0.05, -signal.SIGKILL),
    ],
    ids=["leaves", "stays"],
)
def test_a_child_is_ended_gently_first(
    module: Write, code: str, patience: float, status: int
) -> None:
    child = start_module(module(code))
    assert child.stdout is not None
    assert child.stdout.readline() == "x\n"
    end_process(child, patience)
    assert child.returncode == status
    assert not child.stdout.closed
    close_pipes(child)
    assert child.stdout.closed


def test_what_was_never_sent_is_dropped(module: Write) -> None:
    child = start_module(module(""))
    assert child.wait(PATIENCE) == 0
    assert child.stdin is not None
    child.stdin.write("to nobody")
    close_pipes(child)
    assert child.stdin.closed


def test_a_child_leaves_with_its_parent(module: Write) -> None:
    code = (
        "import time\nfrom harmony_core.processes import leave_with_parent\n"
        "leave_with_parent()\ntime.sleep(600)\n"
    )
    child = start_module(module(code))
    assert child.stdin is not None
    child.stdin.close()  # as the system does when a parent ends
    assert child.wait(PATIENCE) == ORPHANED
    close_pipes(child)


def test_without_an_interpreter_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "")
    with pytest.raises(OSError, match="interpreter"):
        start_module("harmony_core")
