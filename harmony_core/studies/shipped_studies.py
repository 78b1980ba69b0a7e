"""The studies that come with Harmony, by name."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

SHIPPED = Path(str(files(__package__) / "shipped"))


def shipped_studies() -> dict[str, Path]:
    """The file of each study, by its name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}
