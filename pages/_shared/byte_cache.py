"""Values that a server keeps for all visits, bounded in bytes; those used longest ago go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class ByteCache(Generic[T]):
    """At most ``budget`` bytes of values, but always the newest ``least`` of them."""

    def __init__(self, budget: int, size: Callable[[T], int], least: int = 0) -> None:
        self._budget, self._size, self._least = budget, size, least
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._lock = Lock()

    @property
    def bytes(self) -> int:
        """How many are kept."""
        with self._lock:
            return self._total()

    def get(self, key: Hashable) -> T | None:
        """The value kept under ``key``."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, key: Hashable, value: T) -> None:
        """Keep a value, and let go of others if there is no room."""
        with self._lock:
            self._kept[key] = (value, self._size(value))
            self._kept.move_to_end(key)
            while len(self._kept) > self._least and self._total() > self._budget:
                self._kept.popitem(last=False)

    def _total(self) -> int:
        return sum(size for _, size in self._kept.values())
