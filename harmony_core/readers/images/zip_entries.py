"""The entries of a ZIP, kept small; `zipfile` reads them.

`zipfile` keeps some hundred bytes of each entry, which with many small images is as much as the
images. Here an entry is a row of numbers, made a `ZipInfo` again when it is read.
Axes: n entries.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_right
from zipfile import BadZipFile, ZipFile, ZipInfo

_FAR = 2**62
_HEADER = 30
"""Bytes of an entry before its name and its data, at least."""


class ZipEntries:
    """Entries are added in any order, then read by their position in that order."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._other_names: dict[int, str] = {}
        """Names in the archive that differ from those used here, by position."""
        self._starts = array("q")  # (n,) positions of the headers
        self._packed = array("Q")
        self._unpacked = array("Q")
        self._checksums = array("L")
        self._flags = array("H")
        self._methods = array("H")
        self._bounds: list[int] = []

    def add(self, info: ZipInfo, name: str) -> int:
        """Keep what is needed to read an entry by this name; its position."""
        if name != info.orig_filename:
            self._other_names[len(self._starts)] = info.orig_filename
        self._starts.append(min(max(info.header_offset, 0), _FAR))
        self._packed.append(info.compress_size)
        self._unpacked.append(info.file_size)
        self._checksums.append(info.CRC)
        self._flags.append(info.flag_bits)
        self._methods.append(info.compress_type)
        return len(self._starts) - 1

    def finish(self, others: list[int]) -> None:
        """Call after the last `add`; ``others`` are the header positions of entries left out."""
        self._bounds = sorted({*self._starts, *others, self._archive.start_dir, _FAR, 2 * _FAR})
        self._archive.filelist.clear()
        self._archive.NameToInfo.clear()

    def name_of(self, row: int, name: str) -> str:
        """The name of an entry in the archive, which is known as ``name`` here."""
        return self._other_names.get(row, name)

    def read(self, row: int, name: str, most: int) -> bytes:
        """The content of an entry, at most ``most`` bytes; `OSError` if it is damaged."""
        name = self.name_of(row, name)
        start = self._starts[row]
        end = start + _HEADER + len(name) + self._packed[row]
        if end > self._bounds[bisect_right(self._bounds, start)]:
            raise OSError("entries that overlap")  # not every version of Python checks this
        try:
            with self._archive.open(self._info(row, name)) as file:
                return file.read(most)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise OSError(str(error)) from error
        except UnicodeDecodeError as error:
            raise OSError("a name that is not text") from error

    def _info(self, row: int, name: str) -> ZipInfo:
        info = ZipInfo(name)
        info.header_offset = self._starts[row]
        info.compress_size, info.file_size = self._packed[row], self._unpacked[row]
        info.CRC, info.flag_bits = self._checksums[row], self._flags[row]
        info.compress_type = self._methods[row]
        return info
