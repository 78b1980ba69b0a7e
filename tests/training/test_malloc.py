"""A process that trains keeps freed memory until it returns it to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harmony_core.training import malloc

SCRIPT = """
import ctypes, os, sys
from pathlib import Path
from harmony_core.training.malloc import give_back, keep_freed

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
def test_freed_blocks_are_kept_until_they_are_returned() -> None:
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
    monkeypatch.setattr(malloc.sys, "platform", "darwin")
    assert not malloc.keep_freed()
    assert not malloc.give_back()
