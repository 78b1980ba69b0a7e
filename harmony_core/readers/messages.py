"""What a person is told: how far something is, and names from a file as a message quotes them."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float | None], None]
"""Called with a message and the share done in [0, 1], or ``None``; it may raise to cancel."""


def silent(message: str, share: float | None) -> None:
    """A `Progress` that tells nobody."""


def shown(text: str, most: int = 60) -> str:
    """A text from a file as a message quotes it: on one line, and short."""
    plain = "".join(ch if ch.isprintable() else "�" for ch in text)
    return repr(plain if len(plain) <= most else plain[: most - 1] + "…")


def listed(names: list[str] | tuple[str, ...], most: int = 6) -> str:
    """A few names of many, quoted, for a message."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(shown(name, 40) for name in names[:most]) + more


def listing(names: list[str], most: int = 5) -> str:
    """A few names of many, for a message."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
