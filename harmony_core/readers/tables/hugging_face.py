"""What the library `datasets` writes about columns: names of classes, and which hold images.

It is JSON under the key ``huggingface`` of the schema of Parquet and Arrow files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import limits

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class DeclaredColumns:
    """Columns whose meaning a file states."""

    classes: dict[str, tuple[str, ...]]
    """The names of the classes that a column of numbers counts from 0."""
    images: tuple[str, ...]
    """Columns of records ``{bytes, path}``."""

    @property
    def label(self) -> str | None:
        """The column of labels, if the file names one."""
        named = [name for name in ("label", "labels") if name in self.classes]
        return next(iter([*named, *self.classes]), None)


def declared_columns(schema: pa.Schema) -> DeclaredColumns:
    """The columns that the metadata of a schema describes; none if it is absent or damaged."""
    import pyarrow as pa

    classes: dict[str, tuple[str, ...]] = {}
    for name, feature in _features(schema).items():
        if name not in schema.names or not isinstance(feature, dict):
            continue
        inner = feature.get("feature", feature)
        names = inner.get("names") if isinstance(inner, dict) else None
        if isinstance(names, list) and 0 < len(names) <= limits.CLASSES:
            kind = schema.field(name).type
            listed = pa.types.is_list(kind) or pa.types.is_large_list(kind)
            if pa.types.is_integer(kind.value_type if listed else kind):
                classes[name] = tuple(str(n)[: limits.NAME_CHARACTERS] for n in names)
    images = tuple(field.name for field in schema if _holds_images(field.type))
    return DeclaredColumns(classes, images)


def with_class_names(column: pa.Array, names: tuple[str, ...]) -> pa.Array:
    """Numbers as the names of their classes; −1 and unknown numbers become null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        inner = pc.cast(with_class_names(column.flatten(), names), pa.string())
        offsets = pc.subtract(column.offsets, column.offsets[0])
        whole = pa.ListArray.from_arrays(pc.cast(offsets, pa.int32()), inner)
        return whole if not column.null_count else pc.if_else(pc.is_valid(column), whole, None)
    numbers = pc.cast(column, pa.int64())
    known = pc.and_(pc.greater_equal(numbers, 0), pc.less(numbers, len(names)))
    positions = pc.cast(pc.if_else(known, numbers, None), pa.int32())
    return pa.DictionaryArray.from_arrays(positions, pa.array(names, pa.string()))


def _features(schema: pa.Schema) -> dict[str, Any]:
    try:
        found = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = found["info"]["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return features if isinstance(features, dict) else {}


def _holds_images(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if not pa.types.is_struct(kind) or kind.num_fields != 2:
        return False
    if {kind.field(0).name, kind.field(1).name} != {"bytes", "path"}:
        return False
    inner = kind.field("bytes").type
    return bool(pa.types.is_binary(inner) or pa.types.is_large_binary(inner))
