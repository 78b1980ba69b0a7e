"""The name under which scripts written by Harmony 0.1.0 import `load_training_data`."""

from __future__ import annotations

from ..data.tables import load_training_data

__all__ = ["load_training_data"]
