"""What cannot be read is named for what it is."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harmony_core.errors import DataError
from harmony_core.readers.open import read_file

Write = Callable[[str, Any], Path]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [[1, 2, 3], {"labels": [1, 2]}, "cat", list(range(99_999))])
def test_pickles_of_any_protocol(write: Write, protocol: int, value: object) -> None:
    with pytest.raises(DataError, match="can run code"):
        read_file(write("data_batch_1", pickle.dumps(value, protocol)))


def test_weights_that_torch_saved(pack: Callable[..., Path]) -> None:
    with pytest.raises(DataError, match="can run code"):
        read_file(pack("model.pt", {"model/data.pkl": b"\x80\x02.", "model/data/0": b"x"}))


def test_texts_that_only_begin_like_a_pickle_are_tables(write: Write) -> None:
    for header in ("class,x", "label,I1", "(a),b", "Name,V", "NA,c"):
        first = header.split(",")[0]
        text = header + "\n" + "cat,1.5\ncat,2.5\ndog,3.5\n"
        assert read_file(write("a.csv", text), label=first).labels.names == ("cat", "dog")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.tfrecord", b"\x14" + b"\0" * 60, "a TFRecord file"),
        ("train.tfrecord-00000-of-00010", b"\x14" + b"\0" * 60, "a TFRecord file"),
        ("data.mdb", b"\0" * 60, "an LMDB database"),
        ("a.bmp", b"BM" + b"\0" * 60, "one image"),
        ("a.dcm", b"\0" * 128 + b"DICM", "one image"),
        ("a", b"Obj\x01avro.schema\0", "an Avro file"),
        ("a.dta", b"<stata_dta><header>", "a Stata file"),
        ("a.xml", b"<?xml version='1.0'?><note/>", "XML"),
    ],
)
def test_files_of_other_programs(write: Write, name: str, content: bytes, says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_file(write(name, content))
