"""The name under which scripts exported by Harmony 0.1.0 import `generator`; use `epoch_plan`."""

from __future__ import annotations

from .epoch_plan import generator

__all__ = ["generator"]
