"""Reading images from a folder, without ever leaving it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from ...errors import DataError
from ..messages import quoted
from .archives import MAX_ENTRIES, MAX_FILE_BYTES
from .folder_listing import FolderListing
from .layout import Parts


class FolderSource:
    """The image files of a folder (``files``, sorted), its ``others``, notes on those, and `read`.

    Links to files inside the folder are followed; a link that leaves it is refused, and so are more
    than ``most`` files. ``listing`` is what is known of the folder already.
    """

    def __init__(
        self, root: Path, most: int | None = None, listing: FolderListing | None = None
    ) -> None:
        self.title = "the folder"
        if listing is None:
            listing = FolderListing(root, MAX_ENTRIES if most is None else most)
        if listing.problem is not None:
            raise listing.problem
        self._listing = listing
        self.files: Sequence[Parts] = listing.images
        self.others: Sequence[Parts] = listing.others
        self.endings = listing.endings
        self.notes = listing.notes

    @cached_property
    def key(self) -> str:
        """The identity of the images in a cache: a SHA-256 of their names, sizes and times.

        Every file is asked for these, which takes seconds for a million.
        """
        inner = sorted(map(self._listing.real_parts, self.files), key=_walked)
        digest = hashlib.sha256()
        for parts in inner:
            try:
                info = Path(self._listing.root, *parts).stat()
            except OSError as error:
                raise DataError(
                    "Expected a folder that stays as it is while it is read, but got "
                    f"{quoted('/'.join(parts), 120)}: {error.strerror or error}. Try again when "
                    "nothing is moved any more."
                ) from error
            digest.update(f"{parts}\0{info.st_size}\0{info.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    def path_of(self, parts: Parts) -> str:
        """The path of a file in the folder, as the system has it."""
        return "/".join(self._listing.real_parts(parts))

    def read(self, parts: Parts, most: int = MAX_FILE_BYTES) -> bytes:
        """The content of a file; `OSError` if it cannot be read or is too large."""
        with open(self._listing.path_of(parts), "rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise OSError(f"larger than {most >> 20} MB")
        return content

    def close(self) -> None:
        """Nothing is held open."""


def _walked(parts: Parts) -> list[tuple[bool, str]]:
    """The order of the key: in each folder the files first, then what lies in folders."""
    last = len(parts) - 1
    return [(depth < last, part) for depth, part in enumerate(parts)]
