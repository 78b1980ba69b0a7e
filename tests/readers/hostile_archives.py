"""Broken and hostile archives, arrays, workbooks, annotations and special files."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import numpy as np

from .hostile import (
    BODY,
    COCO,
    REFUSED,
    TABLE,
    accept,
    inflated,
    npy_header,
    npz,
    packed,
    refuse,
    said_often,
    workbook,
)

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
refuse("zip of two tables", "a.zip", packed({"a.csv": BODY, "b.csv": BODY}), "Unpack it")
refuse("zip in a zip", "a.zip", packed({"a.csv": packed({"b.csv": BODY})}), "another packed file")
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


accept(
    "zip of a table",
    "a.zip",
    packed({"../x/train.csv": BODY, "test.csv": BODY, "__MACOSX/._train.csv": "x"}),
    lambda c: c.form == "CSV table" and "not read: 'test.csv'" in " ".join(c.notes),
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
