"""Archives made to do harm are refused, and nothing is ever written outside the cache."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harmony_core.errors import DataError
from harmony_core.readers.images import archives
from harmony_core.readers.images.archives import ZipSource
from harmony_core.readers.images.folders import FolderSource

Pack = Callable[..., Path]
BLANK = b"\0" * 100


def entry(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def named(name: str) -> zipfile.ZipInfo:
    """An entry whose name is written as it stands, which `ZipInfo` alone would tidy."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    return info


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("train/../../etc/x.png", "leads out"),
        ("../x.png", "leads out"),
        ("..", "leads out"),
        ("/etc/x.png", "absolute"),
        ("C:/train/x.png", "drive letter"),
        ("train\\..\\..\\x.png", "leads out"),
        ("\\\\host\\cat\\x.png", "absolute"),
        ("train/a\nb/x.png", "control character"),
        ("train//x.png", "empty or dotted"),
        ("train/./x.png", "empty or dotted"),
        ("train/ /x.png", "empty or dotted"),
        ("/".join("abcdefghij") + "/x.png", "too deep"),
        ("train/" + "n" * 2000 + ".png", "too long"),
    ],
)
def test_paths_that_lead_elsewhere_are_refused(pack: Pack, name: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        ZipSource(pack([(named(name), BLANK)]))


def test_a_name_with_a_nul_is_refused(pack: Pack) -> None:
    path = pack({"train/cat/x.png?.exe": BLANK})
    path.write_bytes(path.read_bytes().replace(b"x.png?", b"x.png\0"))
    with pytest.raises(DataError, match="control character|not a zip|differ"):
        ZipSource(path)


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (entry("train/cat/x.png", stat.S_IFLNK | 0o777), "symbolic link"),
        (entry("train/cat/x.png", stat.S_IFIFO | 0o666), "special file"),
        (entry("train/cat/more.zip"), "archive inside"),
        (entry("train/cat/more.tar.gz"), "archive inside"),
    ],
)
def test_entries_that_are_no_plain_files_are_refused(
    pack: Pack, info: zipfile.ZipInfo, reason: str
) -> None:
    with pytest.raises(DataError, match=reason):
        ZipSource(pack([(info, BLANK)]))


def test_encrypted_entries_are_refused(pack: Pack) -> None:
    path = pack({"train/cat/x.png": BLANK})
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="encrypted"):
        ZipSource(path)


def test_unusual_compression_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("train/cat/x.png", BLANK)
    with pytest.raises(DataError, match="unusual compression"):
        ZipSource(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_come_twice_are_refused(pack: Pack) -> None:
    with pytest.raises(DataError, match="twice"):
        ZipSource(pack([("cat/x.png", b"1"), ("cat/x.png", b"2")]))
    composed, split = "caf\u00e9/x.png", "cafe\u0301/x.png"
    with pytest.raises(DataError, match="twice"):
        ZipSource(pack([(composed, b"1"), (split, b"2")]))


def declare(path: Path, size: int) -> Path:
    """Forge the unpacked size of the only entry, in the table of contents and before the data."""
    content = bytearray(path.read_bytes())
    table = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, table + 24, size)
    struct.pack_into("<I", content, 22, size)
    path.write_bytes(content)
    return path


def test_a_declared_bomb_is_refused_before_it_is_read(pack: Pack) -> None:
    path = declare(pack({"train/cat/x.png": BLANK}), 2**32 - 2)
    with pytest.raises(DataError, match=r"4,096 MB, more than 32"):
        ZipSource(path)


