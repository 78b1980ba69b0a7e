"""Count the labels of a table in one pass over its rows.

Axes: n rows, c classes, s splits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .. import limits
from ..labels import ALL, MISSING, SPLITS, Labels, MultiLabel, count_by_split
from ..messages import quoted
from .arrow_numpy import filled
from .arrow_values import cell_values
from .class_names import plain_names
from .memory_table import as_text
from .separators import LISTS, parse_list
from .split_column import NO_SPLIT, SplitColumn

if TYPE_CHECKING:
    import pyarrow as pa


ALONE = 1
"""Labels that may all be different; more of them name rows."""


class LabelCounter:
    """A `Sink` that numbers the distinct cells of the label column and of the split column."""

    def __init__(
        self, label: str, split: SplitColumn | None = None, separator: str | None = None
    ) -> None:
        self.label, self.split, self.separator = label, split or NO_SPLIT, separator
        self.cells: dict[str, int] = {}
        self.splits: dict[str, int] = {}
        self._parts: list[Array] = []
        self._split_parts: list[Array] = []

    def add(self, batch: pa.RecordBatch) -> None:
        self._parts.append(number(batch.column(self.label), self.cells, self.label))
        splits = split_codes_of(batch, self.split, self.splits)
        if splits is not None:
            self._split_parts.append(splits)

    def labels(self) -> Labels:
        """The classes, sorted by name, with their counts by split."""
        if not self._parts or not sum(map(len, self._parts)):
            raise DataError("Expected a table with rows, but got only a header. Add the rows.")
        numbers = np.concatenate(self._parts)
        self._parts.clear()
        splits, split_codes = self._split_codes()
        if self.separator is not None:
            return self._several(numbers, splits, split_codes)
        meant = plain_names(self.cells)
        names = _sorted(sorted(set(meant.values())))
        if not names:
            raise DataError(
                f"Expected labels in column {quoted(self.label)}, but every cell is empty. "
                "Choose another column."
            )
        place = {name: c for c, name in enumerate(names)}
        lut = np.array([place[meant[text]] for text in self.cells] + [-1], dtype=np.int32)
        codes = lut[numbers]
        del numbers
        _check_distinct(codes, names, self.label)
        return Labels(
            names,
            splits,
            count_by_split(codes, split_codes, len(splits), len(names)),
            rows=len(codes),
            missing=int((codes < 0).sum()),
            codes=codes,
            split_codes=split_codes,
        )

    def _split_codes(self) -> tuple[tuple[str, ...], Array | None]:
        if not self._split_parts:
            return (ALL,), None
        codes = np.concatenate(self._split_parts)
        present = [s for s in range(len(SPLITS)) if (codes == s).any()]
        if not present:
            return (ALL,), None
        place = np.full(len(SPLITS) + 1, -1, dtype=np.int8)
        place[present] = np.arange(len(present))
        return tuple(SPLITS[s] for s in present), place[codes]

    def _several(
        self, numbers: Array, splits: tuple[str, ...], split_codes: Array | None
    ) -> Labels:
        """Labels of cells that may hold several; each label is a class of its own."""
        found = [split_cell(text, self.separator or LISTS) for text in self.cells]
        meant = plain_names(name for names in found for name in names)
        sets = [tuple(sorted({meant[name] for name in names})) for names in found]
        names = _sorted(sorted({name for members in sets for name in members}))
        if not names:
            raise DataError(
                f"Expected labels in column {quoted(self.label)}, but every cell is empty."
            )
        if len(names) > limits.CLASSES:
            raise _too_many(self.label, len(names))
        place = {name: c for c, name in enumerate(names)}
        counts = np.zeros((len(splits), len(names)), dtype=np.int64)
        times = count_by_split(numbers, split_codes, len(splits), len(sets))
        for position, members in enumerate(sets):
            if members:
                counts[:, [place[name] for name in members]] += times[:, position, None]
        used = np.array([bool(members) for members in sets] + [False])
        labelled = int(used[numbers].sum())
        total = int(
            np.array([len(members) for members in sets] + [0], dtype=np.int64)[numbers].sum()
        )
        multi = MultiLabel(
            "" if self.separator == LISTS else str(self.separator),
            total,
            len({members for members in sets if members}),
        )
        return Labels(
            names, splits, counts, rows=len(numbers), missing=len(numbers) - labelled, multi=multi
        )


def number(column: pa.Array, known: dict[str, int], name: str) -> Array:
    """(n,) int32 number of each cell's text in ``known``, which grows; −1 for a missing cell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        texts = [as_text(v) for v in cell_values(column)]
        encoded = pa.array(texts, pa.string()).dictionary_encode()
    elif pa.types.is_dictionary(column.type):
        encoded = column
    else:
        encoded = pc.dictionary_encode(column, null_encoding="encode")
    lut = np.empty(len(encoded.dictionary) + 1, dtype=np.int32)
    lut[-1] = -1
    for position, value in enumerate(cell_values(encoded.dictionary)):
        text = as_text(value)
        text = None if text is None else text.strip()
        if text is None or text in MISSING:
            lut[position] = -1
            continue
        if len(text) > limits.NAME_CHARACTERS:
            raise DataError(
                f"Expected labels in column {quoted(name)}, but got a text of {len(text):,} "
                "characters. Choose another column."
            )
        lut[position] = known.setdefault(text, len(known))
    if len(known) > limits.CLASSES:
        raise _too_many(name, len(known))
    return np.asarray(lut[filled(encoded.indices, len(lut) - 1)])


