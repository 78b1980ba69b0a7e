"""Progress of something that takes time, and names from a file as a message quotes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..printable import printable

Progress = Callable[[str, float | None], None]
"""Called with a message and the share done in [0, 1], or ``None`` where that is unknown.

It may raise to cancel.
"""


def silent(message: str, share: float | None) -> None:
    """A `Progress` that does nothing."""


def quoted(text: str, most: int = 60) -> str:
    """A text from a file as a message quotes it: on one line, at most ``most`` characters.

    >>> quoted("two\\nlines"), quoted("a long name", most=7)
    ("'two�lines'", "'a long…'")
    """
    kept = printable(text)
    return repr(kept if len(kept) <= most else kept[: most - 1] + "…")


def listed(names: Sequence[str], most: int = 6) -> str:
    """The first few names, each quoted, and how many more there are.

    >>> listed(["cat", "dog", "emu"], most=2)
    "'cat', 'dog' and 1 more"
    """
    return _first_of([quoted(name, 40) for name in names[:most]], len(names) - most)


def listing(names: Sequence[str], most: int = 5) -> str:
    """The first few names as they are, and how many more there are.

    >>> listing(["cat (1)", "dog (1)"])
    'cat (1), dog (1)'
    """
    return _first_of(names[:most], len(names) - most)


def _first_of(names: Sequence[str], more: int) -> str:
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")
