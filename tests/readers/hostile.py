"""How hostile files are made, and two lists: what is refused, and what is read after all."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet as pq

from harmony_core.readers.contents import Contents

Build = Callable[[Path], Path]
REFUSED: dict[str, tuple[Build, str]] = {}
"""How to make the file, and what the message has to say."""
READ: dict[str, tuple[Build, Callable[[Contents], object]]] = {}
"""How to make the file, and what has to hold after reading it."""


def refuse(name: str, file: str, content: bytes | str, says: str) -> None:
    def build(folder: Path) -> Path:
        path = folder / file
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    REFUSED[name] = (build, says)


def accept(name: str, file: str, content: bytes | str, holds: Callable[[Contents], object]) -> None:
    def build(folder: Path) -> Path:
        path = folder / file
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    READ[name] = (build, holds)


def packed(entries: dict[str, bytes | str], **info: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for key, value in info.items():
                setattr(entry, key, value)
            archive.writestr(entry, content)
    return out.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def npy_header(text: str) -> bytes:
    header = text.encode() + b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header


def parquet(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


def workbook(**parts: str) -> bytes:
    """A minimal .xlsx; ``sheet`` and ``strings`` replace its parts."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheet = f'<worksheet xmlns="{main}"><sheetData></sheetData></worksheet>'
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default '
            'Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"'
            f'/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/s.xml" ContentType="{kind}.worksheet+xml"/>'
            "</Types>",
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/s.xml"/>'
            "</Relationships>",
            "xl/worksheets/s.xml": parts.get("sheet", sheet),
        }
    )


def inflated(content: bytes, size: int) -> bytes:
    """An archive whose table of contents claims another unpacked size for its first entry."""
    at = content.find(b"PK\x01\x02")
    return content[: at + 24] + struct.pack("<I", size) + content[at + 28 :]


def said_often() -> bytes:
    """A Parquet file of kilobytes that would be 9 GB as plain text."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 3_000), pa.array(["z" * 3_000_000]))
    out = io.BytesIO()
    pq.write_table(pa.table({"x": text, "label": ["a", "b", "b"] * 1_000}), out)
    return out.getvalue()


BODY = "x,label\n1,a\n2,b\n3,a\n"
TABLE = parquet(pd.DataFrame({"x": [1, 2, 3], "label": list("aba")}))
COCO = {
    "images": [],
    "categories": [{"id": 1, "name": "a"}],
    "annotations": [{"image_id": 1, "category_id": 1}],
}
