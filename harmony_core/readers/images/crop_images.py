"""Objects cut from their images: each is a sample, decoded when it is needed.

A crop is the smallest square around the box that the image allows, so that long objects keep their
shape. Axes: n objects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

import numpy as np

from ...arrays import Array
from ..samples import DecodedImages
from ..threads import cores
from .decode import MAX_PIXELS, Unreadable, as_rgb, formats_of, quiet_decoders
from .layout import Parts
from .thumbnails import GREY, SIZE, grey_values

LEAST = 2
"""Pixels a side below which a crop shows nothing."""


class _Source(Protocol):
    def read(self, parts: Parts) -> bytes: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class CropImages:
    """Implements `samples.Images`; row k is the object k."""

    source: _Source
    files: tuple[Parts, ...]
    """The file of each object, (n,)"""
    boxes: Array
    """(n, 4) left, top, width, height"""
    relative: Array
    """(n,) bool: shares of the image rather than pixels"""

    def name(self, row: int) -> str:
        """The image's path and the box."""
        x, y, w, h = self.boxes[row].tolist()
        where = f"{x:.3g}, {y:.3g}, {w:.3g} × {h:.3g}"
        return f"{'/'.join(self.files[row])} ({where})"

    def content(self, row: int) -> bytes | None:
        """None: a crop is a part of a file."""
        return None

    def close(self) -> None:
        """Close the file."""
        self.source.close()

    def decode(
        self, rows: Array, report: Callable[[float], None], keep: Array | None = None
    ) -> DecodedImages:
        """As `Images.decode`; each image is opened once."""
        n = len(rows)
        place = np.arange(n) if keep is None else np.where(keep, np.cumsum(keep) - 1, -1)
        decoded = DecodedImages(
            np.zeros((n, GREY, GREY), dtype=np.uint8),
            np.zeros((n if keep is None else int(keep.sum()), SIZE, SIZE, 3), dtype=np.uint8),
            np.zeros(n, dtype=bool), np.zeros(n, dtype=np.uint64),
            np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int32),
        )  # fmt: skip
        by_file: dict[Parts, list[int]] = {}
        for i, row in enumerate(rows.tolist()):
            by_file.setdefault(self.files[row], []).append(i)

        def work(parts: Parts) -> None:
            at = by_file[parts]
            own = rows[at]
            try:
                content = self.source.read(parts)
                crops = crop_all(content, self.boxes[own], self.relative[own])
            except (OSError, Unreadable):
                return
            for i, crop in zip(at, crops, strict=True):
                if crop is None:
                    continue
                pixels, grey, decoded.width[i], decoded.height[i] = crop
                decoded.grey[i], decoded.readable[i] = grey, True
                decoded.digest[i] = _digest(pixels)
                if place[i] >= 0:
                    decoded.thumbnails[place[i]] = pixels

        with quiet_decoders(), ThreadPoolExecutor(cores()) as pool:
            try:
                for done, _ in enumerate(pool.map(work, by_file)):
                    report((done + 1) / len(by_file))
            finally:
                pool.shutdown(cancel_futures=True)
        return decoded


Crop = tuple[Array, Array, int, int]
"""Pixels (32, 32, 3), grey values (16, 16), width and height of the box in the image."""


def crop_all(content: bytes, boxes: Array, relative: Array) -> list[Crop | None]:
    """The crops of one image; ``None`` for a box outside of it, `Unreadable` for a bad image."""
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(content), formats=formats_of(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Unreadable(f"{image.width} × {image.height} pixels")
            rgb = as_rgb(ImageOps.exif_transpose(image))
            return [_crop(rgb, box, share) for box, share in zip(boxes, relative, strict=True)]
    except Unreadable:
        raise
    # Decoders of damaged files raise nearly anything; interrupts are not swallowed.
    except Exception as error:
        raise Unreadable(str(error) or type(error).__name__) from error


def square_around(
    box: tuple[float, float, float, float], width: int, height: int
) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of the square around a box in pixels, moved into the image.

    Where the image is too small for it, it is as large as the image allows. ``None`` if fewer than
    `LEAST` pixels of the box lie in the image.

    >>> square_around((0, 40, 20, 10), 100, 100)
    (0.0, 35.0, 20.0, 55.0)
    """
    x, y, w, h = box
    left, top = max(x, 0.0), max(y, 0.0)
    right, bottom = min(x + w, float(width)), min(y + h, float(height))
    if not (right - left >= LEAST and bottom - top >= LEAST):
        return None
    side = max(right - left, bottom - top)
    across, down = min(side, float(width)), min(side, float(height))
    x0 = min(max((left + right - across) / 2, 0.0), width - across)
    y0 = min(max((top + bottom - down) / 2, 0.0), height - down)
    return x0, y0, x0 + across, y0 + down


def _crop(image: object, box: Array, relative: bool) -> Crop | None:
    from PIL import Image

    assert isinstance(image, Image.Image)
    scale = np.array([image.width, image.height] * 2) if relative else np.ones(4)
    x, y, w, h = (box * scale).tolist()
    square = square_around((x, y, w, h), image.width, image.height)
    if square is None:
        return None
    small = image.resize((SIZE, SIZE), Image.Resampling.BICUBIC, box=square)
    grey = np.frombuffer(grey_values(small), np.uint8).reshape(GREY, GREY)
    return np.asarray(small, dtype=np.uint8), grey, round(w), round(h)


def _digest(pixels: Array) -> np.uint64:
    content = hashlib.blake2b(pixels.tobytes(), digest_size=8).digest()
    return np.uint64(int.from_bytes(content, "little"))
