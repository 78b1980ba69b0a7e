"""The cleaned copy of a file: without the samples of some checks, relabelled for others."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from ...readers.contents import Contents
from ..quality.finding import Quality
from .choice import Choice, changes, flagged_of
from .export import Export


def _write(
    file: IO[bytes], target: Path, contents: Contents, quality: Quality, choice: Choice
) -> list[str]:
    made = changes(flagged_of(quality), contents.labels.names, quality.totals, choice)
    if contents.kind == "images":
        from .clean_images import write_clean_images

        write_clean_images(file, target, contents, made)
    else:
        from .clean_table import write_clean_table

        write_clean_table(file, target, contents, made)
    return made.sentences()


CLEAN = Export(
    name="clean",
    title="Cleaned copy",
    help="a copy without the samples of --drop and with the suggested labels of --relabel: a table "
    "with its rows and columns as they are, or images as a list (.csv) or a ZIP",
    suffixes=("csv", "tsv", "txt", "data", "tab", "parquet", "zip"),
    kinds=("table", "images"),
    write=_write,
)
