"""Images packed into a few large files: tar shards or Parquet."""

from __future__ import annotations

from pathlib import Path

from ...readers.messages import Progress
from .listing import Listing
from .parquet import list_parquet
from .shards import list_shards

TAR, PARQUET = "tar shards", "Parquet files"


def packed_kind(path: Path) -> str:
    """`TAR`, `PARQUET`, or empty for a folder of images or a ZIP."""
    if not path.is_dir():
        return PARQUET if path.suffix.lower() == ".parquet" else ""
    for ending, kind in ((".tar", TAR), (".parquet", PARQUET)):
        if any(_files(path, ending)):
            return kind
    return ""


def _files(folder: Path, ending: str) -> list[Path]:
    """Files of an ending in a folder and in the folders directly below it."""
    return [*folder.glob(f"*{ending}"), *folder.glob(f"*/*{ending}")]


def list_packed(path: Path, progress: Progress | None = None) -> Listing:
    """The images that `packed_kind` found; `DataError` for damaged or missing files."""
    if packed_kind(path) == TAR:
        return list_shards(path, progress)
    return list_parquet(path, progress)
