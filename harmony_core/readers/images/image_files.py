"""Images of a ZIP, a folder or an array, decoded many at once.

Archives and folders are opened by `archives` and `folders`, which refuse what could do harm;
nothing is unpacked to disk. Axes: n images.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from ...arrays import Array
from ..samples import DecodedImages
from .decode_processes import decoders
from .layout import Parts
from .thumbnails import GREY, SIZE, grey_values

CHUNK, CHUNK_BYTES = 256, 2**20
"""Images that are decoded together, at most."""


class ImageSource(Protocol):
    """Where the contents of images come from."""

    def read(self, parts: Parts) -> bytes:
        """The content of an image; `OSError` if it is damaged."""
        ...

    def close(self) -> None:
        """Close the files."""
        ...


class ImageFiles:
    """Images in files of a source."""

    def __init__(self, source: ImageSource, files: Sequence[Parts]) -> None:
        self._source, self._files = source, files

    def name(self, row: int) -> str:
        """The path of an image inside the source."""
        return "/".join(self._files[row])

    def content(self, row: int) -> bytes | None:
        """The file of an image, as it is; `OSError` if it is damaged."""
        return self._source.read(self._files[row])

    def close(self) -> None:
        self._source.close()

    def decode(
        self, rows: Array, report: Callable[[float], None], keep: Array | None = None
    ) -> DecodedImages:
        """As `Images.decode`."""
        n = len(rows)
        decoded, place = _empty(n, keep)
        stopped = threading.Event()

        def decode_batch(at: list[int], contents: list[bytes]) -> None:
            if not at or stopped.is_set():
                return
            kept = place[at] >= 0
            small = places.shrink(contents, kept.tolist())
            decoded.readable[at], decoded.grey[at] = small.readable, small.grey
            decoded.width[at], decoded.height[at] = small.size.T
            decoded.thumbnails[place[at][kept]] = small.thumbnails

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
                decoded.digest[i] = _digest(content)
                at.append(i)
                contents.append(content)
                size += len(content)
                if size > CHUNK_BYTES:
                    decode_batch(at, contents)
                    at, contents, size = [], [], 0
            decode_batch(at, contents)
            return stop

        with decoders(n) as places, ThreadPoolExecutor(places.threads) as pool:
            try:
                for done in pool.map(work, range(0, n, CHUNK)):
                    report(done / n)
            finally:
                stopped.set()
                pool.shutdown(cancel_futures=True)
        return decoded


class ArrayImages:
    """Images of an array (n, h, w) or (n, h, w, channels) uint8."""

    def __init__(self, images: Array) -> None:
        self._images = images[..., None] if images.ndim == 3 else images

    def name(self, row: int) -> str:
        """The row of an image, as a person calls it."""
        return f"row {row}"

    def content(self, row: int) -> bytes | None:
        """None: the images are no files."""
        return None

    def close(self) -> None:
        """Nothing to close: the array is in memory."""

    def decode(
        self, rows: Array, report: Callable[[float], None], keep: Array | None = None
    ) -> DecodedImages:
        """As `Images.decode`."""
        from PIL import Image

        decoded, place = _empty(len(rows), keep)
        height, width = self._images.shape[1:3]
        decoded.width[:], decoded.height[:], decoded.readable[:] = width, height, True
        for i, row in enumerate(rows):
            pixels = self._images[row]
            decoded.digest[i] = _digest(pixels.tobytes())
            image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
            rgb = image.convert("RGB")
            if (width, height) != (SIZE, SIZE):
                rgb = rgb.resize((SIZE, SIZE))
            decoded.grey[i] = np.frombuffer(grey_values(rgb), np.uint8).reshape(GREY, GREY)
            if place[i] >= 0:
                decoded.thumbnails[place[i]] = rgb
            if i % CHUNK == 0:
                report(i / len(rows))
        return decoded


def _digest(content: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little"))


def _empty(n: int, keep: Array | None) -> tuple[DecodedImages, Array]:
    """Arrays for n images, and where (n,) the thumbnail of each goes, −1 for nowhere."""
    place = np.arange(n) if keep is None else np.where(keep, np.cumsum(keep) - 1, -1)
    kept = n if keep is None else int(keep.sum())
    decoded = DecodedImages(
        np.zeros((n, GREY, GREY), dtype=np.uint8),
        np.zeros((kept, SIZE, SIZE, 3), dtype=np.uint8),
        np.zeros(n, dtype=bool),
        np.zeros(n, dtype=np.uint64),
        np.zeros(n, dtype=np.int32),
        np.zeros(n, dtype=np.int32),
    )
    return decoded, place
