"""What one visitor may use, and all of them together.

Each limit is a field of `Quotas`, set by the environment variable ``HARMONY_`` and its name in
capitals: ``HARMONY_RUN_MINUTES=5``.
"""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import ConfigError

MB = 2**20


@dataclass(frozen=True)
class Quotas:
    """Quotas of a shared server; the defaults suit a class of thirty on two cores."""

    run_minutes: float = 10.0
    """Minutes that an experiment may be expected to train."""
    run_disk_mb: float = 300.0
    """Megabytes of frames that an experiment may write."""
    run_memory_mb: float = 2_000.0
    """Megabytes that a training may be expected to hold."""
    wall_minutes: float = 60.0
    """Minutes after which a training is stopped, whatever was expected."""
    waiting_runs: int = 2
    """Experiments of one visitor that wait beside the one in training."""
    disk_visitor_mb: float = 1_000.0
    """Megabytes on disk that all experiments of one visitor may take, deleted ones included."""
    disk_mb: float = 10_000.0
    """The same for all visitors."""
    kept_uploads: int = 20
    """Files that one visitor may keep on the server."""
    uploads_visitor_mb: float = 500.0
    """Megabytes that the files of one visitor may take."""
    uploads_mb: float = 5_000.0
    """The same for all visitors."""
    uploads_days: float = 7.0
    """Days after which an upload goes that no experiment names."""
    open_classes: int = 3
    """Classes that one visitor may have open at a time."""
    held_visitor_mb: float = 400.0
    """Megabytes of uploaded files that the server holds in memory for one visitor."""
    held_mb: float = 1_000.0
    """The same for all visitors."""
    inspect_memory_mb: float = 4_000.0
    """Megabytes of data that the process that reads an upload may hold."""
    reading_seconds: float = 60.0
    """Seconds to read an upload, and one more for every `MB_A_SECOND` of it."""


MB_A_SECOND = 2.0


def in_mb(size: int) -> str:
    """Bytes as megabytes, with a decimal below ten of them.

    >>> in_mb(5 * MB // 2), in_mb(25 * MB)
    ('2.5 MB', '25 MB')
    """
    return f"{size / MB:,.1f} MB" if size < 10 * MB else f"{size / MB:,.0f} MB"


def quotas(environment: Mapping[str, str] | None = None) -> Quotas:
    """The quotas that the environment sets, else the defaults.

    >>> quotas({"HARMONY_RUN_MINUTES": "5"}).run_minutes
    5.0

    Raises `ConfigError` for what is no number above 0.
    """
    given = os.environ if environment is None else environment
    values: dict[str, float] = {}
    for item in dataclasses.fields(Quotas):
        name = f"HARMONY_{item.name.upper()}"
        if text := given.get(name, "").strip():
            values[item.name] = _number(name, text, whole=isinstance(item.default, int))
    return Quotas(**values)  # type: ignore[arg-type]


def _number(name: str, text: str, *, whole: bool) -> float:
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        kind = "a whole number" if whole else "a number"
        raise ConfigError(
            f"Expected {name} to be {kind} above 0, but got {text[:40]!r}. "
            "Set it to one, or unset it for the default."
        )
    return value
