"""Reading images from a folder, without ever leaving it."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import Counter
from pathlib import Path

from ...errors import DataError
from .archives import MAX_DEPTH, MAX_ENTRIES, MAX_FILE_BYTES
from .layout import IMAGE_SUFFIXES, Parts, is_system_file, left_out, suffix_of


class FolderSource:
    """The image files of a folder (``files``), its ``others``, notes on those, and `read`.

    Links to files inside the folder are followed; a link that leaves it is refused.
    """

    def __init__(self, root: Path, most: int | None = None) -> None:
        most = MAX_ENTRIES if most is None else most
        self.title = "the folder"
        self._root = root.resolve()
        self._paths: dict[Parts, Path] = {}
        self.files: list[Parts] = []
        self.others: list[Parts] = []
        ignored: Counter[str] = Counter()
        digest = hashlib.sha256()
        seen = 0
        for folder, below, names in os.walk(self._root):
            below[:] = sorted(name for name in below if not name.startswith("."))
            here = Path(folder)
            if len(here.relative_to(self._root).parts) > MAX_DEPTH:
                raise DataError(
                    f"Expected at most {MAX_DEPTH} levels of folders, but got {folder!r}. "
                    "Point to the folder that holds the classes."
                )
            for name in sorted([*names, *(n for n in below if (here / n).is_symlink())]):
                path = here / name
                seen += 1
                if seen > most:
                    raise DataError(
                        f"Expected a folder of at most {most:,} files, but got more. "
                        "Keep fewer images of the frequent classes."
                    )
                parts = path.relative_to(self._root).parts
                if path.is_symlink() and not path.resolve().is_relative_to(self._root):
                    raise DataError(
                        f"Expected files inside the folder, but got {'/'.join(parts)!r}, a link "
                        "that leaves it. Copy the file instead."
                    )
                if is_system_file(parts):
                    ignored["system files"] += 1
                    continue
                tidy = tuple(unicodedata.normalize("NFC", part) for part in parts)
                if not path.is_file() or suffix_of(name) not in IMAGE_SUFFIXES:
                    ignored["files that are not images"] += 1
                    if path.is_file():
                        self._paths[tidy] = path
                        self.others.append(tidy)
                else:
                    info = path.stat()
                    digest.update(f"{parts}\0{info.st_size}\0{info.st_mtime_ns}\n".encode())
                    if tidy not in self._paths:
                        self.files.append(tidy)
                    self._paths[tidy] = path
        self.key = digest.hexdigest()
        self.notes = left_out(self.title, ignored)

    def path_of(self, parts: Parts) -> str:
        """The path of a file in the folder, as the system has it."""
        return os.fspath(self._paths[parts].relative_to(self._root))

    def read(self, parts: Parts, most: int = MAX_FILE_BYTES) -> bytes:
        """The content of a file; `OSError` if it cannot be read or is too large."""
        with open(self._paths[parts], "rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise OSError(f"larger than {most >> 20} MB")
        return content

    def close(self) -> None:
        """Nothing is held open."""
