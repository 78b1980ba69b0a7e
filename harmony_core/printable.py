"""Text of users without the characters that change how other text is drawn or steer a terminal."""

from __future__ import annotations

JOINERS = "\u200c\u200d"
"""Zero-width joiners, which names in Persian or Hindi and some emoji consist of."""


def printable(text: str) -> str:
    """``text`` with control, direction and other invisible characters replaced by a mark.

    >>> printable("a\\x1b[31m\\u202eb")
    'a�[31m�b'
    """
    return "".join(ch if ch.isprintable() or ch in JOINERS else "�" for ch in text)
