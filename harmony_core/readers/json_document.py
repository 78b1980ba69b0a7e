"""A JSON document: annotations, a list of records, or columns of equal length."""

from __future__ import annotations

import re
from pathlib import Path

from . import limits
from .annotations.coco import coco_contents, is_coco
from .annotations.label_studio import is_label_studio, label_studio_contents
from .annotations.labelme import is_labelme, refuse_one
from .contents import Contents
from .format import FileFormat, FileStart, ReadOptions
from .tables.json_file import parse_document, read_records
from .tables.table_contents import table_contents


def read(path: Path, options: ReadOptions) -> Contents:
    """The classes of a document."""
    document = parse_document(path)
    if is_coco(document):
        return coco_contents(document, path)
    if is_label_studio(document):
        return label_studio_contents(document, path, options)
    if is_labelme(document):
        refuse_one(document)
    table = read_records(document, options.progress)
    return table_contents(table, path, JSON.title, options)


def _matches(start: FileStart) -> bool:
    """A bracket or brace first, unless the name claims a delimited table."""
    family = "" if start.claimed is None else start.claimed.family
    if family == "delimited":
        return re.match(rb'(\[\s*)?\{\s*"[^"\n]*"\s*:', start.text[:1_000]) is not None
    return start.text[:1] in (b"{", b"[")


JSON: FileFormat = FileFormat(
    title="JSON document",
    matches=_matches,
    read=read,
    largest=limits.JSON_BYTES,
    suffixes=("json",),
    family="json",
    text=True,
)
