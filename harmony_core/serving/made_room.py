"""Experiments that went by themselves to make room: told to their owners and to the administrator.

<runs>/.made-room.json     the last `MOST`, oldest first
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..files import write_atomically

MOST = 500
_FILE = ".made-room.json"
_lock = threading.Lock()


@dataclass(frozen=True)
class Gone:
    """An experiment that was deleted to make room."""

    id: str
    title: str
    owner: str
    size: int
    """Bytes"""
    at: str
    """UTC, ISO 8601"""
    binned: bool
    """Whether its owner had deleted it before"""
    told: bool = False
    """Whether the owner has read of it"""


def gone(root: Path) -> list[Gone]:
    """The experiments that went last, oldest first; none if the file is damaged."""
    try:
        return [Gone(**one) for one in json.loads((root / _FILE).read_text("utf-8"))]
    except (OSError, ValueError, TypeError, RecursionError):
        return []


def note_gone(root: Path, new: Iterable[Gone]) -> None:
    """Remember that experiments went."""
    if added := list(new):
        with _lock:
            _write(root, gone(root) + added)


def untold(root: Path, owner: str) -> list[Gone]:
    """Those of ``owner`` of which they have not read yet."""
    return [one for one in gone(root) if one.owner == owner and not one.told]


def note_told(root: Path, owner: str) -> None:
    """``owner`` has read of all of theirs."""
    with _lock:
        _write(root, [replace(one, told=one.told or one.owner == owner) for one in gone(root)])


def _write(root: Path, all_gone: list[Gone]) -> None:
    text = json.dumps([asdict(one) for one in all_gone[-MOST:]])
    write_atomically(root / _FILE, text.encode(), private=True)
