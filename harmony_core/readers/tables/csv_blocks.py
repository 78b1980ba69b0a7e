"""A long CSV parsed by all cores: cut into blocks at line breaks, which come back in order.

Arrow's own streaming reader parses on one core. As with it, the types are those of the first block,
and a later value that does not fit them is an error.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..threads import cores

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv

THREADS = 4


def read_blocks(
    path: Path,
    names: list[str],
    skip: int,
    size: int,
    parse: csv.ParseOptions,
    convert: csv.ConvertOptions,
) -> Generator[pa.RecordBatch, None, None]:
    """The rows of a UTF-8 file after ``skip`` lines, by blocks of at most ``size`` bytes.

    Raises `pyarrow.ArrowInvalid` as Arrow does, also for a line that is longer than a block and for
    a line break inside a cell. The handler of ``parse`` is asked about rows with another number of
    fields.
    """
    import pyarrow as pa
    from pyarrow import csv

    def read(block: bytes, skip: int, convert: csv.ConvertOptions) -> pa.Table:
        strange = 0

        def ask(row: Any) -> str:
            nonlocal strange
            strange += 1
            return str(parse.invalid_row_handler(row))

        options = csv.ReadOptions(
            use_threads=False, block_size=len(block) + 1, column_names=names, skip_rows=skip
        )
        asking = csv.ParseOptions(
            delimiter=parse.delimiter,
            quote_char=parse.quote_char,
            escape_char=parse.escape_char,
            invalid_row_handler=ask,
        )
        table = csv.read_csv(pa.BufferReader(block), options, asking, convert)
        if table.num_rows + strange != _lines(block, skip):
            raise pa.ArrowInvalid("a line break in quotes")
        return table

    blocks = _blocks(path, size)
    first = read(next(blocks), skip, convert)
    yield from first.to_batches()
    typed = csv.ConvertOptions(
        include_columns=convert.include_columns,
        column_types=first.schema,
        decimal_point=convert.decimal_point,
    )
    waiting: deque[Future[pa.Table]] = deque()
    threads = min(cores(), THREADS)
    with ThreadPoolExecutor(threads) as pool:
        try:
            for block in blocks:
                waiting.append(pool.submit(read, block, 0, typed))
                if len(waiting) > threads:
                    yield from waiting.popleft().result().to_batches()
            while waiting:
                yield from waiting.popleft().result().to_batches()
        finally:
            pool.shutdown(cancel_futures=True)


def _blocks(path: Path, size: int) -> Iterator[bytes]:
    """The content cut behind line breaks; blank blocks are left out."""
    import pyarrow as pa

    left = b""
    with open(path, "rb") as file:
        while content := file.read(size - len(left)):
            block = left + content
            end = block.rfind(b"\n") + 1
            if not end and len(block) == size:
                raise pa.ArrowInvalid("straddling object straddles two block boundaries")
            left, block = block[end:], block[:end]
            if block and not block.isspace():
                yield block
    if left and not left.isspace():
        yield left


def _lines(block: bytes, skip: int) -> int:
    """Lines of a block that hold something."""
    if b"\n\n" in block or b"\r" in block or skip > 1:
        return sum(1 for line in block.splitlines()[skip:] if line)
    return block.count(b"\n") + (not block.endswith(b"\n")) - skip
