"""CSV and TSV, streamed by Arrow; a sample tells the encoding, the delimiter and the header."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import DataError
from .. import limits
from ..format import FileFormat, FileStart
from ..messages import quoted
from ..samples import Sample
from .csv_blocks import read_blocks
from .table_contents import table_contents
from .table_file import Retype, unique_names

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = (",", "\t", ";", "|")
BLOCK = 4 * limits.MB
LONG = 4 * BLOCK
"""Bytes from which all cores parse."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+$")


class CsvFile:
    """A text table; ``notes`` say what was assumed, and more are added while reading."""

    def __init__(self, path: Path, delimiter: str | None = None) -> None:
        self.path, self.size = path, path.stat().st_size
        self.notes: list[str] = []
        self.skipped = 0
        with open(path, "rb") as file:
            head = file.read(limits.HEAD_BYTES)
        self.encoding = _encoding(head)
        text = self._decode(head, whole=len(head) == self.size)
        lines = text.splitlines()
        skip = 0
        while skip < len(lines) and not lines[skip].strip():
            skip += 1
        if skip < len(lines) and re.fullmatch(r"sep=.", lines[skip].strip()):
            delimiter, skip = lines[skip].strip()[4], skip + 1
        body = "\n".join(lines[skip:])
        if not body.strip():
            raise DataError("Expected a table with rows, but got an empty file. Save it again.")
        self.delimiter = delimiter or _delimiter(body)
        rows = self._rows(body, whole=len(head) == self.size)
        self.header = not any(_NUMBER.match(cell.strip()) for cell in rows[0])
        if self.header and any("\n" in cell for cell in rows[0]):
            raise DataError(
                "Expected the column names on one line, but got a line break inside a name. "
                "Rename that column."
            )
        self.skip = skip + int(self.header)
        self.newlines = any("\n" in cell for row in rows for cell in row)
        first: list[str | None] = list(rows[0]) if self.header else [None] * len(rows[0])
        names = unique_names(first, self.notes)
        if not self.header:
            self.notes = ["The first line holds numbers, so columns are named by their position."]
        self.columns = names
        self._long = self.size > LONG and b"\n" in head
        self._kinds: dict[str, str] = {}
        width = len(names)
        self._sample = [row for row in rows[int(self.header) :] if len(row) == width]
        self.ragged = [row for row in rows[int(self.header) :] if len(row) != width]
        """Sampled rows with another number of fields."""
        self.decimal = "."
        if self.delimiter == ";":
            cells = [cell for row in self._sample[:200] for cell in row if cell.strip()]
            if (
                sum(_DECIMAL_COMMA.match(cell.strip()) is not None for cell in cells)
                > len(cells) / 10
            ):
                self.decimal = ","
        self._note_encoding()

    def sample(self) -> Sample:
        """Rows from the start, and from a few places further on in a long file."""
        rows = list(self._sample)
        whole = self.size <= limits.HEAD_BYTES
        if not whole and not self.newlines and self.encoding != "utf-16":
            rows += self._probe()
        columns: dict[str, list[str | None]] = {
            name: [row[i].strip() or None for row in rows] for i, name in enumerate(self.columns)
        }
        return Sample(columns, whole=whole)

    def batches(
        self, columns: Sequence[str] | None, text: frozenset[str]
    ) -> Iterator[tuple[pa.RecordBatch, float | None]]:
        import pyarrow as pa
        from pyarrow import csv as arrow

        wanted = list(columns) if columns is not None else list(self.columns)
        skipped: list[None] = []

        def on_invalid(_row: Any) -> str:
            skipped.append(None)
            return "skip"

        kinds = {"number": pa.float64(), "text": pa.string()}
        types = {name: kinds[kind] for name, kind in self._kinds.items() if name in wanted}
        types |= {name: pa.string() for name in wanted if name in text}
        convert = arrow.ConvertOptions(
            include_columns=wanted, column_types=types, decimal_point=self.decimal
        )
        names, skip = list(self.columns), self.skip
        reader: Generator[pa.RecordBatch, None, None] | arrow.CSVStreamingReader
        try:
            if self._long and self.encoding in ("utf-8", "utf-8-sig") and not self.newlines:
                reader = read_blocks(
                    self.path, names, skip, BLOCK, self.delimiter, on_invalid, convert
                )
            else:
                parse = arrow.ParseOptions(
                    delimiter=self.delimiter,
                    newlines_in_values=self.newlines,
                    invalid_row_handler=on_invalid,
                )
                encoding = "utf8" if self.encoding == "utf-8-sig" else self.encoding
                options = arrow.ReadOptions(
                    block_size=BLOCK, column_names=names, skip_rows=skip, encoding=encoding
                )
                reader = arrow.open_csv(str(self.path), options, parse, convert)
        except StopIteration:
            return
        except (pa.ArrowException, UnicodeError, OSError) as error:
            if "Empty CSV" in str(error):
                return
            self._explain(error, text)
            return
        width = sum(1 for _ in self.columns)
        read = rows = 0
        with contextlib.closing(reader):
            while True:
                try:
                    batch = next(reader)
                except StopIteration:
                    break
                except (pa.ArrowException, UnicodeError, OSError) as error:
                    self._explain(error, text)
                rows += batch.num_rows
                read += BLOCK
                yield batch, min(read / self.size, 1.0)
        if len(skipped) > limits.SKIPPED_SHARE * (rows + len(skipped)):
            raise DataError(
                f"Expected {width} fields in every row, but got another number in {len(skipped):,} "
                f"of {rows + len(skipped):,} rows. Check the delimiter ({self.delimiter!r} was "
                "assumed) and put quotes around text that contains it."
            )
        self.skipped = len(skipped)

    def _explain(self, error: Exception, text: frozenset[str]) -> None:
        """Correct the wrong assumption and raise `Retype`, or raise `DataError`."""
        message = str(error)
        if "UTF8" in message or isinstance(error, UnicodeError) or "codec can't" in message:
            if self.encoding in ("utf-8", "utf-8-sig", "cp1252"):
                self.encoding = "latin-1" if self.encoding == "cp1252" else "cp1252"
                self._note_encoding()
                raise Retype from error
        elif "conversion error" in message:
            found = re.search(r"In CSV column #(\d+)", message)
            name = self.columns[int(found.group(1))] if found else None
            if name is not None and name not in text and len(self._kinds) < 8:
                whole = "to int64" in message
                self._kinds[name] = "number" if whole and name not in self._kinds else "text"
            else:
                self._kinds = dict.fromkeys(self.columns, "text")
            raise Retype from error
        elif not self.newlines and any(s in message for s in ("straddl", "quot", "out of sync")):
            self.newlines = True
            raise Retype from error
        if "straddl" in message or "too large" in message or "block size" in message:
            raise DataError(
                f"Expected rows of at most {BLOCK // limits.MB} MB, but got a longer one. "
                "Look for a quotation mark that is never closed."
            ) from error
        raise DataError(
            f"Expected a readable CSV table, but got: {quoted(message, 120)}. "
            "Save it again as UTF-8."
        ) from error

    def _decode(self, content: bytes, whole: bool) -> str:
        decoder = codecs.getincrementaldecoder(self.encoding)(errors="replace")
        text = decoder.decode(content, final=whole)
        if "\0" in text[:4096] or text.count("\0") > 0:
            raise DataError(
                "Expected a text table, but got zero bytes, which text never has. Check that "
                "the file is a CSV table, and save it as UTF-8."
            )
        return text

    def _rows(self, text: str, whole: bool) -> list[list[str]]:
        """Rows of the sample, without the last if it may be cut off."""
        rows: list[list[str]] = []
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter)
            rows.extend(row for row in reader if row)
        except csv.Error as error:
            if not rows or whole:
                raise DataError(
                    f"Expected fields of at most {limits.FIELD_CHARACTERS:,} characters, but got: "
                    f"{error}. Look for a quotation mark that is never closed."
                ) from error
        return rows if whole or len(rows) < 2 else rows[:-1]

    def _probe(self) -> list[list[str]]:
        """Whole lines from places spread over the file."""
        rows: list[list[str]] = []
        with open(self.path, "rb") as file:
            for k in range(1, limits.PROBES + 1):
                file.seek(self.size * k // (limits.PROBES + 1))
                chunk = file.read(limits.PROBE_BYTES)
                lines = chunk.decode(self.encoding, errors="replace").splitlines()[1:-1]
                try:
                    rows += csv.reader(lines, delimiter=self.delimiter)
                except csv.Error:
                    continue
        return [row for row in rows if len(row) == len(self.columns)]

    def _note_encoding(self) -> None:
        if self.encoding in ("cp1252", "latin-1"):
            note = (
                "The file is not UTF-8; it was read as Windows-1252. "
                "Save it as UTF-8 if names look wrong."
            )
            if note not in self.notes:
                self.notes.append(note)


def _encoding(head: bytes) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=False)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        head.decode("cp1252")
        return "cp1252"
    except UnicodeDecodeError:
        return "latin-1"


def _delimiter(text: str) -> str:
    """The delimiter that splits most sampled rows into the same number of fields, above 1."""
    lines = text[:65_536].splitlines()[:100]
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error:
            continue
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        if width > 1:
            score = (round(times / sum(widths.values()), 1), width)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _matches_csv(start: FileStart) -> bool:
    """Any text that no other format has taken and whose name does not claim a binary format."""
    return start.claimed is None or start.claimed.text


CSV: FileFormat = FileFormat(
    title="CSV table",
    matches=_matches_csv,
    read=lambda path, options: table_contents(CsvFile(path), path, CSV.title, options),
    largest=limits.TABLE_BYTES,
    suffixes=("csv", "txt", "data"),
    family="delimited",
    text=True,
)
TSV: FileFormat = FileFormat(
    title="TSV table",
    matches=lambda start: start.claimed is TSV,
    read=lambda path, options: table_contents(CsvFile(path, "\t"), path, TSV.title, options),
    largest=limits.TABLE_BYTES,
    suffixes=("tsv", "tab"),
    family="delimited",
    text=True,
)
