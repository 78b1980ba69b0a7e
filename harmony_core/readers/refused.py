"""Files that are named for what they are, and not read."""

from __future__ import annotations

import pickletools
import re
from io import BytesIO

from ..errors import DataError
from . import limits
from .format import FileStart

OPS = 20
"""Instructions of a pickle that no text has by chance, if its end is not in sight."""
_ENDINGS = {
    "a TFRecord file": ((".tfrecord", ".tfrecords", ".tfrec"), "Export the labels as CSV."),
    "an LMDB database": ((".mdb", ".lmdb"), "Export the labels as CSV."),
    "one image": (
        (".webp", ".bmp", ".tif", ".tiff", ".heic", ".avif", ".dcm"),
        "Put images into a ZIP with a folder for each class.",
    ),
    "a file of R": ((".rds", ".rda", ".rdata"), "Save the table with write.csv."),
}
_STARTS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel or Office file", "Save it as .xlsx or CSV."),
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
    (b"ORC", "an ORC file", "Save it as Parquet."),
    (b"Obj\x01", "an Avro file", "Save it as Parquet."),
    (b"$FL2", "an SPSS file", "Save it as CSV."),
    (b"$FL3", "an SPSS file", "Save it as CSV."),
    (b"<stata_dta>", "a Stata file", "Save it as CSV."),
    (b"MATLAB 7.3", "a MATLAB 7.3 file", "Save it with save(…, '-v7'), or the labels as CSV."),
    (b"SIMPLE  =", "a FITS file", "Save the labels as CSV."),
)


def is_pickle(start: FileStart) -> bool:
    """Whether a file is a pickle of any protocol, or an archive around one, as torch saves it.

    Nothing is run: the instructions are only named one after the other.
    """
    if start.entries is not None:
        return any(name.endswith(("/data.pkl", "\\data.pkl")) for name in start.names)
    if re.match(rb"\x80[\x02-\x05]", start.head):
        return True
    if start.path.suffix.lower() in (".pkl", ".pickle"):
        return not start.head.startswith(b"\x1f\x8b")
    if not re.match(rb"[(\]}cIFLVSXKJMN]", start.head):
        return False
    ops = at = 0
    try:
        for op, _, position in pickletools.genops(BytesIO(start.head)):
            ops, at = ops + 1, position or 0
            if op.name == "STOP":
                return ops > 1 and at + 1 == len(start.head.rstrip())
    except (ValueError, KeyError, IndexError, OverflowError, UnicodeError, AttributeError):
        return ops >= OPS and at > len(start.head) - 1024 and len(start.head) == limits.HEAD_BYTES
    return False


def refuse_known(start: FileStart) -> None:
    """Raise `DataError` for a file that its first bytes or its ending name, and no format reads."""
    for magic, what, advice in _STARTS:
        if start.head.startswith(magic):
            raise _not_data(what, advice)
    if start.head[128:132] == b"DICM":
        raise _not_data("one image (DICOM)", "Put the labels into a CSV.")
    if start.claimed is not None:
        return
    name = start.path.name.lower()
    for what, (endings, advice) in _ENDINGS.items():
        if name.endswith(endings) or (what == "a TFRecord file" and ".tfrecord-" in name):
            raise _not_data(what, advice)


def _not_data(what: str, advice: str) -> DataError:
    return DataError(f"Expected a table, arrays or a ZIP of images, but got {what}. {advice}")
