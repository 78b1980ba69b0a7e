"""How this process was called, for usages, examples and hints that can be copied as they are."""

from __future__ import annotations

import sys
from pathlib import Path

MODULE = "python -m harmony_core"
"""The command wherever the package can be imported, as the texts of this package write it."""


def command_name() -> str:
    """``harmony`` if the installed command runs, else ``python -m harmony_core``."""
    return "harmony" if Path(sys.argv[0]).stem == "harmony" else MODULE


def as_called(text: str) -> str:
    """A text with commands, each begun as this process was."""
    return text.replace(MODULE, command_name())
