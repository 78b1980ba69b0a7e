"""The number of samples of each class, from whatever holds the labels.

>>> from harmony_core import class_counts
>>> class_counts([0, 0, 2, 1, 0])
ClassCounts(3, 1, 1)
>>> class_counts(["emu", "cat", "cat"])
ClassCounts(cat=2, emu=1)
"""

from __future__ import annotations

from .counted import ClassCounts
from .sources import class_counts

__all__ = ["class_counts", "ClassCounts"]
