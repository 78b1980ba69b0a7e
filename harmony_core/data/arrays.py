"""A data set from a user's arrays, with labels of any kind.

Axes: n samples, d features, c classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import DataError
from ..readers.messages import listing
from .copies import equal_samples
from .dataset import LongTailedDataset
from .holdout import TEST_SHARE, given_notes, holdout_notes, stratified_holdout
from .randomness import generator
from .split import balanced_holdout, cut_to_balance, require_every_class

MAX_CLASSES = 10_000


def dataset_from_arrays(
    inputs: ArrayLike,
    targets: ArrayLike,
    *,
    class_names: Sequence[str] | None = None,
    test: tuple[ArrayLike, ArrayLike] | None = None,
    name: str = "arrays",
    seed: int = 0,
    augment: bool = False,
    test_share: float | None = TEST_SHARE,
) -> LongTailedDataset:
    """A data set from features (n, d) or uint8 images (n, h, w) or (n, h, w, channels).

    Labels (n,) may be text or whole numbers, negative ones too; classes are ordered as the labels
    sort, and ``class_names`` gives other names in that order. A ``test`` is used as it is. Without
    one, ``test_share`` of every class is held out, at least one sample, and samples with equal
    features stay on one side; a class of a single sample trains and is not tested. With
    ``test_share`` None, equally many samples of every class are tested: a third of the smallest
    class, at most 100 each, or a ``test`` cut to its smallest class.

    >>> import numpy as np
    >>> data = dataset_from_arrays(np.arange(12.0).reshape(6, 2), ["cat", "a dog"] * 3)
    >>> data.class_names, data.train_counts.tolist(), data.test_counts.tolist()
    (('a dog', 'cat'), [2, 2], [1, 1])
    """
    kind, train_inputs = _inputs(inputs, "inputs")
    labels = _labels(targets, len(train_inputs), "targets")
    values, train_targets = np.unique(labels, return_inverse=True)
    train_targets = train_targets.astype(np.int64)
    if not 2 <= len(values) <= MAX_CLASSES:
        raise DataError(
            f"Expected 2 to {MAX_CLASSES} classes in targets, but got {len(values)}. "
            "Add samples of another class, or check that targets holds labels and not measurements."
        )
    names = _names(class_names, values)
    notes: tuple[str, ...] = ()
    if test is None and test_share is not None:
        copies = equal_samples(train_inputs)
        train, held = stratified_holdout(
            train_targets, copies, len(names), test_share, generator(seed, "test")
        )
        notes = holdout_notes(train_targets, copies, held, names, test_share, "samples")
        test_inputs, test_targets = train_inputs[held], train_targets[held]
        train_inputs, train_targets = train_inputs[train], train_targets[train]
    elif test is None:
        train, held = balanced_holdout(train_targets, names, generator(seed, "test"))
        test_inputs, test_targets = train_inputs[held], train_targets[held]
        train_inputs, train_targets = train_inputs[train], train_targets[train]
        notes = (f"The test set is {len(held) // len(names)} samples of every class, set aside.",)
    else:
        test_kind, test_inputs = _inputs(test[0], "test inputs")
        if (test_kind, test_inputs.shape[1:]) != (kind, train_inputs.shape[1:]):
            raise DataError(
                f"Expected test inputs to be {kind} of shape (n, {_shape(train_inputs)}), "
                f"but got {test_kind} of shape (n, {_shape(test_inputs)})."
            )
        test_targets = _positions(_labels(test[1], len(test_inputs), "test targets"), values)
        if test_share is not None:
            both = np.concatenate([train_targets, test_targets])
            tested = np.arange(len(both)) >= len(train_targets)
            copies = equal_samples(np.concatenate([train_inputs, test_inputs]))
            notes = given_notes(both, copies, tested, names, "samples")
        else:
            require_every_class(test_targets, names, "sample")
            rng = generator(seed, "test")
            rows, notes = cut_to_balance(test_targets, len(names), "samples", rng)
            test_inputs, test_targets = test_inputs[rows], test_targets[rows]
    return LongTailedDataset(
        name=name,
        kind=kind,
        train_inputs=train_inputs,
        train_targets=train_targets,
        test_inputs=test_inputs,
        test_targets=test_targets,
        class_names=names,
        augment=augment,
        notes=notes,
    )


def _shape(inputs: Array) -> str:
    return ", ".join(str(side) for side in inputs.shape[1:])


def _inputs(values: ArrayLike, what: str) -> tuple[str, Array]:
    """The kind of data and the array in the type that kind has."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise DataError(
            f"Expected {what} to be one array, but got rows of uneven length."
        ) from error
    if array.dtype == np.uint8 and array.ndim in (3, 4) and 0 not in array.shape:
        array = array[..., None] if array.ndim == 3 else array
        if array.shape[3] not in (1, 3):
            raise DataError(
                f"Expected images of {what} to have 1 or 3 channels in the last axis, "
                f"but got shape {array.shape}."
            )
        return "images", array
    if array.dtype.kind not in "iufb" or array.ndim != 2 or 0 in array.shape:
        raise DataError(
            f"Expected {what} to be numbers of shape (n, d) or uint8 images of shape (n, h, w) or "
            f"(n, h, w, channels), but got {array.dtype} of shape {array.shape}."
        )
    finite = np.isfinite(array).all(axis=1)
    if not finite.all():
        rows = [str(row) for row in np.flatnonzero(~finite)]
        raise DataError(
            f"Expected {what} to be finite, but got NaN or infinity in {len(rows)} of {len(array)} "
            f"rows ({listing(rows)}). Remove or fill them."
        )
    with np.errstate(over="ignore"):
        small = array.astype(np.float32)
    if not np.isfinite(small).all():
        raise DataError(f"Expected {what} to be within ±3e38, but got larger. Rescale them.")
    return "table", small


