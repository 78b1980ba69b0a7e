"""A file that a user takes along from an inspection, as a declaration, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ...errors import DataError
from ...files import write_atomically
from ...readers.contents import Contents
from ...readers.messages import quoted
from ..quality.finding import Quality
from .choice import Choice

if TYPE_CHECKING:
    import pyarrow as pa

Write = Callable[[IO[bytes], Path, Contents, Quality, Choice], list[str]]
"""Writes into an open file what ``target`` is to hold; returns sentences about it."""


@dataclass(frozen=True)
class Export:
    """One form, for the shell and for the page."""

    name: str
    title: str
    help: str
    suffixes: tuple[str, ...]
    """Endings it can be written with, the first by default."""
    kinds: tuple[str, ...]
    """Of `Contents.kind`"""
    write: Write

    @property
    def flag(self) -> str:
        """In the shell: ``--label-issues``."""
        return "--" + self.name.replace("_", "-")


def write_export(
    export: Export,
    target: Path,
    source: Path,
    contents: Contents,
    quality: Quality,
    choice: Choice | None = None,
) -> list[str]:
    """Write ``target`` atomically, and say in sentences what it holds.

    ``source`` is the file that ``contents`` was read from; it is never written over. Raises
    `DataError` for data that the form does not suit, an unknown ending, and a failed write.
    """
    if contents.kind not in export.kinds:
        raise DataError(
            f"Expected {' or '.join(export.kinds)} for {export.flag}, but got {contents.form}. "
            "Provide the samples themselves."
        )
    ending = target.suffix.lower().lstrip(".")
    if ending not in export.suffixes:
        raise DataError(
            f"Expected a name that ends in .{' or .'.join(export.suffixes)} for {export.flag}, but "
            f"got {quoted(target.name)}."
        )
    protect(source, target)
    said: list[str] = []
    write_atomically(
        target,
        lambda file: said.extend(export.write(file, target, contents, quality, choice or Choice())),
        error=DataError,
        advice="Choose another folder.",
    )
    return said


def protect(source: Path, target: Path) -> None:
    """Raise `DataError` if writing ``target`` would change the user's data."""
    inside = source.is_dir() and source.resolve() in target.resolve().parents
    if target.resolve() == source.resolve() or inside:
        raise DataError(
            f"Expected another place than the data themselves, but got {quoted(str(target))}. "
            "Choose a new name in another folder; the input is never changed."
        )


def is_parquet(target: Path) -> bool:
    """Whether a file is to be Parquet."""
    return target.suffix.lower() in (".parquet", ".pq")


def write_parquet(file: IO[bytes], table: pa.Table) -> None:
    """A table as Parquet into an open file."""
    from pyarrow import parquet

    parquet.write_table(table, file)
