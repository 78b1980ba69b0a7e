"""Labels counted by class, in the order of the class index."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ..arrays import Array
from ..errors import DataError

Classes = int | Sequence[str] | None
"""How many classes there are, or their names in the order of their index; unknown."""


class ClassCounts(tuple[int, ...]):
    """Samples of each class, a tuple in the order of the class index; ``names`` if there are any.

    >>> counts = ClassCounts((2, 1), ("cat", "emu"))
    >>> counts == (2, 1), counts.names.index("emu")
    (True, 1)
    """

    names: tuple[str, ...]

    def __new__(cls, counts: Iterable[int], names: Iterable[str] = ()) -> ClassCounts:
        made = super().__new__(cls, (int(count) for count in counts))
        made.names = tuple(names)
        return made

    def __getnewargs__(self) -> tuple[tuple[int, ...], tuple[str, ...]]:
        return tuple(self), self.names

    def __repr__(self) -> str:
        if not self.names:
            return f"ClassCounts({', '.join(map(str, self))})"
        named = (f"{name}={count}" for name, count in zip(self.names, self, strict=True))
        return f"ClassCounts({', '.join(named)})"


def count_labels(
    labels: object, classes: Classes, names: Sequence[str], ignore_index: int | None
) -> ClassCounts:
    """Count one label for each sample; ``names`` are those of integer labels, if they are known."""
    values = _one_label_each(labels)
    found, counts = np.unique(values, return_counts=True)
    tally = dict(zip(found.tolist(), counts.tolist(), strict=True))
    if values.dtype.kind == "U":
        return count_names(tally, classes)
    return count_indices(tally, classes, names, ignore_index)


def count_tally(
    tally: Mapping[object, object], classes: Classes, ignore_index: int | None
) -> ClassCounts:
    """Put counts by class index, or by name, in order."""
    counted: dict[object, int] = {}
    for key, value in tally.items():
        number = value if isinstance(value, int | float | np.integer | np.floating) else math.nan
        if not 0 <= number < math.inf or number != int(number):
            raise DataError(
                f"Expected a whole number of samples of every class, but got {value!r} of class "
                f"{key!r}. Give {{class: number of samples}}."
            )
        counted[key] = int(number)
    if counted and all(isinstance(key, str) for key in counted):
        return count_names({str(key): n for key, n in counted.items()}, classes)
    wrong = [k for k in counted if isinstance(k, bool) or not isinstance(k, int | np.integer)]
    if wrong:
        raise DataError(
            "Expected the keys of the counts to be class indices, or all of them names, but got "
            f"{wrong[0]!r}. Give {{class index: number of samples}}."
        )
    indices = {int(str(key)): n for key, n in counted.items()}
    return count_indices(indices, classes, (), ignore_index)


def count_names(tally: Mapping[str, int], classes: Classes) -> ClassCounts:
    """Counts of named classes, sorted by name as `torchvision.datasets.ImageFolder` does."""
    if not tally:
        raise DataError("Expected at least one sample with a label, but got none.")
    names = sorted(tally) if classes is None or isinstance(classes, int) else list(classes)
    unknown = [name for name in tally if name not in set(names)]
    if unknown:
        raise DataError(
            f"Expected labels among the {len(names)} classes, but got {unknown[0]!r}. Add it to "
            "`classes`, or correct it."
        )
    if isinstance(classes, int) and classes != len(names):
        raise DataError(
            f"Expected {classes} classes, but got samples of {len(names)}: {', '.join(names[:5])}. "
            "Give all names in `classes`, so that a class without a sample has its place."
        )
    return ClassCounts((tally.get(name, 0) for name in names), names)


def count_indices(
    tally: Mapping[int, int], classes: Classes, names: Sequence[str], ignore_index: int | None
) -> ClassCounts:
    """Counts by class index; a gap is an error unless the number of classes is known."""
    tally = {label: n for label, n in tally.items() if label != ignore_index}
    if not tally:
        raise DataError("Expected at least one sample with a label, but got none.")
    least, most = min(tally), max(tally)
    if most >= len(names):
        names = ()
    if least < 0:
        raise DataError(
            f"Expected labels to be class indices from 0 up, but got {least}. Leave such samples "
            f"out, or pass ignore_index={least}, as to the loss."
        )
    if classes is None:
        number = max(len(names), most + 1)
        missing = number - len(tally)
        if missing and not names:
            first = next(c for c in range(number) if c not in tally)
            raise DataError(
                f"Expected a sample of every class from 0 to {most}, but got none of {missing} of "
                f"them, such as {first}. If these classes exist, pass classes={number}, and they "
                "count 0; otherwise renumber the labels. Pass the labels of all samples: counts "
                "that you already have need no class_counts."
            )
    elif isinstance(classes, int):
        number = classes
    else:
        number, names = len(classes), tuple(classes)
    if most >= number:
        raise DataError(
            f"Expected labels to be below the number of classes, {number}, but got {most}."
        )
    kept = names if len(names) == number else ()
    return ClassCounts((tally.get(c, 0) for c in range(number)), kept)


def _one_label_each(labels: object) -> Array:
    """The labels (n,) as int64 or text; raises `DataError` for what is not one label a sample."""
    some_text = isinstance(labels, list | tuple) and any(isinstance(y, str) for y in labels)
    try:
        values = np.asarray(labels, dtype=object if some_text else None)
    except ValueError as error:
        raise DataError(
            "Expected one label for each sample, but got samples with several. Give an integer or "
            "a string for each."
        ) from error
    if values.ndim != 1:
        raise DataError(
            f"Expected one label for each sample, but got shape {values.shape}. Flatten the labels "
            "of pixels by labels.reshape(-1); of one-hot labels take labels.argmax(1)."
        )
    if values.dtype.kind in "OT":
        items = values.tolist()
        _refuse_missing(sum(map(_is_missing, items)), len(items))
        if all(isinstance(item, str) for item in items):
            return np.asarray(items, dtype=str)
        if any(isinstance(item, str) for item in items):
            raise DataError(
                "Expected all labels to be whole numbers or all to be text, but got both. Convert "
                "them: [str(label) for label in labels]."
            )
        values = np.asarray(items)
    if values.dtype.kind == "f":
        _refuse_missing(int(np.isnan(values).sum()), len(values))
        whole = (np.abs(values) < 2.0**53) & (values == np.round(values))
        if not whole.all():
            raise DataError(
                "Expected labels to be whole numbers or text, but got "
                f"{values[~whole][0]}. Give the class of each sample."
            )
    if values.dtype.kind not in "biufU":
        raise DataError(
            f"Expected labels to be whole numbers or text, but got {values.dtype}. "
            "Give one label for each sample."
        )
    return values if values.dtype.kind == "U" else values.astype(np.int64)


def _refuse_missing(missing: int, samples: int) -> None:
    if missing:
        raise DataError(
            f"Expected every sample to have a label, but got none for {missing:,} of {samples:,}. "
            "Leave these samples out of the counts and of the training: labels.dropna()."
        )


def _is_missing(item: object) -> bool:
    """Whether an item stands for no label: None, NaN or pandas' NA."""
    return item is None or type(item).__name__ in ("NAType", "NaTType") or item != item
