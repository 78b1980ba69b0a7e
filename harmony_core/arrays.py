"""The type of a NumPy array whose shape and dtype its docstring gives."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
"""An array of any dtype."""
