"""The processes that torchrun started for one experiment, or the only one there is.

Rank 0 alone writes and decides; what it decides is shared with the others at every epoch, so that
all of them go on, stop or fail together.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from ..errors import RunError
from .failures import portable

T = TypeVar("T")


class Ranks:
    """Process ``rank`` of ``size``; ``local`` is its number on this machine."""

    def __init__(self, rank: int = 0, size: int = 1, local: int = 0) -> None:
        self.rank = rank
        self.size = size
        self.local = local

    @property
    def first(self) -> bool:
        """Whether this is the process that writes and prints."""
        return self.rank == 0

    @property
    def several(self) -> bool:
        return self.size > 1

    def open(self, device: str) -> None:
        """Join the process group: gloo for the CPU and for decisions, NCCL for GPUs."""
        if not self.several:
            return
        import torch
        from torch import distributed as dist

        faulthandler.enable()  # a crash in a collective says where
        cuda = device != "cpu" and torch.cuda.is_available()
        if cuda:
            torch.cuda.set_device(self.local)
        if not dist.is_initialized():
            dist.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo")

    def close(self, *, together: bool) -> None:
        """Leave the process group; ``together``: when all are here, so that none loses its peer."""
        if not self.several:
            return
        from torch import distributed as dist

        if together:
            dist.barrier()
        if dist.is_initialized():
            dist.destroy_process_group()

    def leave(self) -> None:
        """End this process now, if it is one of several; all it had to write has been written.

        A thread of the collectives that still runs when the interpreter takes itself down aborts
        the process, and torchrun would call a training failed that is done. Only for one that is:
        a failed rank that ended at once would take the others along before they can say why.
        """
        if self.several:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)

    def share(self, value: T) -> T:
        """Rank 0's ``value``, on every rank."""
        if not self.several:
            return value
        return self._from(0, value)

    def led(self, work: Callable[[], T]) -> T:
        """Do ``work`` on rank 0 alone; its result, or its error, is everybody's."""
        if not self.several:
            return work()
        result: T | None = None
        error: Exception | None = None
        if self.first:
            try:
                result = work()
            except Exception as caught:  # noqa: BLE001 - raised again below, on every rank
                error = caught
        result, sent = self.share((result, error and portable(error)))
        if error is not None or sent is not None:
            raise error or sent  # type: ignore[misc]
        return result  # type: ignore[return-value]

    def together(self, work: Callable[[], T]) -> T:
        """Do ``work`` on every rank, the first of each machine before its others.

        So a download happens once a machine. If it fails on one rank, it fails on all.
        """
        if not self.several:
            return work()
        result: list[T] = []
        error: Exception | None = None
        for turn in (True, False):
            if (self.local == 0) == turn:
                try:
                    result.append(work())
                except Exception as caught:  # noqa: BLE001 - raised again below, on every rank
                    error = caught
            mine = error and portable(error)
            sent = [self._from(source, mine) for source in range(self.size)]
            if error is not None:
                raise error
            for other in sent:
                if other is not None:
                    raise other
        return result[0]

    def _from(self, source: int, value: T) -> T:
        """The ``value`` of rank ``source``, on every rank."""
        from torch import distributed as dist

        box: list[Any] = [value if self.rank == source else None]
        dist.broadcast_object_list(box, src=source, device=_cpu())
        got: T = box[0]
        return got


def _cpu() -> Any:
    import torch

    return torch.device("cpu")


def ranks_from_environment() -> Ranks:
    """What torchrun says of this process; without torchrun, a single one."""
    try:
        rank, size, local = (
            int(os.environ.get(name, default))
            for name, default in (("RANK", "0"), ("WORLD_SIZE", "1"), ("LOCAL_RANK", "0"))
        )
    except ValueError as error:
        raise RunError(
            f"Expected RANK, WORLD_SIZE and LOCAL_RANK to be whole numbers, but got: {error}. "
            "Start the run with torchrun, or unset them."
        ) from error
    return Ranks(rank, size, local) if size > 1 else Ranks()
