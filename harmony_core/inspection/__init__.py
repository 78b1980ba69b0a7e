"""Inspect a data set: how long its tail is, how clean it is, and which method is worth a try.

`read_file` opens a file safely, `inspect_file` does the whole analysis. Both stay light: torch and
scikit-learn are imported only for suspect labels and the pilot. Only `report.files.save` writes to
disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..readers.contents import Contents as Contents
    from ..readers.open import read_file as read_file
    from .analyse import Inspection as Inspection
    from .analyse import inspect_file as inspect_file
    from .tail.statistics import Tail as Tail
    from .tail.statistics import analyse_tail as analyse_tail

_MODULES = {
    "Contents": "harmony_core.readers.contents",
    "Inspection": "harmony_core.inspection.analyse",
    "inspect_file": "harmony_core.inspection.analyse",
    "read_file": "harmony_core.readers.open",
    "Tail": "harmony_core.inspection.tail.statistics",
    "analyse_tail": "harmony_core.inspection.tail.statistics",
}
__all__ = ["read_file", "inspect_file", "analyse_tail", "Contents", "Inspection", "Tail"]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        from importlib import import_module

        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
