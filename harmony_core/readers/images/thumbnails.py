"""Image files to 16 × 16 grey values and thumbnails, many at a time.

It imports little, as every decoding process imports it at start. Axes: n images, k thumbnails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import Array
from .decode import Unreadable, decode_image, formats_of

if TYPE_CHECKING:
    from PIL import Image

SIZE = 32
GREY = 16
SHADES = GREY * GREY
PIXELS = SIZE * SIZE * 3
_BLACK = bytes(SHADES)


@dataclass(frozen=True)
class Shrunk:
    """n images reduced to grey values and thumbnails; as bytes, its fields one after the other."""

    readable: Array
    """(n,) bool"""
    size: Array
    """(n, 2) int32 width and height, 0 where unreadable."""
    grey: Array
    """(n, 16, 16) uint8; black where unreadable."""
    thumbnails: Array
    """(k, 32, 32, 3) uint8 of those that were to be kept, black where unreadable."""

    def to_bytes(self) -> bytes:
        parts = (self.readable, self.size, self.grey, self.thumbnails)
        return b"".join(np.ascontiguousarray(part).tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, content: bytes, n: int, kept: int) -> Shrunk:
        ends = np.cumsum([n, 8 * n, SHADES * n, PIXELS * kept])
        readable, size, grey, thumbnails = np.split(np.frombuffer(content, np.uint8), ends)[:4]
        return cls(
            readable.view(bool),
            size.copy().view(np.int32).reshape(n, 2),
            grey.reshape(n, GREY, GREY),
            thumbnails.reshape(kept, SIZE, SIZE, 3),
        )

    @staticmethod
    def bytes_of(n: int, kept: int) -> int:
        """How many bytes n images take."""
        return (1 + 8 + SHADES) * n + PIXELS * kept


def shrink_all(contents: Sequence[bytes], keep: Sequence[bool]) -> Shrunk:
    """Decode images; damaged ones are marked, never raised. Call it within `quiet_decoders`.

    ``keep`` selects the images that get a thumbnail.
    """
    greys: list[bytes] = []
    sizes: list[tuple[int, int]] = []
    readable: list[bool] = []
    thumbnails = np.zeros((sum(keep), SIZE, SIZE, 3), dtype=np.uint8)
    place = 0
    for content, kept in zip(contents, keep, strict=True):
        try:
            grey, width, height = _shrink(content, thumbnails[place] if kept else None)
            good = True
        except Unreadable:
            grey, width, height, good = _BLACK, 0, 0, False
            if kept:  # a decoder may have written half of it
                thumbnails[place] = 0
        place += kept
        greys.append(grey)
        sizes.append((width, height))
        readable.append(good)
    return Shrunk(
        np.array(readable, dtype=bool),
        np.array(sizes, dtype=np.int32).reshape(-1, 2),
        np.frombuffer(b"".join(greys), np.uint8).reshape(-1, GREY, GREY),
        thumbnails,
    )


def grey_values(image: Image.Image) -> bytes:
    """The 16 × 16 grey values of an image of 32 × 32, row by row."""
    grey = image if image.mode == "L" else image.convert("L")
    return grey.reduce(SIZE // GREY).tobytes()


def _shrink(content: bytes, thumbnail: Array | None) -> tuple[bytes, int, int]:
    """The grey values of an image, and its own width and height.

    ``thumbnail`` (32, 32, 3), if wanted, is filled with it in colour.
    """
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=formats_of(content)) as image:
            width, height = image.size
            plain = (
                image.mode == "RGB"
                and (width, height) == (SIZE, SIZE)
                and not image.info.keys() & {"exif", "transparency"}
                and image.format != "TIFF"
            )
            if plain:  # nothing to turn, crop or convert
                if thumbnail is not None:
                    thumbnail[:] = image
                elif image.format == "JPEG":
                    image.draft("L", (SIZE, SIZE))  # leaves the colours undecoded
                return grey_values(image), width, height
    # Decoders of damaged files raise nearly anything; interrupts are not swallowed.
    except Exception as error:
        raise Unreadable(str(error) or type(error).__name__) from error
    small = decode_image(content, SIZE)
    if thumbnail is not None:
        thumbnail[:] = small
    return grey_values(Image.fromarray(small)), width, height
