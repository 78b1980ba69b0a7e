"""A CSV parsed by blocks on all cores: the same rows, types and complaints as in one stream."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from harmony_core.errors import DataError
from harmony_core.readers import limits
from harmony_core.readers.tables import csv_file
from harmony_core.readers.tables.csv_file import CsvFile
from harmony_core.readers.tables.table_file import scan

Write = Callable[[str, "bytes | str"], Path]
ROWS = "".join(
    f"{i},{i / 7:.3f},{'cat' if i % 3 else ''},2024-01-{i % 28 + 1:02}\n" for i in range(400)
)
HEAD = "whole,number,text,day\n"


class Rows:
    """Keeps what comes by."""

    def __init__(self) -> None:
        self.batches: list[pa.RecordBatch] = []

    def add(self, batch: pa.RecordBatch) -> None:
        self.batches.append(batch)


def read(path: Path, long: int, monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], list[str]]:
    """Rows and types, or the complaint, and what was noted."""
    monkeypatch.setattr(csv_file, "LONG", long)
    table = CsvFile(path)
    try:
        batches = scan(table, Rows, lambda *_: None, "", None).batches
    except DataError as error:
        return [str(error)], table.notes
    found = pa.Table.from_batches(batches)
    return [found.schema, *found.to_pylist(), table.skipped], table.notes


@pytest.mark.parametrize(
    "content",
    [
        HEAD + ROWS,
        HEAD + ROWS.rstrip("\n"),
        (HEAD + ROWS).replace("\n", "\r\n"),
        "\ufeff" + HEAD + ROWS,
        "\n\nsep=,\n" + HEAD + ROWS,
        HEAD + ROWS + "\n" * 3000 + ROWS,
        HEAD + ROWS.replace("cat", '"a ""cat"", fat"'),
        HEAD + ROWS.replace("cat", "Käfer 猫"),
        HEAD + ROWS + "x,1,2,3\n" + ROWS,
        HEAD + ROWS + "1.5,1,2,3\n" + ROWS,
        HEAD + ROWS + "1,2,3\n" + ROWS,
        HEAD + ROWS + "1,2,3\n" * 200,
        HEAD + ROWS + '1,2,"two\nlines",2024-01-01\n' * 50 + ROWS,
        HEAD + ROWS + f"1,2,{'long' * 2000},2024-01-01\n" + ROWS,
        HEAD + ROWS + f'1,2,"{ROWS}',
        ROWS,
        "only\n" + "a\nb\n\n" * 2000,
    ],
    ids=[
        "plain", "no last break", "windows", "marked", "preface", "blank lines", "quoted", "utf-8",
        "text in whole", "number in whole", "one short row", "many short rows", "breaks in cells",
        "long line", "open quote", "no header", "one column",
    ],
)  # fmt: skip
def test_blocks_give_what_a_stream_gives(
    write: Write, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("a.csv", content)
    monkeypatch.setattr(csv_file, "BLOCK", 4096)
    monkeypatch.setattr(limits, "HEAD_BYTES", 2048)
    used = []
    blocks = csv_file.read_blocks
    monkeypatch.setattr(csv_file, "read_blocks", lambda *a: used.append(1) or blocks(*a))
    stream = read(path, 10**9, monkeypatch)
    assert not used
    assert read(path, 0, monkeypatch) == stream
    assert used or CsvFile(path).newlines
    assert len(stream[0]) > 400 or "Expected" in str(stream[0][0])


def test_leaving_off_ends_the_threads(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "LONG", 0)
    monkeypatch.setattr(csv_file, "BLOCK", 1024)
    before = threading.active_count()

    def cancel(_: str, share: float | None) -> None:
        if share and share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan(CsvFile(write("a.csv", HEAD + ROWS)), Rows, cancel, "", None)
    gc.collect()
    assert threading.active_count() == before
