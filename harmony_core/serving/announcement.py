"""What the administrator tells everybody, in a file of the runs folder until it is withdrawn."""

from __future__ import annotations

from pathlib import Path

from ..files import make_folder, write_atomically

LONGEST = 500
_FILE = ".announcement"


def announcement(root: Path) -> str:
    """What is announced; empty for nothing."""
    try:
        return (root / _FILE).read_text("utf-8", "replace")[:LONGEST]
    except OSError:
        return ""


def announce(root: Path, text: str) -> None:
    """Announce a text on one line in place of what was announced; an empty one withdraws it."""
    said = " ".join(text.split())[:LONGEST]
    if said:
        make_folder(root, parents=True)
        write_atomically(root / _FILE, said.encode("utf-8", "replace"), private=True)
    else:
        (root / _FILE).unlink(missing_ok=True)
