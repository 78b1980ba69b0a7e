"""Training several methods in lockstep: same data, same initial weights, same batch order."""

from __future__ import annotations

from .epoch_plan import generator
from .lockstep import Lockstep, train

__all__ = ["Lockstep", "generator", "train"]