def test_a_bomb_of_many_gigabytes_in_all_is_refused(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 320 entries of 32 MB of zeros would be 10 GB; each stays below the limit of one file.
    monkeypatch.setattr(archives, "MAX_RATIO", 10**9)
    path = pack({f"train/cat/{i:03}.png": BLANK for i in range(320)})
    content = path.read_bytes()
    at = content.index(b"PK\x01\x02")
    table = bytearray(content[at:])
    where = 0
    while (where := table.find(b"PK\x01\x02", where)) >= 0:
        struct.pack_into("<I", table, where + 24, 32 * 2**20)
        where += 4
    path.write_bytes(content[:at] + table)
    with pytest.raises(DataError, match="unpack to at most 4 GB"):
        ZipSource(path)


def test_zeros_packed_a_thousandfold_are_refused(pack: Pack) -> None:
    with pytest.raises(DataError, match="packed more tightly"):
        ZipSource(pack({"train/cat/x.png": b"\0" * (4 * 2**20)}))


def test_a_bomb_that_lies_about_its_size_is_read_no_further_than_it_said(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = declare(pack({"train/cat/x.png": b"\0" * (4 * 2**20)}), 500_000)
    source = ZipSource(path)
    with pytest.raises(OSError, match="CRC"):
        source.read(("train", "cat", "x.png"))
    source.close()


def test_what_is_really_unpacked_is_capped_too(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ZipSource(pack({f"train/cat/{i}.png": bytes(range(100)) for i in range(20)}))
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 1000)
    with pytest.raises(DataError, match="unpack to at most"):
        [source.read(parts) for parts in source.files]
    source.close()


def test_two_hundred_thousand_entries_are_refused_before_they_are_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 6, *[0] * 3, 1, *[0] * 4, 0, 0) + b"x"
    table = record * 200_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(table), 0, 0)
    path = tmp_path / "many.zip"
    path.write_bytes(table + end)

    def parse(*_: object) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(zipfile, "ZipFile", parse)
    with pytest.raises(DataError, match="at most 120,000 entries, but got 200,000"):
        ZipSource(path)


def test_an_archive_that_is_too_large_is_refused(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_ARCHIVE_BYTES", 10)
    with pytest.raises(DataError, match="Make the images smaller"):
        ZipSource(pack({"a/x.png": BLANK}))


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + b"\0" * 10])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(DataError, match="Expected a ZIP archive"):
        ZipSource(path)


def test_what_systems_leave_behind_is_left_out_and_said(pack: Pack) -> None:
    source = ZipSource(
        pack(
            {
                "cat/x.png": BLANK,
                "__MACOSX/cat/._x.png": BLANK,
                "cat/.DS_Store": BLANK,
                "cat/Thumbs.db": BLANK,
                "readme.txt": BLANK,
            }
        )
    )
    assert source.files == [("cat", "x.png")]
    assert source.notes == (
        "Left out of the ZIP: files that are not images (1), system files (3).",
    )
    source.close()


def test_names_in_utf8_without_its_flag_are_understood(pack: Pack) -> None:
    path = pack({"Käfer 猫/x.png": BLANK})
    content = path.read_bytes()
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(signature) + offset
        content = content[:at] + b"\0\0" + content[at + 2 :]
    path.write_bytes(content)
    source = ZipSource(path)
    assert source.files == [("Käfer 猫", "x.png")]
    source.close()


def test_a_folder_with_a_link_that_leaves_it_is_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "secret.png"
    (root / "cat").mkdir(parents=True)
    outside.write_bytes(BLANK)
    (root / "cat" / "x.png").write_bytes(BLANK)
    (root / "cat" / "same.png").symlink_to(root / "cat" / "x.png")
    assert len(FolderSource(root).files) == 2
    (root / "cat" / "y.png").symlink_to(outside)
    with pytest.raises(DataError, match=r"cat/y\.png.*a link that leaves it"):
        FolderSource(root)
    (root / "cat" / "y.png").unlink()
    (root / "dog").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(DataError, match="a link that leaves it"):
        FolderSource(root)


def test_a_folder_of_endless_depth_or_number_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "/".join("abcdefghij")).mkdir(parents=True)
    with pytest.raises(DataError, match="levels of folders"):
        FolderSource(tmp_path)
    monkeypatch.setattr("harmony_core.readers.images.folders.MAX_ENTRIES", 2)
    for i in range(3):
        (tmp_path / f"{i}.png").write_bytes(BLANK)
    with pytest.raises(DataError, match="at most 2 files"):
        FolderSource(tmp_path)
