"""Which file of a folder or ZIP is the image that annotations name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ..images.layout import Parts
from .inner import stem_of


def find_images(names: Sequence[str], files: Sequence[Parts]) -> list[int]:
    """For each name the position of its file, or −1 where there is none or more than one fits.

    Names are compared without endings; where several files share one, the folders decide.

    >>> files = [("images", "train", "a.jpg"), ("images", "val", "a.jpg")]
    >>> find_images(["labels/val/a", "b.jpg"], files)
    [1, -1]
    """
    by_stem: dict[str, list[int]] = defaultdict(list)
    for i, parts in enumerate(files):
        by_stem[stem_of(parts[-1])].append(i)
    return [_file_of(name, files, by_stem) for name in names]


def _file_of(name: str, files: Sequence[Parts], by_stem: dict[str, list[int]]) -> int:
    path = name.replace("\\", "/").split("?")[0]
    last = path.rsplit("/", 1)[-1]
    fitting = by_stem.get(last) or by_stem.get(stem_of(last)) or []
    if len(fitting) < 2:
        return fitting[0] if fitting else -1
    folders = set(path.split("/")[:-1])
    shared = [len(folders & set(files[i][:-1])) for i in fitting]
    best = max(shared)
    return fitting[shared.index(best)] if shared.count(best) == 1 else -1
