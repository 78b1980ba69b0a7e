"""What ``sort | uniq -c`` prints: a count in front of each class."""

from __future__ import annotations

import re
from pathlib import Path

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import FileFormat, FileStart, ReadOptions
from ..messages import quoted
from .memory_table import table_from_rows
from .table_contents import table_contents
from .text_encoding import decoded, encoding_of

_LINE = re.compile(r"\s*(\d+) (\S.*)$")
_PADDED = re.compile(rb"[ \t]+\d+ \S")


def _read(path: Path, options: ReadOptions) -> Contents:
    content = path.read_bytes()
    rows: list[tuple[tuple[str, int], float | None]] = []
    for line in decoded(content, encoding_of(content), whole=True).splitlines():
        found = _LINE.match(line)
        if found is not None and len(found[1]) < 19:
            rows.append(((found[2].strip(), int(found[1])), None))
        elif line.strip():
            raise DataError(
                f"Expected a count and a class on every line, but got {quoted(line)}. "
                "Mend that line."
            )
    table = table_from_rows(("class", "count"), rows, [], options.progress)
    return table_contents(table, path, UNIQ.title, options)


def _matches(start: FileStart) -> bool:
    """Counts padded with blanks, as `uniq` prints them, and each class once."""
    if start.claimed is not None and not start.claimed.text:
        return False
    head = start.head.removeprefix(b"\xef\xbb\xbf")
    lines = [line for line in head.split(b"\n") if line.strip()]
    if len(lines) < 2 or not _PADDED.match(lines[0]) or b"," in lines[0]:
        return False
    found = [_LINE.match(line.decode("utf-8", "replace").rstrip()) for line in lines[:-1]]
    names = [match[2] for match in found if match is not None]
    return len(names) == len(lines) - 1 and len(set(names)) == len(names)


UNIQ: FileFormat = FileFormat(
    title="list of counts",
    matches=_matches,
    read=_read,
    largest=16 * limits.MB,
    family="delimited",
    text=True,
)
