"""Images whose labels a table gives: each image gets the label and split of its row.

Axes: m images.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ..labels import Labels, MultiLabel
from ..messages import listed, quoted
from .class_folders import FolderLabels, labels_of
from .label_tables import LabelTable
from .layout import Parts
from .split_folders import split_of_path

LISTED = 0.9
"""Share of the images a table has to list to be chosen over the folders they lie in."""
SAME = 0.95


@dataclass(frozen=True)
class TableLabels:
    """The images that a table gives labels to, and these."""

    files: list[Parts]
    labels: Labels
    table: LabelTable
    notes: tuple[str, ...]


def labels_by_table(tables: Sequence[LabelTable], files: Sequence[Parts]) -> TableLabels:
    """The labels of the table that lists the most images, and of others with the same column."""
    first = tables[0]
    same = [t for t in tables if t.contents.label == first.contents.label]
    notes: list[str] = []
    unused = [t.name for t in tables if t not in same]
    if first.contents.labels.codes is None:
        labels = first.contents.labels
        if left := sum(i is None for i in first.images):
            notes.append(f"{left:,} rows of {quoted(first.name)} name no image here; counted too.")
        return TableLabels([], labels, first, tuple(notes))
    if _repeats(first):
        return TableLabels([], _by_row(first, files), first, (
            "Images have several rows; labels are counted row by row.",
        ))  # fmt: skip
    given: dict[int, tuple[str, str]] = {}
    nowhere: Counter[str] = Counter()
    for table in same:
        for row, image in enumerate(table.images):
            name = _name(table, row)
            if image is None:
                nowhere[name] += 1
                continue
            given.setdefault(image, (name, _split(table, row, files[image])))
    order = sorted(given)
    names = first.contents.labels.names
    if len(same) > 1:
        names = tuple(sorted({name for name, _ in given.values() if name}))
    place = {name: c for c, name in enumerate(names)}
    codes = np.array([place.get(given[i][0], -1) for i in order], dtype=np.int32)
    if nowhere:
        counts = ", ".join(f"{name or 'no label'} ({k:,})" for name, k in nowhere.most_common(5))
        notes.append(
            f"Left out {nowhere.total():,} rows that name no image here, by class: {counts}."
        )
    if bare := [i for i in range(len(files)) if i not in given]:
        notes.append(
            f"Left out {len(bare):,} images without a row, such as "
            f"{quoted('/'.join(files[bare[0]]))}."
        )
    if unused:
        notes.append(f"Tables that were not used: {listed(unused, 3)}.")
    return TableLabels(
        [files[i] for i in order], labels_of(names, codes, [given[i][1] for i in order]), first,
        tuple(notes),
    )  # fmt: skip


def _repeats(table: LabelTable) -> bool:
    """Whether images come several times with different labels, one row for each object."""
    labels: dict[int, set[str]] = {}
    rows = 0
    for row, image in enumerate(table.images):
        if image is not None:
            labels.setdefault(image, set()).add(_name(table, row))
            rows += 1
    return rows > len(labels) and (
        any(len(found) > 1 for found in labels.values()) or rows > 1.05 * len(labels)
    )


def _by_row(table: LabelTable, files: Sequence[Parts]) -> Labels:
    """Labels counted in rows, of the images that are there."""
    rows = [(row, image) for row, image in enumerate(table.images) if image is not None]
    names = table.contents.labels.names
    place = {name: c for c, name in enumerate(names)}
    codes = np.array([place.get(_name(table, row), -1) for row, _ in rows], dtype=np.int32)
    found = labels_of(names, codes, [_split(table, row, files[image]) for row, image in rows])
    images = {image for _, image in rows}
    return replace(
        found, rows=len(images), missing=0, codes=None, split_codes=None,
        multi=MultiLabel("", int(found.counts.sum()), 0),
    )  # fmt: skip


def _name(table: LabelTable, row: int) -> str:
    """The label of a row, empty for none."""
    labels = table.contents.labels
    assert labels.codes is not None
    code = int(labels.codes[row])
    return labels.names[code] if code >= 0 else ""


def agrees(table: LabelTable, files: Sequence[Parts], found: FolderLabels) -> bool:
    """Whether the folders name the same classes as the table, perhaps in other words."""
    codes = found.labels.codes
    own = table.contents.labels.codes
    if codes is None or own is None:
        return False
    pairs = Counter(
        (int(own[row]), int(codes[image])) for row, image in enumerate(table.images)
        if image is not None
    )  # fmt: skip
    kept: dict[int, int] = {}
    for (mine, _), times in pairs.items():
        kept[mine] = max(kept.get(mine, 0), times)
    return sum(kept.values()) >= SAME * pairs.total() and len(kept) > 1


def filled_by_tables(
    found: FolderLabels, tables: Sequence[LabelTable], files: Sequence[Parts]
) -> tuple[Labels, tuple[str, ...]] | None:
    """Labels of images in no class folder, from tables that use the names of the folders.

    So are the validation images of Tiny ImageNet listed. ``None`` if no table helps.
    """
    codes: Array = np.array(found.labels.codes)
    place = {name: c for c, name in enumerate(found.labels.names)}
    added = 0
    for table in tables:
        for cells in table.cells.values():
            known = sum(cell in place for cell in cells)
            if known < SAME * len(cells):
                continue
            for image, cell in zip(table.images, cells, strict=True):
                if image is not None and codes[image] < 0 and cell in place:
                    codes[image] = place[cell]
                    added += 1
            break
    if not added:
        return None
    meant = [split_of_path(parts) for parts in files]
    note = f"{added:,} images outside the class folders have their label from a table."
    return labels_of(found.labels.names, codes, meant), (note,)


def _split(table: LabelTable, row: int, parts: Parts) -> str:
    labels = table.contents.labels
    if labels.split_codes is not None:
        code = int(labels.split_codes[row])
        return labels.splits[code] if code >= 0 else ""
    return table.split or split_of_path(parts)
