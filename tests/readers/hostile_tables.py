"""Broken and hostile tables in text."""

from __future__ import annotations

import bz2
import gzip
import lzma

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .hostile import BODY, accept, packed, refuse

refuse("empty", "a.csv", b"", "empty file")
refuse("blank", "a.csv", b"\n \n\t\n", "empty file")
refuse("byte order mark alone", "a.csv", b"\xef\xbb\xbf", "empty file")
refuse("header alone", "a.csv", "x,label\n", "only the columns")
refuse("zero bytes", "a.csv", b"x,label\n1,\0\n", "zero bytes")
refuse("random bytes", "a.csv", np.random.default_rng(0).bytes(4000), "zero bytes")
refuse("a cut gzip", "a.csv.gz", gzip.compress(BODY.encode())[:-9], "readable gzip file")
refuse("a pickle in gzip", "a.pkl.gz", gzip.compress(b"\x80\x04\x95\x0b"), "run code")
refuse("gzip in gzip", "a.gz", gzip.compress(gzip.compress(BODY.encode())), "another packed file")
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


def _npz(**headers: str) -> bytes:
    """An .npz whose arrays have these headers and no data."""
    entries = {}
    for name, header in headers.items():
        text = header.ljust(117) + "\n"
        entries[f"{name}.npy"] = b"\x93NUMPY\x01\x00" + bytes([len(text), 0]) + text.encode()
    return packed(entries)


refuse(
    "a billion items of size 0",
    "a.npz",
    _npz(
        y="{'descr':'|S0','fortran_order':False,'shape':(1000000000,)}",
        x="{'descr':'<f4','fortran_order':False,'shape':(1000000000,0)}",
    ),
    "values in them",
)
refuse(
    "a billion rows without columns",
    "a.npz",
    _npz(x="{'descr':'<f4','fortran_order':False,'shape':(1000000000,0)}"),
    "at most 50,000,000 rows",
)

accept(
    "utf-16 without a mark",
    "a.csv",
    BODY.encode("utf-16-le"),
    lambda c: c.form == "CSV table" and c.labels.rows > 0,
)
accept(
    "a quote never closed",
    "a.csv",
    'x,label\n1,"a\n' + "2,b\n" * 60_000,
    lambda c: c.labels.counts.tolist() == [[1, 60_000]] and "part of the text" in c.notes[0],
)
for ending, pack in (("gz", gzip), ("bz2", bz2), ("xz", lzma)):
    accept(
        f"a packed table, {ending}",
        f"a.csv.{ending}",
        pack.compress(BODY.encode()),  # type: ignore[attr-defined]
        lambda c: c.form == "CSV table" and c.name.startswith("a.csv."),
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
refuse(
    "counts with a row of another kind", "a.csv", "class,count\ncat,90\ndog,5\nfox; 3\n", "'fox; 3'"
)


def dated(kind: pa.DataType, day: int) -> bytes:
    """Dates that no calendar of Python has."""
    out = pa.BufferOutputStream()
    column = pa.array([day, day, 1] * 40, pa.int64() if kind.bit_width == 64 else pa.int32())
    pq.write_table(pa.table({"x": column.cast(kind), "label": ["a", "b", "a"] * 40}), out)
    return bytes(out.getvalue())


accept(
    "half a character",
    "a.json",
    '[{"la\\ud800bel": "a\\ud800", "x": 1}, {"la\\ud800bel": "\\ud83d\\ude00", "x": 2},'
    ' {"la\\ud800bel": "a\\ud800", "x": 3}]',
    lambda c: (c.label, c.labels.names) == ("la?bel", ("a?", "\U0001f600")),
)
for name, kind, day in (
    ("the last day of 32 bits", pa.date32(), 2**31 - 1),
    ("the first nanosecond", pa.timestamp("ns"), -(2**63)),
):
    accept(name, "a.parquet", dated(kind, day), lambda c: c.labels.counts.tolist() == [[80, 40]])