def split_codes_of(
    batch: pa.RecordBatch, split: SplitColumn, known: dict[str, int]
) -> Array | None:
    """(n,) int8 position in `SPLITS` of each row, −1 for no known split; ``None`` without splits.

    ``known`` numbers the cells of the batches so far.
    """
    if not split.name:
        return None
    column = batch.column(split.name)
    place = {name: position for position, name in enumerate(SPLITS)}
    if split.paths:
        meant = [place.get(split.of(str(cell)), -1) for cell in cell_values(column)]
        return np.array(meant, dtype=np.int8)
    codes = number(column, known, split.name)
    lut = np.array([place.get(split.of(text), -1) for text in known] + [-1], dtype=np.int8)
    return np.asarray(lut[codes])


def split_cell(text: str, separator: str) -> tuple[str, ...]:
    """The distinct labels of a cell, sorted."""
    if separator == LISTS:
        found = parse_list(text)
        found = [text] if found is None else found
    else:
        found = [part.strip() for part in text.split(separator)]
    if len(found) > limits.LABELS_PER_ROW:
        raise DataError(
            f"Expected at most {limits.LABELS_PER_ROW:,} labels in a cell, but got {len(found):,}."
        )
    return tuple(sorted({part for part in found if part not in MISSING}))


def _sorted(names: list[str]) -> tuple[str, ...]:
    """Whole numbers by value, then text."""

    def key(name: str) -> tuple[int, int, str]:
        digits = name.removeprefix("-")
        whole = digits.isascii() and digits.isdigit() and len(digits) < 19
        return (0, int(name), name) if whole else (1, 0, name)

    return tuple(sorted(names, key=key))


def _check_distinct(codes: Array, names: tuple[str, ...], label: str) -> None:
    labelled = int(np.count_nonzero(codes >= 0))
    if (
        labelled > ALONE
        and len(names) >= labelled
        and len(np.unique(codes[codes >= 0])) == labelled
    ):
        raise DataError(
            f"Expected classes that repeat in column {quoted(label)}, but all {labelled:,} labels "
            "are different: they name rows, not classes. Choose another column, or give classes "
            "with their counts as `class,count`."
        )
    if (
        labelled > 100
        and len(names) > labelled / 2
        and all(_is_measurement(n) for n in names[-200:])
    ):
        raise DataError(
            f"Expected classes in column {quoted(label)}, but it holds measurements "
            f"({len(names):,} different numbers). Choose another column, or cut it into ranges."
        )


def _is_measurement(name: str) -> bool:
    try:
        return not float(name).is_integer()
    except (ValueError, OverflowError):
        return False


def _too_many(label: str, found: int) -> DataError:
    return DataError(
        f"Expected at most {limits.CLASSES:,} classes in column {quoted(label)}, but got more. "
        "It names rows rather than classes; choose another column."
    )
