"""Building the site as `make docs` does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from .fences import ROOT

COMMAND = re.search(r"^MKDOCS := (\w+)=1 \S+python (.*)$", (ROOT / "Makefile").read_text(), re.M)


def build(config: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Build as `make docs` does."""
    assert COMMAND is not None
    silenced, options = COMMAND.groups()
    command = [sys.executable, *options.split(), "build", "-f", str(config), "-d", str(target)]
    environment = {"PATH": "", silenced: "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
