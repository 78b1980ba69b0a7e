"""Read a ZIP of images that may be malicious.

Nothing is written to disk: entries are read into memory one by one, and never beyond a limit,
whatever sizes the archive declares.
"""

from __future__ import annotations

import hashlib
import re
import stat
import threading
import unicodedata
import zipfile
from collections import Counter
from pathlib import Path

from ...errors import DataError
from ..limits import JSON_BYTES
from .layout import IMAGE_SUFFIXES, Parts, is_system_file, left_out, suffix_of
from .zip_entries import ZipEntries

MAX_ARCHIVE_BYTES = 2 * 2**30
MAX_ENTRIES = 120_000
MAX_TOTAL_BYTES = 4 * 2**30
MAX_FILE_BYTES = 32 * 2**20
MAX_RATIO = 200
"""Largest ratio of unpacked to packed size, for entries above `RATIO_FROM` bytes.

A blank image that is stored without compression of its own is packed more tightly than that.
"""
DOCUMENTS = frozenset((".json", ".jsonl", ".csv", ".tsv", ".txt", ".xml", ".parquet", ".npy"))
"""Files beside images that may be as large as alone."""
UNCOMPRESSED = frozenset((".bmp", ".ppm", ".pgm", ".pnm", ".tif", ".tiff"))
RATIO_FROM = 2**20
MAX_DEPTH = 8
MAX_NAME = 1_000
NESTED_SUFFIXES = frozenset(
    (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst", ".jar")
)
ORDINARY_NAME = re.compile(
    r"(?=.{1,200}$)[A-Za-z0-9_][A-Za-z0-9_.+ -]*(/[A-Za-z0-9_][A-Za-z0-9_.+ -]*)*"
)
"""Names that are safe without further checks."""
_ENTRY = b"PK\x01\x02"
_UTF8 = 0x800
_ENCRYPTED = 0x1


class ZipSource:
    """The image files of a ZIP (``files``), its ``others``, notes on those, and `read`."""

    def __init__(self, path: Path) -> None:
        self.title = "the ZIP"
        self.files: list[Parts] = []
        self.others: list[Parts] = []
        self._entries: dict[Parts, int] = {}
        self._unpacked = 0
        self._lock = threading.Lock()
        self.key = _scan(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            raise DataError(
                f"Expected a ZIP archive, but got: {error}. Pack the folder as a ZIP again."
            ) from error
        self._contents = ZipEntries(self._zip)
        try:
            ignored = self._take()
        except BaseException:
            self.close()
            raise
        self.notes = left_out(self.title, ignored)

    def _take(self) -> Counter[str]:
        """Check every entry, sort images from other files; returns what is no image."""
        ignored: Counter[str] = Counter()
        declared = 0
        unused: list[int] = []
        folders: dict[str, Parts] = {}
        for info in self._zip.infolist():
            parts = _parts(info, folders)
            if info.is_dir() or (info.filename.endswith("\\") and not info.file_size):
                unused.append(info.header_offset)
                continue
            _check_entry(info)
            declared += info.file_size
            if declared > MAX_TOTAL_BYTES:
                raise _too_large()
            if is_system_file(parts):
                ignored["system files"] += 1
                unused.append(info.header_offset)
                continue
            if parts in self._entries:
                raise DataError(
                    f"Expected every file of the ZIP once, but got {'/'.join(parts)!r} twice. "
                    "Pack it again."
                )
            self._entries[parts] = self._contents.add(info, "/".join(parts))
            if suffix_of(parts[-1]) in IMAGE_SUFFIXES:
                self.files.append(parts)
            else:
                self.others.append(parts)
                ignored["files that are not images"] += 1
        self._contents.finish(unused)
        return ignored

    @property
    def endings(self) -> Counter[str]:
        """How many images have which ending, in lower case."""
        return Counter(suffix_of(parts[-1]) for parts in self.files)

    def path_of(self, parts: Parts) -> str:
        """The name of an entry in the ZIP."""
        return self._contents.name_of(self._entries[parts], "/".join(parts))

    def read(self, parts: Parts, most: int = MAX_FILE_BYTES) -> bytes:
        """The content of a file; `OSError` if it is damaged, `DataError` if it is too much."""
        content = self._contents.read(self._entries[parts], "/".join(parts), most + 1)
        with self._lock:
            self._unpacked += len(content)
            if len(content) > most or self._unpacked > MAX_TOTAL_BYTES:
                raise _too_large()
        return content

    def close(self) -> None:
        self._zip.close()


def _scan(path: Path) -> str:
    """The SHA-256 of an archive; refuses one that is too large or has too many entries.

    Entries are counted by their signature before the table of contents is parsed, as its own count
    can be forged.
    """
    size = path.stat().st_size
    if size > MAX_ARCHIVE_BYTES:
        raise DataError(
            f"Expected a ZIP of at most {MAX_ARCHIVE_BYTES / 2**30:g} GB, but got "
            f"{size / 2**30:.1f} GB. Make the images smaller."
        )
    digest, entries, tail = hashlib.sha256(), 0, b""
    with open(path, "rb") as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
            window = tail + chunk
            entries += window.count(_ENTRY)
            tail = window[-len(_ENTRY) + 1 :]
    if entries > MAX_ENTRIES:
        raise DataError(
            f"Expected a ZIP of at most {MAX_ENTRIES:,} entries, but got {entries:,}. "
            "Keep fewer images of the frequent classes, and pack no archives inside."
        )
    return digest.hexdigest()


def _parts(info: zipfile.ZipInfo, folders: dict[str, Parts]) -> Parts:
    """The path of an entry, or `DataError` for one that could lead out of a folder.

    ``folders`` keeps the parts of every folder once.
    """
    name = info.filename
    if name == info.orig_filename and ORDINARY_NAME.fullmatch(name) and name.count("/") < MAX_DEPTH:
        folder, slash, last = name.rpartition("/")
        if slash and folder not in folders:
            folders[folder] = tuple(folder.split("/"))
        return (*folders.get(folder, ()), last)
    # Windows PowerShell 5 writes backslashes; they separate folders like any other slash.
    names = {name.replace("\\", "/") for name in (info.orig_filename, info.filename)}
    for name in names:
        reason = _unsafe(name)
        if reason:
            raise DataError(
                f"Expected paths inside the ZIP such as train/cat/1.jpg, but got {name[:80]!r} "
                f"({reason}). Pack it again without that entry."
            )
    name = info.filename.replace("\\", "/")
    if not info.flag_bits & _UTF8:
        # Without the flag a name is read as code page 437, but many tools write UTF-8 all the same.
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename.replace("\\", "/")
    return tuple(unicodedata.normalize("NFC", name).removeprefix("./").rstrip("/").split("/"))


def _unsafe(name: str) -> str:
    """Why a path is refused, or an empty text."""
    parts = name.removeprefix("./").rstrip("/").split("/")
    reasons = {
        "a control character": re.search(r"[\x00-\x1f\x7f]", name) is not None,
        "an absolute path": name.startswith("/"),
        "a drive letter": re.match(r"[A-Za-z]:", name) is not None,
        "a path that leads out of the folder": ".." in parts,
        "an empty or dotted part": any(part.strip() in ("", ".") for part in parts),
        "a path that is too deep": len(parts) > MAX_DEPTH,
        "a name that is too long": len(name) > MAX_NAME,
    }
    return next((reason for reason, found in reasons.items() if found), "")


def _check_entry(info: zipfile.ZipInfo) -> None:
    """Refuse what no archive of images contains."""
    name, mode = info.filename, info.external_attr >> 16
    problem = ""
    if stat.S_ISLNK(mode):
        problem = "a symbolic link"
    elif mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        problem = "a special file"
    elif info.flag_bits & _ENCRYPTED:
        problem = "an encrypted file"
    elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        problem = "an unusual compression"
    elif suffix_of(name) in NESTED_SUFFIXES:
        problem = "an archive inside the archive"
    elif info.file_size > (most := JSON_BYTES if suffix_of(name) in DOCUMENTS else MAX_FILE_BYTES):
        problem = f"a file of {info.file_size / 2**20:,.0f} MB, more than {most >> 20}"
    elif (
        info.file_size > RATIO_FROM
        and info.file_size > MAX_RATIO * info.compress_size
        and suffix_of(name) not in UNCOMPRESSED
    ):
        problem = "a file packed more tightly than images can be"
    if problem:
        raise DataError(
            f"Expected plain image files in the ZIP, but got {problem}: {name[:80]!r}. "
            "Pack it again without that entry."
        )


def _too_large() -> DataError:
    return DataError(
        f"Expected the files of the ZIP to unpack to at most {MAX_TOTAL_BYTES / 2**30:g} GB, "
        f"{MAX_FILE_BYTES >> 20} MB each image, but got more. Make the images smaller or fewer."
    )
