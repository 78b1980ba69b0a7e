"""A folder that is removed when it is no longer needed."""

from __future__ import annotations

import shutil
import weakref
from pathlib import Path


class Temporary:
    """Holds a folder; it is removed by `remove`, or at the latest with this object."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._finalizer = weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)

    def remove(self) -> None:
        """Remove the folder; calling it again does nothing."""
        self._finalizer()
