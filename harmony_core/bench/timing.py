"""Repeated measurements in turn, so that a busy moment of the machine affects all tasks alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Task = Callable[[], object]


@dataclass(frozen=True)
class Timing:
    """The seconds of each of several runs."""

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
        """How many times as long this took: the median of the ratios of paired runs."""
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
    """Seconds of one call of each task, ``repeats`` times, after a warm-up call.

    A task that takes less than ``shortest`` seconds is called several times and the mean taken.
    ``finish`` waits for the device, see `wait_for`.
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


def wait_for(device: str) -> Callable[[], None]:
    """A function that returns when a device, ``cpu`` or ``cuda``, has finished its queued work."""
    if device != "cuda":
        return lambda: None
    import torch

    return torch.cuda.synchronize


def _seconds(
    task: Task, calls: int, finish: Callable[[], None], clock: Callable[[], float]
) -> float:
    start = clock()
    for _ in range(calls):
        task()
    finish()
    return (clock() - start) / calls
