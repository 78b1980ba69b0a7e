"""Images in Parquet files, as `datasets` writes them: records {bytes, path} and a label.

Parquet is read group by group, which suits no random order, so the images' bytes are copied once
into a file of the cache, as they are. Axes: n images.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from ...errors import DataError
from ...files import read_arrays
from ...readers.images.split_folders import split_name, split_of_path
from ...readers.images.web_dataset import by_number, files_inside
from ...readers.messages import Progress, listed, quoted
from ..cache import cache_root, keep
from .listing import Listing, digest_of, listing_of
from .readers import SliceReader

if TYPE_CHECKING:
    import pyarrow as pa

LABELS = ("label", "labels", "fine_label", "class", "cls", "target", "species")
ROWS = 256
"""Rows read at a time."""
SPARE_BYTES = 2**30
"""What a copy leaves free on the disk."""
KEPT_DAYS = 30
"""Days after its last use from which a copy goes when another one is made."""


def list_parquet(path: Path, progress: Progress | None = None) -> Listing:
    """The images of a Parquet file or of all in a folder; `DataError` for what does not fit."""
    paths = files_inside(path, ".parquet") if path.is_dir() else [path]
    image, label, names = _columns(paths[0])
    key = digest_of(paths)
    content = cache_root() / "images" / f"{key}.bytes"
    table = content.with_suffix(".rows.npz")
    if not (content.is_file() and table.is_file()):
        _drop_unused(content.parent)
        _copy(paths, image, label, content, table, progress)
    with suppress(OSError):
        os.utime(content)
    rows = read_arrays(table)
    shard = rows["shard"]
    root = path if path.is_dir() else path.parent
    split = [split_of_path(p.relative_to(root).parts) or split_name(p.stem) for p in paths]
    labels = [str(value) for value in rows["label"].tolist()]
    order = tuple(sorted(set(labels), key=by_number))
    called = order
    if names and all(one.isdigit() and int(one) < len(names) for one in order):
        called = tuple(names[int(one)] for one in order)
    where = [f"{paths[s].name} row {r}" for s, r in zip(shard, rows["row"], strict=True)]
    reader = SliceReader([content], np.zeros(len(labels)), rows["start"], rows["size"], where)
    notes = (
        f"Labels are the column {quoted(label)}. The images' bytes were copied once into the "
        f"cache, {content.stat().st_size / 1e9:.1f} GB, which may go once it has not been used for "
        f"{KEPT_DAYS} days.",
    )
    return listing_of(reader, labels, order, called, [split[s] for s in shard], key, notes)


def _columns(path: Path) -> tuple[str, str, list[str]]:
    """The columns of the image and of the label, and the names of the classes if there are any."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        schema = parquet.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"Expected a readable Parquet file, but {quoted(path.name)} is damaged: "
            f"{quoted(str(error), 80)}. Copy it again."
        ) from error
    images = [f.name for f in schema if _holds_bytes(f.type)]
    if not images:
        raise DataError(
            f"Expected a column of images, records with `bytes`, but got {listed(schema.names, 5)} "
            f"in {quoted(path.name)}. Inspect tables without images as a table."
        )
    label = next((name for name in LABELS if name in schema.names), "")
    if not label:
        others = [f.name for f in schema if f.name != images[0] and not pa.types.is_nested(f.type)]
        if len(others) != 1:
            raise DataError(
                f"Expected a column of labels ({', '.join(LABELS[:3])}, …), but got "
                f"{listed(schema.names, 5)}. Rename the column with the labels to `label`."
            )
        label = others[0]
    return images[0], label, _class_names(schema, label)


def _holds_bytes(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return any(_holds_bytes(kind.field(i).type) for i in range(kind.num_fields))
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _class_names(schema: pa.Schema, label: str) -> list[str]:
    """The names that `datasets` keeps in the metadata of a file, by class number."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        names = features[label]["names"]
    except (KeyError, TypeError, ValueError):
        return []
    usable = isinstance(names, list) and all(isinstance(name, str) for name in names)
    return names if usable and len(set(names)) == len(names) else []


def _drop_unused(folder: Path) -> None:
    """Delete the copies that nobody has used for `KEPT_DAYS`."""
    long_ago = time.time() - KEPT_DAYS * 86_400
    for content in folder.glob("*.bytes"):
        with suppress(OSError):
            if content.stat().st_mtime < long_ago:
                content.with_suffix(".rows.npz").unlink(missing_ok=True)
                content.unlink()


def _copy(
    paths: list[Path], image: str, label: str, content: Path, table: Path, progress: Progress | None
) -> None:
    """Write the images' bytes one after the other, then where each of them lies."""
    needed = sum(path.stat().st_size for path in paths)
    content.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(content.parent).free
    if free < needed + SPARE_BYTES:
        raise DataError(
            f"Expected {(needed + SPARE_BYTES) / 1e9:.1f} GB free in {content.parent} for a copy "
            f"of the images, but got {free / 1e9:.1f} GB. Free some space, or choose another "
            "folder with the environment variable HARMONY_DATA."
        )
    columns: dict[str, list[Any]] = {"shard": [], "row": [], "start": [], "size": [], "label": []}

    def write(file: IO[bytes]) -> None:
        start = 0
        for number, path in enumerate(paths):
            if progress:
                progress(f"Copying the images of {path.name[:60]}", number / len(paths))
            for row, (data, name) in enumerate(_rows(path, image, label)):
                if data is None or name is None:
                    continue
                file.write(data)
                for column, value in zip(
                    columns.values(), (number, row, start, len(data), name), strict=True
                ):
                    column.append(value)
                start += len(data)

    keep(content, write)
    if not columns["row"]:
        content.unlink(missing_ok=True)
        raise DataError(
            f"Expected rows with an image and a label, but got none in {quoted(paths[0].name)}."
        )
    arrays: Any = {name: np.array(values) for name, values in columns.items()}
    keep(table, lambda file: np.savez(file, **arrays))


def _rows(path: Path, image: str, label: str) -> Iterator[tuple[bytes | None, Any]]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS, columns=[image, label]):
                cells, names = batch.column(image), batch.column(label)
                if pa.types.is_struct(cells.type):
                    cells = cells.field("bytes")
                for cell, name in zip(cells, names, strict=True):
                    yield cell.as_py(), name.as_py()
    except (pa.ArrowException, OSError, KeyError) as error:
        raise DataError(
            f"Expected a readable Parquet file with the columns {quoted(image)} and "
            f"{quoted(label)}, but {quoted(path.name)} is not: {quoted(str(error), 80)}. "
            "Copy it again."
        ) from error
