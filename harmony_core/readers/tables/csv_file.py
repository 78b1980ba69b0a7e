"""CSV and TSV, streamed by Arrow; the first rows tell the encoding, the dialect and the header."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import DataError
from .. import limits
from ..contents import Contents
from ..format import AUTO, NO, YES, FileFormat, FileStart, ReadOptions
from ..messages import quoted
from ..samples import Sample
from .csv_blocks import read_blocks
from .dialect import BLANKS, lines_of
from .table_contents import table_contents
from .table_file import Retype
from .text_encoding import (
    UTF8,
    UTF8_MARKED,
    Utf8Stream,
    decoded,
    encoding_note,
    encoding_of,
)
from .text_layout import layout_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv as arrow

BLOCK = 4 * limits.MB
LONG = 4 * BLOCK
"""Bytes from which all cores parse."""
LONGEST_HEAD = 2 * BLOCK
"""Bytes of the first rows, where they are very wide."""
FIRST_ROWS = 20
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+$")


class CsvFile:
    """A text table; ``notes`` say what was assumed, and more are added while reading."""

    def __init__(self, path: Path, delimiter: str | None = None, header: str = AUTO) -> None:
        self.path, self.size = path, path.stat().st_size
        self.skipped = 0
        head = _head(path)
        whole = len(head) == self.size
        self.encoding = encoding_of(head)
        later = "" if whole or b'"' in head else self._first_quotes(len(head))
        layout = layout_of(
            decoded(head, self.encoding, whole),
            whole=whole,
            quoted_part=later,
            delimiter=delimiter,
            header=header,
        )
        self.dialect, self.notes = layout.dialect, layout.notes
        self.columns, self.fields = layout.columns, layout.fields
        self.skip = layout.skip
        """Lines in front of the first row."""
        self.header = YES if layout.named else NO
        self.newlines = any("\n" in cell for row in layout.rows for cell in row)
        self._long = self.size > LONG and b"\n" in head
        self._kinds: dict[str, str] = {}
        self._sample, self.ragged = layout.rows, layout.ragged
        self.decimal = "."
        if self.dialect.delimiter != ",":
            cells = [cell for row in self._sample[:200] for cell in row if cell.strip()]
            commas = sum(_DECIMAL_COMMA.match(cell.strip()) is not None for cell in cells)
            if commas > len(cells) / 10:
                self.decimal = ","
        self._note_encoding()

    def sample(self) -> Sample:
        """Rows from the start, and from a few places further on in a long file."""
        rows = list(self._sample)
        whole = self.size <= limits.HEAD_BYTES
        if not whole and not self.newlines and not self.encoding.startswith("utf-16"):
            rows += self._probe()
        columns: dict[str, list[str | None]] = {
            name: [row[i].strip() or None for row in rows]
            for i, name in enumerate(self.fields)
            if name in self.columns
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
        try:
            reader = self._reader(convert, on_invalid)
        except StopIteration:
            return
        except (pa.ArrowException, UnicodeError, OSError) as error:
            if "Empty CSV" in str(error):
                return
            self._explain(error, text)
            return
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
                f"Expected {len(self.fields)} fields in every row, but got another number in "
                f"{len(skipped):,} of {rows + len(skipped):,} rows. Check the delimiter "
                f"({self.dialect.title} was assumed) and put quotes around text that contains it."
            )
        self.skipped = len(skipped)

    def _reader(
        self, convert: arrow.ConvertOptions, on_invalid: Callable[[Any], str]
    ) -> Generator[pa.RecordBatch, None, None] | arrow.CSVStreamingReader:
        """The rows as Arrow parses them, on all cores where the file allows it."""
        from pyarrow import csv as arrow

        names, dialect = list(self.fields), self.dialect
        blanks = dialect.delimiter == BLANKS
        plain = self.encoding in (UTF8, UTF8_MARKED) and not blanks
        parse = arrow.ParseOptions(
            delimiter="," if blanks else dialect.delimiter,
            quote_char=dialect.quote or False,
            escape_char=dialect.escape or False,
            newlines_in_values=self.newlines,
            invalid_row_handler=on_invalid,
        )
        if self._long and plain and not self.newlines:
            return read_blocks(self.path, names, self.skip, BLOCK, parse, convert)
        options = arrow.ReadOptions(block_size=BLOCK, column_names=names, skip_rows=self.skip)
        if plain:
            return arrow.open_csv(str(self.path), options, parse, convert)
        stream = Utf8Stream(self.path, self.encoding, dialect.plain_line if blanks else None)
        return arrow.open_csv(io.BufferedReader(stream, BLOCK), options, parse, convert)

    def _explain(self, error: Exception, text: frozenset[str]) -> None:
        """Correct the wrong assumption and raise `Retype`, or raise `DataError`."""
        message = str(error)
        if "UTF8" in message or isinstance(error, UnicodeError) or "codec can't" in message:
            if self.encoding in (UTF8, UTF8_MARKED):
                self.encoding = self._later_encoding()
                self._note_encoding()
                raise Retype from error
        elif "conversion error" in message:
            found = re.search(r"In CSV column #(\d+)", message)
            name = self.fields[int(found.group(1))] if found else None
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

    def _probe(self) -> list[list[str]]:
        """Whole lines from places spread over the file."""
        rows: list[list[str]] = []
        with open(self.path, "rb") as file:
            for k in range(1, limits.PROBES + 1):
                file.seek(self.size * k // (limits.PROBES + 1))
                text = decoded(file.read(limits.PROBE_BYTES), self.encoding, whole=False)
                try:
                    rows += [row for _, row in self.dialect.rows("\n".join(lines_of(text)[1:-1]))]
                except csv.Error:
                    continue
        return [row for row in rows if len(row) == len(self.fields)]

    def _first_quotes(self, start: int) -> str:
        """The lines around the first quotation mark behind ``start``; empty if there is none."""
        with open(self.path, "rb") as file:
            file.seek(start)
            while content := file.read(BLOCK):
                found = content.find(b'"')
                if found >= 0:
                    file.seek(max(file.tell() - len(content) + found - limits.PROBE_BYTES, 0))
                    near = file.read(3 * limits.PROBE_BYTES)
                    lines = lines_of(decoded(near, self.encoding, whole=False))[1:-1]
                    at = next((i for i, line in enumerate(lines) if '"' in line), 0)
                    return "\n".join(lines[max(at - 20, 0) :])
        return ""

    def _later_encoding(self) -> str:
        """The encoding of a file whose first bytes are UTF-8 and later ones are not."""
        with open(self.path, "rb") as file:
            broken: list[bytes] = []
            for line in file:
                if len(line) < limits.FIELD_CHARACTERS and not line.isascii():
                    broken.append(line)
                    if len(broken) >= 500:
                        break
        return encoding_of(b"".join(broken)) if broken else "latin-1"

    def _note_encoding(self) -> None:
        note = encoding_note(self.encoding)
        if note and note not in self.notes:
            self.notes.append(note)


def _head(path: Path) -> bytes:
    """The first bytes of a file, more of them where its rows are very wide."""
    with open(path, "rb") as file:
        head = file.read(limits.HEAD_BYTES)
        while len(head) < LONGEST_HEAD and head.count(b"\n") + head.count(b"\r") < FIRST_ROWS:
            more = file.read(len(head))
            if not more:
                break
            head += more
    return head


def _matches_csv(start: FileStart) -> bool:
    """Any text that no other format has taken and whose name does not claim a binary format."""
    return start.claimed is None or start.claimed.text


def _read_csv(path: Path, options: ReadOptions) -> Contents:
    return table_contents(CsvFile(path, header=options.header), path, CSV.title, options)


def _read_tsv(path: Path, options: ReadOptions) -> Contents:
    return table_contents(CsvFile(path, "\t", options.header), path, TSV.title, options)


CSV: FileFormat = FileFormat(
    title="CSV table",
    matches=_matches_csv,
    read=_read_csv,
    largest=limits.TABLE_BYTES,
    suffixes=("csv", "txt", "data"),
    family="delimited",
    text=True,
)
TSV: FileFormat = FileFormat(
    title="TSV table",
    matches=lambda start: start.claimed is TSV,
    read=_read_tsv,
    largest=limits.TABLE_BYTES,
    suffixes=("tsv", "tab"),
    family="delimited",
    text=True,
)
