"""Repeated measurements in turn, so that load on the machine affects all tasks alike."""

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

    def ratio_to(self, other: Timing) -> float:
        """How many times as long this took: the median of the ratios of paired runs.

        >>> Timing((2.0, 20.0, 4.0)).ratio_to(Timing((1.0, 10.0, 1.0)))
        2.0
        """
        pairs = zip(self.seconds, other.seconds, strict=True)
        return statistics.median(mine / its for mine, its in pairs)


def interleaved(
    tasks: Mapping[str, Task],
    repeats: int,
    *,
    min_seconds: float = 0.0,
    finish: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Timing]:
    """Seconds for one call of each task, ``repeats`` times in turn, after a warm-up call.

    A task shorter than ``min_seconds`` is called several times in a row and the mean is used.
    ``finish`` waits for the device, see `wait_for`.
    """
    calls = {}
    for name, task in tasks.items():
        task()
        finish()
        once = _seconds(task, 1, finish, clock)
        calls[name] = max(1, min(10_000, round(min_seconds / max(once, 1e-7))))
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, task in tasks.items():
            taken[name].append(_seconds(task, calls[name], finish, clock))
    return {name: Timing(tuple(seconds)) for name, seconds in taken.items()}


def wait_for(device: str) -> Callable[[], None]:
    """A function that waits for work already queued on a device, ``cpu`` or ``cuda``."""
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
