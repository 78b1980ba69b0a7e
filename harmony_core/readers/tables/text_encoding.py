"""Which encoding a text file has, told from its first bytes.

A byte order mark decides; else UTF-8, if all but a few characters are valid; else UTF-16 without a
mark; else what charset-normalizer finds, with Windows-1252 for text in Latin letters.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ...errors import DataError
from .. import limits

UTF8, UTF8_MARKED, UTF8_DAMAGED = "utf-8", "utf-8-sig", "utf-8 with invalid bytes"
_MARKS = (
    (codecs.BOM_UTF8, UTF8_MARKED),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TITLES = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}
_LIKELY = (
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859_2", "koi8_r",
    "cp866", "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp949",
)  # fmt: skip
"""Encodings that tables come in; charset-normalizer chooses among them."""
_CHUNK = limits.MB


def encoding_of(head: bytes) -> str:
    """The encoding of a text that begins with ``head``."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if wide := _without_mark(head):
        return wide
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(head, final=False)
    broken = text.count("�") - head.count("�".encode())
    if not broken:
        return UTF8
    foreign = sum(ch > "\x7f" for ch in text) - broken
    if foreign > 4 * broken:
        return UTF8_DAMAGED
    return one_byte_encoding(head)


def one_byte_encoding(content: bytes) -> str:
    """The encoding of a text that is not UTF-8."""
    found = re.findall(rb"[A-Za-z\x80-\xff]+", content[:200_000])
    words = [word for word in found if not word.isascii()]
    high = sum(byte > 0x7F for word in words for byte in word)
    western = high <= 0.4 * sum(map(len, words))
    for name in ("cp1252", "cp1250") if western else ():
        if all(ch.isalpha() for word in words for ch in word.decode(name, "replace")):
            return name
    from charset_normalizer import from_bytes

    likely = from_bytes(content[:200_000], cp_isolation=list(_LIKELY)).best() if words else None
    if likely is not None and not western:
        return str(likely.encoding)
    try:
        content.decode("cp1252")
        return "cp1252"
    except UnicodeDecodeError:
        return "latin-1"


def encoding_note(encoding: str) -> str:
    """What a user should know about it; empty for Unicode without damage."""
    if encoding == UTF8_DAMAGED:
        return "Some bytes are not valid UTF-8; they were read as �. Save the file as UTF-8."
    if encoding.startswith("utf"):
        return ""
    return (
        f"The file is not UTF-8; it was read as {_TITLES.get(encoding, encoding)}. "
        "Save it as UTF-8 if names look wrong."
    )


def decoded(content: bytes, encoding: str, whole: bool) -> str:
    """The text of the first bytes; `DataError` for zero bytes, which text never has."""
    text = _decoder(encoding).decode(content, final=whole)
    if "\0" in text:
        raise DataError(
            "Expected a text table, but got zero bytes, which text never has. Check that "
            "the file is a CSV table, and save it as UTF-8."
        )
    return text


class Utf8Stream(io.RawIOBase):
    """A text file of any encoding as UTF-8, its lines changed by ``rewrite`` where one is given."""

    def __init__(
        self, path: Path, encoding: str, rewrite: Callable[[str], str] | None = None
    ) -> None:
        self._file = open(path, "rb")  # noqa: SIM115 - closed in close
        self._parts = self._read_parts(encoding, rewrite)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._left = part
        n = min(len(buffer), len(self._left))
        buffer[:n], self._left = self._left[:n], self._left[n:]
        return n

    def close(self) -> None:
        self._file.close()
        super().close()

    def _read_parts(self, encoding: str, rewrite: Callable[[str], str] | None) -> Iterator[bytes]:
        decoder = _decoder(encoding)
        waiting = ""
        while content := self._file.read(_CHUNK):
            text = waiting + decoder.decode(content)
            if rewrite is None:
                yield text.encode("utf-8", "replace")
                continue
            lines = re.split(r"\r\n|\n|\r(?!$)", text)
            waiting = lines.pop()
            yield "".join(rewrite(line) for line in lines).encode("utf-8", "replace")
        text = waiting + decoder.decode(b"", final=True)
        if text:
            yield (text if rewrite is None else rewrite(text)).encode("utf-8", "replace")


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    name = UTF8 if encoding == UTF8_DAMAGED else encoding
    return codecs.getincrementaldecoder(name)(errors="replace")


def _without_mark(head: bytes) -> str:
    """UTF-16 in a file without a mark: every second byte is mostly zero."""
    for name, zeros, others in (
        ("utf-16-le", head[1::2], head[0::2]),
        ("utf-16-be", head[0::2], head[1::2]),
    ):
        if zeros.count(0) > 0.7 * len(zeros) and not others.count(0):
            text = head.decode(name, "replace")
            return "" if any(ch < "\t" for ch in text) else name
    return ""
