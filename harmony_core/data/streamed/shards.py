"""Images in tar shards, in the layout of WebDataset: files with one name are a sample.

The shards are read once for their tables; an image is then a stretch of a file. Axes: n images.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ...errors import DataError
from ...readers.images.split_folders import split_name, split_of_path
from ...readers.images.web_dataset import by_number, called, files_inside, samples_of
from ...readers.messages import Progress, listed, quoted
from .listing import Listing, digest_of, listing_of
from .readers import SliceReader

NUMBERED = re.compile(r"(.*?)(\d{2,})((?:-of-(\d+))?)")
"""A shard's name without its ending: what it belongs to, its number, and perhaps of how many."""


def list_shards(folder: Path, progress: Progress | None = None) -> Listing:
    """The images of all ``.tar`` files in a folder; `DataError` for damaged or missing shards."""
    paths = files_inside(folder, ".tar")
    _check_complete([p.relative_to(folder).with_suffix("").as_posix() for p in paths])
    file, start, size = [], [], []
    names: list[str] = []
    labels: list[str] = []
    splits: list[str] = []
    unlabelled = 0
    for number, path in enumerate(paths):
        if progress:
            progress(f"Reading the table of {path.name[:60]}", number / len(paths))
        split = split_of_path(path.relative_to(folder).parts) or split_name(path.stem)
        for label, image in samples_of(path):
            if image is None:
                continue
            if not label:
                unlabelled += 1
                continue
            file.append(number)
            start.append(image.offset_data)
            size.append(image.size)
            names.append(image.name)
            labels.append(label)
            splits.append(split)
    if not names:
        raise DataError(
            "Expected samples of an image and a label (.cls or .json) in the shards, but got none "
            f"in {listed([p.name for p in paths], 3)}. Add the labels, or unpack the archives."
        )
    reader = SliceReader(paths, np.array(file), np.array(start), np.array(size), names)
    order = tuple(sorted(set(labels), key=by_number))
    notes: tuple[str, ...] = ()
    if unlabelled:
        notes = (f"{unlabelled:,} samples of the shards have no label and were left out.",)
    return listing_of(reader, labels, order, called(folder, order), splits, digest_of(paths), notes)


def _check_complete(names: list[str]) -> None:
    """Raise `DataError` if the numbers of shards have a gap, or are fewer than their names say."""
    series: dict[tuple[str, str], set[int]] = {}
    total: dict[tuple[str, str], int] = {}
    for name in names:
        if found := NUMBERED.fullmatch(name):
            key = (found[1], found[3])
            series.setdefault(key, set()).add(int(found[2]))
            if found[4]:
                total[key] = int(found[4])
    for (stem, ending), numbers in series.items():
        first = min(numbers) if (stem, ending) not in total else 0
        last = max(numbers) if (stem, ending) not in total else total[stem, ending] - 1
        if missing := sorted(set(range(first, last + 1)) - numbers):
            raise DataError(
                f"Expected all shards {quoted(stem)} from number {first} to {last}, but got none "
                f"with {listed([str(n) for n in missing], 3)}. Copy what is missing, or number the "
                "shards without gaps."
            )
