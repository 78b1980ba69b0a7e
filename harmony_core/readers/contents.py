"""What a file holds: its labels by class and split, and a way to its samples."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from ..arrays import Array
from .labels import Labels
from .samples import BoxNotes, ImageObjects, Images, TableFile
from .temporary import Temporary


@dataclass(frozen=True)
class Contents:
    """A file that was read safely, and what it holds."""

    name: str
    """The file's name, without its folder."""
    kind: str
    """``table``, ``counts``, ``images`` or ``annotations``."""
    form: str
    """The title of its format, such as "CSV table"."""
    size: int
    """Bytes."""
    labels: Labels
    label: str = ""
    """The column (or array) that holds the labels."""
    reason: str = ""
    """Why that column was chosen."""
    choices: tuple[str, ...] = ()
    """Other columns that could hold the labels, the likeliest first."""
    columns: tuple[str, ...] = ()
    split_column: str = ""
    header: str = ""
    """Whether the first row was taken for names: ``yes`` or ``no``; empty where none is asked."""
    features: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    """What a user should know about how it was read, one sentence each."""
    table: TableFile | None = None
    images: Images | None = None
    boxes: BoxNotes | None = None
    objects: ImageObjects | None = None
    """Of annotations: which objects each image has, and where."""
    path: Path | None = None
    """Of annotations: the file or folder, which may hold the images, too."""
    together: Array | None = None
    """(n,) id of what a sample was cut from; samples of one id stay on one side of a split."""
    temporary: Temporary | None = None
    """Where a packed file was unpacked to."""

    def with_notes(self, *notes: str) -> Contents:
        """A copy with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    def close(self) -> None:
        """Close the file, and remove what was unpacked."""
        if self.images is not None:
            self.images.close()
        if self.temporary is not None:
            self.temporary.remove()
