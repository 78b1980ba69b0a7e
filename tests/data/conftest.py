"""What the tests of the data share: a cache of their own, and images and ZIPs made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Pack = Callable[..., Path]


@pytest.fixture(autouse=True)
def data_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("HARMONY_DATA", str(folder))
    monkeypatch.delenv("HARMONY_UPLOADS", raising=False)
    return folder


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """The bytes of an image filled with one colour, in a mode and format."""

    def make(
        colour: object = (200, 30, 60), mode: str = "RGB", kind: str = "PNG", size: int = 12
    ) -> bytes:
        buffer = io.BytesIO()
        Image.new(mode, (size, size), colour).save(buffer, kind)  # type: ignore[arg-type]
        return buffer.getvalue()

    return make


@pytest.fixture
def noise() -> Callable[[int], bytes]:
    """The bytes of a PNG of random pixels, a different one for each number."""

    def make(number: int) -> bytes:
        pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG")
        return buffer.getvalue()

    return make


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """A ZIP of names and contents; a name may also be a `ZipInfo` and come twice in a list."""

    def make(
        files: Mapping[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]], name: str = "a.zip"
    ) -> Path:
        path = tmp_path / name
        items = list(files.items()) if isinstance(files, Mapping) else files
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry, content in items:
                archive.writestr(entry, content)
        return path

    return make


@pytest.fixture
def two_classes(noise: Callable[[int], bytes]) -> Callable[..., dict[str, bytes]]:
    """Names and contents of a small data set with a train and a test split."""

    def make(
        train: int = 4, test: int = 2, classes: tuple[str, ...] = ("cat", "dog")
    ) -> dict[str, bytes]:
        return {
            f"{split}/{label}/{i}.png": noise(1000 * c + 100 * s + i)
            for c, label in enumerate(classes)
            for s, (split, n) in enumerate((("train", train), ("test", test)))
            for i in range(n)
        }

    return make
