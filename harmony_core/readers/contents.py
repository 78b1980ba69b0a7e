"""What a file turned out to hold: its labels by class and split, and a way to its samples."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .labels import Labels

if TYPE_CHECKING:
    from .annotations.boxes import BoxNotes
    from .images.image_files import ArrayImages, ImageFiles
    from .tables.table_file import TableFile


@dataclass(frozen=True)
class Contents:
    """A file that was read safely, and what it holds."""

    name: str
    """The file's name, without its folder."""
    kind: str
    """``table``, ``counts``, ``images`` or ``annotations``."""
    form: str
    """The format, as a person calls it."""
    size: int
    """Bytes."""
    labels: Labels
    label: str = ""
    """The column (or array) the labels came from."""
    reason: str = ""
    """Why that column was taken."""
    choices: tuple[str, ...] = ()
    """Other columns that could hold the labels, the likeliest first."""
    columns: tuple[str, ...] = ()
    split_column: str = ""
    features: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """What a user should know about how it was read, one sentence each."""
    table: TableFile | None = None
    images: ImageFiles | ArrayImages | None = None
    boxes: BoxNotes | None = None

    def with_notes(self, *notes: str) -> Contents:
        """The same with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    def close(self) -> None:
        """Let go of the file."""
        if self.images is not None:
            self.images.close()
