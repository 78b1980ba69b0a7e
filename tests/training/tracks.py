"""Tracks that need no GPU: one does a recorded step again, one replays it as a CUDA graph would."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Rehearsal:
    """Work is done at once, and replaying a step is doing it again."""

    def __init__(self, device: torch.device) -> None:
        self.recorded = self.replayed = self.open_now = 0

    def open(self) -> None:
        self.open_now += 1

    def running(self) -> AbstractContextManager[object]:
        assert self.open_now == 1
        return nullcontext()

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        self.recorded += 1
        return self.counted(step)

    def counted(self, step: Callable[[], None]) -> Callable[[], None]:
        def replay() -> None:
            self.replayed += 1
            step()

        return replay

    def bound(self) -> None:
        assert self.open_now == 1

    def close(self) -> None:
        self.open_now -= 1


class Unrecordable(Rehearsal):
    """A device that cannot record what it is given."""

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        raise RuntimeError("operation not permitted when stream is capturing\nand more")


class Emulated(Rehearsal):
    """A CUDA graph in slow motion.

    Recording notes every kernel with its arguments and undoes what it did; replaying calls the same
    kernels with the same tensors and numbers, whatever Python would do by now, and puts what they
    make in the same memory.
    """

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        self.recorded += 1
        tape = _Tape()
        with tape:
            step()
        with torch.no_grad():
            for tensor, value in tape.before:
                tensor.copy_(value)
        return self.counted(tape.replay)


class _Tape(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, Any, Any, list[Tensor]]] = []
        self.before: list[tuple[Tensor, Tensor]] = []
        self._known: set[int] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        assert func is not torch.ops.aten._local_scalar_dense.default, "a value went to the host"
        given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        if func._schema.is_mutable:
            self._save(given)
        out = func(*args, **kwargs)
        inside = {tensor.untyped_storage().data_ptr() for tensor in given}
        made = [leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor)]
        new = [tensor for tensor in made if tensor.untyped_storage().data_ptr() not in inside]
        self._known.update(tensor.untyped_storage().data_ptr() for tensor in new)
        if new or func._schema.is_mutable:
            self.calls.append((func, args, kwargs, new))
        return out

    def _save(self, tensors: list[Tensor]) -> None:
        """Keep what was there before the step first wrote to memory that is not its own."""
        for tensor in tensors:
            place = tensor.untyped_storage().data_ptr()
            if place not in self._known:
                self._known.add(place)
                whole = tensor.detach()
                if whole._base is not None:
                    whole = whole._base.detach()
                self.before.append((whole, whole.clone()))

    @torch.no_grad()
    def replay(self) -> None:
        for func, args, kwargs, places in self.calls:
            out = func(*args, **kwargs)
            if places:
                made = [leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor)]
                for place, value in zip(places, made, strict=True):
                    place.copy_(value)