def _labels(values: ArrayLike, n: int, what: str) -> Array:
    """(n,) labels as text or as int64."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise DataError(
            f"Expected {what} to be one label for each sample, but got lists."
        ) from error
    if array.shape != (n,):
        raise DataError(
            f"Expected {what} to be one label for each of {n} samples, but got shape {array.shape}."
        )
    if array.dtype == object:
        if all(isinstance(v, str) for v in array):
            array = array.astype(str)
        elif all(isinstance(v, int | np.integer) for v in array):
            array = array.astype(np.int64)
        else:
            kinds = sorted({type(v).__name__ for v in array})
            raise DataError(
                f"Expected {what} to be all text or all whole numbers, but got {listing(kinds)}. "
                "Fill missing labels or remove those samples."
            )
    if array.dtype.kind == "f" and np.isfinite(array).all() and (array == np.trunc(array)).all():
        array = array.astype(np.int64)
    if array.dtype.kind == "U":
        if any(not label.strip() for label in np.unique(array)):
            raise DataError(f"Expected {what} to name a class, but got empty text. Fill the label.")
        return array
    if array.dtype.kind not in "iub":
        raise DataError(
            f"Expected {what} to be text or whole numbers, but got {array.dtype}. "
            "Fill missing labels and turn measurements into classes."
        )
    return array.astype(np.int64)


def _positions(labels: Array, values: Array) -> Array:
    """Class of each test label; one that training lacks cannot be learned."""
    if labels.dtype.kind != values.dtype.kind:
        raise DataError(
            f"Expected test targets of the same type as targets ({values.dtype}), "
            f"but got {labels.dtype}."
        )
    unknown = [str(label) for label in np.setdiff1d(labels, values)]
    if unknown:
        raise DataError(
            f"Expected test targets among those of training, but got also {listing(unknown)}. "
            "Remove these samples or add training samples of the class."
        )
    return np.searchsorted(values, labels).astype(np.int64)


def _names(class_names: Sequence[str] | None, values: Array) -> tuple[str, ...]:
    """The name of each class; given names may cover whole numbers 0 … c − 1 that do not occur."""
    if class_names is None:
        return tuple(str(value) for value in values)
    names = tuple(str(name) for name in class_names)
    if len(set(names)) != len(names):
        raise DataError(f"Expected class_names to differ, but got {listing(list(names))}.")
    if len(names) > len(values) and values.dtype.kind == "i" and 0 <= values[0] <= values[-1]:
        empty = [names[c] for c in range(len(names)) if c not in values]
        raise DataError(
            f"Expected every class to have a sample, but got none of: {listing(empty)}. "
            "Remove the class or add samples of it."
        )
    if len(names) != len(values):
        raise DataError(
            f"Expected class_names for the {len(values)} classes found, but got {len(names)}."
        )
    return names
