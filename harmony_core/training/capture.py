"""Where a lane's steps run, and how one step is recorded to be replayed.

On a GPU a step is a few hundred small kernels, and starting them from Python takes longer than
running them. A CUDA graph records the step once and starts all its kernels with one call. What it
does is fixed when it is recorded: the same kernels, on the same places in memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import torch

SWITCH = "HARMONY_CUDA_GRAPHS"
"""Environment variable; 0 turns recording off, everything else leaves it on."""


class Track(Protocol):
    """A queue of work on the device, beside those of the other lanes."""

    def open(self) -> None:
        """Begin after all that was asked of the device until now."""

    def running(self) -> AbstractContextManager[object]:
        """What is done inside this context goes onto this track."""

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        """Record a step without doing it; what comes back does it. Raises `RuntimeError`."""

    def bound(self) -> None:
        """Called every few rounds: wait until what was asked before the last call is done."""

    def close(self) -> None:
        """Let what is asked of the device from now on wait for this track."""


class CudaTrack:
    """A CUDA stream of its own, and CUDA graphs replayed on it."""

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._device = device
        self._mark: torch.cuda.Event | None = None

    def open(self) -> None:
        self._stream.wait_stream(torch.cuda.current_stream(self._device))

    def running(self) -> AbstractContextManager[object]:
        context: AbstractContextManager[object] = torch.cuda.stream(self._stream)
        return context

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=self._stream):
            step()
        return graph.replay

    def bound(self) -> None:
        mark = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        mark.record(self._stream)
        if self._mark is not None:
            self._mark.synchronize()
        self._mark = mark

    def close(self) -> None:
        torch.cuda.current_stream(self._device).wait_stream(self._stream)
        self._mark = None


class HostTrack:
    """Steps are done when they are asked for, by the thread that asks."""

    def __init__(self, device: torch.device) -> None:
        pass

    def open(self) -> None: ...

    def running(self) -> AbstractContextManager[object]:
        return nullcontext()

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        return step

    def bound(self) -> None: ...

    def close(self) -> None: ...


MakeTrack = Callable[[torch.device], Track]


def tracks_for(device: torch.device, ranks: int, beside: int = 1) -> tuple[MakeTrack | None, str]:
    """How lanes are to run on a device; without one, why all networks step together instead.

    ``beside``: how many of them CPU threads can step at once.
    """
    if device.type != "cuda":
        return (HostTrack, "") if beside > 1 and ranks == 1 else (None, "no GPU")
    if os.environ.get(SWITCH, "1") == "0":
        return None, f"turned off by {SWITCH}=0"
    if ranks > 1:
        return None, "several processes average their gradients amid a step"
    return CudaTrack, ""
