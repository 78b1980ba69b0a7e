"""Images of a ZIP, a folder or an array, looked at many at once.

Archives and folders are opened by `data.archives` and `data.folders`, which refuse what could do
harm; nothing is unpacked to disk. Axes: n images.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from .. import limits
from ..label_counts import count_by_split
from ..labels import ALL, SPLITS, Labels
from ..messages import listed
from ..tables.guess_columns import split_of
from .archives import ZipSource
from .decode_processes import decoders
from .folders import FolderSource
from .layout import Parts
from .thumbnails import GREY, SIZE, grey_values

Array = NDArray[Any]
CHUNK, CHUNK_BYTES = 256, 2**20
"""Images that are decoded together, at most."""


@dataclass(frozen=True)
class Look:
    """What there is to see of images, all by row."""

    grey: Array
    """(n, 16, 16) uint8; black where unreadable."""
    thumbnails: Array
    """(k, 32, 32, 3) uint8 of the k images that were to be kept, in order."""
    readable: Array
    """(n,) bool"""
    digest: Array
    """(n,) uint64 of the file's content (of the pixels for arrays)."""
    width: Array
    """(n,) int32, 0 where unreadable."""
    height: Array


class ImageFiles:
    """Images in files of a source."""

    def __init__(self, source: ZipSource | FolderSource, files: list[Parts]) -> None:
        self._source, self._files = source, files

    def name(self, row: int) -> str:
        """The path of an image inside the source."""
        return "/".join(self._files[row])

    def close(self) -> None:
        self._source.close()

    def look(self, rows: Array, report: Callable[[float], None], keep: Array | None = None) -> Look:
        """Decode the images ``rows``; damaged ones are marked, never raised.

        ``keep`` (n,) bool says of which to keep thumbnails, by default of all.
        """
        n = len(rows)
        look, place = _empty(n, keep)
        stopped = threading.Event()

        def take(at: list[int], contents: list[bytes]) -> None:
            if not at or stopped.is_set():
                return
            kept = place[at] >= 0
            small = places.shrink(contents, kept.tolist())
            look.readable[at], look.grey[at] = small.readable, small.grey
            look.width[at], look.height[at] = small.size.T
            look.thumbnails[place[at][kept]] = small.thumbnails

        def work(start: int) -> int:
            stop = min(start + CHUNK, n)
            at: list[int] = []
            contents: list[bytes] = []
            size = 0
            for i in range(start, stop):
                if stopped.is_set():
                    break
                try:
                    content = self._source.read(self._files[rows[i]])
                except OSError:
                    continue
                look.digest[i] = _digest(content)
                at.append(i)
                contents.append(content)
                size += len(content)
                if size > CHUNK_BYTES:
                    take(at, contents)
                    at, contents, size = [], [], 0
            take(at, contents)
            return stop

        with decoders(n) as places, ThreadPoolExecutor(places.threads) as pool:
            try:
                for done in pool.map(work, range(0, n, CHUNK)):
                    report(done / n)
            finally:
                stopped.set()
                pool.shutdown(cancel_futures=True)
        return look


class ArrayImages:
    """Images of an array (n, h, w) or (n, h, w, channels) uint8."""

    def __init__(self, images: Array) -> None:
        self._images = images[..., None] if images.ndim == 3 else images

    def name(self, row: int) -> str:
        """What a person calls an image."""
        return f"row {row}"

    def close(self) -> None:
        """Nothing is held open."""

    def look(self, rows: Array, report: Callable[[float], None], keep: Array | None = None) -> Look:
        """As `ImageFiles.look`."""
        from PIL import Image

        look, place = _empty(len(rows), keep)
        height, width = self._images.shape[1:3]
        look.width[:], look.height[:], look.readable[:] = width, height, True
        for i, row in enumerate(rows):
            pixels = self._images[row]
            look.digest[i] = _digest(pixels.tobytes())
            image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
            rgb = image.convert("RGB")
            if (width, height) != (SIZE, SIZE):
                rgb = rgb.resize((SIZE, SIZE))
            look.grey[i] = np.frombuffer(grey_values(rgb), np.uint8).reshape(GREY, GREY)
            if place[i] >= 0:
                look.thumbnails[place[i]] = rgb
            if i % CHUNK == 0:
                report(i / len(rows))
        return look


def open_images(path: Path) -> tuple[ImageFiles, Labels, tuple[str, ...]]:
    """The images of a ZIP or folder with their class and split, and what was left out."""
    source = FolderSource(path) if path.is_dir() else ZipSource(path)
    try:
        files = sorted(source.files)
        labels = arrange(files)
    except BaseException:
        source.close()
        raise
    return ImageFiles(source, files), labels, source.notes


def arrange(files: list[Parts]) -> Labels:
    """Class and split of image paths: ``[…/]split/class/image`` or ``[…/]class/image``.

    The class is the folder an image lies in; a folder called train, test or val(idation) anywhere
    above it gives the split.
    """
    if not files:
        raise DataError(
            "Expected images in a folder for each class, but got no image at all. Expected are "
            "train/<class>/<image> and test/<class>/<image>, or <class>/<image>."
        )
    loose = ["/".join(parts) for parts in files if len(parts) < 2 or split_of(parts[-2])]
    if loose:
        raise DataError(
            f"Expected every image in the folder of its class, but got {listed(loose, 3)}. "
            "Expected are train/<class>/<image> or <class>/<image>."
        )
    meant = [next((s for p in parts[:-2] if (s := split_of(p))), "") for parts in files]
    names = tuple(sorted({parts[-2] for parts in files}))
    if len(names) > limits.CLASSES:
        raise DataError(f"Expected at most {limits.CLASSES:,} classes, but got {len(names):,}.")
    place = {name: c for c, name in enumerate(names)}
    codes = np.array([place[parts[-2]] for parts in files], dtype=np.int32)
    splits = tuple(s for s in SPLITS if s in meant)
    if not splits:
        counts = count_by_split(codes, None, 1, len(names))
        return Labels(names, (ALL,), counts, rows=len(files), codes=codes)
    split_codes = np.array([splits.index(m) if m else -1 for m in meant], dtype=np.int8)
    counts = count_by_split(codes, split_codes, len(splits), len(names))
    return Labels(names, splits, counts, rows=len(files), codes=codes, split_codes=split_codes)


def _digest(content: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little"))


def _empty(n: int, keep: Array | None) -> tuple[Look, Array]:
    """Room for n images, and where (n,) the thumbnail of each goes, −1 for nowhere."""
    place = np.arange(n) if keep is None else np.where(keep, np.cumsum(keep) - 1, -1)
    kept = n if keep is None else int(keep.sum())
    look = Look(
        np.zeros((n, GREY, GREY), dtype=np.uint8),
        np.zeros((kept, SIZE, SIZE, 3), dtype=np.uint8),
        np.zeros(n, dtype=bool),
        np.zeros(n, dtype=np.uint64),
        np.zeros(n, dtype=np.int32),
        np.zeros(n, dtype=np.int32),
    )
    return look, place
