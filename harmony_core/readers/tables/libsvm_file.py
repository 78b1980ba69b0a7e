"""LibSVM (SVMlight) text: a label, then ``index:value`` for each feature that is not 0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..messages import Progress, quoted
from .memory_table import MemoryTable, table_from_rows
from .table_contents import table_contents

LABEL = "label"
FEATURES = 1_000
"""Features that become columns; of more, only the labels are read."""
_PAIR = re.compile(r"(?:\d+|qid):\S+$")
_LINE = re.compile(rb"[-+]?\d+(\.\d+)?(,[-+]?\d+)*([ \t]+(\d+|qid):[-+.\deE]+)+[ \t]*(#.*)?\r?$")
_BYTES = 16 * limits.MB


def read_libsvm(path: Path, progress: Progress) -> MemoryTable:
    """The label and, if they are few, the features as columns."""
    largest = 0
    for _, pairs, _ in _lines(path):
        for pair in pairs:
            place = pair.partition(":")[0]
            largest = max(largest, int(place) if place != "qid" else 0)
    notes = []
    if largest > FEATURES:
        notes.append(
            f"Only the labels were read: {largest:,} features are more than {FEATURES:,} columns."
        )
        largest = 0
    columns = (LABEL, *(f"x{i}" for i in range(largest + 1 if largest else 0)))
    return table_from_rows(columns, _rows(path, largest), notes, progress)


def _rows(path: Path, largest: int) -> Iterator[tuple[list[object], float | None]]:
    for label, pairs, share in _lines(path):
        row: list[object] = [0.0] * (largest + 1) if largest else []
        for pair in pairs if largest else ():
            place, _, value = pair.partition(":")
            if place != "qid":
                try:
                    row[int(place)] = float(value)
                except ValueError as error:
                    raise _unusual(pair) from error
        yield [label, *row], share


def _lines(path: Path) -> Iterator[tuple[str, list[str], float]]:
    """Label, pairs and the share read of each line."""
    size, read = max(path.stat().st_size, 1), 0
    with open(path, "rb") as file:
        while line := file.readline(_BYTES):
            read += len(line)
            words = line.decode("utf-8", "replace").partition("#")[0].split()
            if not words:
                continue
            for pair in words[1:]:
                if not _PAIR.match(pair) or len(pair) > 100:
                    raise _unusual(pair)
            yield words[0], words[1:], read / size


def _unusual(pair: str) -> DataError:
    return DataError(
        f"Expected 'index:value' behind the label, but got {quoted(pair)}. Mend that line."
    )


def _matches(start: FileStart) -> bool:
    """The first lines are a number and pairs; some lines may have no pair."""
    if start.claimed is not None and not start.claimed.text:
        return False
    lines = [line for line in start.text.split(b"\n")[:50] if line.strip()][:-1] or [start.text]
    return sum(_LINE.match(line.strip()) is not None for line in lines) > 0.8 * len(lines)


def _read(path: Path, options: ReadOptions) -> Contents:
    return table_contents(read_libsvm(path, options.progress), path, LIBSVM.title, options)


LIBSVM: FileFormat = FileFormat(
    title="LibSVM file",
    matches=_matches,
    read=_read,
    largest=limits.JSON_LINES_BYTES,
    suffixes=("libsvm", "svm", "svmlight"),
    family="delimited",
    text=True,
)
