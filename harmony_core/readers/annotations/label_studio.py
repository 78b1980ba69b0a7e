"""Label Studio's JSON export: a list of tasks with what people chose or drew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ...errors import DataError
from ..contents import Contents
from ..format import ReadOptions
from ..tables.json_file import read_records
from ..tables.table_contents import table_contents
from .coco import box_of
from .objects import AnnotatedObject, Box, ObjectCounter

TITLE = "Label Studio annotations"
_CHOSEN = ("choices", "taxonomy")


def is_label_studio(document: Any) -> bool:
    """Whether a parsed JSON document is a list of tasks with their annotations."""
    if not isinstance(document, list) or not document or not isinstance(document[0], dict):
        return False
    done = document[0].get("annotations", document[0].get("completions"))
    return "data" in document[0] and isinstance(done, list)


def label_studio_contents(document: list[Any], path: Path, options: ReadOptions) -> Contents:
    """The objects of each class, or the classes that were chosen for each task."""
    counter = ObjectCounter()
    records: list[dict[str, Any]] = []
    several = 0
    for task in document:
        if not isinstance(task, dict):
            raise DataError(
                "Expected Label Studio's tasks to be objects, but got something else. "
                "Export them again as JSON."
            )
        results, others = _results(task)
        several += others
        objects: list[AnnotatedObject] = []
        chosen: dict[str, list[str]] = {}
        for result in results:
            kind = str(result.get("type", ""))
            value = result.get("value")
            labels = _names(value.get(kind)) if isinstance(value, dict) else []
            if kind in _CHOSEN:
                chosen.setdefault(str(result.get("from_name", kind)), []).extend(labels)
            elif kind.endswith("labels"):
                box = _box(value)
                objects += [(label, False, box) for label in labels]
        data = task.get("data")
        counter.add_image("", objects, _image(data), relative=True)
        fields = data.items() if isinstance(data, dict) else ()
        plain = {k: v for k, v in fields if isinstance(v, str | int | float)}
        records.append({**plain, **{k: v[0] if len(v) == 1 else v for k, v in chosen.items()}})
    notes = []
    if several:
        notes.append(f"{several:,} tasks were annotated more than once; the first counts.")
    if counter.bare < counter.images:
        return counter.contents(path, TITLE, notes=notes)
    return _table(records, document, path, options).with_notes(*notes)


def _table(
    records: list[dict[str, Any]], document: list[Any], path: Path, options: ReadOptions
) -> Contents:
    """Tasks as rows; columns that were chosen come before the data."""
    data = [task.get("data") for task in document]
    given = {key for fields in data if isinstance(fields, dict) for key in fields}
    asked = list(dict.fromkeys(key for record in records for key in record if key not in given))
    if not asked:
        raise DataError(
            "Expected Label Studio's tasks to have labels or choices, but got none. "
            "Export annotated tasks as JSON."
        )
    lists = {key for record in records for key in asked if isinstance(record.get(key), list)}
    for record in records:
        for key in lists:
            if isinstance(record.get(key), str):
                record[key] = [record[key]]
    label = asked[0] if options.label is None else options.label
    table = read_records(records, options.progress)
    return table_contents(table, path, TITLE, replace(options, label=label))


def _results(task: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    """What was done in the first annotation that counts, and whether there are others."""
    done = task.get("annotations", task.get("completions"))
    kept = [
        a
        for a in (done if isinstance(done, list) else [])
        if isinstance(a, dict) and not a.get("was_cancelled") and isinstance(a.get("result"), list)
    ]
    found = kept[0]["result"] if kept else []
    return [item for item in found if isinstance(item, dict)], len(kept) > 1


def _box(value: Any) -> Box | None:
    """The box of a result in shares of the image; Label Studio writes percent."""
    sides = [value.get(k) for k in ("x", "y", "width", "height")] if isinstance(value, dict) else []
    box = box_of(sides)
    if box is None or box[2] <= 0 or box[3] <= 0:
        return None
    return box[0] / 100, box[1] / 100, box[2] / 100, box[3] / 100


def _image(data: object) -> str:
    """The image that a task shows, as its data name it."""
    fields = data if isinstance(data, dict) else {}
    named = fields.get("image") or next((v for v in fields.values() if isinstance(v, str)), "")
    return named if isinstance(named, str) else ""


def _names(value: object) -> list[str]:
    """Labels of a result; a path through a taxonomy is one label."""
    if not isinstance(value, list):
        return []
    return [
        "/".join(map(str, name)) if isinstance(name, list) else str(name) for name in value if name
    ]
