"""Images packed into a few large files: tar shards or Parquet."""

from __future__ import annotations

from pathlib import Path

from ...readers.images.split_folders import is_container, split_name
from ...readers.messages import Progress
from .listing import Listing
from .parquet import list_parquet
from .shards import list_shards

TAR, PARQUET = "tar shards", "Parquet files"


def packed_kind(path: Path) -> str:
    """`TAR`, `PARQUET`, or empty for a folder of images or a ZIP.

    In a folder they are looked for at the top, and below folders that name a split or hold
    everything (``train``, ``data``): those of classes may have a million files.
    """
    if not path.is_dir():
        return PARQUET if path.suffix.lower() == ".parquet" else ""
    below = [
        place
        for place in path.iterdir()
        if (split_name(place.name) or is_container(place.name)) and place.is_dir()
    ]
    endings = {file.suffix.lower() for place in (path, *below) for file in place.iterdir()}
    return TAR if ".tar" in endings else PARQUET if ".parquet" in endings else ""


def list_packed(kind: str, path: Path, progress: Progress | None = None) -> Listing:
    """The images of what is of this kind; `DataError` for damaged or missing files."""
    return list_shards(path, progress) if kind == TAR else list_parquet(path, progress)
