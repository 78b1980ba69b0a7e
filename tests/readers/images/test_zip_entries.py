"""Entries that are kept as numbers: read as `zipfile` reads them, and damaged ones refused."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harmony_core.readers.images.archives import ZipSource

NAMES = ("cat/a.png", "cat/b b.png", "Käfer/猫.png", "dog/empty.png", "dog/long.png")
CONTENTS = (b"first", bytes(range(256)) * 40, b"third", b"", b"z" * 70_000)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Entries with and without compression, one of them with a long field before its data."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        for i, (name, content) in enumerate(zip(NAMES, CONTENTS, strict=True)):
            info = zipfile.ZipInfo(name)
            info.compress_type = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)[i % 2]
            info.extra = struct.pack("<HH", 0xCAFE, 300) + b"x" * 300 if i in (1, 4) else b""
            file.writestr(info, content)
    return path


def reading(path: Path) -> list[bytes]:
    source = ZipSource(path)
    try:
        return [source.read(parts) for parts in source.files]
    finally:
        source.close()


def test_it_reads_what_zipfile_reads(archive: Path) -> None:
    assert reading(archive) == list(CONTENTS)
    with zipfile.ZipFile(archive) as file:
        assert reading(archive) == [file.read(name) for name in file.namelist()]


def test_an_archive_behind_other_bytes_is_read_too(archive: Path) -> None:
    archive.write_bytes(b"#!/bin/sh\n" + archive.read_bytes())
    assert reading(archive) == list(CONTENTS)


def header(content: bytearray) -> int:
    return content.index(b"PK\x03\x04")


def table(content: bytearray) -> int:
    return content.index(b"PK\x01\x02")


def no_signature(content: bytearray) -> None:
    content[header(content)] = 0


def other_name(content: bytearray) -> None:
    content[header(content) + 30] ^= 1


def no_text(content: bytearray) -> None:
    content[header(content) + 6 : header(content) + 8] = struct.pack("<H", 0x800)
    content[header(content) + 30] = 0xFF


def other_content(content: bytearray) -> None:
    content[content.index(b"first")] ^= 1


def patched(content: bytearray) -> None:
    content[table(content) + 8] |= 0x20


def overlapping(content: bytearray) -> None:
    for at in (20, 24):  # packed and unpacked: as if the next entry were part of it
        struct.pack_into("<I", content, table(content) + at, 400)


def no_deflate(content: bytearray) -> None:
    second = content.index(b"PK\x03\x04", header(content) + 4)
    start = second + 30 + sum(struct.unpack_from("<2H", content, second + 26))
    content[start : start + 4] = b"\xff\xff\xff\xff"


def beyond_the_end(content: bytearray) -> None:
    struct.pack_into("<I", content, table(content) + 42, len(content) - 3)


def endless(content: bytearray) -> None:
    struct.pack_into("<I", content, table(content) + 20, 2**32 - 2)


@pytest.mark.parametrize(
    ("damage", "row", "words"),
    [
        (no_signature, 0, "header"),
        (other_name, 0, "header"),
        (no_text, 0, "not text"),
        (other_content, 0, "CRC"),
        (patched, 0, "patched"),
        (overlapping, 0, "overlap"),
        (endless, 0, "overlap"),
        (no_deflate, 1, "invalid"),
        (beyond_the_end, 0, "header"),
    ],
)
def test_a_damaged_entry_is_said_and_the_others_are_read(
    archive: Path, damage: Callable[[bytearray], None], row: int, words: str
) -> None:
    content = bytearray(archive.read_bytes())
    damage(content)
    archive.write_bytes(content)
    source = ZipSource(archive)
    with pytest.raises(OSError, match=words):
        source.read(source.files[row])
    for other, expected in enumerate(CONTENTS):
        if other != row:
            assert source.read(source.files[other]) == expected
    source.close()


def test_no_more_is_unpacked_than_was_declared(archive: Path) -> None:
    content = bytearray(archive.read_bytes())
    second = content.index(b"PK\x01\x02", table(content) + 4)
    struct.pack_into("<I", content, second + 24, 0)  # 0 bytes, and 10 kB inside
    archive.write_bytes(content)
    source = ZipSource(archive)
    with pytest.raises(OSError, match="CRC"):
        source.read(source.files[1])
    source.close()


def test_names_are_the_same_with_and_without_a_closer_look(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ZipSource(archive)
    quick = source.files
    source.close()
    monkeypatch.setattr("harmony_core.readers.images.archives.ORDINARY_NAME", re.compile("(?!)"))
    source = ZipSource(archive)
    assert source.files == quick == [tuple(name.split("/")) for name in NAMES]
    source.close()
