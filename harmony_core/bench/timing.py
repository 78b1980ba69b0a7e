"""Repeated measurements, taken in turn so that a busy moment hits all that is compared."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Task = Callable[[], object]


@dataclass(frozen=True)
class Timing:
    """Seconds that each of several runs took."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def low(self) -> float:
        return min(self.seconds)

    @property
    def high(self) -> float:
        return max(self.seconds)

    def over(self, other: Timing) -> float:
        """How many times as long this took: the median of the ratios of runs side by side."""
        pairs = zip(self.seconds, other.seconds, strict=True)
        return statistics.median(mine / its for mine, its in pairs)


def in_turn(
    tasks: Mapping[str, Task],
    repeats: int,
    *,
    shortest: float = 0.0,
    finish: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Timing]:
    """Seconds of one call of each task, ``repeats`` times, after one call that does not count.

    A task that takes less than ``shortest`` seconds is called more often and the mean taken.
    ``finish`` waits for the device.
    """
    calls = {}
    for name, task in tasks.items():
        task()
        finish()
        once = _seconds(task, 1, finish, clock)
        calls[name] = max(1, min(10_000, round(shortest / max(once, 1e-7))))
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            taken[name].append(_seconds(task, calls[name], finish, clock))
    return {name: Timing(tuple(seconds)) for name, seconds in taken.items()}


def _seconds(
    task: Task, calls: int, finish: Callable[[], None], clock: Callable[[], float]
) -> float:
    start = clock()
    for _ in range(calls):
        task()
    finish()
    return (clock() - start) / calls
