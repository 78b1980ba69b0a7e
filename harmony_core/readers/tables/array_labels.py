"""Labels in an array: one a row, a column of them, or a column of zeros and ones for each class.

Axes: n rows, c classes.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ..messages import quoted


def row_labels(labels: Array, name: str) -> tuple[Array, str]:
    """(n,) the label of each row, NaN for none, and a note on what was assumed.

    A one-hot array (n, c) gives the position of the one; rows with several ones give lists such as
    ``[0, 3]`` as text. Raises `DataError` for anything else.
    """
    if labels.dtype.kind == "S":
        labels = np.char.decode(labels, "utf-8", errors="replace")
    if labels.ndim == 2 and 1 in labels.shape:
        labels = labels.ravel()
    if labels.ndim == 1 and len(labels):
        return labels, ""
    if labels.ndim == 2 and labels.size and labels.dtype.kind in "biuf":
        ones = labels == 1
        if (ones | (labels == 0)).all():
            return _hot(ones, name)
    raise DataError(
        f"Expected {quoted(name)} to hold one label for each row, or a column of zeros and ones "
        f"for each class, but got shape {labels.shape}. Save class numbers of shape (n,)."
    )


def _hot(ones: Array, name: str) -> tuple[Array, str]:
    per_row = ones.sum(axis=1)
    if per_row.max() <= 1:
        found = ones.argmax(axis=1)
        note = f"Read {quoted(name)} as one-hot labels of {ones.shape[1]:,} classes."
        return (found if per_row.all() else np.where(per_row == 1, found, np.nan)), note
    lists = [str(np.flatnonzero(row).tolist()) for row in ones]
    note = f"Read {quoted(name)} as several labels a row, one column for each class."
    return np.array(lists), note
