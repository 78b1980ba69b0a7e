"""The labels of a data set of PyTorch, without loading its samples where that is possible."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError

log = logging.getLogger(__name__)
ATTRIBUTES = ("targets", "labels", "_labels")
"""Where data sets keep the labels of all samples; ``_labels`` is torchvision's own habit."""
KEYS = ("label", "labels", "target", "targets")
"""Where a sample that is a dict has its label."""


def dataset_labels(dataset: object, column: str | None) -> tuple[object, tuple[str, ...]]:
    """The label of every sample, and the names of the classes if the data set knows them.

    ``column`` is the key of the label in samples that are dicts. Raises `DataError` for anything
    but a data set.
    """
    if hasattr(dataset, "batch_sampler"):
        raise DataError(
            "Expected a data set, but got a DataLoader, whose sampler may change how often a class "
            "is drawn. Pass loader.dataset."
        )
    known = _known(dataset)
    if known is not None:
        return known
    readable = hasattr(dataset, "__getitem__") or hasattr(dataset, "__iter__")
    if isinstance(dataset, type) or not readable:
        raise DataError(
            "Expected a data set, the labels of all samples, or counts by class, but got "
            f"{type(dataset).__name__}."
        )
    return _read_all(dataset, column), _names(dataset)


def _known(dataset: object) -> tuple[object, tuple[str, ...]] | None:
    """Labels that are in memory already."""
    inner, indices = getattr(dataset, "dataset", None), getattr(dataset, "indices", None)
    if inner is not None and indices is not None:
        found = _known(inner)
        return None if found is None else (_array(found[0])[np.asarray(indices)], found[1])
    parts = getattr(dataset, "datasets", None)
    if isinstance(parts, list | tuple) and parts:
        known = [_known(part) for part in parts]
        whole = [found for found in known if found is not None]
        if len(whole) < len(known):
            return None
        if len({names for _, names in whole}) > 1:
            raise DataError(
                "Expected data sets that are joined to have the same classes, but got different "
                "ones, so that their indices do not mean the same classes."
            )
        return np.concatenate([_array(labels) for labels, _ in whole]), whole[0][1]
    tensors = getattr(dataset, "tensors", None)
    if isinstance(tensors, list | tuple) and tensors:
        return _array(_label_tensor(tensors)), ()
    for name in ATTRIBUTES:
        labels = getattr(dataset, name, None)
        if labels is not None and _length(labels) == _length(dataset):
            return _transformed(dataset, labels)
    return None


def _label_tensor(tensors: Sequence[Any]) -> Any:
    """The labels of a `TensorDataset`: of two tensors the last, of more the one that can be."""
    if len(tensors) <= 2:
        return tensors[-1]
    fit = [tensor for tensor in tensors if tensor.ndim == 1 and not tensor.is_floating_point()]
    if len(fit) != 1:
        raise DataError(
            f"Expected one tensor of labels among {len(tensors)}, but got {len(fit)} that may be. "
            "Pass the labels themselves: class_counts(dataset.tensors[i])."
        )
    return fit[0]


def _transformed(dataset: object, labels: object) -> tuple[object, tuple[str, ...]]:
    """The labels as samples have them: after the data set's ``target_transform``, if any."""
    change = getattr(dataset, "target_transform", None)
    if change is None:
        return _array(labels), _names(dataset)
    found, place = np.unique(_array(labels), return_inverse=True)
    return np.asarray([change(label) for label in found.tolist()])[place], ()


def _names(dataset: object) -> tuple[str, ...]:
    """The names of the classes, also of the data set that a subset is of."""
    inner = getattr(dataset, "dataset", None)
    names = getattr(dataset, "classes", None)
    if isinstance(names, Sequence) and not isinstance(names, str):
        return tuple(map(str, names))
    return () if inner is None else _names(inner)


def _read_all(dataset: object, column: str | None) -> list[object]:
    """The labels of samples that are loaded one by one."""
    length = _length(dataset)
    log.warning(
        "Loading %s of %s to count their labels, as it has no attribute %s. Add one, or pass "
        "the labels, to avoid this.",
        "all samples" if length is None else f"all {length:,} samples",
        type(dataset).__name__,
        " or ".join(ATTRIBUTES[:2]),
    )
    if length is None or not hasattr(dataset, "__getitem__"):
        samples: Iterable[object] = iter(dataset)  # type: ignore[call-overload]
    else:
        samples = (dataset[i] for i in range(length))
    return [_label_of(sample, column) for sample in samples]


def _label_of(sample: object, column: str | None) -> object:
    if isinstance(sample, Mapping):
        keys = [column] if column is not None else [key for key in KEYS if key in sample]
        if len(keys) == 1 and keys[0] in sample:
            label = sample[keys[0]]
        else:
            raise DataError(
                "Expected the key of the label in a sample, but got none. Pass column= with one of "
                f"{', '.join(map(str, sample))}."
            )
    elif isinstance(sample, list | tuple) and len(sample) > 1:
        label = sample[1]
    else:
        raise DataError(
            "Expected samples of (input, label), or dicts, but got "
            f"{type(sample).__name__}. Pass the labels themselves."
        )
    return label.item() if hasattr(label, "item") and np.ndim(label) == 0 else label


def on_host(labels: object) -> object:
    """Labels that NumPy can take: a tensor may be on a device."""
    cpu = getattr(labels, "cpu", None)
    return cpu() if callable(cpu) else labels


def _array(labels: object) -> Array:
    return np.asarray(on_host(labels))


def _length(values: object) -> int | None:
    try:
        return len(values)  # type: ignore[arg-type]
    except TypeError:
        return None
