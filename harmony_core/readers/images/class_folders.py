"""The class of each image by the folder that holds it: ``[…/][split/]<class>/[…/]<image>``.

The class is the first level of folders below the split; deeper folders are pooled.
Axes: n images, f folders with images, c classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .. import limits
from ..labels import ALL, SPLITS, Labels, count_by_split
from ..messages import listed, quoted
from .layout import Parts
from .path_list import by_folder
from .split_folders import are_pieces, is_container, split_name, without_splits

LEVEL = "folder {}"
"""What a level of folders is called where it can be chosen, counted from 1."""
MANY = 10
"""More folders than this may be patients or places rather than classes."""


@dataclass(frozen=True)
class FolderLabels:
    """Classes by folder, and how they were found."""

    labels: Labels
    label: str
    """``folder``, or the level of folders where there are several."""
    reason: str
    levels: tuple[str, ...]
    """The levels to choose from, that of the class first; empty if there is one only."""
    notes: tuple[str, ...]


def labels_by_folder(files: Sequence[Parts], label: str | int | None = None) -> FolderLabels:
    """Class and split of image paths.

    ``label`` chooses the level of folders: ``folder 2``, or its position from 0. Raises `DataError`
    if the folders do not tell two classes.
    """
    if not files:
        raise DataError(
            "Expected images in a folder for each class, but got no image at all. Arrange them as "
            "train/<class>/<image> and test/<class>/<image>, or <class>/<image>."
        )
    folders, inside = by_folder(files)  # all that is asked is the same for the files of a folder
    splits, below = without_splits(folders)
    level = _given_level(label, max(map(len, below)))
    classes, how, notes = _classes(below, splits, level)
    _check_loose(files, inside, splits, classes)
    names = tuple(sorted({name for name in classes if name}))
    _check_names(names, len(files), files)
    place = {name: c for c, name in enumerate(names)}
    codes = np.array([place.get(name, -1) for name in classes], dtype=np.int32)
    labels = _labels(names, codes[inside], _split_numbers(splits)[inside])
    depth = max(map(len, below))
    if depth < 2 or how < 0:
        reason = "each folder is a class" if how >= 0 else "its folders name the class"
        return FolderLabels(labels, "folder", reason, (), notes)
    reason = "chosen by you" if level is not None else _reason(how)
    levels = (LEVEL.format(how + 1), *(LEVEL.format(k + 1) for k in range(depth) if k != how))
    if level is None:
        notes = (*notes, _assumed(how, depth, names))
    return FolderLabels(labels, levels[0], reason, levels, notes)


def labels_of(names: tuple[str, ...], codes: Array, meant: Sequence[str]) -> Labels:
    """Labels from the class (n,) of each image, −1 for none, and its split, empty for none."""
    return _labels(names, codes, _split_numbers(meant))


def _split_numbers(meant: Sequence[str]) -> Array:
    """The positions in `SPLITS` of splits, int8, −1 for any other text."""
    return np.array([SPLITS.index(m) if m in SPLITS else -1 for m in meant], dtype=np.int8)


def _labels(names: tuple[str, ...], codes: Array, meant: Array) -> Labels:
    """`labels_of` with the splits (n,) as positions in `SPLITS`."""
    missing = int((codes < 0).sum())
    used = [s for s in range(len(SPLITS)) if ((meant == s) & (codes >= 0)).any()]
    if not used:
        counts = count_by_split(codes, None, 1, len(names))
        return Labels(names, (ALL,), counts, rows=len(codes), missing=missing, codes=codes)
    splits = tuple(SPLITS[s] for s in used)
    place = np.full(len(SPLITS) + 1, -1, dtype=np.int8)
    place[used] = np.arange(len(used))
    split_codes = place[meant]
    counts = count_by_split(codes, split_codes, len(splits), len(names))
    return Labels(
        names, splits, counts, rows=len(codes), missing=missing, codes=codes,
        split_codes=split_codes,
    )  # fmt: skip


def _given_level(label: str | int | None, depth: int) -> int | None:
    """The chosen level from 0; raises `DataError` for one that is not there."""
    if label is None or label == "folder":
        return None
    known = {LEVEL.format(k + 1): k for k in range(depth)}
    level = known.get(label) if isinstance(label, str) else label
    if level is None or not 0 <= level < depth:
        raise DataError(
            f"Expected the level of folders to be one of {listed(list(known))}, but got "
            f"{quoted(str(label))}."
        )
    return level


def _classes(
    below: list[Parts], splits: list[str], level: int | None
) -> tuple[list[str], int, tuple[str, ...]]:
    """The class (f,) that each folder stands for, empty for none; its level, −1 for all; notes."""
    if level is not None:
        return [f[level] if len(f) > level else "" for f in below], level, ()
    first = {f[0] for f in below if f}
    if first and all(len(top) == 1 for top in first):
        deep = [f for f in below if f]
        if all(len(f) > 1 and f[1].lower().startswith(f[0].lower()) for f in deep):
            return ["/".join(f[1:]) for f in below], -1, ()  # a/abbey, as in Places
    if _are_cases(below, first):
        return [f[1] if len(f) > 1 else "" for f in below], 1, ()
    trained = {f[0] for f, s in zip(below, splits, strict=True) if f and s in ("", "train")}
    unnamed = {top for top in first if is_container(top) or split_name(top)}
    if all(is_container(top) for top in first) or are_pieces(first):
        return [""] * len(below), 0, ()
    # Test images without labels often lie in a folder `images`.
    hidden = {top for top in unnamed if is_container(top) and top not in trained}
    return ["" if not f or f[0] in hidden else f[0] for f in below], 0, ()


def _are_cases(below: list[Parts], first: set[str]) -> bool:
    """Whether the first level names patients or the like, with the classes below each of them."""
    if len(first) <= MANY or not all(len(f) == 2 for f in below if f):
        return False
    if not all(any(ch.isdigit() for ch in top) for top in first):
        return False
    under: dict[str, set[str]] = {}
    for f in below:
        if f:
            under.setdefault(f[1], set()).add(f[0])
    few = 2 <= len(under) <= len(first) / 2
    return few and all(len(tops) >= len(first) / 4 for tops in under.values())


def _check_loose(
    files: Sequence[Parts], inside: Array, splits: list[str], classes: list[str]
) -> None:
    """Raise `DataError` for more than a few images to train on that lie in no class folder.

    ``inside`` (n,) is the folder of each image, ``splits`` and ``classes`` (f,) what it says.
    """
    images = np.bincount(inside, minlength=len(splits))
    bare = np.array([not name for name in classes])
    trained = np.array([split == "train" or not any(splits) for split in splits])
    few = images[bare & trained].sum() <= limits.SKIPPED_SHARE * images[trained].sum()
    if few and not bare.all():
        return
    meant = np.flatnonzero((bare & trained if (bare & trained).any() else bare)[inside])
    names = ["/".join(files[int(i)]) for i in meant[:3]]
    more = f" and {len(meant) - 3:,} more" if len(meant) > 3 else ""
    raise DataError(
        f"Expected every image in the folder of its class, but got {listed(names)}{more}. "
        "Arrange them as train/<class>/<image> or <class>/<image>, or add a table with a column of "
        "file names and one of labels."
    )


def _check_names(names: tuple[str, ...], images: int, files: Sequence[Parts]) -> None:
    if len(names) > limits.CLASSES:
        raise DataError(f"Expected at most {limits.CLASSES:,} classes, but got {len(names):,}.")
    if len(names) < 2:
        raise DataError(
            f"Expected images of two classes or more, a folder each, but got all {images:,} in "
            f"{quoted(names[0])}, such as {quoted('/'.join(files[0]))}. Arrange them as "
            "<class>/<image>, or choose the folder that holds the folders of all classes."
        )


def _reason(how: int) -> str:
    return (
        "the first folder below the split names the class"
        if how == 0
        else ("the same few folders recur below each first one")
    )


def _assumed(how: int, depth: int, names: tuple[str, ...]) -> str:
    other = LEVEL.format(2 if how == 0 else 1)
    return (
        f"Folders have {depth} levels; the class is level {how + 1} ({listed(list(names), 3)}), "
        f"the other levels are pooled. Choose another with --label {other!r}."
    )
