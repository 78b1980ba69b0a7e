"""Arrow columns to NumPy without the detour over pandas, whose import takes half a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...arrays import Array

if TYPE_CHECKING:
    import pyarrow as pa


def filled(column: pa.Array, value: float) -> Array:
    """(n,) a primitive column as it is, with ``value`` in place of nulls."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.null_count:
        kind = column.type.to_pandas_dtype()
        column = pc.coalesce(column, pa.array(np.full(len(column), value, dtype=kind)))
    return np.asarray(np.from_dlpack(column))


def nulls(column: pa.Array) -> Array:
    """(n,) bool, where a column is null."""
    import pyarrow.compute as pc

    if not column.null_count:
        return np.zeros(len(column), dtype=bool)
    return filled(pc.cast(pc.is_null(column), "uint8"), 0).astype(bool)
