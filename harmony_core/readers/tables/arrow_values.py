"""The cells of an Arrow column as Python values, also those that Python has no value for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def cell_values(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    """``to_pylist``; a column with dates beyond the calendar of Python becomes text.

    >>> import pyarrow as pa
    >>> cell_values(pa.array([2**31 - 1], pa.date32()))
    ['2147483647']
    >>> cell_values(pa.array(["a", None]))
    ['a', None]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        values: list[Any] = column.to_pylist()
    except (OverflowError, ValueError):
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        plain = column.cast(kind)
        whole = plain.cast(pa.int32() if kind.bit_width == 32 else pa.int64())
        values = pc.cast(whole, pa.string()).to_pylist()
    return values


def cut_short(column: pa.Array, characters: int) -> pa.Array:
    """A column whose texts, also those in lists, are cut to so many characters.

    >>> import pyarrow as pa
    >>> cut_short(pa.array([["abc", "d"], None, []]), 2).to_pylist()
    [['ab', 'd'], None, []]
    >>> cut_short(pa.array(["abc", None]).dictionary_encode(), 2).to_pylist()
    ['ab', None]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_string(kind):
        return pc.utf8_slice_codeunits(column, 0, characters)
    if pa.types.is_dictionary(kind):
        values = cut_short(column.dictionary, characters)
        return pa.DictionaryArray.from_arrays(column.indices, values)
    if pa.types.is_list(kind):
        values = cut_short(column.values, characters)
        return pa.ListArray.from_arrays(column.offsets, values, mask=column.is_null())
    return column
