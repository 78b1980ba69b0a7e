"""Stream the rows of a table of any format, as Arrow record batches.

`scan` passes all rows to a sink. It starts over where a column turns out to hold other values than
its first rows suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from ...errors import DataError
from .. import limits
from ..messages import Progress
from ..samples import TableFile

if TYPE_CHECKING:
    import pyarrow as pa

RESTARTS = 12


class Retype(Exception):
    """An assumption about the file was wrong, so reading has to start over."""


class Sink(Protocol):
    """Takes batches in order."""

    def add(self, batch: pa.RecordBatch) -> None: ...


S = TypeVar("S", bound=Sink)


def scan(
    table: TableFile,
    start: Callable[[], S],
    progress: Progress,
    message: str,
    columns: Sequence[str] | None = None,
    text: frozenset[str] = frozenset(),
) -> S:
    """Stream all rows into a new sink and return it; starts over on `Retype`."""
    for _ in range(RESTARTS):
        sink = start()
        rows = 0
        try:
            for batch, share in table.batches(columns, text):
                rows += batch.num_rows
                if rows > limits.ROWS:
                    raise DataError(
                        f"Expected at most {limits.ROWS:,} rows, but got more. "
                        "Keep fewer samples of the frequent classes."
                    )
                sink.add(batch)
                progress(message, share)
            return sink
        except Retype:
            continue
    raise DataError(
        "Expected every column to hold one kind of value, but the kinds keep changing. "
        "Save the table again from the program that made it."
    )


def unique_names(header: Sequence[str | None], notes: list[str]) -> tuple[str, ...]:
    """Distinct, non-empty column names; a note is added where names had to be changed."""
    if len(header) > limits.COLUMNS:
        raise DataError(
            f"Expected at most {limits.COLUMNS:,} columns, but got {len(header):,}. "
            "Keep the label and the columns that matter."
        )
    names: list[str] = []
    used: set[str] = set()
    changed = 0
    for position, given in enumerate(header, 1):
        base = (given or "").strip()[: limits.NAME_CHARACTERS] or f"column_{position}"
        name, number = base, 2
        while name in used:
            name, number = f"{base}_{number}", number + 1
        changed += name != (given or "").strip()
        used.add(name)
        names.append(name)
    if changed:
        notes.append(
            f"Gave {changed} columns a new name, because theirs was empty or already used."
        )
    return tuple(names)
