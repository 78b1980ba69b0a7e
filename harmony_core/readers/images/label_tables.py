"""Tables beside images that name the images and their labels, such as train.csv or metadata.csv.

Axes: n rows of a table, m images.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import DataError
from ...scratch import scratch_folder
from .. import limits
from ..contents import Contents
from ..format import ReadOptions
from ..messages import quoted
from ..tables.arrow_values import cell_values
from ..tables.table_file import scan
from .image_names import ImageNames
from .layout import Parts, suffix_of
from .split_folders import split_name

if TYPE_CHECKING:
    import pyarrow as pa

    from .archives import ZipSource
    from .folders import FolderSource

SUFFIXES = frozenset((".csv", ".tsv", ".jsonl", ".parquet", ".xlsx", ".json", ".txt"))
TABLE_BYTES = 64 * limits.MB
TABLES = 20
KEPT = 10
"""Columns kept beside those of names and labels."""
MATCHED = 0.5
"""Share of a column's cells that have to name images."""
_NO_LABELS = re.compile(
    r"(sample_?)?submission.*|.*_submission\..*|readme.*|license.*|requirements.*|classes\.txt|notes\..*"
    r"|wnids\.txt|words\.txt",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class LabelTable:
    """A table whose rows name images."""

    name: str
    """Its path inside the folder or ZIP."""
    contents: Contents
    """As it was read, with its own label column."""
    column: str
    """The column of image names."""
    images: list[int | None]
    """(n,) the position of the image of each row, ``None`` for one that is not there."""
    cells: dict[str, list[str | None]]
    """Some of the other columns as text, by name, (n,) each."""
    split: str
    """The split that the table's name or folder says; empty for none."""

    @property
    def covered(self) -> set[int]:
        """The images with a row."""
        return {image for image in self.images if image is not None}


def find_tables(
    source: ZipSource | FolderSource, files: Sequence[Parts], options: ReadOptions
) -> tuple[list[LabelTable], str]:
    """The tables whose rows name images, those of the most images first; why others were not read.

    A table is copied to a temporary file while it is read.
    """
    candidates = [p for p in source.others if suffix_of(p[-1]) in SUFFIXES]
    candidates = [p for p in candidates if not _NO_LABELS.fullmatch(p[-1])]
    if not candidates or not files:
        return [], ""
    names = ImageNames(files)
    found: list[LabelTable] = []
    problem = ""
    for parts in sorted(candidates, key=lambda p: (len(p), p))[: 5 * TABLES]:
        try:
            content = source.read(parts, TABLE_BYTES)
            if suffix_of(parts[-1]) == ".txt" and not _lists_images(content, parts, names):
                continue
            table = _read_table(content, parts, names, options)
        except (DataError, OSError) as error:
            problem = problem or f"{quoted('/'.join(parts))} was not used: {error}"
            continue
        if table is not None:
            found.append(table)
        if len(found) == TABLES:
            break
    found.sort(key=lambda table: -len(table.covered))
    return found, problem


def find_split_lists(
    source: ZipSource | FolderSource, files: Sequence[Parts]
) -> tuple[dict[int, str], tuple[str, ...]]:
    """The split of images by their positions, from lists such as train.txt, and the lists' names.

    Empty unless the lists name two splits or more. ``train_val_list.txt`` stands for training.
    """
    found: dict[int, str] = {}
    used: list[str] = []
    names: ImageNames | None = None
    for parts in source.others:
        words = set(re.findall(r"[a-z]+", parts[-1].lower()))
        split = "train" if words & {"train", "trainval"} else split_name(parts[-1][:-4])
        if not split or suffix_of(parts[-1]) != ".txt":
            continue
        with suppress(OSError, DataError):
            lines = source.read(parts, TABLE_BYTES).decode("utf-8", "replace").split("\n")
            names = names or ImageNames(files)
            images = [names.find(line, parts[:-1]) for line in lines if line.strip()]
            if sum(image is not None for image in images) >= MATCHED * max(len(images), 1):
                used.append("/".join(parts))
                for image in images:
                    if image is not None:
                        found.setdefault(image, split)
    return (found, tuple(used)) if len(set(found.values())) > 1 else ({}, ())


def _lists_images(content: bytes, parts: Parts, names: ImageNames) -> bool:
    """Whether the first line of a text begins with an image and goes on."""
    first = content[:4096].decode("utf-8", "replace").split("\n", 1)[0]
    cells = [cell.strip("\"'") for cell in re.split(r"[\s,;]+", first.strip())]
    return len(cells) > 1 and names.find(cells[0], parts[:-1]) is not None


def _read_table(
    content: bytes, parts: Parts, names: ImageNames, options: ReadOptions
) -> LabelTable | None:
    from ..identify import identify  # the formats there include this one

    with scratch_folder() as folder:
        suffix = suffix_of(parts[-1])
        path = Path(folder, f"table{'.csv' if suffix == '.txt' else suffix}")
        path.write_bytes(content)
        form, *_ = identify(path)
        contents = form.read(path, options)
        if contents.kind != "table" or contents.table is None:
            return None
        folder_parts = parts[:-1]
        column = _image_column(contents, names, folder_parts)
        if column is None:
            return None
        if column == contents.label:  # a table of few rows: the names look like labels
            others = [c for c in (*contents.choices, *contents.columns) if c != column]
            if options.label is not None or not others:
                return None
            contents = form.read(path, replace(options, label=others[0]))
            contents = replace(contents, reason="it is beside the names of images")
        assert contents.table is not None
        wanted = [c for c in contents.columns if c in (contents.label, column)]
        wanted += [c for c in contents.columns if c not in wanted][:KEPT]
        cells = scan(
            contents.table, lambda: _Cells(wanted), options.progress, "Reading labels",
            wanted, frozenset(wanted),
        ).cells  # fmt: skip
    name = parts[-1].rpartition(".")[0]
    split = split_name(name) or next(
        (s for p in reversed(folder_parts) if (s := split_name(p))), ""
    )
    images = [None if cell is None else names.find(cell, folder_parts) for cell in cells[column]]
    del cells[column]
    return LabelTable("/".join(parts), contents, column, images, cells, split)


def _image_column(contents: Contents, names: ImageNames, folder: Parts) -> str | None:
    """The column that names the most images, if most of its cells do."""
    assert contents.table is not None
    sample = contents.table.sample().columns
    best, most = None, 0
    for column, cells in sample.items():
        given = [cell for cell in cells if cell is not None]
        found = [i for cell in given if (i := names.find(cell, folder)) is not None]
        if len(found) >= MATCHED * max(len(given), 1) and len(set(found)) > most:
            best, most = column, len(set(found))
    return best


class _Cells:
    """A `Sink` that keeps columns as texts."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.cells: dict[str, list[str | None]] = {column: [] for column in columns}

    def add(self, batch: pa.RecordBatch) -> None:
        from ..tables.memory_table import as_text

        for column, cells in self.cells.items():
            cells += [as_text(value) for value in cell_values(batch.column(column))]
