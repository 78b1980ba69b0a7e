"""What a file format declares: how its files are recognised, how large they may be, who reads them.

A format is one file with a `FileFormat` in it, and one entry in `formats.FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from .contents import Contents
from .images.folder_listing import FolderListing
from .images.layout import IMAGE_SUFFIXES, suffix_of
from .inner_files import peek_folder, peek_zip
from .messages import Progress, silent

AUTO, NONE = "auto", "none"
"""Separators of labels in a cell: guess it; take every cell as one label."""
YES, NO = "yes", "no"
"""Whether the first row of a text table names the columns; `AUTO` compares it with the others."""


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file; what is ``None`` is guessed."""

    label: str | int | None = None
    """The label column by its name, or its position from 0."""
    split: str | int | None = None
    """The split column likewise; empty for none."""
    separator: str = AUTO
    """Between several labels in a cell."""
    header: str = AUTO
    """Whether the first row of a text table names the columns: `YES`, `NO` or `AUTO`."""
    progress: Progress = silent
    unlabelled: bool = False
    """Read a table as rows alone: no column is taken for labels."""
    listing: FolderListing | None = None
    """What is known of a folder already, so that it is read once."""


@dataclass(frozen=True)
class FileStart:
    """What is known of a file before it is read."""

    path: Path
    head: bytes = b""
    """The first `limits.HEAD_BYTES` bytes; empty for a folder."""
    entries: tuple[str, ...] | None = None
    """The names inside a ZIP; ``None`` for anything else."""
    claimed: FileFormat | None = None
    """The format that the file's name claims."""
    listing: FolderListing | None = None
    """What lies in a folder; ``None`` for a file."""

    @property
    def folder(self) -> bool:
        return self.listing is not None

    @property
    def text(self) -> bytes:
        """The head without a byte order mark and blanks in front."""
        return self.head.lstrip(b"\xef\xbb\xbf \t\r\n")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The paths inside a folder or a ZIP, with forward slashes; empty for a single file."""
        if self.listing is not None:
            return (*map("/".join, self.listing.images), *self.others)
        return tuple(name.replace("\\", "/") for name in self.entries or ())

    @cached_property
    def others(self) -> tuple[str, ...]:
        """Those of ``names`` that are no images by their endings: few where images are many."""
        if self.listing is not None:
            return tuple(map("/".join, self.listing.others))
        return tuple(name for name in self.names if suffix_of(name) not in IMAGE_SUFFIXES)

    def ending(self, suffix: str, most: int) -> list[str]:
        """The first of ``others`` with an ending, in lower case."""
        return list(islice((n for n in self.others if n.lower().endswith(suffix)), most))

    def peek(self, names: Sequence[str], most: int = 65_536) -> list[bytes]:
        """The first bytes of some of ``names``; empty for what is unreadable."""
        if self.listing is not None:
            paths = [self.listing.path_of(tuple(name.split("/"))) for name in names]
            return peek_folder(self.path, paths, most)
        return peek_zip(self.path, [self.names.index(name) for name in names], most)


@dataclass(frozen=True)
class FileFormat:
    """One format of files or folders."""

    title: str
    """What a person calls it."""
    matches: Callable[[FileStart], bool]
    """Whether a file is of this format; may raise `DataError` for one that is of no use."""
    read: Callable[[Path, ReadOptions], Contents]
    largest: int = 0
    """Bytes of the largest file; 0 for folders."""
    suffixes: tuple[str, ...] = ()
    """Endings of its files, without the dot, in lower case."""
    family: str = ""
    """Formats of one family share their suffixes, so a name that claims another is no mistake."""
    text: bool = False
    """Whether any text file with its suffix is of this format, or of another text format."""
