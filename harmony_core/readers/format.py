"""What a file format declares: how its files are recognised, how large they may be, who reads them.

A format is one file with a `FileFormat` in it, and one entry in `formats.FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .contents import Contents
from .inner_files import folder_names, peek_folder, peek_zip
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
    folder: bool = False

    @property
    def text(self) -> bytes:
        """The head without a byte order mark and blanks in front."""
        return self.head.lstrip(b"\xef\xbb\xbf \t\r\n")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The paths inside a folder or a ZIP, with forward slashes; empty for a single file."""
        if self.folder:
            return folder_names(self.path)
        return tuple(name.replace("\\", "/") for name in self.entries or ())

    def peek(self, positions: Sequence[int], most: int = 65_536) -> list[bytes]:
        """The first bytes of the files at these positions of ``names``; empty if unreadable."""
        if self.folder:
            return peek_folder(self.path, [self.names[i] for i in positions], most)
        return peek_zip(self.path, positions, most)


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
