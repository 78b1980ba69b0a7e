"""A file packed by gzip, bzip2, xz or Zstandard, and a ZIP that holds a table.

It is unpacked into a temporary folder of its own, up to a limit, and removed when the contents are
closed.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ..errors import DataError
from ..scratch import new_scratch_folder
from . import limits
from .contents import Contents
from .format import FileFormat, FileStart, ReadOptions
from .images.layout import IMAGE_SUFFIXES
from .labels import split_of
from .messages import listed, quoted
from .temporary import Temporary

_PLAIN = ("csv", "tsv", "tab", "parquet", "pq", "xlsx", "jsonl", "ndjson")
"""Endings of tables in a ZIP."""
_ALONE = ("json", "arff", "dat", "data", "libsvm", "svm", "txt")
"""Endings that other files have too; such a file has to be the only one."""
_ABOUT = re.compile(
    r"(read.?me|licen[cs]e|index|citation|.*\.(md|names|pdf|html?)$)", re.IGNORECASE
)
_CHUNK = limits.MB


def _zstd(path: Path) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")


_OPENERS: dict[bytes, tuple[str, Callable[[Path], Any]]] = {
    b"\x1f\x8b": ("gzip", gzip.open),
    b"BZh": ("bzip2", bz2.open),
    b"\xfd7zXZ\x00": ("xz", lzma.open),
    b"\x28\xb5\x2f\xfd": ("zstd", _zstd),
}


def _read_packed(path: Path, options: ReadOptions) -> Contents:
    with open(path, "rb") as file:
        head = file.read(6)
    title, opened = next(found for magic, found in _OPENERS.items() if head.startswith(magic))
    name = (
        path.stem if path.suffix.lower() in (".gz", ".bz2", ".xz", ".zst", ".zstd") else path.name
    )
    return _unpacked(path, name, title, lambda: opened(path), options)


def _read_zip(path: Path, options: ReadOptions) -> Contents:
    try:
        with zipfile.ZipFile(path) as archive:
            chosen, others = _choose(archive.namelist())
            info = archive.getinfo(chosen)
            if info.flag_bits & 1:
                raise DataError(
                    f"Expected a table to read, but got the encrypted file {quoted(chosen)}. "
                    "Pack it again without a password."
                )
            name = PurePosixPath(chosen).name
            found = _unpacked(path, name, "ZIP", lambda: archive.open(info), options)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise _damaged("ZIP", error) from error
    notes = [f"Read {quoted(chosen)} from the ZIP."]
    if others:
        notes = [f"Read {quoted(chosen)} from the ZIP; not read: {listed(others)}."]
    return found.with_notes(*notes)


def _unpacked(
    path: Path, name: str, title: str, opened: Callable[[], IO[bytes]], options: ReadOptions
) -> Contents:
    """The contents of the packed file called ``name``."""
    from .identify import identify

    folder = Temporary(new_scratch_folder())
    try:
        safe = re.sub(r"[^\w. -]", "_", name)[-100:].lstrip(". ") or "table"
        target = folder.path / safe
        _copy(opened, target, title, options)
        form, note, _ = identify(target)
        if form in (PACKED, ZIPPED_TABLE):
            raise DataError(
                f"Expected a table in the {title} file, but got another packed file. Unpack it."
            )
        found = form.read(target, options)
        if note:
            found = found.with_notes(note)
        return replace(found, name=path.name, size=path.stat().st_size, temporary=folder)
    except BaseException:
        folder.remove()
        raise


def _copy(opened: Callable[[], IO[bytes]], target: Path, title: str, options: ReadOptions) -> None:
    import pyarrow as pa

    written = 0
    try:
        with opened() as source, open(target, "xb") as out:
            while content := source.read(_CHUNK):
                written += len(content)
                if written > limits.TABLE_BYTES:
                    raise DataError(
                        f"Expected the {title} file to unpack to at most "
                        f"{limits.TABLE_BYTES / limits.GB:g} GB, but got more. "
                        "Keep fewer samples of the frequent classes."
                    )
                out.write(content)
                options.progress("Unpacking", None)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile,
            NotImplementedError, RuntimeError, pa.ArrowException) as error:  # fmt: skip
        if isinstance(error, DataError):
            raise
        raise _damaged(title, error) from error


def _damaged(title: str, error: Exception) -> DataError:
    return DataError(
        f"Expected a readable {title} file, but got: {quoted(str(error), 100)}. It may be cut off; "
        "pack or copy it again."
    )


def _choose(names: list[str]) -> tuple[str, list[str]]:
    """The table to read, and those that are not read; `DataError` if it is not clear which."""
    tables = _tables(names)
    if len(tables) > 1:
        trained = [name for name in tables if _split(name) == "train"]
        if len(trained) != 1:
            raise DataError(
                f"Expected one table in the ZIP, or one called train, but got {listed(tables)}. "
                "Unpack it and choose one."
            )
        return trained[0], [name for name in tables if name != trained[0]]
    return tables[0], []


def _tables(names: list[str]) -> list[str]:
    """The tables among the names; a file that may be something else only if it is alone."""
    files = [
        name for name in names
        if not name.endswith("/") and not name.startswith("__MACOSX/")
        and not PurePosixPath(name).name.startswith(".")
    ]  # fmt: skip
    by_ending = {name: name.rpartition(".")[2].lower() for name in files}
    plain = [name for name in files if by_ending[name] in _PLAIN]
    if plain:
        return plain
    others = [name for name in files if not _ABOUT.match(PurePosixPath(name).name)]
    return others if len(others) == 1 and by_ending[others[0]] in _ALONE else []


def _split(name: str) -> str:
    parts = re.split(r"[\W_]+", PurePosixPath(name).stem)
    return next((split for part in parts if (split := split_of(part))), "")


def _matches_zip(start: FileStart) -> bool:
    """A ZIP with a table and without an image."""
    if start.entries is None or any(_suffix(name) in IMAGE_SUFFIXES for name in start.entries):
        return False
    return bool(_tables(list(start.entries)))


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2].lower()


PACKED: FileFormat = FileFormat(
    title="packed file",
    matches=lambda start: start.head.startswith(tuple(_OPENERS)),
    read=_read_packed,
    largest=limits.TABLE_BYTES,
    suffixes=("gz", "bz2", "xz", "zst"),
)
ZIPPED_TABLE: FileFormat = FileFormat(
    title="table in a ZIP",
    matches=_matches_zip,
    read=_read_zip,
    largest=limits.TABLE_BYTES,
    family="zip",
)
