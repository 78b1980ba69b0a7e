"""Tables of any format as a stream of Arrow record batches.

A `TableFile` knows its columns and can show a sample of its rows as text; `scan` streams all rows
through a sink and starts over when a column turns out to hold something else than it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from ...errors import DataError
from .. import limits
from ..messages import Progress

if TYPE_CHECKING:
    import pyarrow as pa

RESTARTS = 12


class Retype(Exception):
    """Reading has to start over, as what was assumed about the file turned out wrong."""


@dataclass(frozen=True)
class Sample:
    """Rows from several places of a table, as text; ``None`` for a missing value."""

    columns: dict[str, list[str | None]]
    lists: frozenset[str] = frozenset()
    """Columns whose cells are lists."""
    whole: bool = False
    """These are all rows."""

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values()), []))


class TableFile(Protocol):
    """A table that can be streamed any number of times."""

    columns: tuple[str, ...]
    notes: list[str]

    def sample(self) -> Sample:
        """Some rows as text, enough to guess what the columns hold."""
        ...

    def batches(
        self, columns: Sequence[str] | None, text: frozenset[str]
    ) -> Iterator[tuple[pa.RecordBatch, float | None]]:
        """All rows in order with the share read so far; ``text`` columns come as text or lists.

        Raises `Retype` when it has to be started again.
        """
        ...


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
    """Stream all rows through a fresh sink and return it; starts over on `Retype`."""
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
        "Expected columns that hold the same kind of value throughout, but they keep changing. "
        "Save the table again from the program that made it."
    )


def unique_names(header: Sequence[str | None], notes: list[str]) -> tuple[str, ...]:
    """Column names that differ and are not empty; says so where they had to be changed."""
    if len(header) > limits.COLUMNS:
        raise DataError(
            f"Expected at most {limits.COLUMNS:,} columns, but got {len(header):,}. "
            "Keep the label and the columns that matter."
        )
    names: list[str] = []
    taken: set[str] = set()
    changed = 0
    for position, given in enumerate(header, 1):
        base = (given or "").strip()[: limits.NAME_CHARACTERS] or f"column_{position}"
        name, number = base, 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        changed += name != (given or "").strip()
        taken.add(name)
        names.append(name)
    if changed:
        notes.append(f"Gave {changed} columns a name of their own, as theirs was empty or taken.")
    return tuple(names)
