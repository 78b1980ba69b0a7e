"""Images in a folder or a ZIP: their classes come from folders, or from a table beside them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ...errors import DataError
from ...extras import how_to_install
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..labels import ALL, Labels
from ..messages import listed, quoted
from .archives import MAX_ARCHIVE_BYTES, ZipSource
from .class_folders import FolderLabels, labels_by_folder, labels_of
from .folders import FolderSource
from .image_files import ImageFiles
from .label_tables import LabelTable, find_split_lists, find_tables
from .labelled_images import LISTED, agrees, filled_by_tables, labels_by_table
from .layout import Parts

_TABLES = (".csv", ".tsv", ".parquet", ".xlsx", ".jsonl")
_IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif")
"""Endings that tell a ZIP of tables from a ZIP of images."""
MOST = 300
"""Characters of a note."""
FOLDER = "folder"
"""Given as the label, it stands for the folders even if there is a table."""


def image_contents(path: Path, options: ReadOptions) -> Contents:
    """The images of a ZIP or folder with their classes."""
    listing = options.listing
    source = FolderSource(path, None, listing) if path.is_dir() else ZipSource(path)
    form, size = (IMAGE_FOLDER, 0) if path.is_dir() else (IMAGE_ZIP, path.stat().st_size)
    blank = Contents(path.name, "images", form.title, size, Labels((), (ALL,), np.zeros((1, 0)), 0))
    try:
        files = source.files if isinstance(source, FolderSource) else sorted(source.files)
        contents = _labelled(source, files, blank, options)
        return _split_by_lists(source, files, contents).with_notes(*_heic(source.endings))
    except BaseException:
        source.close()
        raise


def _labelled(
    source: ZipSource | FolderSource, files: Sequence[Parts], blank: Contents, options: ReadOptions
) -> Contents:
    asked = re.fullmatch(rf"{FOLDER}( \d+)?", str(options.label or "")) is not None
    tables: list[LabelTable] = []
    problem = ""
    if not asked:
        tables, problem = find_tables(source, files, options)
    found: FolderLabels | None = None
    refusal: DataError | None = None
    try:
        found = labels_by_folder(files, None if tables else options.label)
    except DataError as error:
        refusal = error
    if found is None and not tables:
        assert refusal is not None
        raise DataError(f"{refusal} {problem}".strip()[:480]) if problem else refusal
    if found is not None and not _table_wins(tables, files, found, options):
        return _by_folder(source, files, found, tables, blank)
    given = labels_by_table(tables, files)
    table = given.table
    others = [c for c in table.contents.choices if c != table.column]
    contents = replace(
        blank, labels=given.labels, label=table.contents.label,
        kind="images" if given.files else "annotations",
        reason=f"{table.contents.reason}, in the table {quoted(table.name)}"
        if table.contents.reason != "chosen by you" else table.contents.reason,
        choices=(*others, *([FOLDER] if found else [])),
        images=ImageFiles(source, given.files) if given.files else None,
    )  # fmt: skip
    if contents.images is None:
        source.close()
    contents = contents.with_notes(*table.contents.notes, *given.notes, *_shortened(problem))
    assumed = f"Labels come from column {quoted(table.contents.label)} of {quoted(table.name)}"
    if found is not None:
        return contents.with_notes(
            f"{assumed}, not from the folders ({listed(list(found.labels.names), 3)}). "
            f"For those use --label {FOLDER}."
        )
    more = f" Others: {listed(others, 3)} (--label)." if others else ""
    return contents.with_notes(f"{assumed}.{more}")


def _split_by_lists(
    source: ZipSource | FolderSource, files: Sequence[Parts], contents: Contents
) -> Contents:
    """The contents with the splits of lists such as train.txt, if nothing else gives splits."""
    labels = contents.labels
    if labels.splits != (ALL,) or labels.codes is None or len(labels.codes) != len(files):
        return contents
    found, lists = find_split_lists(source, files)
    if not found:
        return contents
    meant = [found.get(i, "") for i in range(len(files))]
    split = labels_of(labels.names, labels.codes, meant)
    note = f"The split of each image comes from {listed(list(lists), 3)}."
    return replace(contents, labels=split).with_notes(note)


def _heic(endings: Counter[str]) -> list[str]:
    """A note on images that can be counted but not looked at."""
    count = endings[".heic"] + endings[".heif"]
    if not count or find_spec("pi_heif") is not None:
        return []
    return [
        f"{count:,} HEIC images are counted only; to look at them, install pi-heif "
        f"{how_to_install('heic')}."
    ]


def _shortened(problem: str) -> list[str]:
    """Why a table was not used, as a note."""
    return [problem if len(problem) <= MOST else f"{problem[: MOST - 1]}…"] if problem else []


def _table_wins(
    tables: Sequence[LabelTable], files: Sequence[Parts], found: FolderLabels, options: ReadOptions
) -> bool:
    """Whether a table names the classes of images that lie in folders, too."""
    if not tables:
        return False
    if options.label is not None:
        return True
    first = tables[0]
    whole = len(first.covered) >= LISTED * len(files)
    named = "name" in first.contents.reason
    return whole and named and not agrees(first, files, found)


def _by_folder(
    source: ZipSource | FolderSource, files: Sequence[Parts], found: FolderLabels,
    tables: Sequence[LabelTable], blank: Contents,
) -> Contents:  # fmt: skip
    labels, notes = found.labels, found.notes
    if tables and found.labels.missing:
        filled = filled_by_tables(found, tables, files)
        if filled is not None:
            labels, notes = filled[0], (*notes, *filled[1])
    return replace(
        blank, labels=labels, label=found.label, reason=found.reason, choices=found.levels[1:],
        notes=(*source.notes, *notes), images=ImageFiles(source, files),
    )  # fmt: skip


def _matches_zip(start: FileStart) -> bool:
    """Any ZIP that no other format has taken; raises `DataError` for one that holds a table."""
    if start.entries is None:
        return False
    names = [name.lower() for name in start.entries]
    tables = [i for i, name in enumerate(names) if name.endswith(_TABLES)]
    if tables and not any(name.endswith(_IMAGES) for name in names):
        raise DataError(
            f"Expected a ZIP of images, but got one with the table "
            f"{quoted(start.entries[tables[0]])}. Unpack it and choose the table itself."
        )
    return True


IMAGE_FOLDER: FileFormat = FileFormat(
    title="images in a folder", matches=lambda start: start.folder, read=image_contents
)
IMAGE_ZIP: FileFormat = FileFormat(
    title="images in a ZIP",
    matches=_matches_zip,
    read=image_contents,
    largest=MAX_ARCHIVE_BYTES,
    suffixes=("zip",),
    family="zip",
)
