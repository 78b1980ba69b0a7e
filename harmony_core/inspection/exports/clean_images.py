"""A cleaned list of images, or a ZIP of those that are kept.

In the ZIP images keep their paths; where the path names the class, it follows a new label.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from ...errors import DataError
from ...readers.contents import Contents
from ...readers.limits import MB
from ...readers.messages import quoted
from ...readers.samples import Images
from .choice import Changes
from .flagged_table import csv_text, write_columns

LARGEST_ZIP = 2 * 1024 * MB
"""Bytes of images in a ZIP."""
LIST = "labels.csv"


def write_clean_images(file: IO[bytes], target: Path, contents: Contents, made: Changes) -> None:
    """``path``, ``label`` and ``split`` of the images that are kept, or the images themselves.

    Raises `DataError` for a ZIP of more than `LARGEST_ZIP` bytes, and for images that are not
    files.
    """
    images = contents.images
    if images is None:
        raise DataError(
            f"Expected images to copy, but got {contents.form}. Provide the images themselves."
        )
    kept = list(_kept(contents, images, made))
    if target.suffix.lower() != ".zip":
        write_columns(file, _columns([row[1:] for row in kept]), target)
        return
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        listed: list[tuple[str, str, str]] = []
        taken = {name for _, name, _, _ in kept}
        total = 0
        for row, name, label, split in kept:
            content = _content(images, row, name)
            total += len(content)
            if total > LARGEST_ZIP:
                raise DataError(
                    f"Expected images of at most {LARGEST_ZIP / MB:,.0f} MB for a ZIP, but got "
                    "more. Write the list of those that are kept: give a name that ends in .csv."
                )
            moved = _free(_moved(name, contents, row, label), name, taken)
            archive.writestr(zipfile.ZipInfo(moved), content)
            listed.append((moved, label, split))
        archive.writestr(zipfile.ZipInfo(LIST), csv_text(_columns(listed)))


def _kept(contents: Contents, images: Images, made: Changes) -> Iterator[tuple[int, str, str, str]]:
    """Position, path, label and split of each labelled image that stays."""
    labels = contents.labels
    if labels.codes is None:
        raise DataError(
            "Expected one label for each image, but got several or none. Provide images with one "
            "class each."
        )
    dropped = set(made.dropped.tolist())
    new = dict(zip(made.relabelled.tolist(), made.new_labels, strict=True))
    splits = labels.split_names(np.arange(len(labels.codes)))
    for row, code in enumerate(labels.codes.tolist()):
        if row in dropped or code < 0:
            continue
        yield row, images.name(row), new.get(row, labels.names[code]), splits[row]


def _columns(rows: list[tuple[str, str, str]]) -> dict[str, list[str]]:
    paths, labels, splits = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {"path": list(paths), "label": list(labels), "split": list(splits)}
    if not any(splits):
        del columns["split"]
    return columns


def _content(images: Images, row: int, name: str) -> bytes:
    try:
        content = images.content(row)
    except OSError as error:
        raise DataError(
            f"Expected to read {quoted(name)} once more, but got: {error}. Drop the unreadable "
            "images too."
        ) from error
    if content is None or not PurePosixPath(name).suffix:
        raise DataError(
            "Expected images that are files, but got the rows of an array or a table. Write the "
            "list of those that are kept: give a name that ends in .csv."
        )
    return content


def _moved(name: str, contents: Contents, row: int, label: str) -> str:
    """The path of an image with the folder of its class changed where the class is another."""
    codes = contents.labels.codes
    assert codes is not None
    old = contents.labels.names[codes[row]]
    folders = list(PurePosixPath(name).parts)
    safe = label not in ("", ".", "..") and not set(label) & set('/\\:*?"<>|\0')
    if label == old or not safe or old not in folders[:-1]:
        return name
    place = len(folders) - 2 - folders[-2::-1].index(old)
    folders[place] = label
    return "/".join(folders)


def _free(moved: str, name: str, taken: set[str]) -> str:
    """A path that no other image has."""
    if moved == name:
        return name
    path, number = PurePosixPath(moved), 2
    while moved in taken:
        moved, number = str(path.with_name(f"{path.stem}_{number}{path.suffix}")), number + 1
    taken.add(moved)
    return moved
