"""Scripts that 0.1.0 wrote still train with today's library."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "v0_1_0"

pytestmark = pytest.mark.slow


def run(script: Path, folder: Path, *arguments: str) -> str:
    """What a copy of the script prints, run in a folder of its own."""
    copy = shutil.copy(script, folder)
    done = subprocess.run(
        [sys.executable, copy, *arguments],
        cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["harmonized", "ib", "ldam_drw"])
def test_a_script_of_an_experiment_trains(name: str, tmp_path: Path) -> None:
    assert "Balanced accuracy" in run(FIXTURES / "scripts" / f"{name}.py", tmp_path, "2")


def test_a_script_of_an_inspected_table_trains(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "inspection" / "leaves.csv", tmp_path)
    printed = run(FIXTURES / "scripts" / "leaves.py", tmp_path, "--epochs", "2")
    assert "balanced accuracy" in printed
