"""Freed memory stays in a process that trains until it is given back."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harmony_core.training import memory

SCRIPT = """
import ctypes, os, sys
from pathlib import Path
from harmony_core.training.memory import give_back, keep_freed

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def use():
    blocks = [bytearray(2**20) for _ in range(64)]
    fence = bytearray(1000)
    del blocks
    return fence

if not keep_freed():
    sys.exit(77)
start = resident()
fence = use()
kept = resident() - start
give_back()
print(kept, resident() - start)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a setting of glibc")
def test_freed_blocks_stay_until_they_are_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120
    )
    if done.returncode == 77:
        pytest.skip("this C library has no such setting")
    assert done.returncode == 0, done.stderr
    kept, left = map(int, done.stdout.split())
    assert kept > 48 * 2**20
    assert left < 16 * 2**20


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.sys, "platform", "darwin")
    assert not memory.keep_freed()
    assert not memory.give_back()
