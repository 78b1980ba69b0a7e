"""WebDataset: tar files of samples, each some files of one name, such as 000.jpg and 000.cls."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..messages import listed, quoted
from .class_folders import labels_of
from .layout import Parts
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
    inside = path.resolve()
    shards = sorted(p for p in path.rglob("*") if p.suffix.lower() == ".tar" and p.is_file())
    if left := [p.name for p in shards if not p.resolve().is_relative_to(inside)]:
        raise DataError(
            f"Expected files inside the folder, but got {listed(left, 1)}, a link that leaves it. "
            "Copy the file instead."
        )
    given: list[str] = []
    splits: list[str] = []
    for position, shard in enumerate(shards):
        options.progress(f"Reading {shard.name[:60]}", position / len(shards))
        parts: Parts = shard.relative_to(path).parts
        split = split_of_path(parts) or split_name(shard.stem)
        before = len(given)
        given += _labels(shard)
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


def _labels(shard: Path) -> Iterator[str]:
    """The label of each sample of a shard, empty for none."""
    try:
        with tarfile.open(shard, "r:") as archive:
            key, label = "", ""
            for member in archive:
                if not member.isfile():
                    continue
                folder, _, name = member.name.rpartition("/")
                stem, _, ending = name.partition(".")
                if key and key != f"{folder}/{stem}":
                    yield label
                    label = ""
                key = f"{folder}/{stem}"
                if ending.lower() in (*LABELS, "json") and member.size <= LABEL_BYTES:
                    file = archive.extractfile(member)
                    content = b"" if file is None else file.read(LABEL_BYTES)
                    label = label_in(content, ending.lower()) or label
            if key:
                yield label
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise DataError(
            f"Expected a readable tar file, but {quoted(shard.name)} is damaged: "
            f"{quoted(str(error), 80)}. Copy it again."
        ) from error


def by_number(label: str) -> tuple[bool, int, str]:
    """Sorts whole numbers by value, then text."""
    whole = label.isascii() and label.isdigit() and len(label) < 19
    return not whole, int(label) if whole else 0, label


def label_in(content: bytes, ending: str) -> str:
    """The label in a file of a sample, of one of the endings `LABELS` or json; empty for none."""
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
