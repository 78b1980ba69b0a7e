"""Broken and hostile files: one clear message each, nothing written, the process alive."""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import json
import lzma
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from harmony_core.errors import DataError
from harmony_core.inspection import read_file
from harmony_core.inspection.command import add_parser
from harmony_core.inspection.contents import Contents

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
            'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"'
            f'/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/s.xml" ContentType="{kind}.worksheet+xml"/></Types>',
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

refuse("empty", "a.csv", b"", "empty file")
refuse("blank", "a.csv", b"\n \n\t\n", "empty file")
refuse("byte order mark alone", "a.csv", b"\xef\xbb\xbf", "empty file")
refuse("header alone", "a.csv", "x,label\n", "only the columns")
refuse("zero bytes", "a.csv", b"x,label\n1,\0\n", "zero bytes")
refuse("random bytes", "a.csv", np.random.default_rng(0).bytes(4000), "zero bytes")
refuse("utf-16 without a mark", "a.csv", BODY.encode("utf-16-le"), "zero bytes")
refuse("gzip", "a.csv.gz", gzip.compress(BODY.encode()), "gzip")
refuse("gzip named csv", "a.csv", gzip.compress(BODY.encode()), "gzip")
refuse("bzip2", "a.bz2", bz2.compress(b"x"), "bzip2")
refuse("xz", "a.xz", lzma.compress(b"x"), "xz")
refuse("7z", "a.7z", b"7z\xbc\xaf\x27\x1c" + b"x" * 50, "7z")
refuse("rar", "a.rar", b"Rar!\x1a\x07" + b"x" * 50, "RAR")
refuse("pickle", "a.pkl", b"\x80\x04\x95\x0b\x00\x00\x00cos\nsystem\n.", "run code")
refuse("hdf5", "a.h5", b"\x89HDF\r\n\x1a\n", "HDF5")
refuse("sqlite", "a.db", b"SQLite format 3\x00", "SQLite")
refuse("pdf", "a.pdf", b"%PDF-1.7\n", "PDF")
refuse("a program", "a.csv", b"\x7fELF\x02\x01\x01", "program")
refuse("one image", "a.csv", b"\x89PNG\r\n\x1a\n" + b"x" * 99, "one image")
refuse("a web page", "a.csv", "<!DOCTYPE html><html>Sign in</html>", "web page")
refuse("xml with an entity", "a.csv", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>', "XML")
refuse("old excel", "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "old Excel")
refuse("a letter", "a.docx", packed({"[Content_Types].xml": "", "word/document.xml": ""}), "Office")
refuse("5,001 columns", "a.csv", ",".join(map(str, range(5_001))) + "\n", "5,000 columns")
refuse("a quote never closed", "a.csv", 'x,label\n1,"a\n' + "2,b\n" * 60_000, "quotation mark")
refuse("ragged rows", "a.csv", "x,label\n" + "1,a\n1,2,a\n" * 50, "fields in every row")
refuse("measurements", "a.csv", "x,y\n" + "".join(f"{i}.5,{i}.25\n" for i in range(99)), "labels")
refuse("identifiers", "a.csv", "id\n" + "".join(f"u{i}\n" for i in range(99)), "class labels")
refuse("labels all different", "a.csv", "label\n" + "".join(f"u{i}\n" for i in range(99)), "differ")
refuse("labels all measured", "a.csv", "y\n" + "".join(f"{i}.5\n" * 2 for i in range(99)), "label")
refuse("labels all missing", "a.csv", "x,label\n" + "1,\n2,NaN\n" * 9, "every cell is empty")
refuse(
    "too many classes",
    "a.csv",
    "x,label\n" + "".join(f"1,c{i}\n" for i in range(200_100)) * 2,
    "200,000 classes",
)
refuse("an essay as label", "a.csv", f"x,label\n1,{'a' * 900}\n1,b\n", "900")
refuse(
    "counts beyond reason", "a.csv", "class,count\na,1" + "0" * 30 + "\nb,1\n", "Expected counts"
)
refuse("counts of nothing", "a.csv", "class,count\na,0\nb,0\n", "above 0")
refuse("cut json", "a.json", '[{"label": "a"}, {"lab', "valid JSON")
refuse("deep json", "a.json", "[" * 200_000, "nested too deeply")
refuse("deep line", "a.jsonl", '{"a":' * 100_000, "nested too deeply")
refuse("a number as json", "a.json", "[1, 2, 3]", "JSON object")
refuse("an empty list", "a.json", "[]", "list of records")
refuse("an object of settings", "a.json", '{"name": "x", "version": 3}', "list of records")
refuse("a line that is no object", "a.jsonl", '{"label": "a"}\n[1]\n', "JSON object")
refuse("a broken line", "a.jsonl", '{"label": "a"}\n{"label"\n', "line 2")
refuse("an endless number", "a.jsonl", '{"label": ' + "9" * 5_000 + "}\n", "valid JSON")
refuse("coco categories of text", "a.json", json.dumps({**COCO, "categories": ["a"]}), "categories")
refuse("coco without objects", "a.json", json.dumps({**COCO, "annotations": []}), "objects")
refuse(
    "coco ids twice",
    "a.json",
    json.dumps({**COCO, "categories": COCO["categories"] * 2}),
    "id of its own",
)  # type: ignore[operator]
refuse(
    "coco ids unhashable",
    "a.json",
    json.dumps({**COCO, "categories": [{"id": [1], "name": "a"}]}),
    "id of its own",
)
refuse("yolo prose", "a.zip", packed({"labels/a.txt": "hello there\n"}), "class x y width height")
refuse("yolo negative class", "a.zip", packed({"labels/a.txt": "-1 .5 .5 .1 .1\n"}), "class x y")
refuse("yolo endless classes", "a.zip", packed({"labels/a.txt": "9999999 .5 .5 .1 .1"}), "classes")
refuse("yolo empty", "a.zip", packed({"labels/a.txt": ""}), "empty")
refuse("cut parquet", "a.parquet", TABLE[:-20], "Parquet")
refuse("parquet without footer", "a.parquet", b"PAR1" + b"\xff" * 200 + b"PAR1", "Parquet")
refuse("parquet by name", "a.parquet", BODY, "content is something else")
refuse(
    "objects in npz",
    "a.npz",
    packed(
        {
            "y.npy": npy_header("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }")
            + b"\x80\x04."
        }
    ),
    "run code",
)
refuse(
    "npz claims 5 GB",
    "a.npz",
    packed(
        {
            "y.npy": npy_header("{'descr': '<i8', 'fortran_order': False, 'shape': (671088640,), }")
            + b"\0" * 80
        }
    ),
    "claims",
)
refuse(
    "npz with code in its header",
    "a.npz",
    packed({"y.npy": npy_header("__import__('os').system('touch hacked')")}),
    "NumPy",
)
refuse("npz with records", "a.npz", npz(y=np.zeros(3, dtype=[("a", "i4")])), "numbers or text")
refuse("npz with a stranger", "a.npz", packed({"y.npy": b"x", "run.py": "x"}), "Expected")
refuse("npz without labels", "a.npz", npz(p=np.zeros((3, 3)), q=np.zeros((3, 2))), "labels called")
refuse(
    "npz of unequal length", "a.npz", npz(x=np.zeros((4, 2)), y=np.zeros(3, int)), "as many rows"
)
refuse("npz cut", "a.npz", npz(y=np.arange(5))[:-40], "ZIP")
refuse(
    "npy of two axes",
    "a.npy",
    npy_header("{'descr': '<i8', 'fortran_order': False, 'shape': (2, 2), }") + b"\0" * 32,
    "one axis",
)
refuse(
    "npy claims 5 GB",
    "a.npy",
    npy_header("{'descr': '<i8', 'fortran_order': False, 'shape': (671088640,), }"),
    "claims",
)
refuse(
    "npy of negative shape",
    "a.npy",
    npy_header("{'descr': '<i8', 'fortran_order': False, 'shape': (-3,), }") + b"\0" * 24,
    "Expected",
)
refuse("cut zip", "a.zip", packed({"a/1.png": b"x" * 99})[:-30], "ZIP")
refuse("empty zip", "a.zip", packed({}), "no image")
refuse("zip of a table", "a.zip", packed({"train.csv": BODY}), "Unpack it")
refuse("images without classes", "a.zip", packed({"1.png": b"x", "2.png": b"y"}), "folder of its")
refuse("images in the split itself", "a.zip", packed({"train/1.png": b"x"}), "folder of its class")
refuse("way out", "a.zip", packed({"../../evil/1.png": b"x"}), "leads out")
refuse("absolute path", "a.zip", packed({"/etc/a/1.png": b"x"}), "absolute")
refuse("a drive", "a.zip", packed({"C:/a/1.png": b"x"}), "drive")
refuse(
    "a link",
    "a.zip",
    packed({"a/1.png": "/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16, create_system=3),
    "symbolic link",
)
refuse("nested archive", "a.zip", packed({"a/1.png": b"x", "b/2.zip": b"PK"}), "inside the archive")
refuse("a bomb", "a.zip", packed({"a/1.png": b"\0" * (8 << 20)}), "packed more tightly")
refuse(
    "a bomb among yolo labels",
    "a.zip",
    packed({"labels/a.txt": b"\0" * (8 << 20), "a/1.png": b"x"}),
    "packed more tightly",
)
refuse(
    "a forged table of contents",
    "a.zip",
    packed({"a/1.png": b"x"}) + b"PK\x01\x02" * 500_100,
    "entries",
)
refuse("too deep", "a.zip", packed({"/".join("abcdefghijkl") + "/1.png": b"x"}), "too deep")
refuse("a workbook of another kind", "a.xlsx", BODY, "content is something else")
refuse(
    "a workbook without parts", "a.xlsx", packed({"[Content_Types].xml": "", "xl/a": ""}), "Excel"
)
refuse("a workbook bomb", "a.xlsx", inflated(workbook(), 2_000_000_000), "unpacks to at most")
refuse("an empty workbook", "a.xlsx", workbook(), "all sheets are empty")
refuse(
    "a workbook of laughs",
    "a.xlsx",
    workbook(
        sheet=(
            '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">'
            + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
            + "]><worksheet><sheetData><row><c><v>&a11;</v></c></row></sheetData></worksheet>"
        )
    ),
    "Excel",
)

accept("one class", "a.csv", "x,label\n1,a\n2,a\n", lambda c: c.labels.counts.tolist() == [[2]])
accept(
    "100,000 classes",
    "a.csv",
    "x,label\n" + "".join(f"1,c{i}\n" for i in range(100_000)) * 2,
    lambda c: c.labels.counts.shape == (1, 100_000),
)
accept(
    "huge whole numbers as labels",
    "a.csv",
    f"x,label\n1,{'9' * 80}\n2,{'9' * 80}\n3,1\n",
    lambda c: c.labels.names == ("1", "9" * 80),
)
accept(
    "mixed types",
    "a.csv",
    "x,label\n1,a\ntwo,7\n3.5,a\n,7\n2020-01-01,a\n",
    lambda c: c.labels.names == ("7", "a"),
)
accept(
    "old line ends",
    "a.csv",
    "x,label\r1,a\r2,b\r3,a\r",
    lambda c: c.labels.counts.tolist() == [[2, 1]],
)
accept(
    "a few ragged rows",
    "a.csv",
    BODY + "1,a\n" * 97 + "1,2,3\n",
    lambda c: c.labels.rows == 100 and "Left out 1 rows" in " ".join(c.notes),
)
accept(
    "formulas for names",
    "a.csv",
    "x,label\n1,=1+1\n2,@SUM(A1)\n3,=1+1\n",
    lambda c: c.labels.names == ("=1+1", "@SUM(A1)"),
)
accept(
    "markup for names",
    "a.csv",
    "x,label\n1,<script>alert(1)</script>\n2,b\n3,b\n",
    lambda c: len(c.labels.names) == 2,
)
accept(
    "columns of one name",
    "a.csv",
    "label,label,\na,1,2\nb,1,2\na,1,2\n",
    lambda c: len(set(c.columns)) == 3,
)
accept(
    "invalid bytes",
    "a.csv",
    b"x,label\n1,\xff\xfe\x81\n2,b\n3,b\n",
    lambda c: c.labels.counts.sum() == 3,
)
accept(
    "numbers that are none, in json",
    "a.jsonl",
    '{"x": NaN, "label": "a"}\n{"x": Infinity, "label": "b"}\n{"x": 1e999, "label": "a"}\n',
    lambda c: c.labels.counts.tolist() == [[2, 1]],
)
accept(
    "labels of many types in json",
    "a.jsonl",
    '{"label": 1}\n{"label": "1"}\n{"label": 1.0}\n{"label": true}\n{"label": null}\n',
    lambda c: c.labels.names == ("1", "True") and c.labels.missing == 1,
)
accept(
    "damaged images",
    "a.zip",
    packed({f"{c}/{i}.png": b"no image" for c in "ab" for i in "12"}),
    lambda c: c.labels.counts.tolist() == [[2, 2]],
)
accept(
    "images beside system files",
    "a.zip",
    packed({"a/1.png": b"x", "__MACOSX/a/._1.png": b"x", "a/Thumbs.db": b"x", "b/2.png": b"x"}),
    lambda c: c.labels.counts.tolist() == [[1, 1]],
)
accept(
    "an endless text said often",
    "a.parquet",
    said_often(),
    lambda c: c.labels.counts.tolist() == [[1000, 2000]],
)
accept(
    "a workbook of endless extent",
    "a.xlsx",
    workbook(
        sheet=(
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            '<dimension ref="A1:XFD1048576"/><sheetData>'
            + "".join(
                f'<row r="{r}"><c r="A{r}" t="inlineStr"><is><t>{v}</t></is></c></row>'
                for r, v in ((1, "label"), (2, "a"), (3, "b"), (1_000_000, "a"))
            )
            + "</sheetData></worksheet>"
        )
    ),
    lambda c: c.labels.counts.tolist() == [[2, 1]],
)
accept("aliases in yaml", "a.zip", packed({
    "data.yaml": "a: &a [x, x]\n" + "".join(f"{k}: &{k} [*{p}, *{p}]\n" for p, k in zip(
        "abcdefghijklmnopq", "bcdefghijklmnopqr", strict=True)) + "names: *r\n",
    "labels/a.txt": "0 .5 .5 .1 .1\n1 .5 .5 .1 .1\n"}),
    lambda c: c.labels.names == ("class 0", "class 1"))  # fmt: skip


def sparse(folder: Path) -> Path:
    path = folder / "a.csv"
    with open(path, "wb") as file:
        file.write(BODY.encode())
        file.truncate(5 * 2**30)
    return path


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "a.csv")
    return folder / "a.csv"


def loop(folder: Path) -> Path:
    (folder / "a.csv").symlink_to(folder / "a.csv")
    return folder / "a.csv"


def encrypted(folder: Path) -> Path:
    content = bytearray(packed({"a/1.png": b"x" * 40, "b/1.png": b"x" * 40}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (at := content.find(mark, start)) >= 0:
            content[at + place] |= 1
            start = at + 4
    path = folder / "a.zip"
    path.write_bytes(content)
    return path


def claims(folder: Path) -> Path:
    path = folder / "a.zip"
    path.write_bytes(inflated(packed({"a/1.png": b"x" * 40, "b/1.png": b"x" * 40}), 4_000_000_000))
    return path


def leaving(folder: Path) -> Path:
    (folder / "set" / "a").mkdir(parents=True)
    (folder / "set" / "a" / "1.png").symlink_to("/etc/passwd")
    return folder / "set"


def bare(folder: Path) -> Path:
    (folder / "set").mkdir()
    return folder / "set"


REFUSED |= {
    "a sparse 5 GB": (sparse, "at most 2,048 MB"),
    "a pipe": (pipe, "special file"),
    "a link to itself": (loop, "Expected"),
    "an encrypted zip": (encrypted, "encrypted"),
    "a zip entry that claims 4 GB": (claims, "Expected plain image files"),
    "a folder with a link out of it": (leaving, "leaves it"),
    "a folder without images": (bare, "no image"),
    "nothing there": (lambda folder: folder / "none.csv", "nothing there"),
    "a zero byte in the path": (lambda folder: folder / "a\0.csv", "zero byte"),
}


def test_there_are_enough_of_them() -> None:
    assert len(REFUSED) + len(READ) >= 100


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_one_clear_message(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build, says = REFUSED[name]
    path = build(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError) as caught:
        read_file(path).close()
    message = str(caught.value)
    assert says in message
    assert message.startswith("Expected ")
    assert len(message) < 500
    assert message.isprintable()
    assert sorted(tmp_path.rglob("*")) == before
    if "\0" not in str(path):
        parser = argparse.ArgumentParser()
        add_parser(parser.add_subparsers())
        given = parser.parse_args(["inspect", str(path), "--fast", "--quiet"])
        assert given.command(given) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1


@pytest.mark.parametrize("name", READ)
def test_it_is_read_for_what_it_is(name: str, tmp_path: Path) -> None:
    build, holds = READ[name]
    path = build(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    contents = read_file(path)
    assert holds(contents), (contents.labels.names[:5], contents.labels.counts, contents.notes)
    contents.close()
    assert sorted(tmp_path.rglob("*")) == before


def test_a_label_of_ones_choice_is_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,x,label\n" + "".join(f"u{i},{i}.5,{i % 2}\n" for i in range(200)))
    with pytest.raises(DataError, match="different"):
        read_file(path, label="id")
    with pytest.raises(DataError, match="measurements|different"):
        read_file(path, label="x")


def test_nothing_heavy_is_imported_to_read(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "a.csv"
    path.write_text(BODY)
    code = (
        "import sys; from harmony_core.inspection import inspect_file\n"
        f"inspect_file({str(path)!r}, quality=False)\n"
        "import harmony_core.inspection.command\n"
        "print([m for m in ('torch', 'sklearn', 'cleanlab', 'pandas', 'scipy') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "[]", done.stderr
