"""What kind of file it is, by what it holds and not by what it is called."""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

from ..errors import DataError
from . import limits
from .images.archives import MAX_ARCHIVE_BYTES
from .messages import shown

FORMS = {
    "csv": "CSV table", "tsv": "TSV table", "parquet": "Parquet table", "excel": "Excel workbook",
    "json": "JSON document", "jsonl": "JSON lines", "npz": "NumPy arrays", "npy": "NumPy array",
    "images": "images in a ZIP", "folder": "images in a folder", "yolo": "YOLO annotations",
    "coco": "COCO annotations",
}  # fmt: skip
_SIZES = {
    "csv": limits.TABLE_BYTES, "tsv": limits.TABLE_BYTES, "parquet": limits.TABLE_BYTES,
    "excel": limits.EXCEL_BYTES, "json": limits.JSON_BYTES, "jsonl": limits.JSON_LINES_BYTES,
    "npz": limits.ARRAYS_BYTES, "npy": limits.ARRAYS_BYTES, "images": MAX_ARCHIVE_BYTES,
    "yolo": MAX_ARCHIVE_BYTES,
}  # fmt: skip
_SUFFIXES = {
    "csv": "csv", "txt": "csv", "data": "csv", "tsv": "tsv", "tab": "tsv", "parquet": "parquet",
    "pq": "parquet", "xlsx": "excel", "xlsm": "excel", "json": "json", "jsonl": "jsonl",
    "ndjson": "jsonl", "npz": "npz", "npy": "npy", "zip": "images",
}  # fmt: skip
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "an old Excel or Office file", "Save it as .xlsx or CSV."),
    (b"\x1f\x8b", "a gzip file", "Unpack it first."),
    (b"BZh", "a bzip2 file", "Unpack it first."),
    (b"\xfd7zXZ\x00", "an xz file", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "Unpack it first."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it, or pack it as a ZIP."),
    (b"Rar!", "a RAR archive", "Unpack it, or pack it as a ZIP."),
    (b"\x89HDF", "an HDF5 file", "Save the labels as CSV, Parquet or NPZ."),
    (b"SQLite format 3", "a SQLite database", "Export the table as CSV."),
    (b"%PDF", "a PDF", "Export the table as CSV."),
    (b"\x7fELF", "a program", "Choose a data file."),
    (b"MZ", "a program", "Choose a data file."),
    (b"\xff\xd8\xff", "one image", "Put images into a ZIP with a folder for each class."),
    (b"\x89PNG", "one image", "Put images into a ZIP with a folder for each class."),
    (b"GIF8", "one image", "Put images into a ZIP with a folder for each class."),
    (b"ARROW1", "an Arrow file", "Save it as Parquet."),
    (b"ORC", "an ORC file", "Save it as Parquet."),
)
ENTRY = b"PK\x01\x02"
MAX_ENTRIES = 500_000


def identify(path: Path) -> tuple[str, str]:
    """The form (a key of `FORMS`) and a note if the file's name says otherwise.

    Raises `DataError` for what is missing, empty, too large for its form, or no data file.
    """
    name = shown(path.name)
    try:
        if path.is_dir():
            return "folder", ""
        if not path.exists():
            raise DataError(f"Expected {name} to exist, but got nothing there. Check the path.")
        if not path.is_file():
            raise DataError(f"Expected {name} to be a file or a folder, but got a special file.")
        size = path.stat().st_size
        if size == 0:
            raise DataError(f"Expected {name} to hold data, but got an empty file. Save it again.")
        with open(path, "rb") as file:
            head = file.read(limits.HEAD_BYTES)
    except (OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"Expected {name} to be a readable file, but got: {getattr(error, 'strerror', error)}. "
            "Check the path and its permissions."
        ) from error
    claimed = _SUFFIXES.get(path.suffix.lower().lstrip("."), "")
    form = _form(path, head, claimed)
    limit = _SIZES[form]
    if size > limit:
        raise DataError(
            f"Expected a {FORMS[form]} of at most {limit / limits.MB:,.0f} MB, but got "
            f"{size / limits.MB:,.0f} MB. Keep fewer samples of the frequent classes."
        )
    related = {"csv", "tsv"}, {"images", "yolo"}, {"json", "jsonl"}
    same = form == claimed or any({form, claimed} <= family for family in related)
    note = ""
    if not same and path.suffix:
        note = (
            f"The file ends in {path.suffix[:12]!r} but holds a {FORMS[form]}; it was read as that."
        )
    return form, note


