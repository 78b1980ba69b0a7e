"""What lies below a folder, read once: no file is opened, and none but links is asked for details.

Links to files inside the folder count as files. Names are composed Unicode (NFC); bytes of a name
that are not UTF-8 are written as ``\\xff``.
"""

from __future__ import annotations

import os
import unicodedata
from bisect import bisect_left
from collections import Counter
from pathlib import Path

from ...errors import DataError
from ..messages import quoted
from .archives import MAX_DEPTH
from .layout import IMAGE_SUFFIXES, SYSTEM_FILES, Parts, left_out, suffix_of
from .path_list import PathList

SYSTEM_FOLDERS = frozenset(("lost+found", "$recycle.bin", "system volume information"))
"""Folders of the operating system, which few may read."""
_PACKED = "__MACOSX"


class FolderListing:
    """The ``images`` and the ``others`` below a folder, each sorted by path, at most ``most``.

    A folder that cannot be read as a whole is listed as far as it can be, and ``problem`` says why.
    """

    def __init__(self, root: Path, most: int) -> None:
        self.images, self.others = PathList(), PathList()
        self.problem: DataError | None = None
        self.endings: Counter[str] = Counter()
        """Of the images, in lower case."""
        self._ignored: Counter[str] = Counter()
        self.root = os.path.realpath(root)
        self._most = most
        self._seen = self._odd_bytes = 0
        self._full = False
        self._folders: dict[Parts, Parts] = {}
        """Where folders really are whose names, or those around them, are written otherwise."""
        self._names: dict[Parts, str] = {}
        """The real names of files whose names are written otherwise."""
        self._times: dict[str, int] = {}
        self._visit(self.root, ())
        self._changed = sum(_time_of(path) != then for path, then in self._times.items())

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of what was found, one sentence each."""
        said = list(left_out("the folder", +self._ignored))
        if self._odd_bytes:
            said.append(
                f"{self._odd_bytes:,} names of files or folders are not UTF-8; their bytes are "
                "written as \\xff."
            )
        if self._changed:
            said.append(
                f"{self._changed:,} folders changed while they were read, so counts may be "
                "behind. Inspect again when nothing is written any more."
            )
        return tuple(said)

    def real_parts(self, parts: Parts) -> Parts:
        """The path of a listed file below the folder, as the system has it."""
        folder = self._folders.get(parts[:-1], parts[:-1])
        return (*folder, self._names.get(parts, parts[-1]))

    def path_of(self, parts: Parts) -> Path:
        """Where a listed file is."""
        return Path(self.root, *self.real_parts(parts))

    def _visit(self, path: str, parts: Parts) -> None:
        """List a folder and what lies below it, in the order of paths."""
        if self._full:
            return
        if len(parts) > MAX_DEPTH:
            self._refuse(
                f"Expected at most {MAX_DEPTH} levels of folders, but got "
                f"{quoted('/'.join(parts), 120)}. Point to the folder that holds the classes."
            )
            return
        try:
            images, others, below = self._entries(path, parts)
        except OSError as error:
            self._unreadable(error, parts)
            return
        images, others = self._sorted(parts, images), self._sorted(parts, others)
        self._ignored["files that are not images"] += len(others)
        at = [0, 0]
        for name in sorted(below, key=self._tidy):
            tidy = self._tidy(name)
            inner, real = (*parts, tidy), f"{path.rstrip(os.sep)}{os.sep}{name}"
            if inner in self._folders or (tidy != name and tidy in below):
                self._refuse(
                    f"Expected folders of different names, but got {quoted('/'.join(inner))} "
                    "twice, with its letters encoded in two ways. Rename one."
                )
                continue
            self._odd_bytes += not _is_utf8(name)
            if tidy != name or parts in self._folders:
                self._folders[inner] = (*self._folders.get(parts, parts), name)
            for k, (found, names) in enumerate(((self.images, images), (self.others, others))):
                stop = bisect_left(names, tidy)
                found.add(parts, names[at[k] : stop])
                at[k] = stop
            self._visit(real, inner)
        self.images.add(parts, images[at[0] :])
        self.others.add(parts, others[at[1] :])

    def _entries(self, path: str, parts: Parts) -> tuple[list[str], list[str], list[str]]:
        """The names of images, of other files and of folders in a folder, hidden ones left out."""
        images: list[str] = []
        others: list[str] = []
        below: list[str] = []
        links: list[str] = []
        system = 0
        packed = _PACKED in parts
        self._times[path] = _time_of(path)
        with os.scandir(path) as entries:
            for entry in entries:
                name = entry.name
                if not entry.is_file(follow_symlinks=False):
                    if entry.is_symlink():
                        links.append(name)
                    elif entry.is_dir(follow_symlinks=False):
                        if not name.startswith(".") and name.lower() not in SYSTEM_FOLDERS:
                            below.append(name)
                        continue
                    else:
                        self._ignored["files that are not images"] += 1
                elif packed or name.startswith("."):
                    system += 1
                elif (ending := name[name.rfind(".") :].lower()) in IMAGE_SUFFIXES:
                    images.append(name)
                    self.endings[ending] += 1
                elif name.lower() in SYSTEM_FILES:
                    system += 1
                else:
                    others.append(name)
                self._seen += 1
                if self._seen > self._most:
                    self._full = True
                    self._refuse(
                        f"Expected a folder of at most {self._most:,} files, but got more. "
                        "Keep fewer images of the frequent classes."
                    )
                    break
        self._ignored["system files"] += system
        for name in links:
            if self._leads_to_a_file(f"{path.rstrip(os.sep)}{os.sep}{name}", (*parts, name)):
                ending = suffix_of(name)
                image = ending in IMAGE_SUFFIXES
                self.endings[ending] += image
                (images if image else others).append(name)
        return images, others, [] if self._full else below

    def _leads_to_a_file(self, path: str, parts: Parts) -> bool:
        """Whether a link leads to a file inside the folder that is part of the data."""
        target = os.path.realpath(path)
        if target != self.root and not target.startswith(self.root.rstrip(os.sep) + os.sep):
            self._refuse(
                f"Expected files inside the folder, but got {quoted('/'.join(parts), 120)}, a link "
                "that leaves it. Copy the file instead."
            )
            return False
        if parts[-1].startswith(".") or parts[-1].lower() in SYSTEM_FILES or _PACKED in parts:
            self._ignored["system files"] += 1
            return False
        if Path(target).is_file():
            return True
        self._ignored["files that are not images"] += 1
        return False

    def _sorted(self, parts: Parts, names: list[str]) -> list[str]:
        """The names as they are written, sorted, each once."""
        names.sort()
        if all(map(str.isascii, names)):
            return names
        real: dict[str, str] = {}
        for name in names:
            tidy = self._tidy(name)
            real[tidy] = name
            if tidy != name:
                self._names[(*parts, tidy)] = name
            else:
                self._names.pop((*parts, tidy), None)
        if len(real) < len(names):
            self._ignored["files named like another but for the encoding"] += len(names) - len(real)
        self._odd_bytes += sum(not _is_utf8(name) for name in names)
        return sorted(real)

    @staticmethod
    def _tidy(name: str) -> str:
        if name.isascii():
            return name
        if not _is_utf8(name):
            return os.fsencode(name).decode("utf-8", "backslashreplace")
        return unicodedata.normalize("NFC", name)

    def _unreadable(self, error: OSError, parts: Parts) -> None:
        what = quoted("/".join(parts) or Path(self.root).name, 120)
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            self._refuse(
                f"Expected a folder that stays as it is while it is read, but {what} vanished. "
                "Try again when nothing is moved any more."
            )
        else:
            self._refuse(
                f"Expected to be able to read every folder, but got {what}: "
                f"{error.strerror or error}. Change its permissions, or move it elsewhere."
            )

    def _refuse(self, message: str) -> None:
        """Keep the first problem."""
        self.problem = self.problem or DataError(message)


def _is_utf8(name: str) -> bool:
    """Whether the bytes of a name were UTF-8; others are surrogates in Python's text."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _time_of(path: str) -> int:
    """When a folder was last changed, in nanoseconds; −1 if it is gone."""
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return -1
