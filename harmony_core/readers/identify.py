"""Which format a file has, by its content and not by its name."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import DataError
from . import formats, limits
from .format import FileFormat, FileStart
from .images.folder_listing import FolderListing
from .messages import quoted
from .refused import is_pickle, refuse_known
from .zip_names import zip_names

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def identify(path: Path) -> tuple[FileFormat, str, FolderListing | None]:
    """The format of a file or folder, a note if the file's name claims another, and what is inside.

    Raises `DataError` for what is missing, empty, too large for its format, or no data file.
    """
    start, size = _first_look(path)
    form, note = _format_of(start, size)
    return form, note, start.listing


def _format_of(start: FileStart, size: int) -> tuple[FileFormat, str]:
    path = start.path
    _refuse_unsafe(start)
    form = next((form for form in formats.FORMATS if form.matches(start)), None)
    if form is None or form.text:  # a text format may match by name alone
        _refuse_markup(start.head)
        refuse_known(start)
    if form is None:
        claimed = "data file" if start.claimed is None else start.claimed.title
        raise DataError(
            f"Expected {quoted(path.name)} to hold a {claimed}, but its content is something "
            "else or cut off. Copy it again."
        )
    if start.folder:
        return form, ""
    if size > form.largest:
        raise DataError(
            f"Expected a {form.title} of at most {form.largest / limits.MB:,.0f} MB, but got "
            f"{size / limits.MB:,.0f} MB. Keep fewer samples of the frequent classes."
        )
    known = start.claimed
    if known is form or not path.suffix or (known and known.family and known.family == form.family):
        return form, ""
    return form, (
        f"The file ends in {path.suffix[:12]!r} but holds a {form.title}; it was read as that."
    )


def _first_look(path: Path) -> tuple[FileStart, int]:
    """The start of a file and its size in bytes."""
    name = quoted(path.name)
    try:
        if path.is_dir():
            return FileStart(path, listing=FolderListing(path, limits.FOLDER_FILES)), 0
        if not path.exists():
            raise DataError(f"Expected {name} to exist, but got nothing there. Check the path.")
        if not path.is_file():
            raise DataError(f"Expected {name} to be a file or a folder, but got a special file.")
        size = path.stat().st_size
        if size == 0:
            raise DataError(f"Expected {name} to hold data, but got an empty file. Save it again.")
        with open(path, "rb") as file:
            head = file.read(limits.HEAD_BYTES)
    except (OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"Expected {name} to be a readable file, but got: {getattr(error, 'strerror', error)}. "
            "Check the path and its permissions."
        ) from error
    entries = None
    if head.startswith(_ZIP):  # one that is too large for any format is refused by its size alone
        largest = max(form.largest for form in formats.FORMATS)
        entries = zip_names(path) if size <= largest else ()
    suffix = path.suffix.lower().lstrip(".")
    claimed = next((form for form in formats.FORMATS if suffix in form.suffixes), None)
    return FileStart(path, head, entries, claimed), size


def _refuse_unsafe(start: FileStart) -> None:
    """Raise `DataError` for pickles and web pages, which no registered format may take."""
    if is_pickle(start):
        raise DataError(
            "Expected a data file, but got a pickle, which can run code when it is opened. "
            "Save it as Parquet, CSV or NPZ."
        )
    if re.match(rb"<(!doctype html|html|svg)", start.text[:20].lower()):
        raise _web_page()


def _refuse_markup(head: bytes) -> None:
    """Raise `DataError` for web pages and XML that no format reads."""
    if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype|\?xml)", head[:200].lower()):
        raise _web_page()


def _web_page() -> DataError:
    return DataError(
        "Expected a table, arrays or a ZIP of images, but got a web page or XML. "
        "Download the file itself, or export it as CSV."
    )
