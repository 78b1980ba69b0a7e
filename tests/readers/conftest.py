"""Small files of every form, made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Entries = Mapping[str, bytes | str]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Write a file into a folder of the test's own."""

    def make(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def pack(tmp_path: Path) -> Callable[[str, Entries], Path]:
    """Pack entries as a ZIP."""

    def make(name: str, entries: Entries) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry, content in entries.items():
                archive.writestr(entry, content)
        return path

    return make


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """A smooth random image as the content of a file."""

    def make(seed: int = 0, side: int = 32, form: str = "PNG", mode: str = "RGB") -> bytes:
        rng = np.random.default_rng(seed)
        coarse = rng.integers(0, 255, (4, 4, 3)).astype(np.uint8)
        image = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
        out = io.BytesIO()
        image.convert(mode).save(out, form)
        return out.getvalue()

    return make


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[Entries], Path]:
    """Write files into a folder of their own."""

    def make(entries: Entries) -> Path:
        root = tmp_path / "set"
        root.mkdir()
        for entry, content in entries.items():
            path = root / entry
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    return make
