"""Arrow files and streams, such as the library `datasets` saves to disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import limits
from ..format import FileFormat, FileStart
from .columnar import readable
from .columnar_contents import columnar_contents

if TYPE_CHECKING:
    import pyarrow as pa

STREAM = b"\xff\xff\xff\xff"
FILE = b"ARROW1"


class ArrowShard:
    """An Arrow file or stream; its rows are counted by reading it."""

    rows = -1

    def __init__(self, path: Path) -> None:
        self.path = path
        with readable("Arrow"), self._open() as reader:
            self.schema = reader.schema

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All rows in order."""
        with self._open() as reader:
            for batch in _each(reader):
                yield batch.select(list(columns))

    def some(self, columns: Sequence[str], most: int) -> Iterator[pa.RecordBatch]:
        """The first rows."""
        for batch in self.batches(columns):
            yield batch.slice(0, most)
            most -= batch.num_rows
            if most <= 0:
                return

    def _open(self) -> pa.RecordBatchReader:
        import pyarrow as pa

        with open(self.path, "rb") as file:
            whole = file.read(len(FILE)) == FILE
        source = pa.memory_map(str(self.path))
        return pa.ipc.open_file(source) if whole else pa.ipc.open_stream(source)


def _each(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    if hasattr(reader, "num_record_batches"):
        for position in range(reader.num_record_batches):
            yield reader.get_batch(position)
    else:
        yield from reader


def _matches(start: FileStart) -> bool:
    named = start.claimed is not None and start.claimed is ARROW
    return start.head.startswith(FILE) or (start.head.startswith(STREAM) and named)


ARROW: FileFormat = FileFormat(
    title="Arrow table",
    matches=_matches,
    read=lambda path, options: columnar_contents(
        [ArrowShard(path)], [""], path, ARROW.title, options
    ),
    largest=limits.TABLE_BYTES,
    suffixes=("arrow", "feather"),
)
