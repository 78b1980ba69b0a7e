"""Image files to square RGB arrays, many at once; damaged ones are marked, not raised."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import Array
from .layout import Parts

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM")
MAX_PIXELS = 50_000_000
LARGEST_RATIO = np.log(4 / 3)
"""Of the sides of a random part, as a logarithm."""
CHUNK = 512


class Unreadable(Exception):
    """An image that cannot be decoded; it is skipped and counted."""


def formats_of(content: bytes) -> tuple[str, ...]:
    """The decoders to try on a file; those of AVIF and HEIC only where it says that it is one."""
    return _box_formats() if content[4:8] == b"ftyp" else FORMATS


@cache
def _box_formats() -> tuple[str, ...]:
    """AVIF and HEIF as far as they are installed: Pillow from 11.3 on, and the package pi-heif."""
    from PIL import Image

    with suppress(ImportError):
        import pi_heif

        pi_heif.register_heif_opener()
    Image.init()
    return tuple(form for form in ("AVIF", "HEIF") if form in Image.OPEN) or FORMATS


def decode_image(content: bytes, size: int) -> Array:
    """(size, size, 3) uint8: the first frame, upright, centre-cropped to a square, on white.

    16-bit and floating-point greys are scaled to 0–255. Raises `Unreadable` for anything damaged,
    unknown, or of more than `MAX_PIXELS` pixels.
    """
    from PIL import Image, ImageOps

    with _opened(content, 2 * size) as rgb:
        if rgb.size != (size, size):
            rgb = ImageOps.fit(rgb, (size, size), Image.Resampling.BICUBIC)
        return np.asarray(rgb, dtype=np.uint8)


def cut_image(content: bytes, size: int, seed: int) -> Array:
    """(size, size, 3) uint8: a random part of the image, upright and on white, that ``seed`` names.

    Raises `Unreadable`.
    """
    from PIL import Image, ImageOps

    with _safe(content) as image:
        box = random_part(*image.size, np.random.default_rng(seed))
        spare = min(box[2] - box[0], box[3] - box[1]) / size
        width = image.width
        if image.format == "JPEG" and spare >= 2:  # decoded at a half or less of its side
            image.draft("RGB", (int(image.width / spare), int(image.height / spare)))
        scale = image.width / width
        scaled = (box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale)
        cut = as_rgb(image).resize((size, size), Image.Resampling.BILINEAR, scaled)
        return np.asarray(ImageOps.exif_transpose(cut), dtype=np.uint8)


def random_part(width: int, height: int, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a random part of an image, in pixels.

    8 to 100 % of the area, uniform, with sides 3:4 to 4:3, uniform in the logarithm; the largest
    central part of such sides if ten draws do not fit (Szegedy et al. 2015, arXiv 1409.4842, as
    torchvision's `RandomResizedCrop`, which takes longer to draw this than Pillow to resize).
    """
    for _ in range(10):
        area = width * height * rng.uniform(0.08, 1)
        ratio = np.exp(rng.uniform(-LARGEST_RATIO, LARGEST_RATIO))
        w, h = round((area * ratio) ** 0.5), round((area / ratio) ** 0.5)
        if 0 < w <= width and 0 < h <= height:
            left, top = int(rng.integers(width - w + 1)), int(rng.integers(height - h + 1))
            return left, top, left + w, top + h
    most = np.exp(LARGEST_RATIO)
    w, h = min(width, round(height * most)), min(height, round(width * most))
    left, top = (width - w) // 2, (height - h) // 2
    return left, top, left + w, top + h


def check_image(content: bytes) -> None:
    """Raise `Unreadable` for what `decode_image` refuses; JPEGs are decoded at an eighth of the
    side, which reads all of the file in less than half the time."""
    with _opened(content, 1):
        pass


@contextmanager
def _opened(content: bytes, draft: int) -> Iterator[Image.Image]:
    """The first frame, upright, in RGB; a JPEG with sides of ``draft`` pixels at least."""
    from PIL import ImageOps

    with _safe(content) as image:
        if image.format == "JPEG":
            image.draft("RGB", (draft, draft))
        yield as_rgb(ImageOps.exif_transpose(image))


@contextmanager
def _safe(content: bytes) -> Iterator[Image.Image]:
    """An image that is not decoded yet; whatever goes wrong within the block is `Unreadable`."""
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=formats_of(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Unreadable(f"{image.width} × {image.height} pixels")
            yield image
    except Unreadable:
        raise
    # Decoders of damaged files raise nearly anything; interrupts are not swallowed.
    except Exception as error:
        raise Unreadable(str(error) or type(error).__name__) from error


def as_rgb(image: Image.Image) -> Image.Image:
    """An image in RGB, on white; greys of more than 8 bits are scaled to 0–255."""
    from PIL import Image

    if image.mode == "RGB":
        return image
    if image.mode == "F" or image.mode.startswith("I"):
        grey = np.asarray(image, dtype=np.float64)
        if not np.isfinite(grey).all():
            raise Unreadable("not a number in a pixel")
        low, high = (0.0, 65535.0) if image.mode != "F" else (grey.min(), grey.max())
        scaled = (grey - low) * (255 / max(high - low, 1e-12))
        return Image.fromarray(np.clip(scaled, 0, 255).round().astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def decode_all(
    files: Sequence[Parts],
    read: Callable[[Parts], bytes],
    size: int,
    report: Callable[[float], None],
) -> tuple[Array, Array]:
    """Images (n, size, size, 3) uint8 and which of them could be decoded (n,) bool."""
    images = np.zeros((len(files), size, size, 3), dtype=np.uint8)
    good = np.zeros(len(files), dtype=bool)

    def work(start: int) -> int:
        for row in range(start, min(start + CHUNK, len(files))):
            try:
                images[row] = decode_image(read(files[row]), size)
                good[row] = True
            except (Unreadable, OSError):
                continue
        return min(start + CHUNK, len(files))

    starts = range(0, len(files), CHUNK)
    with quiet_decoders(), ThreadPoolExecutor(min(os.cpu_count() or 1, 8)) as pool:
        try:
            for done in pool.map(work, starts):
                report(done / len(files))
        finally:
            pool.shutdown(cancel_futures=True)
    return images, good


@contextmanager
def quiet_decoders() -> Iterator[None]:
    """Within the block decompression bombs raise, and other warnings about odd files are hidden."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield
