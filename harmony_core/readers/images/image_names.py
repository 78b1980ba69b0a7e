"""Find the image that a cell of a table names."""

from __future__ import annotations

from collections.abc import Sequence

from .layout import IMAGE_SUFFIXES, Parts, suffix_of

_SEVERAL = -2


class ImageNames:
    """Positions of images by their paths, as a whole, from any folder on, with and without ending.

    >>> names = ImageNames([("images", "a.jpg"), ("images", "b.jpg")])
    >>> [names.find(cell) for cell in ("a.jpg", "b", "/data/images/b.jpg", "c.jpg")]
    [0, 1, 1, None]
    """

    def __init__(self, files: Sequence[Parts]) -> None:
        self._at: dict[str, int] = {}
        for position, parts in enumerate(files):
            folded = [part.casefold() for part in parts]
            for start in range(len(folded)):
                key = "/".join(folded[start:])
                for name in {key, _without_ending(key)}:
                    known = self._at.setdefault(name, position)
                    if known != position:
                        self._at[name] = _SEVERAL

    def find(self, cell: str, folder: Parts = ()) -> int | None:
        """The position of the image that a cell names, seen from the table's folder first."""
        parts = [
            p for p in cell.strip().replace("\\", "/").casefold().split("/") if p not in ("", ".")
        ]
        if not parts:
            return None
        inner = "/".join([*(p.casefold() for p in folder), *parts])
        for name in (inner, *("/".join(parts[start:]) for start in range(len(parts)))):
            for key in dict.fromkeys((name, _without_ending(name))):
                found = self._at.get(key)
                if found is not None and found != _SEVERAL:
                    return found
        return None


def _without_ending(name: str) -> str:
    suffix = suffix_of(name.rsplit("/", 1)[-1])
    return name[: -len(suffix)] if suffix in IMAGE_SUFFIXES else name
