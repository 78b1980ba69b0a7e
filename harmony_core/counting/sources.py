"""`class_counts`: which labels an object holds, and how many samples each class has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from ..errors import DataError
from .counted import ClassCounts, Classes, count_indices, count_labels, count_names, count_tally
from .dataset_labels import dataset_labels, on_host

LABEL_COLUMNS = frozenset(("label", "labels", "target", "targets", "class", "y"))
"""Names of a column, in lower case, that is taken for the labels if no column is named."""


def class_counts(
    x: object,
    *,
    column: str | None = None,
    classes: Classes = None,
    ignore_index: int | None = -100,
) -> ClassCounts:
    """The training samples N_c of each class, in the order of the class index, as losses need them.

    ``x`` is one of

    - the labels of all samples: a list, array, tensor or pandas Series of integers or strings;
    - a data set of PyTorch or torchvision: its ``targets``, ``labels`` or ``tensors``, also inside
      ``Subset`` and ``ConcatDataset``. One without them is read sample by sample, which takes as
      long as an epoch of loading; the log says so;
    - a DataFrame or a data set of Hugging Face, with the ``column`` of the labels;
    - a ``Counter`` or dict {class index: samples} or {name: samples};
    - the path of a CSV, Parquet or other file that *Inspect your data* reads, or of a folder of
      images; of its splits the training split counts.

    Names are sorted, as `torchvision.datasets.ImageFolder` does; ``names`` of the result has them.
    A categorical Series keeps the order of its categories. ``classes`` is the number of classes, or
    their names in order; a class without a sample then counts 0. Without it, integers have to be
    0, 1, 2, … without a gap. Labels equal to ``ignore_index`` are left out, as the loss does.

    Raises `DataError` for missing labels, several labels a sample, and counts without their order:
    a Series of ``value_counts()`` is sorted by frequency, and a loss would take it for the order of
    the classes.

    >>> class_counts([2, 0, 0], classes=4)
    ClassCounts(2, 0, 1, 0)
    >>> class_counts({1: 5, 0: 30})
    ClassCounts(30, 5)
    """
    classes = _classes(classes)
    if isinstance(x, Mapping):
        return count_tally(x, classes, ignore_index)
    if isinstance(x, str | Path):
        return _of_file(Path(x), column, classes, ignore_index)
    names: tuple[str, ...] = ()
    labels: object = x
    if _is_frame(x):
        labels, names = _column(x, column)
    elif not _is_sequence(x):
        labels, names = dataset_labels(x, column)
    if _is_pandas(labels):
        _refuse_value_counts(labels)
        categories = getattr(getattr(labels, "cat", None), "categories", None)
        if categories is not None and classes is None and _texts(categories):
            classes = [str(name) for name in categories]
    return count_labels(on_host(labels), classes, names, ignore_index)


def _classes(given: object) -> Classes:
    """A number of classes, or the names of different ones; `DataError` for anything else."""
    if given is None:
        return None
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        return int(given)
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise DataError(
            f"Expected classes to be their number or a list of their names, but got {given!r:.80}."
        )
    names = list(given)
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise DataError(
            f"Expected classes to be different names, but got {twice[0]!r} more than once: its "
            "samples would count in each of them."
        )
    return names


def _of_file(
    path: Path, column: str | None, classes: Classes, ignore_index: int | None
) -> ClassCounts:
    from ..readers.open import read_file

    if not _exists(path):
        raise DataError(
            f"Expected a file or folder, or the labels of all samples, but got {str(path)[:80]!r}, "
            "which does not exist."
        )
    contents = read_file(path, label=column)
    try:
        labels = contents.labels
        guessed = contents.kind == "table" and column is None and len(contents.columns) > 1
        if guessed and contents.label.lower() not in LABEL_COLUMNS:
            raise DataError(
                f"Expected the name of the label column of {path.name}, but got none. Pass column= "
                f"with one of {', '.join(contents.columns[:10])}."
            )
        if labels.multi is not None or labels.missing:
            found = "several labels" if labels.multi is not None else "no label"
            raise DataError(
                f"Expected one label for each sample of {path.name}, but got samples with {found}. "
                "Leave these out, then count again."
            )
        counts = labels.train_counts.tolist()
        tally = dict(zip(labels.names, counts, strict=True))
    finally:
        contents.close()
    if all(re.fullmatch("-?[0-9]+", name) for name in tally):
        indices: Counter[int] = Counter()
        for name, n in tally.items():
            indices[int(name)] += n  # "01" and "1" are one class
        return count_indices(+indices, classes, (), ignore_index)
    return count_names(tally, classes)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a text that is too long for a path
        return False


def _is_pandas(x: object) -> bool:
    return type(x).__module__.split(".")[0] == "pandas"


def _is_frame(x: object) -> bool:
    """A table with named columns: of pandas, polars, Arrow or Hugging Face."""
    return (hasattr(x, "columns") or hasattr(x, "column_names")) and hasattr(x, "__getitem__")


def _is_sequence(x: object) -> bool:
    return isinstance(x, list | tuple) or hasattr(x, "__array__")


def _column(x: object, column: str | None) -> tuple[object, tuple[str, ...]]:
    """The column of the labels, and the names of its classes if the table knows them."""
    named = getattr(x, "column_names", None)
    columns = [str(name) for name in (x.columns if named is None else named)]  # type: ignore[attr-defined]
    if column is None:
        likely = [name for name in columns if name.lower() in LABEL_COLUMNS]
        if len(likely) != 1:
            raise DataError(
                "Expected the name of the label column, but got none. Pass column= with one of "
                f"{', '.join(columns[:10])}."
            )
        column = likely[0]
    if column not in columns:
        raise DataError(
            f"Expected column to be one of {', '.join(columns[:10])}, but got {column!r}."
        )
    features = getattr(x, "features", None)  # of Hugging Face
    kind = features.get(column) if isinstance(features, Mapping) else None
    return x[column], tuple(getattr(kind, "names", None) or ())  # type: ignore[index]


def _refuse_value_counts(series: object) -> None:
    """Raise `DataError` for a Series that counts classes, and is no labels."""
    index = getattr(series, "index", None)
    if index is None or type(index).__name__ == "RangeIndex":
        return
    if getattr(series, "name", None) in ("count", "proportion"):
        raise DataError(
            "Expected the labels of all samples, but got counts of value_counts(). They are sorted "
            "by frequency, so the first would be taken for class 0 whatever it is. Pass the labels "
            "themselves, class_counts(frame[column]), or counts with their classes, "
            "class_counts(series.to_dict())."
        )


def _texts(values: object) -> bool:
    return all(isinstance(value, str) for value in np.asarray(values).tolist())
