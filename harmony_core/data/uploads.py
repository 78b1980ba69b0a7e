"""Uploaded files, kept under the hash of their content.

A config names an upload as ``upload:<64 hex digits>``: it stays valid when the page is reloaded,
and it never names a path.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from pathlib import Path
from typing import IO, BinaryIO

from ..errors import DataError
from .cache import cache_root, keep

UPLOAD_BYTES = 512 * 2**20
"""Largest file that is accepted."""
CHUNK = 2**20
UPLOAD_PREFIX = "upload:"
"""What a ``source`` begins with that names an upload."""
SESSIONS = "sessions"
"""The folder in `uploads_root` for what is inspected, as long as its page is open."""


def uploads_root() -> Path:
    """The folder named by ``HARMONY_UPLOADS``, else ``uploads`` in the data cache."""
    chosen = os.environ.get("HARMONY_UPLOADS")
    return Path(chosen).expanduser() if chosen else cache_root() / "uploads"


def store_upload(content: bytes | BinaryIO, limit: int = UPLOAD_BYTES) -> str:
    """Keep a file and return the ``source`` that names it, ``upload:`` and its SHA-256.

    The same content is kept once.
    """
    source = io.BytesIO(content) if isinstance(content, bytes | bytearray | memoryview) else content
    source.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise DataError(
                f"Expected a file of at most {limit / 2**20:.0f} MB, but got more. "
                "Make the images smaller or keep fewer of the frequent classes."
            )
        digest.update(chunk)
    if size == 0:
        raise DataError("Expected a file with content, but got an empty one. Upload it again.")
    path = uploads_root() / digest.hexdigest()
    if not path.is_file():
        source.seek(0)

        def write(file: IO[bytes]) -> None:
            while piece := source.read(CHUNK):
                file.write(piece)

        keep(path, write)
    return UPLOAD_PREFIX + path.name


def upload_path(source: str) -> Path:
    """The file of the upload with this SHA-256; raises `DataError` if there is none."""
    name = upload_id(source)
    path = uploads_root() / name
    if not path.is_file():
        raise DataError(
            f"Expected the upload {name[:12]}… to be on this server, but got nothing there. "
            "Upload the file again."
        )
    return path


def upload_id(source: str) -> str:
    """The SHA-256 in a ``source`` that names an upload; raises `DataError` if it is none."""
    name = source.removeprefix(UPLOAD_PREFIX)
    if not re.fullmatch(r"[0-9a-f]{64}", name):
        raise DataError(f"Expected the id of an upload to be 64 hex digits, but got {name[:80]!r}.")
    return name


def is_upload(source: str) -> bool:
    """Whether a ``source`` names an upload and not a path."""
    return source.startswith(UPLOAD_PREFIX)


def beside(folder: Path, source: str) -> Path:
    """The user's file in the folder of an exported script: by its name, an upload by its content.

    Raises `DataError` if it is not there.
    """
    if not is_upload(source):
        path = folder / source
        if path.exists():
            return path
        raise DataError(
            f"Expected {source!r} beside the script, in {folder}, but got nothing there. Copy it "
            "there, or give its path: python train.py EPOCHS FILE."
        )
    wanted = source.removeprefix(UPLOAD_PREFIX)
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.stat().st_size <= UPLOAD_BYTES:
            with open(path, "rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == wanted:
                    return path
    raise DataError(
        f"Expected the uploaded file beside the script, in {folder}, but no file there has its "
        "content. Copy it there unchanged, or give a path: python train.py EPOCHS FILE."
    )


def resolve_source(source: str) -> Path:
    """The file or folder that a ``source`` parameter names: a path, or ``upload:<id>``."""
    if source.startswith(UPLOAD_PREFIX):
        return upload_path(source)
    if not source.strip() or "\0" in source:
        raise DataError(
            f"Expected `source` to name a folder or a ZIP file, but got {source!r}. "
            "Give its path, or upload a ZIP."
        )
    path = Path(source).expanduser()
    if not path.exists():
        raise DataError(
            f"Expected `source` to name an existing folder or file, but got {source!r}. "
            "Check the path."
        )
    return path
