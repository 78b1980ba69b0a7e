"""Square tables by class: dense for few classes, cells that are not zero for many."""

from __future__ import annotations

from .errors import DataError

DENSE_CLASSES = 256
"""Up to this many classes, tables of all pairs of classes are kept dense."""


def check_dense(classes: int) -> None:
    """Raise `DataError` for a dense table (c, c) of more than `DENSE_CLASSES` classes."""
    if classes > DENSE_CLASSES:
        raise DataError(
            f"Expected at most {DENSE_CLASSES} classes for a dense table of all pairs of classes, "
            f"but got {classes:,}. Ask for the sums, the recall or single cells instead."
        )
