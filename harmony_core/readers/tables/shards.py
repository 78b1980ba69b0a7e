"""A table in many files of a folder, as Hugging Face keeps data sets.

Its files are called ``train-00000-of-00002.parquet`` or lie in folders of splits.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..images.split_folders import split_name
from ..messages import listed
from .arrow_file import ArrowShard
from .columnar import Shard
from .columnar_contents import columnar_contents
from .parquet_file import ParquetShard

FILES = 10_000
_NUMBER = re.compile(r"(.*?)-?(\d{3,})-of-(\d{3,}).*")


def _matches(start: FileStart) -> bool:
    if start.listing is None or not any(map(_is_shard, start.others)):
        return False
    return not len(start.listing.images)


def _is_shard(name: str) -> bool:
    hidden = any(part.startswith((".", "cache-")) for part in name.split("/"))
    return name.lower().endswith((".parquet", ".arrow")) and not hidden


def _read(path: Path, options: ReadOptions) -> Contents:
    names = sorted(p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file())
    names = [name for name in names if _is_shard(name)]
    _check(path, names)
    configs = {_config(name) for name in names}
    if len(configs) > 1:
        raise DataError(
            f"Expected one data set, but got several in the folder: {listed(sorted(configs))}. "
            "Choose one of these folders."
        )
    shards: list[Shard] = [
        ParquetShard(path / n) if n.lower().endswith(".parquet") else ArrowShard(path / n)
        for n in names
    ]
    contents = columnar_contents(shards, [_split(n) for n in names], path, SHARDS.title, options)
    return contents.with_notes(*_missing(names))


def _check(path: Path, names: list[str]) -> None:
    """Raise `DataError` for too many files, too many bytes, or a link that leaves the folder."""
    inside = path.resolve()
    if left := [n for n in names if not (path / n).resolve().is_relative_to(inside)]:
        raise DataError(
            f"Expected files inside the folder, but got {listed(left, 1)}, a link that leaves it. "
            "Copy the file instead."
        )
    total = sum((path / name).stat().st_size for name in names)
    if len(names) > FILES or total > limits.SHARDS_BYTES:
        raise DataError(
            f"Expected at most {FILES:,} files of {limits.SHARDS_BYTES // limits.GB} GB together, "
            f"but got {len(names):,} of {total / limits.GB:.1f} GB. Keep the label column only."
        )


def _split(name: str) -> str:
    """The split that a file's name says, or else its folders."""
    *folders, last = name.split("/")
    stem = last.rpartition(".")[0]
    number = _NUMBER.fullmatch(stem)
    return split_name(number[1] if number else stem) or next(
        (s for part in reversed(folders) if (s := split_name(part))), ""
    )


def _config(name: str) -> str:
    """The folder of a file without folders of splits."""
    return "/".join(part for part in name.split("/")[:-1] if not split_name(part))


def _missing(names: list[str]) -> list[str]:
    """A note on numbered files that are not there."""
    found: Counter[tuple[str, int]] = Counter()
    for name in names:
        folder, _, last = name.rpartition("/")
        if number := _NUMBER.fullmatch(last):
            found[f"{folder}/{number[1]}", int(number[3])] += 1
    absent = sum(total - there for (_, total), there in found.items())
    if not absent:
        return []
    return [f"{absent:,} of the numbered files are missing; counted without them."]


SHARDS: FileFormat = FileFormat(title="tables in a folder", matches=_matches, read=_read)
