"""Several CPU threads for work that falls into independent parts.

PyTorch lets go of the interpreter while it computes, so that threads can step networks beside each
other, or look at different samples. For small networks that is the better division: two threads
within one operation on 8 × 8 images wait for each other more than they work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TypeVar

import torch

T = TypeVar("T")
R = TypeVar("R")


class Crew:
    """``size`` threads, of which the caller's is one.

    PyTorch keeps the number of threads within an operation, and whether gradients are wanted, for
    each thread apart: the others take both over from the caller.
    """

    def __init__(self, size: int = 1) -> None:
        self.size = size
        self._pool: ThreadPoolExecutor | None = None
        if size > 1:
            self._pool = ThreadPoolExecutor(
                size - 1, "crew", torch.set_num_threads, (torch.get_num_threads(),)
            )

    def turns(self, turn: Callable[[T], bool], items: Sequence[T]) -> None:
        """Give the items turns until ``turn(item)`` is false, the one that waited longest first.

        No item has two turns at once. After an error nobody begins another turn; it is raised here.
        """
        waiting: SimpleQueue[T] = SimpleQueue()
        for item in items:
            waiting.put(item)

        failed = threading.Event()

        def work() -> None:
            while not failed.is_set():
                try:
                    item = waiting.get_nowait()
                except Empty:
                    return
                try:
                    again = turn(item)
                except BaseException:
                    failed.set()
                    raise
                if again:
                    waiting.put(item)

        if self._pool is None:
            work()
            return
        wanted = torch.is_grad_enabled()

        def elsewhere() -> None:
            with torch.set_grad_enabled(wanted):
                work()

        others = [self._pool.submit(elsewhere) for _ in range(min(self.size, len(items)) - 1)]
        try:
            work()
        finally:
            errors = [other.exception() for other in others]
        for error in errors:
            if error is not None:
                raise error

    def each(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """``work(item)`` of every item, in order."""
        done: dict[int, R] = {}

        def once(place: int) -> bool:
            done[place] = work(items[place])
            return False

        self.turns(once, range(len(items)))
        return [done[place] for place in range(len(items))]
