"""A visitor and a size, as the administrator's page writes them."""

from __future__ import annotations

from harmony_core.quotas import MB

SHOWN = 8
"""Characters of a visitor's id."""


def name(owner: str) -> str:
    """A visitor, told from others without giving away the id."""
    return owner[:SHOWN] or "the operator"


def size(size: int) -> str:
    """Bytes as megabytes."""
    return f"{size / MB:,.1f} MB"
