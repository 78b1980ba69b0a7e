"""How a text table separates and quotes its cells, found by clevercsv and checked on the rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

BLANKS = "blanks"
"""The delimiter of tables whose cells are apart by one or more spaces."""
DELIMITERS = (",", "\t", ";", "|")
SAMPLED = 32_768
_LINES = 200
_BREAK = re.compile(r"\r\n|\r|\n")
_LONG = re.compile(r"""([^,;|"'\\\s]{60})[^,;|"'\\\s]+""")
"""What follows the first characters of a long word; clevercsv takes minutes for some."""
_ORDERED = re.compile(r"[-+]?\.?\d[\d.,]*([eE][-+]?\d+)?$|[^ ]*[/\\][^ ]*$|[^ ]*\.[A-Za-z]\w{1,4}$")
"""Numbers and file names: what columns that are apart by spaces hold besides words."""


@dataclass(frozen=True)
class Dialect:
    """The marks of a text table."""

    delimiter: str = ","
    quote: str = '"'
    """Empty if quotation marks are part of the text."""
    escape: str = ""
    """In front of a quotation mark inside quotes; empty if that is doubled."""

    @property
    def title(self) -> str:
        """The delimiter as a message names it."""
        return "blanks" if self.delimiter == BLANKS else repr(self.delimiter)

    def rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """The rows of a text, each with the number of lines before it; blank lines are left out.

        Raises `csv.Error` for a cell that is too long.
        """
        blanks = self.delimiter == BLANKS
        if blanks:
            text = "\n".join(line.strip() for line in lines_of(text.replace("\t", " ")))
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=" " if blanks else self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.escape or None,
            skipinitialspace=blanks,
        )
        before = 0
        for row in reader:
            if row and (len(row) > 1 or row[0].strip()):
                yield before, row
            before = reader.line_num

    def opens_a_quote(self, text: str) -> bool:
        """Whether a cell of the text begins with a quotation mark."""
        mark = re.escape(self.delimiter)
        return re.search(rf'(^|{mark})"', text, re.MULTILINE) is not None

    def plain_line(self, line: str) -> str:
        """A line as comma-separated values, for tables whose cells are apart by blanks."""
        if not line.strip():
            return "\n"
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(row for _, row in self.rows(line))
        return out.getvalue()


def lines_of(text: str) -> list[str]:
    """The lines of a text; only what ends a line in CSV ends one here."""
    return _BREAK.split(text)


def dialect_of(text: str, quoted: str = "", delimiter: str | None = None) -> Dialect:
    """The dialect of a text, and of ``quoted``, a later part of it that has quotation marks.

    A given delimiter is used if it occurs. Ties go to the dialect that gives every row the same
    number of cells.
    """
    sampled = _whole_lines(text) + _whole_lines(quoted)
    if delimiter is not None and delimiter not in sampled:
        delimiter = None
    from clevercsv.detect import Detector

    allowed = [delimiter] if delimiter else [*DELIMITERS, " "]
    found = Detector().detect(_LONG.sub(r"\1", sampled), delimiters=allowed)
    guess = Dialect()
    if found is not None:
        quote = str(found.quotechar or "") if '"' in sampled or found.quotechar == "'" else '"'
        escape = str(found.escapechar or "") if quote else ""
        guess = Dialect(found.delimiter or ",", quote, escape)
    if delimiter is not None:
        guess = replace(guess, delimiter=delimiter)
    elif guess.delimiter == " " or (steadiness(guess, sampled)[1] < 2 and " " in sampled):
        guess = replace(guess, delimiter=_spaces(sampled) or _steadiest(guess, sampled))
    return _with_quotes(guess, sampled)


def steadiness(dialect: Dialect, text: str) -> tuple[float, int]:
    """The share of rows with the commonest number of cells, and that number."""
    try:
        widths = Counter(len(row) for _, row in dialect.rows(text))
    except csv.Error:
        return 0.0, 1
    if not widths:
        return 0.0, 1
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
    return times / widths.total(), width


def _steadiest(guess: Dialect, text: str) -> str:
    """The delimiter that gives most rows the same number of cells, above 1; else a comma."""
    best, best_share = ",", 0.0
    for delimiter in DELIMITERS:
        share, width = steadiness(replace(guess, delimiter=delimiter), text)
        if width > 1 and share > best_share:
            best, best_share = delimiter, share
    return best


def _spaces(text: str) -> str:
    """A space or `BLANKS`, if lines fall into columns there, one of them numbers or file names."""
    blanks = Dialect(BLANKS)
    share, width = steadiness(blanks, text)
    if width < 2 or share < 0.95:
        return ""
    rows = [row for _, row in blanks.rows(text) if len(row) == width]
    body = rows[1:] or rows
    ordered = any(all(_ORDERED.match(row[i]) for row in body) for i in range(width))
    if not ordered:
        return ""
    single = Dialect(" ")
    return " " if steadiness(single, text) == (share, width) else BLANKS


def _with_quotes(guess: Dialect, text: str) -> Dialect:
    """The dialect, with quotation marks read the other way if that alone gives steady rows."""
    if guess.quote == "'":
        cell = re.compile(rf"(^|{re.escape(guess.delimiter)})'", re.MULTILINE)
        other = replace(guess, quote='"', escape="")
        if steadiness(guess, text) <= steadiness(other, text) or not cell.search(text):
            guess = other
    if '"' not in text or guess.quote == "'":
        return guess
    best, best_share = guess, steadiness(guess, text)[0]
    for other in (
        replace(guess, quote='"', escape=""),
        replace(guess, quote='"', escape="\\"),
        replace(guess, quote="", escape=""),
    ):
        share, _ = steadiness(other, text)
        if share > best_share + 1e-9 and (not other.escape or '\\"' in text):
            best, best_share = other, share
    return best


def _whole_lines(text: str) -> str:
    """The first lines of a text, the last only if it is complete or alone."""
    lines = lines_of(text[:SAMPLED])[: _LINES + 1]
    if len(text) > SAMPLED or len(lines) > _LINES:
        lines = lines[:-1] or lines
    return "".join(f"{line}\n" for line in lines)
