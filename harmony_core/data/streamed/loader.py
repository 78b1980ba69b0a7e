"""Batches of images, decoded ahead by worker processes in the order they were asked for.

PyTorch's DataLoader starts, feeds and watches the processes. Axes: k images of a batch, s side.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ...arrays import Array
from ...errors import DataError, RunError
from .store import ImageStore
from .workers import start_context

AHEAD = 2
"""Batches that each process has ready."""
SHARED_MEMORY = "/dev/shm"


class ImageLoader:
    """Reads batches of a store; its processes stay for all batches and end with it."""

    def __init__(self, store: ImageStore, workers: int) -> None:
        self.workers = workers
        self._order = _Order()
        by_pipe = workers > 0 and not _fits_shared_memory(store, workers)
        self._loader = DataLoader(
            _Requested(store, by_pipe),
            batch_sampler=self._order,  # type: ignore[arg-type]
            num_workers=workers,
            prefetch_factor=AHEAD if workers else None,
            persistent_workers=workers > 0,
            multiprocessing_context=start_context() if workers else None,
            collate_fn=_as_it_is,
        )

    def batches(self, requests: Sequence[Array]) -> Iterator[Tensor]:
        """(k, s, s, 3) uint8 for each of ``requests``, (k, 2) int64 as `ImageStore.squares` takes.

        Raises `DataError` for an image that cannot be read, and `RunError` if a process was killed.
        """
        self._order.requests = requests
        try:
            for batch, problem in self._loader:
                if problem:
                    raise DataError(problem)
                yield torch.from_numpy(batch) if isinstance(batch, np.ndarray) else batch
        except RuntimeError as error:
            if "DataLoader worker" not in str(error):
                raise
            raise RunError(
                f"Expected the {self.workers} processes that decode images to keep running, but "
                "one was ended from outside, perhaps for lack of memory. Resume; with "
                "HARMONY_DECODERS=1 fewer images are held in memory."
            ) from error


class _Order:
    """The batches to come, as a batch sampler."""

    requests: Sequence[Array] = ()

    def __iter__(self) -> Iterator[Array]:
        return iter(self.requests)

    def __len__(self) -> int:
        return len(self.requests)


class _Requested(Dataset[Any]):
    """A store as DataLoader reads it: a batch at a time, with the reason if that failed.

    A raised error would come back with the traceback of the process as its message.
    """

    def __init__(self, store: ImageStore, by_pipe: bool) -> None:
        self._store, self._by_pipe = store, by_pipe

    def __getitems__(self, requests: Array) -> tuple[Any, str]:
        try:
            squares = self._store.squares(requests)
        except DataError as error:
            return np.empty(0, dtype=np.uint8), str(error)
        return squares if self._by_pipe else torch.from_numpy(squares), ""


def _as_it_is(batch: Any) -> Any:
    return batch


def _fits_shared_memory(store: ImageStore, workers: int) -> bool:
    """Whether batches of 256 fit where processes share memory: containers often have 64 MB."""
    if not sys.platform.startswith("linux"):
        return True
    try:
        free = shutil.disk_usage(SHARED_MEMORY).free
    except OSError:
        return False
    return free > 2 * workers * AHEAD * 256 * store.size**2 * 3
