"""The classes of a table kept by columns; the columns that a file declares go before guesses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..contents import Contents
from ..format import ReadOptions
from ..images.parquet_images import parquet_images
from ..messages import quoted
from .columnar import ColumnarTable, Shard
from .table_contents import table_contents


def columnar_contents(
    shards: Sequence[Shard],
    splits: Sequence[str],
    path: Path,
    title: str,
    options: ReadOptions,
) -> Contents:
    """The classes of a table; ``splits`` names the split of each shard, empty for none."""
    table = ColumnarTable(shards, splits, title.split()[0])
    declared = table.declared.label if options.label is None else None
    asked = options if declared is None else replace(options, label=declared)
    if options.split is None and table.split_column:
        asked = replace(asked, split=table.split_column)
    contents = table_contents(table, path, title, asked)
    if declared is not None:
        contents = replace(contents, reason="the file names its classes")
    if contents.label in table.declared.classes:
        contents = contents.with_notes(
            f"Numbers in {quoted(contents.label)} stand for the names that the file gives them."
        )
    return _with_images(contents, table) if table.declared.images else contents


def _with_images(contents: Contents, table: ColumnarTable) -> Contents:
    """The contents as images rather than a table, if these can be read."""
    column, *_ = table.declared.images
    paths = [shard.path for shard in table.shards if shard.path.suffix.lower() != ".arrow"]
    images = None
    if len(paths) == len(table.shards) and contents.labels.codes is not None:
        images = parquet_images(paths, column)
    if images is None:
        return contents.with_notes("The images inside the table were not looked at.")
    return replace(contents, kind="images", images=images, table=None, columns=(), features=())
