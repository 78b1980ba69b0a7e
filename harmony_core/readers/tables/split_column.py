"""Which column of a table says train, validation or test, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import DataError
from ..labels import split_of
from ..messages import listed, quoted
from ..samples import Sample
from .column_facts import letters, words

_NAMES = frozenset((
    "split", "set", "subset", "partition", "phase", "usage", "datasplit", "dataset",
    "traintest", "evalpartition", "fold",
))  # fmt: skip
_FLAG = re.compile(
    r"(?:is|in|for)_?(train|training|test|testing|val|valid|validation|holdout)(?:_?set)?$"
)
_TRUE, _FALSE = frozenset(("1", "true", "yes", "y", "t")), frozenset(("0", "false", "no", "n", "f"))
_NUMBERS = {"0": "train", "1": "validation", "2": "test"}
_MOST = 30
"""Different cells of a split column."""


@dataclass(frozen=True)
class SplitColumn:
    """A column, and the split that each of its cells means."""

    name: str = ""
    """Empty for a table without splits."""
    meant: tuple[tuple[str, str], ...] = ()
    """Cells in lower case with their splits, where they are not plain words."""
    paths: bool = False
    """Whether the split is a folder in a path."""

    def of(self, cell: str) -> str:
        """The split that a cell means; empty for none."""
        if self.paths:
            return _folder(cell)
        text = _plain(cell)
        return dict(self.meant).get(text, "") if self.meant else split_of(text)


NO_SPLIT = SplitColumn()


def split_column(
    sample: Sample, columns: tuple[str, ...], label: str, given: str | None
) -> SplitColumn:
    """The given or the likeliest split column; raises `DataError` if the given one is none."""
    if given == "":
        return NO_SPLIT
    if given is not None:
        return _given(sample, columns, label, given)
    named = [c for c in columns if c != label and _looks_it(c)]
    rest = [c for c in columns if c != label and c not in named]
    for name in (*named, *rest):
        found = _read(sample, name, named=name in named)
        if found is not None:
            return found
    for name in rest:
        if _by_path(sample.columns[name]):
            return SplitColumn(name, paths=True)
    return NO_SPLIT


def unused_splits(
    sample: Sample, columns: tuple[str, ...], label: str, used: str
) -> tuple[str, ...]:
    """Columns whose name or cells look like a split, but that are not used as it."""
    found = []
    for name in columns:
        values = _values(sample.columns[name])
        if name in (label, used) or not 1 < len(values) <= _MOST:
            continue
        if _looks_it(name) or len({split_of(v) for v in values} - {""}) > 1:
            found.append(f"{quoted(name, 40)} ({listed(sorted(values), 3)})")
    return tuple(found)


def _given(sample: Sample, columns: tuple[str, ...], label: str, given: str) -> SplitColumn:
    if given not in columns or given == label:
        raise DataError(
            "Expected the split column to be one of "
            f"{listed([c for c in columns if c != label], 12)}, but got {quoted(given)}."
        )
    found = _read(sample, given, named=True)
    if found is None and _by_path(sample.columns[given]):
        found = SplitColumn(given, paths=True)
    values = {v for v in sample.columns.get(given, []) if v is not None}
    if found is None and any(split_of(v) for v in values):
        found = SplitColumn(given)
    if found is None:
        raise DataError(
            f"Expected column {quoted(given)} to say train, validation or test, but got "
            f"{listed(sorted(values))}."
        )
    return found


def _read(sample: Sample, name: str, named: bool) -> SplitColumn | None:
    """How the cells of a column say the split; ``None`` if they do not."""
    values = _values(sample.columns[name])
    if not values or len(values) > _MOST:
        return None
    meant = {split_of(v) for v in values}
    known = meant - {""}
    if "" not in meant and (len(known) > 1 or named):
        return SplitColumn(name)
    if named and "train" in known:
        return SplitColumn(name)
    flag = _FLAG.match("_".join(words(name)))
    if flag and values <= _TRUE | _FALSE:
        yes = split_of(flag[1])
        no = "test" if yes == "train" else "train"
        pairs = dict.fromkeys(_TRUE, yes) | dict.fromkeys(_FALSE, no)
        return SplitColumn(name, tuple(sorted(pairs.items())))
    if named and letters(name) != "fold" and values <= set(_NUMBERS) and {"0", "1"} <= values:
        cells = [_plain(cell) for cell in sample.columns[name] if cell is not None]
        if cells.count("0") * 2 > len(cells):
            numbers = _NUMBERS if "2" in values else {"0": "train", "1": "test"}
            return SplitColumn(name, tuple(numbers.items()))
    return None


def _looks_it(name: str) -> bool:
    parts = words(name)
    return letters(name) in _NAMES or bool(parts and parts[-1] in ("split", "partition", "subset"))


def _by_path(cells: list[str | None]) -> bool:
    """Whether all paths of a column lead through folders named for splits, and not all the same."""
    paths = [cell for cell in cells if cell is not None]
    if not paths or not any("/" in p or "\\" in p for p in paths[:5]):
        return False
    meant = [_folder(path) for path in paths]
    return all(meant) and len(set(meant)) > 1


def _folder(path: str) -> str:
    parts = re.split(r"[/\\]", path)[:-1]
    return next((split for part in parts if (split := split_of(part))), "")


def _values(cells: list[str | None]) -> set[str]:
    return {_plain(cell) for cell in set(cells) if cell is not None}


def _plain(cell: str) -> str:
    text = cell.strip().lower()
    return text[:-2] if text in ("0.0", "1.0", "2.0") else text