def _form(path: Path, head: bytes, claimed: str) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_form(path)
    if re.match(rb"\x80[\x02-\x05]", head):
        raise DataError(
            "Expected a data file, but got a pickle, which can run code when it is opened. "
            "Save it as Parquet, CSV or NPZ."
        )
    for magic, what, advice in _REFUSED:
        if head.startswith(magic):
            raise DataError(
                f"Expected a table, arrays or a ZIP of images, but got {what}. {advice}"
            )
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.match(rb"<(!doctype|html|\?xml|svg)", text[:20].lower()):
        raise DataError(
            "Expected a table, arrays or a ZIP of images, but got a web page or XML. "
            "Download the file itself, or export it as CSV."
        )
    if claimed == "jsonl":
        return "jsonl"
    if text[:1] in (b"{", b"[") and claimed != "csv" and claimed != "tsv":
        first = text.split(b"\n", 1)[0].rstrip()
        lines = first.startswith(b"{") and first.endswith(b"}") and text.count(b"\n") > 0
        return "jsonl" if lines else "json"
    if claimed in ("parquet", "excel", "npz", "npy", "images"):
        raise DataError(
            f"Expected {shown(path.name)} to hold a {FORMS[claimed]}, but its content is something "
            "else or cut off. Copy it again."
        )
    return "tsv" if claimed == "tsv" else "csv"


def _zip_form(path: Path) -> str:
    """A workbook, arrays, YOLO annotations or images, by the archive's table of contents."""
    if path.stat().st_size > max(_SIZES.values()):
        return "images"  # refused by size
    entries = 0
    tail = b""
    with open(path, "rb") as file:  # its own count of entries can be forged
        while chunk := file.read(limits.MB):
            entries += (tail + chunk).count(ENTRY)
            tail = chunk[-3:]
    if entries > MAX_ENTRIES:
        raise DataError(
            f"Expected an archive of at most {MAX_ENTRIES:,} entries, but got {entries:,}."
        )
    names = _quick_names(path)
    if names is None:
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as e:
            raise DataError(
                f"Expected a ZIP archive, but got: {shown(str(e), 100)}. It may be cut off; "
                "pack or copy it again."
            ) from e
    if "[Content_Types].xml" in names:
        if any(name.startswith("xl/") for name in names):
            return "excel"
        raise DataError("Expected a data file, but got an Office document. Save the table as CSV.")
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    from .annotations.yolo import looks_like_yolo

    if looks_like_yolo(names):
        return "yolo"
    tables = [
        n for n in names if n.lower().endswith((".csv", ".tsv", ".parquet", ".xlsx", ".jsonl"))
    ]
    images = any(
        n.lower().endswith((".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif")) for n in names
    )
    if tables and not images:
        raise DataError(
            f"Expected a ZIP of images, but got one with the table {shown(tables[0])}. "
            "Unpack it and give the table itself."
        )
    return "images"


def _quick_names(path: Path) -> list[str] | None:
    """Names of a plain archive's entries, without what `zipfile` makes of each; ``None`` if unsure.

    They only tell the form; whoever reads the archive parses it anew.
    """
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 22, 0))
        end = file.read()
        if len(end) != 22 or not end.startswith(b"PK\x05\x06"):
            return None
        count, length, start = struct.unpack("<HII", end[10:20])
        if count == 0xFFFF or start + length + 22 != size:
            return None
        file.seek(start)
        directory = file.read(length)
    names: list[str] = []
    at = 0
    for _ in range(count):
        if directory[at : at + 4] != ENTRY or at + 46 > length:
            return None
        lengths = struct.unpack_from("<HHH", directory, at + 28)
        names.append(directory[at + 46 : at + 46 + lengths[0]].decode("utf-8", "replace"))
        at += 46 + sum(lengths)
    return names if at == length else None
