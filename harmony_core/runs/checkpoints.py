"""Checkpoints on disk: sealed with a digest, so that a flipped bit is never trained on.

A sealed checkpoint is a line ``harmony-checkpoint-1 <SHA-256 of the rest>`` and what torch saved.
One without a seal, as versions before 0.2.0 wrote, is a ZIP whose members carry a CRC-32 each.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

from ..errors import RunError

SEAL = b"harmony-checkpoint-1 "


class DamagedCheckpoint(RunError):
    """A checkpoint whose bytes are not those that were written."""


def sealed(content: bytes) -> bytes:
    """``content`` with its digest before it."""
    return SEAL + hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def unsealed(data: bytes, path: Path) -> bytes:
    """The content of a checkpoint; `DamagedCheckpoint` if it is not what was written."""
    if not data.startswith(SEAL):
        _check_members(data, path)
        return data
    digest, _, content = data[len(SEAL) :].partition(b"\n")
    if digest != hashlib.sha256(content).hexdigest().encode():
        raise _damaged(path, "its SHA-256 is another one")
    return content


def _check_members(data: bytes, path: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            bad = archive.testzip()
    except Exception as error:  # damage can raise almost any error in zipfile
        raise _damaged(path, f"it is no archive of torch ({error})") from error
    if bad is not None:
        raise _damaged(path, f"the CRC of {bad} is another one")


def _damaged(path: Path, problem: str) -> DamagedCheckpoint:
    return DamagedCheckpoint(
        f"Expected {path.name} to hold the bytes that were written, but {problem}. "
        "Resume the experiment: it trains this repeat from the start."
    )
