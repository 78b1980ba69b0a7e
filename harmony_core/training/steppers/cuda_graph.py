"""Streams that a network's steps run on, and the capture of a step as a CUDA graph.

On a GPU a step is a few hundred small kernels, and starting them from Python takes longer than
running them. A CUDA graph captures the step once and starts all its kernels with one call. What it
does is fixed by the capture: the same kernels on the same memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import torch

SWITCH = "HARMONY_CUDA_GRAPHS"
"""Environment variable; 0 turns CUDA graphs off, any other value leaves them on."""


class Stream(Protocol):
    """A queue of work on the device that runs beside other streams."""

    captures: bool
    """Whether steps are replayed from CUDA graphs."""

    def begin(self) -> None:
        """Wait for work already queued on the device."""

    def use(self) -> AbstractContextManager[object]:
        """A context in which work is queued on this stream."""

    def capture(self, step: Callable[[], None]) -> Callable[[], None]:
        """Record a step without running it; the result replays it. Raises `RuntimeError`."""

    def limit_queue(self) -> None:
        """Wait until all work queued before the previous call is done."""

    def end(self) -> None:
        """Make work that is queued on the device from now on wait for this stream."""


class CudaStream:
    """A CUDA stream, with CUDA graphs replayed on it."""

    captures = True

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._device = device
        self._event: torch.cuda.Event | None = None

    def begin(self) -> None:
        self._stream.wait_stream(torch.cuda.current_stream(self._device))

    def use(self) -> AbstractContextManager[object]:
        context: AbstractContextManager[object] = torch.cuda.stream(self._stream)
        return context

    def capture(self, step: Callable[[], None]) -> Callable[[], None]:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=self._stream):
            step()
        return graph.replay

    def limit_queue(self) -> None:
        event = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        event.record(self._stream)
        if self._event is not None:
            self._event.synchronize()
        self._event = event

    def end(self) -> None:
        torch.cuda.current_stream(self._device).wait_stream(self._stream)
        self._event = None


class CpuStream:
    """Steps run when they are queued, in the thread that queues them."""

    captures = False

    def __init__(self, device: torch.device) -> None:
        pass

    def begin(self) -> None: ...

    def use(self) -> AbstractContextManager[object]:
        return nullcontext()

    def capture(self, step: Callable[[], None]) -> Callable[[], None]:
        return step

    def limit_queue(self) -> None: ...

    def end(self) -> None: ...


MakeStream = Callable[[torch.device], Stream]


def choose_stream(
    device: torch.device, ranks: int, at_once: int = 1
) -> tuple[MakeStream | None, str]:
    """The streams for stepping networks separately; None if all are to be stepped together.

    ``ranks`` is the number of processes, ``at_once`` how many networks CPU threads can step at the
    same time. The text says why a GPU steps without CUDA graphs; empty on a CPU.
    """
    if device.type != "cuda":
        return (CpuStream if at_once > 1 and ranks == 1 else None), ""
    if os.environ.get(SWITCH, "1") == "0":
        return None, f"turned off by {SWITCH}=0"
    if ranks > 1:
        return None, "several processes average their gradients within a step"
    return CudaStream, ""
