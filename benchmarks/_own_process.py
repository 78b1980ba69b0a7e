"""A benchmark's job in a process of its own, which prints what it measured as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def in_own_process(script: str, name: str, path: Path) -> dict[str, Any]:
    """What ``python script --job name path`` prints last; its errors end this process too."""
    done = subprocess.run(
        [sys.executable, script, "--job", name, str(path)],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
