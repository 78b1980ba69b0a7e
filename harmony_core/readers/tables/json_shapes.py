"""The shapes in which JSON documents hold tables, as records with one key for each column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from ...errors import DataError
from ..labels import split_of
from ..messages import listed, quoted

_FILE = re.compile(r".*\.\w{2,5}$|.*[/\\].*")
_DEPTH = 3
Records = list[dict[str, Any]]


def records_of(document: Any) -> list[Any]:
    """The records of a document, whichever shape it has.

    Lists of records, alone or as the one list of an object; one list for each split; columns and
    rows as pandas writes them in any orientation; a count for each class, also by split; a class
    for each file; the files of each class. Raises `DataError` for anything else.
    """
    if isinstance(document, list) and document:
        return document
    found = _from_object(document, _DEPTH) if isinstance(document, dict) and document else None
    if found is not None:
        return found
    what = (
        f"an object with: {listed([str(key) for key in document])}"
        if isinstance(document, dict) and document
        else quoted(json.dumps(document)[:60])
    )
    raise DataError(
        "Expected JSON with a list of records, columns of equal length, a count for each class, or "
        f"COCO annotations, but got {what}. Save a list of records, one for each sample."
    )


def _from_object(document: dict[str, Any], depth: int) -> Records | None:
    values = list(document.values())
    for shape in (_rows_and_columns, _splits, _records, _columns):
        found = shape(document)
        if found is not None:
            return found
    if all(_is_count(value) for value in values):
        return _numbers(document)
    if all(isinstance(value, str) for value in values) and len(set(values)) <= len(values) / 2:
        return [{"key": key, "label": value} for key, value in document.items()]
    if all(isinstance(value, dict) for value in values):
        return _nested(document)
    files = [value for value in values if _is_texts(value)]
    if len(files) == len(values) > 1 and all(_FILE.match(v) for each in files for v in each[:20]):
        return [{"file": file, "label": key} for key, each in document.items() for file in each]
    objects = [value for value in values if isinstance(value, dict) and len(value) > 1]
    if len(objects) == 1 and depth and not any(isinstance(value, list) for value in values):
        return _from_object(objects[0], depth - 1)
    return None


def _rows_and_columns(document: dict[str, Any]) -> Records | None:
    """``{"columns": [...], "data": [[...], ...]}``, as pandas' split orientation."""
    columns, data = document.get("columns"), document.get("data", document.get("rows"))
    if not isinstance(columns, list) or not isinstance(data, list) or not data:
        return None
    if not all(isinstance(row, list) and len(row) == len(columns) for row in data):
        return None
    names = [str(name) for name in columns]
    return [dict(zip(names, row, strict=True)) for row in data]


def _records(document: dict[str, Any]) -> Records | None:
    """The one list of records in an object."""
    lists = [value for value in document.values() if _is_records(value)]
    others = [v for v in document.values() if isinstance(v, list) and v and not _is_records(v)]
    return lists[0] if len(lists) == 1 and not any(len(v) > 100 for v in others) else None


def _splits(document: dict[str, Any]) -> Records | None:
    """``{"train": [...], "test": [...]}``; each record says where it is from."""
    if not all(split_of(str(key)) and _is_records(value) for key, value in document.items()):
        return None
    return [{**row, "split": key} for key, rows in document.items() for row in rows]


def _columns(document: dict[str, Any]) -> Records | None:
    """Lists of equal length, one for each column."""
    values = list(document.values())
    if not all(isinstance(value, list) for value in values) or len({len(v) for v in values}) != 1:
        return None
    if any(_is_records(value) for value in values):
        return None
    if _is_texts(values[0]) and all(_is_texts(v) and all(map(_FILE.match, v)) for v in values):
        return None  # the files of each class
    return [dict(zip(document, row, strict=True)) for row in zip(*values, strict=True)]


def _numbers(document: dict[str, Any]) -> Records:
    """A whole number for each key: the class of a file, or the count of a class."""
    if sum(_FILE.match(key) is not None for key in document) > 0.8 * len(document):
        return [{"key": key, "label": value} for key, value in document.items()]
    if len(document) > 2 and sorted(document.values()) == list(range(len(document))):
        raise DataError(
            "Expected samples or counts, but got the number of each class "
            f"({listed(list(document), 3)}). Choose the file with the samples."
        )
    return [{"class": key, "count": value} for key, value in document.items()]


def _nested(document: dict[str, dict[str, Any]]) -> Records | None:
    """Objects of plain values: counts by split, columns of rows, or rows of columns."""
    inner = list(dict.fromkeys(str(key) for value in document.values() for key in value))
    plain = all(
        not isinstance(v, dict | list) for value in document.values() for v in value.values()
    )
    if not inner or not plain:
        return None
    counts = all(_is_count(v) for value in document.values() for v in value.values())
    if counts and all(split_of(key) for key in document):
        return [{"class": k, **{s: c.get(k, 0) for s, c in document.items()}} for k in inner]
    if counts and all(split_of(key) for key in inner):
        return [{"class": key, **{s: v.get(s, 0) for s in inner}} for key, v in document.items()]
    if _rows_inside(document, inner):
        return [{name: column.get(row) for name, column in document.items()} for row in inner]
    return [{"key": key, **{str(k): v for k, v in row.items()}} for key, row in document.items()]


def _rows_inside(document: dict[str, dict[str, Any]], inner: list[str]) -> bool:
    """Whether the inner keys are rows: numbers, unless the outer ones are, or else the most."""
    if _are_numbers(inner) != _are_numbers(document):
        return _are_numbers(inner)
    return len(inner) > len(document)


def _are_numbers(keys: Iterable[str]) -> bool:
    return all(key.isdigit() for key in keys)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)
