"""The entries of a ZIP by their place in the file, read straight from there.

`zipfile` keeps some hundred bytes and takes several reads for each entry, which is most of the work
where images are small. Here an entry is a row of numbers and one read. What `zipfile` checks is
checked: the header before the data, its name, the checksum, that no two entries overlap, and that
nothing is unpacked beyond the size that was declared. Axes: n entries.
"""

from __future__ import annotations

import os
import struct
import threading
import zlib
from array import array
from bisect import bisect_right
from typing import IO
from zipfile import ZIP_STORED, ZipInfo

_HEADER = struct.Struct("<4s5H3L2H")
_SIGNATURE = b"PK\x03\x04"
_UTF8 = 0x800
_UNREADABLE = 0x1 | 0x20 | 0x40
"""Encrypted, patched or strongly encrypted."""
_FAR = 2**62
_SLACK = 64
"""Bytes that are read in addition, as most headers hold a little more than the name."""


class ZipEntries:
    """Entries are added in any order, then read by their position in that order."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._starts = array("q")  # (n,) where the header lies
        self._packed = array("Q")
        self._unpacked = array("Q")
        self._checksums = array("L")
        self._flags = array("H")
        self._methods = array("H")
        self._names = array("q")
        """(n,) hashes, as the names themselves take most of the room."""
        self._lengths = array("L")
        self._others: list[int] = []
        self._bounds: list[int] = []

    def add(self, info: ZipInfo) -> int:
        """Keep what is needed to read an entry; its position."""
        self._starts.append(min(max(info.header_offset, 0), _FAR))
        self._packed.append(info.compress_size)
        self._unpacked.append(info.file_size)
        self._checksums.append(info.CRC)
        self._flags.append(info.flag_bits)
        self._methods.append(info.compress_type)
        self._names.append(hash(info.orig_filename))
        self._lengths.append(len(info.orig_filename))
        return len(self._starts) - 1

    def finish(self, others: list[int], end: int) -> None:
        """No entry may reach into the next, which may be one of ``others``, or beyond ``end``."""
        self._bounds = sorted({*self._starts, *others, end, _FAR, 2 * _FAR})

    def read(self, row: int) -> bytes:
        """The content of an entry; `OSError` if it is damaged."""
        start, packed, flags = self._starts[row], self._packed[row], self._flags[row]
        if flags & _UNREADABLE:
            raise OSError("encrypted or patched data")
        unpacked = self._unpacked[row]
        room = self._bounds[bisect_right(self._bounds, start)] - start
        # No more than deflate can make of it, whatever size is claimed.
        taken = min(packed, unpacked + (unpacked >> 8) + 1024)
        head = self._at(start, min(_HEADER.size + self._lengths[row] + _SLACK + taken, room))
        if len(head) < _HEADER.size or not head.startswith(_SIGNATURE):
            raise OSError("no header before the data")
        fields = _HEADER.unpack_from(head)
        name = head[_HEADER.size : _HEADER.size + fields[9]]
        try:
            text = name.decode("utf-8" if fields[2] & _UTF8 else "cp437")
        except UnicodeDecodeError as error:
            raise OSError("a name that is no text") from error
        if hash(text) != self._names[row]:
            raise OSError("another name before the data than in the table of contents")
        data = _HEADER.size + fields[9] + fields[10]
        if data + packed > room:
            raise OSError("entries that overlap")
        content = head[data : data + taken]
        if data + taken > len(head):
            content = self._at(start + data, taken)
        if self._methods[row] != ZIP_STORED:
            try:  # one byte more, as a limit of 0 is none
                content = zlib.decompressobj(-15).decompress(content, unpacked + 1)
            except zlib.error as error:
                raise OSError(str(error)) from error
        content = content[:unpacked]
        if zlib.crc32(content) != self._checksums[row]:
            raise OSError("content that does not fit its checksum (CRC)")
        return content

    def _at(self, start: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), size, start)
        with self._lock:
            self._file.seek(start)
            return self._file.read(size)
