"""Bombs, deep nesting, odd Arrow types, lone surrogates and entries that lead away."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
from pyarrow import feather
from pyarrow import parquet as pq

from .mutations import zipped

LABELS = ["a", "b", "a", "b", "a", "b"]
ZEROS = b"0" * (64 << 20)
"""64 MB that packs into almost nothing; the readers stop long before a real bomb's end."""


def columns() -> dict[str, pa.Array]:
    """Columns of six rows that a table of samples seldom has."""
    small = pa.array(range(6))
    return {
        "lists": pa.array([[1], [2, 3], None, [], [4], [5]]),
        "lists of lists": pa.array([[[1]], [[2]], [[3]], [[4]], [[5]], [[6]]]),
        "fixed lists": pa.array([[1.0, 2.0]] * 6, pa.list_(pa.float64(), 2)),
        "structs": pa.array([{"a": i, "b": {"c": None}} for i in range(6)]),
        "maps": pa.array([[("k", i)] for i in range(6)], pa.map_(pa.string(), pa.int64())),
        "nulls": pa.nulls(6),
        "dictionary of nulls": pa.DictionaryArray.from_arrays(pa.array([0] * 6), pa.nulls(1)),
        "dictionary of numbers": small.dictionary_encode(),
        "decimals": pa.array([Decimal("1.25")] * 6, pa.decimal256(60, 2)),
        "durations": pa.array([timedelta(days=i) for i in range(6)]),
        "extreme times": pa.array([-(2**63) + 1, 2**63 - 1, 0, 1, 2, 3], pa.timestamp("ns", "UTC")),
        "extreme dates": pa.array([-(2**31), 2**31 - 1, 0, 1, 2, 3], pa.date32()),
        "times of day": pa.array([0, 1, 2, 3, 4, 86_399], pa.time32("s")),
        "bytes": pa.array([b"\xff\xfe", b"", b"\0", b"a", b"b", b"c"]),
        "fixed bytes": pa.array([b"ab"] * 6, pa.binary(2)),
        "large text": pa.array(["x" * 70_000] * 6, pa.large_string()),
        "half": pa.array([1, 2, 3, 4, 5, 6], pa.float16()) if hasattr(pa, "float16") else small,
        "infinite": pa.array([float("inf"), float("-inf"), float("nan"), 0.0, 1e308, 5e-324]),
        "unsigned": pa.array([2**64 - 1, 0, 1, 2, 3, 4], pa.uint64()),
        "views": pa.array(["a", "b", "c", "d", "e", "f"], pa.string_view()),
    }  # fmt: skip


def tables() -> dict[str, bytes]:
    """Each odd column beside labels, and as the label, in Parquet and in Arrow."""
    files = {}
    for i, (name, column) in enumerate(columns().items()):
        for role, table in (
            ("beside", pa.table({"x": column, "label": LABELS})),
            ("label", pa.table({"x": range(6), "label": column})),
        ):
            out = io.BytesIO()
            try:
                write = feather.write_feather if i % 2 else pq.write_table
                write(table, out)
            except (pa.ArrowNotImplementedError, pa.ArrowInvalid, pa.ArrowTypeError):
                continue
            files[f"{name}, {role}/a.{'feather' if i % 2 else 'parquet'}"] = out.getvalue()
    return files


def tar(*entries: tuple[str, bytes, bytes, str]) -> bytes:
    """A tar of entries: name, type, content, target of a link."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, content, target in entries:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname, entry.size = kind, target, len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def texts() -> dict[str, bytes]:
    box = b"0 .5 .5 .1 .1"
    deep = "".join("<a>" for _ in range(50_000))
    xml = "<annotation><object><name>{}</name></object></annotation>"
    label = '[{{"x": 1, "label": "{0}"}}, {{"x": 2, "label": "b"}}, {{"x": 3, "label": "b"}}]'
    return {
        "gz bomb/a.csv.gz": gzip.compress(b"x,label\n" + ZEROS, mtime=0),
        "bz2 bomb/a.csv.bz2": bz2.compress(b"x,label\n" + ZEROS),
        "xz bomb/a.csv.xz": lzma.compress(b"x,label\n" + ZEROS, preset=0),
        "zip bomb/a.zip": zipped({"a.csv": b"x,label\n" + ZEROS}),
        "yaml bomb/a.zip": zipped({"data.yaml": b"names: " + ZEROS[: 2**23], "labels/a.txt": box}),
        "xml bomb/a.zip": zipped({"Annotations/a.xml": xml.format("a" * (8 << 20)).encode()}),
        "deep xml/a.xml": deep.encode(),
        "deep xml in voc/a.zip": zipped({"Annotations/a.xml": b"<annotation>" + deep.encode()}),
        "deep yaml/a.zip": zipped({"data.yaml": b"[" * 50_000, "labels/a.txt": box}),
        "deep coco/a.json": b'{"images": ' + b"[" * 50_000,
        "deep jsonl/a.jsonl": b'{"a": ' * 50_000 + b"\n",
        "surrogate in json/a.json": label.format("\\ud800").encode(),
        "surrogate pair in json/a.json": label.format("\\ud83d\\ude00").encode(),
        "surrogate in jsonl/a.jsonl": b'{"label": "\\udfff"}\n{"label": "b"}\n{"label": "b"}\n',
        "surrogate as a key/a.json": b'[{"\\ud800": 1, "y": "a"}, {"\\ud800": 2, "y": "a"}]',
        "surrogate in utf-16/a.csv": "\ufeffx,label\n1,".encode("utf-16-le") + b"\0\xd8\n\0",
        "surrogate in utf-8/a.csv": b"x,label\n1,\xed\xa0\x80\n2,b\n3,b\n",
        "surrogate in coco/a.json": json.dumps({
            "images": [{"id": 1, "file_name": "\ud800.png"}],
            "categories": [{"id": 1, "name": "\udc00"}],
            "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}],
        }).encode(),
        "tar out of it/a.tar": tar(("../../../evil.cls", tarfile.REGTYPE, b"1", "")),
        "tar absolute/a.tar": tar(("/tmp/evil.cls", tarfile.REGTYPE, b"1", "")),
        "tar link/a.tar": tar(("a.cls", tarfile.SYMTYPE, b"", "/etc/passwd")),
        "tar hard link/a.tar": tar(("a.cls", tarfile.LNKTYPE, b"", "../../etc/passwd")),
        "tar device/a.tar": tar(("a.cls", tarfile.CHRTYPE, b"", "")),
        "tar pipe/a.tar": tar(("a.cls", tarfile.FIFOTYPE, b"", "")),
        "tar of many/a.tar": tar(*((f"{i}.cls", tarfile.REGTYPE, b"1", "") for i in range(3_000))),
        "backslashes/a.zip": zipped({"..\\..\\evil\\1.png": b"x", "a\\1.png": b"x"}),
        "nul in a name/a.zip": zipped({"a/1.png": b"x"}).replace(b"a/1.png", b"a/\0.png"),
        "a name of 60,000/a.zip": zipped({"a/" + "x" * 60_000 + ".png": b"x"}),
        "reserved names/a.zip": zipped({"CON/1.png": b"x", "aux/nul.png": b"x"}),
        "two of one name/a.zip": zipped({"a/1.png": b"x", "A/1.png": b"x", "a/1.PNG": b"y"}),
    }  # fmt: skip


def odd_files() -> dict[str, bytes]:
    """Content by folder and name."""
    return {**tables(), **texts()}
