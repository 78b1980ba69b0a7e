"""Cells that write one class in two ways: ``1`` and ``1.0``, composed and decomposed letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WHOLE = re.compile(r"([-+]?\d+)\.0*$")
_POINT = re.compile(r"[-+]?\d*\.\d*$")


def plain_names(texts: Iterable[str]) -> dict[str, str]:
    """The class that each cell means.

    Whole numbers lose an empty fraction, if no label has another fraction, or if the number is a
    label without it too.

    >>> plain_names(["1", "1.0", "cat"])
    {'1': '1', '1.0': '1', 'cat': 'cat'}
    >>> plain_names(["1.0", "1.5"])
    {'1.0': '1.0', '1.5': '1.5'}
    """
    known = set(texts)
    fractions = any(_POINT.match(text) and not _WHOLE.match(text) for text in known)
    names = {}
    for text in known:
        whole = _WHOLE.match(text)
        if whole and (not fractions or whole[1] in known):
            names[text] = whole[1]
        else:
            names[text] = text if text.isascii() else unicodedata.normalize("NFC", text)
    return {text: names[text] for text in sorted(names)}
