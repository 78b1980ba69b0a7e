"""Which levels of folders name a split, and which only hold everything.

A level is the folder of each image at one depth. A path here is a tuple of its parts.
Axes: n images.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..labels import split_of
from .layout import Parts

CONTAINERS = frozenset((
    "image", "images", "img", "imgs", "jpegimages", "jpeg", "jpg", "png", "photo", "photos",
    "picture", "pictures", "pics", "frames", "data", "dataset", "mask", "masks", "label", "labels",
    "annotation", "annotations", "gt", "groundtruth", "ground_truth", "segmentation", "unlabeled",
    "unlabelled", "submission", "pred", "default", "obj_train_data", "files", "raw", "all",
))  # fmt: skip
"""Names of folders that hold images of any class."""
_PIECES = frozenset(("part", "batch", "chunk", "fold", "shard", "images", "img", "imgs", "image"))


def split_name(folder: str) -> str:
    """The split that a folder names, alone or among other words; an empty text for none.

    >>> [split_name(folder) for folder in ("val2017", "seg_train", "Training Set", "cat")]
    ['validation', 'train', 'train', '']
    """
    found = {split for word in _words(folder) if (split := split_of(word))}
    return found.pop() if len(found) == 1 else ""


def split_of_path(parts: Parts) -> str:
    """The split that a folder of a path names, the innermost first; empty for none."""
    return next((s for part in reversed(parts[:-1]) if (s := split_name(part))), "")


def is_container(folder: str) -> bool:
    """Whether a folder's name says that it holds images, and not which."""
    return folder.lower() in CONTAINERS


def without_splits(folders: Sequence[Parts]) -> tuple[list[str], list[Parts]]:
    """The split (n,) of each image's folders, and the folders that are left to name its class.

    Taken away are, from the top, levels that name splits and levels that hold everything. A split
    below the class (``cat/train``) is taken away too. The split is empty where none is named.

    >>> without_splits([("set", "train", "cat"), ("set", "val", "cat")])
    (['train', 'validation'], [('cat',), ('cat',)])
    >>> without_splits([("bus",), ("car",), ("train",)])
    (['', '', ''], [('bus',), ('car',), ('train',)])
    """
    splits, left = [""] * len(folders), list(folders)
    while True:
        if _names_splits(left):
            splits = [
                split_name(f[0]) if f and not s else s for s, f in zip(splits, left, strict=True)
            ]
        elif not _holds_everything(left):
            break
        left = [f[1:] for f in left]
    below = [f[1:] for f in left]
    if not any(splits) and all(below) and _names_splits(below):
        splits = [split_name(f[0]) for f in below]
        left = [(f[0], *f[2:]) for f in left]
    return splits, left


def _words(folder: str) -> list[str]:
    words = re.findall(r"[a-z]+", folder.lower())
    return [re.sub(r"^(train|test|val)(set|data|images|imgs)$", r"\1", word) for word in words]


def _names_splits(folders: Sequence[Parts]) -> bool:
    """Whether the first folders name splits; some may be of no split, such as ``extra``."""
    tops = {f[0] for f in folders if f}
    splits = {top: split_name(top) for top in tops}
    known = {top for top in tops if splits[top]}
    if not known:
        return False
    if known == tops:
        return True
    inside: dict[str, set[str]] = {top: set() for top in tops}
    for f in folders:
        if len(f) > 1:
            inside[f[0]].add(f[1])
    if len({splits[top] for top in known}) > 1:
        return True
    if any(f[0] in known and len(f) == 1 for f in folders if f):
        return False  # images lie in it as in its neighbours: a class of that name
    shared = set().union(*(inside[top] for top in known))
    return all(not inside[top] or inside[top] & shared for top in tops - known)


def _holds_everything(folders: Sequence[Parts]) -> bool:
    """Whether the first folders only hold others: one around all, or parts ``images_001``, …"""
    tops = {f[0] for f in folders if f}
    if not tops or any(len(f) < 2 for f in folders if f):
        return False
    return len(tops) == 1 or are_pieces(tops)


def are_pieces(folders: set[str]) -> bool:
    """Whether folders are numbered pieces of one data set.

    >>> are_pieces({"images_001", "images_002"}), are_pieces({"c0", "c1"})
    (True, False)
    """
    stems = {re.sub(r"[\d_\-. ]+$", "", folder.lower()) for folder in folders}
    return len(stems) == 1 and bool(_PIECES & set(_words(stems.pop())))
