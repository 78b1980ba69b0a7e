"""Objects as samples: the pilot and the checks of images run on what the boxes enclose.

Axes: n objects, c classes.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...data.randomness import generator
from ...data.split import rank_within
from ...errors import DataError
from ...readers.annotations.find_images import find_images
from ...readers.contents import Contents
from ...readers.images.archives import ZipSource
from ...readers.images.crop_images import CropImages
from ...readers.images.folders import FolderSource
from ...readers.images.layout import Parts
from ...readers.labels import ALL, Labels, count_by_split
from ..pilot.data import cut_counts

CROPS = 6_000
"""Objects that are cut out, at most."""
FILES = 300_000
UPLOAD = (
    "Upload the annotations together with their images in one ZIP, or give the shell the folder "
    "that holds both."
)


def why_no_crops(contents: Contents) -> str:
    """Why no object can be cut out, with what to upload; ``""`` if some can."""
    objects = contents.objects
    if objects is None:
        return "There are no annotated objects."
    if not np.isfinite(objects.boxes).any():
        return "The annotations have no boxes. Export them with boxes."
    path = contents.path
    if path is None or not path.exists() or not (path.is_dir() or _is_zip(path)):
        return f"The images are not in the file. {UPLOAD}"
    files = _image_files(path)
    if not files:
        return f"The images are not in the file. {UPLOAD}"
    if max(find_images(objects.images, files), default=-1) < 0:
        return (
            f"None of the {len(files):,} images is named like those of the annotations. Keep the "
            "names, and pack both together."
        )
    return ""


def crop_contents(contents: Contents) -> Contents:
    """The objects of annotations as images with one class each; `DataError` if that is impossible.

    Class counts are those of the objects cut out: every class is cut by the same factor, but to no
    fewer than 30 (`cut_counts`). The crops of one image are marked as belonging together.
    """
    reason = why_no_crops(contents)
    if reason:
        raise DataError(f"Expected annotations whose objects can be cut out. {reason}")
    objects, path = contents.objects, contents.path
    assert objects is not None
    assert path is not None
    source = FolderSource(path, FILES) if path.is_dir() else ZipSource(path)
    files = sorted(source.files)
    image = objects.image_of
    place = np.array(find_images(objects.images, files), dtype=np.int64)
    usable = (place[image] >= 0) & np.isfinite(objects.boxes).all(axis=1)
    splits = objects.splits[image].astype(np.int64)
    usable &= splits >= 0
    at = np.flatnonzero(usable)
    kept = _cut(
        at, objects.codes, splits, contents.labels.splits.index(contents.labels.train_split)
    )
    old = contents.labels
    codes = objects.codes[kept].astype(np.int32)
    of_split = None if old.splits == (ALL,) else splits[kept].astype(np.int8)
    counts = count_by_split(codes, of_split, len(old.splits), len(old.names))
    labels = Labels(old.names, old.splits, counts, len(kept), 0, codes, of_split)
    chosen = tuple(files[i] for i in place[image[kept]].tolist())
    crops = CropImages(source, chosen, objects.boxes[kept], objects.relative[image[kept]])
    notes = [f"The samples are {len(kept):,} objects cut from their images"]
    notes[0] += f", of {len(objects.codes):,} annotated." if len(kept) < len(objects.codes) else "."
    notes.append("Crops of one image stay on one side of every split.")
    return replace(
        contents, kind="images", labels=labels, images=crops, objects=None, boxes=None,
        together=image[kept], notes=(*contents.notes, *notes),
    )  # fmt: skip


def _cut(at: Array, codes: Array, splits: Array, train: int) -> Array:
    """At most `CROPS` training objects and half as many others, sorted."""
    kept = []
    for own, most in ((at[splits[at] == train], CROPS), (at[splits[at] != train], CROPS // 2)):
        counts = np.bincount(codes[own], minlength=int(codes.max()) + 1)
        order = generator(0, "crops").permutation(own)
        limit = cut_counts(counts, most)
        kept.append(order[rank_within(codes[order]) < limit[codes[order]]])
    return np.sort(np.concatenate(kept))


def _is_zip(path: Path) -> bool:
    import zipfile

    return zipfile.is_zipfile(path)


def _image_files(path: Path) -> tuple[Parts, ...]:
    source = FolderSource(path, FILES) if path.is_dir() else ZipSource(path)
    try:
        return tuple(sorted(source.files))
    finally:
        source.close()
