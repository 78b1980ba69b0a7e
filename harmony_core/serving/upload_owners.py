"""Whose an upload is: a visitor may use the hash of a file only after uploading it.

    <uploads>/owners/<hash>/<visitor id>     empty; a file that two visitors uploaded has two

An upload without owners is the operator's.
"""

from __future__ import annotations

import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..config import ExperimentConfig
from ..data.cache import drop_decoded, keep
from ..data.uploads import UPLOAD_PREFIX, is_upload, store_upload, upload_id, uploads_root
from ..errors import DataError
from .owners import Visitor

NOT_YOURS = (
    "Expected data that you have uploaded, but got the upload of somebody else. "
    "Upload the file yourself, or choose other data."
)


_changing = threading.Lock()


@dataclass(frozen=True)
class Owned:
    """A file that one visitor has uploaded."""

    source: str
    owner: str
    size: int
    """Bytes"""
    since: float
    """When the visitor uploaded it, in seconds since 1970"""


def keep_upload(content: bytes | BinaryIO, limit: int, visitor: Visitor) -> str:
    """As `store_upload`, for a visitor."""
    with _changing:
        source = store_upload(content, limit)
        if visitor.shared:
            keep(_owners(source) / visitor.id, b"")
        return source


def owned_uploads() -> list[Owned]:
    """Every upload of a visitor; one that two visitors uploaded is there twice."""
    found = []
    for mark in _all_owners().glob("*/*"):
        with suppress(OSError, DataError):  # it goes meanwhile, or is none
            upload_id(mark.parent.name)
            size = (uploads_root() / mark.parent.name).stat().st_size
            source = f"{UPLOAD_PREFIX}{mark.parent.name}"
            found.append(Owned(source, mark.name, size, mark.stat().st_mtime))
    return found


def disown(source: str, owner: str) -> None:
    """An upload is no longer this visitor's; the last one's is deleted."""
    with _changing:
        (_owners(source) / owner).unlink(missing_ok=True)
        if not any(_owners(source).glob("*")):
            drop_upload(source)


def may_use(source: str, visitor: Visitor) -> bool:
    """Whether a visitor may use the data that ``source`` names: all but the uploads of others."""
    if not visitor.shared or visitor.admin or not is_upload(source):
        return True
    return (_owners(source) / visitor.id).is_file()


def require_source(source: str, visitor: Visitor) -> None:
    """Raise `DataError` unless the visitor `may_use` it; no word on whether the upload is here."""
    if not may_use(source, visitor):
        raise DataError(NOT_YOURS)


def require_data(config: ExperimentConfig, visitor: Visitor) -> None:
    """As `require_source`, for the data of an experiment."""
    require_source(str(config.data.params.get("source", "")), visitor)


def drop_upload(source: str) -> None:
    """Delete an upload, what was decoded of it, and who it belonged to."""
    name = upload_id(source)
    (uploads_root() / name).unlink(missing_ok=True)
    drop_decoded(name)
    shutil.rmtree(_owners(source), ignore_errors=True)


def _owners(source: str) -> Path:
    """The folder with the owners of an upload, which need not be here."""
    return _all_owners() / upload_id(source)


def _all_owners() -> Path:
    return uploads_root() / "owners"
