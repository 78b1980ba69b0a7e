"""WebDataset: tar files of samples, each some files of one name, such as 000.jpg and 000.cls."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..messages import listed, quoted
from .class_folders import labels_of
from .layout import IMAGE_SUFFIXES, Parts, suffix_of
from .split_folders import split_name, split_of_path

LABELS = ("cls", "cls.txt", "label", "label.txt")
KEYS = ("cls", "label", "class", "class_name", "label_name")
LABEL_BYTES = limits.MB
SAMPLES = 20_000_000


def _matches(start: FileStart) -> bool:
    """A folder with tar files; one alone is only a part of a data set."""
    if not start.folder:
        if start.head[257:262] == b"ustar":
            raise DataError(
                "Expected a data set, but got one tar archive. Choose the folder that holds all "
                "shards of a WebDataset, or unpack the archive and choose its folder."
            )
        return False
    return any(name.lower().endswith(".tar") for name in start.others)


def _read(path: Path, options: ReadOptions) -> Contents:
    shards = files_inside(path, ".tar")
    given: list[str] = []
    splits: list[str] = []
    for position, shard in enumerate(shards):
        options.progress(f"Reading {shard.name[:60]}", position / len(shards))
        parts: Parts = shard.relative_to(path).parts
        split = split_of_path(parts) or split_name(shard.stem)
        before = len(given)
        given += (sample.label for sample in samples_of(shard))
        splits += [split] * (len(given) - before)
        if len(given) > SAMPLES:
            raise DataError(
                f"Expected at most {SAMPLES:,} samples, but got more. Use fewer shards."
            )
    names = tuple(sorted({label for label in given if label}, key=by_number))
    if not names:
        raise DataError(
            f"Expected samples with a label (.cls or .json) in the shards, but got none in "
            f"{listed([p.name for p in shards], 3)}. Add the labels, or unpack the archives."
        )
    place = {name: c for c, name in enumerate(names)}
    codes = np.array([place.get(label, -1) for label in given], dtype=np.int32)
    labels = labels_of(called(path, names), codes, splits)
    return Contents(
        path.name, "table", WEB_DATASET.title, sum(p.stat().st_size for p in shards), labels,
        label="cls", reason="shards keep labels in files of this ending",
        notes=("The images inside the shards were not looked at.",),
    )  # fmt: skip


def files_inside(folder: Path, ending: str) -> list[Path]:
    """The files of an ending below a folder, sorted; `DataError` for a link that leaves it."""
    inside = folder.resolve()
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() == ending and p.is_file())
    if left := [p.name for p in found if not p.resolve().is_relative_to(inside)]:
        raise DataError(
            f"Expected files inside the folder, but got {listed(left, 1)}, a link that leaves it. "
            "Copy the file instead."
        )
    return found


class Sample(NamedTuple):
    """Files of one name in a shard: its label, empty for none, and its image, if there is one."""

    label: str = ""
    image: tarfile.TarInfo | None = None


def samples_of(shard: Path) -> Iterator[Sample]:
    """The samples of a shard in order; `DataError` if it is damaged or cut off."""
    try:
        with tarfile.open(shard, "r:") as archive:
            key, sample = "", Sample()
            for member in archive:
                if not member.isfile():
                    continue
                folder, _, name = member.name.rpartition("/")
                stem, _, ending = name.partition(".")
                if key and key != f"{folder}/{stem}":
                    yield sample
                    sample = Sample()
                key = f"{folder}/{stem}"
                if suffix_of(name) in IMAGE_SUFFIXES:
                    sample = sample._replace(image=member)
                elif ending.lower() in (*LABELS, "json") and member.size <= LABEL_BYTES:
                    file = archive.extractfile(member)
                    content = b"" if file is None else file.read(LABEL_BYTES)
                    label = _label(content, ending.lower())
                    sample = sample._replace(label=label or sample.label)
            if key:
                yield sample
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise DataError(
            f"Expected a readable tar file, but {quoted(shard.name)} is damaged or cut off: "
            f"{quoted(str(error), 80)}. Copy it again."
        ) from error


def by_number(label: str) -> tuple[bool, int, str]:
    """Sorts whole numbers by value, then text."""
    whole = label.isascii() and label.isdigit() and len(label) < 19
    return not whole, int(label) if whole else 0, label


def _label(content: bytes, ending: str) -> str:
    text = content.decode("utf-8", "replace").strip()
    if ending == "json":
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            return ""
        values = [record.get(key) for key in KEYS] if isinstance(record, dict) else []
        text = next((str(v) for v in values if isinstance(v, str | int)), "")
    return text[: limits.NAME_CHARACTERS]


def called(path: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of numbered classes from classnames.txt, if it is there."""
    listing = path / "classnames.txt"
    numbers = all(name.isdigit() for name in names)
    if not numbers or not listing.is_file() or listing.is_symlink():
        return names
    with open(listing, "rb") as file:
        lines = file.read(limits.MB).decode("utf-8", "replace").splitlines()
    called = [line.strip()[: limits.NAME_CHARACTERS] for line in lines if line.strip()]
    if int(names[-1]) >= len(called) or len(set(called)) != len(called):
        return names
    return tuple(called[int(name)] for name in names)


WEB_DATASET: FileFormat = FileFormat(title="WebDataset shards", matches=_matches, read=_read)
