"""The processes that torchrun started for one experiment, or the only one there is.

Only rank 0 writes and decides. It broadcasts its decisions after every epoch, so that all ranks
continue, stop or fail together.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from ..errors import RunError
from .failures import portable

T = TypeVar("T")

GONE = ("connection closed by peer", "connection reset by peer", "broken pipe", "remote process")
"""What gloo, NCCL and the store say, among much else, where another process is gone."""


class Ranks:
    """Process ``rank`` of ``size``; ``local`` is its rank on this machine."""

    def __init__(self, rank: int = 0, size: int = 1, local: int = 0) -> None:
        self.rank = rank
        self.size = size
        self.local = local

    @property
    def is_rank_zero(self) -> bool:
        """Whether this is the process that writes and prints."""
        return self.rank == 0

    @property
    def distributed(self) -> bool:
        """Whether there are other processes."""
        return self.size > 1

    def open(self, device: str) -> None:
        """Join the process group: gloo for the CPU and for decisions, NCCL for GPUs."""
        if not self.distributed:
            return
        import torch
        from torch import distributed as dist

        faulthandler.enable()  # shows where a collective crashed
        cuda = device != "cpu" and torch.cuda.is_available()
        if cuda:
            torch.cuda.set_device(self.local)
        if not dist.is_initialized():
            dist.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo")

    def close(self, *, wait: bool) -> None:
        """Leave the process group; ``wait`` for the others, so that none loses its peer."""
        if not self.distributed:
            return
        from torch import distributed as dist

        if wait:
            dist.barrier()
        if dist.is_initialized():
            dist.destroy_process_group()

    @contextmanager
    def outliving_sigterm(self) -> Iterator[None]:
        """Around what must still be said: SIGTERM does not end this rank meanwhile.

        Once one process is gone, torchrun sends it to the others within a tenth of a second, before
        they know; half a minute later it kills them. A handler is not inherited by processes that
        are started, as an ignored signal would be.
        """
        if not self.distributed:
            yield
            return
        previous = signal.signal(signal.SIGTERM, lambda number, frame: None)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, previous)

    def exit(self) -> None:
        """Exit with status 0 at once, if this is one of several processes and its work is done.

        A thread of the process group that still runs while the interpreter shuts down aborts the
        process, and torchrun would report a finished training as failed. A rank that failed must
        not exit this way: torchrun would end the others before they can report the error.
        """
        if self.distributed:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)

    def lost_one(self, error: BaseException) -> bool:
        """Whether the error says that another process is gone, as after SIGKILL."""
        text = str(error).lower()
        return (
            self.distributed
            and isinstance(error, RuntimeError)
            and any(words in text for words in GONE)
        )

    def broadcast(self, value: T) -> T:
        """Rank 0's ``value``, on every rank."""
        if not self.distributed:
            return value
        return self._broadcast_from(0, value)

    def on_rank_zero(self, work: Callable[[], T]) -> T:
        """Call ``work`` on rank 0 only; every rank returns its result or raises its error."""
        if not self.distributed:
            return work()
        result: T | None = None
        error: Exception | None = None
        if self.is_rank_zero:
            try:
                result = work()
            except Exception as caught:  # noqa: BLE001 - raised again below, on every rank
                error = caught
        result, sent = self.broadcast((result, error and portable(error)))
        if error is not None or sent is not None:
            raise error or sent  # type: ignore[misc]
        return result  # type: ignore[return-value]

    def on_every_rank(self, work: Callable[[], T]) -> T:
        """Call ``work`` on every rank, on the first of each machine before the others.

        This way a machine downloads data once. If it fails on one rank, it fails on all.
        """
        if not self.distributed:
            return work()
        result: list[T] = []
        error: Exception | None = None
        for turn in (True, False):
            if (self.local == 0) == turn:
                try:
                    result.append(work())
                except Exception as caught:  # noqa: BLE001 - raised again below, on every rank
                    error = caught
            sent = error and portable(error)
            errors = [self._broadcast_from(source, sent) for source in range(self.size)]
            if error is not None:
                raise error
            for other in errors:
                if other is not None:
                    raise other
        return result[0]

    def _broadcast_from(self, source: int, value: T) -> T:
        """The ``value`` of rank ``source``, on every rank."""
        from torch import distributed as dist

        values: list[Any] = [value if self.rank == source else None]
        dist.broadcast_object_list(values, src=source, device=_cpu())
        received: T = values[0]
        return received


def _cpu() -> Any:
    import torch

    return torch.device("cpu")


def ranks_from_environment() -> Ranks:
    """The ranks that torchrun put into the environment; a single process without torchrun.

    Raises `RunError` if they are not whole numbers.
    """
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
