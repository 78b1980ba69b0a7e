"""Several CPU threads for work that falls into independent parts.

PyTorch releases the interpreter lock while it computes, so threads can step different networks, or
evaluate different samples, at the same time. Small networks are faster that way: two threads within
one operation on 8 × 8 images wait for each other more than they compute.
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


class ThreadPool:
    """``size`` threads, of which the caller's is one.

    PyTorch keeps two settings per thread: the number of threads within an operation, and whether
    gradients are recorded. The pool's threads take both from the caller.
    """

    def __init__(self, size: int = 1) -> None:
        self.size = size
        self._executor: ThreadPoolExecutor | None = None
        if size > 1:
            self._executor = ThreadPoolExecutor(
                size - 1, "training", torch.set_num_threads, (torch.get_num_threads(),)
            )

    def round_robin(self, work: Callable[[T], bool], items: Sequence[T]) -> None:
        """Call ``work(item)`` for every item again and again until it returns False.

        The item that has waited longest is next, and no item is worked on by two threads at once.
        After an error no further call begins, and the error is raised here.
        """
        waiting: SimpleQueue[T] = SimpleQueue()
        for item in items:
            waiting.put(item)

        failed = threading.Event()

        def loop() -> None:
            while not failed.is_set():
                try:
                    item = waiting.get_nowait()
                except Empty:
                    return
                try:
                    more = work(item)
                except BaseException:
                    failed.set()
                    raise
                if more:
                    waiting.put(item)

        if self._executor is None:
            loop()
            return
        gradients = torch.is_grad_enabled()

        def loop_in_thread() -> None:
            with torch.set_grad_enabled(gradients):
                loop()

        threads = min(self.size, len(items)) - 1
        others = [self._executor.submit(loop_in_thread) for _ in range(threads)]
        try:
            loop()
        finally:
            errors = [other.exception() for other in others]
        for error in errors:
            if error is not None:
                raise error

    def map(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """``work(item)`` for every item, in the order of the items."""
        results: dict[int, R] = {}

        def once(i: int) -> bool:
            results[i] = work(items[i])
            return False

        self.round_robin(once, range(len(items)))
        return [results[i] for i in range(len(items))]
