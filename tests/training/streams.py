"""Streams without a GPU: one repeats a captured step, one replays it as a CUDA graph would."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class RepeatingStream:
    """Work is done at once, and replaying a step is running it again."""

    captures = True

    def __init__(self, device: torch.device) -> None:
        self.captured = self.replayed = self.begun = 0

    def begin(self) -> None:
        self.begun += 1

    def use(self) -> AbstractContextManager[object]:
        assert self.begun == 1
        return nullcontext()

    def capture(self, step: Callable[[], None]) -> Callable[[], None]:
        self.captured += 1
        return self.counted(step)

    def counted(self, step: Callable[[], None]) -> Callable[[], None]:
        def replay() -> None:
            self.replayed += 1
            step()

        return replay

    def limit_queue(self) -> None:
        assert self.begun == 1

    def end(self) -> None:
        self.begun -= 1


class FailingStream(RepeatingStream):
    """A device that cannot capture any step."""

    def capture(self, step: Callable[[], None]) -> Callable[[], None]:
        raise RuntimeError("operation not permitted when stream is capturing\nand more")


class EmulatedStream(RepeatingStream):
    """An emulated CUDA graph.

    The capture notes every kernel with its arguments and undoes its effects; a replay calls the
    same kernels with the same tensors and numbers, whatever Python would do by then, and writes
    their results to the same memory.
    """

    def capture(self, step: Callable[[], None]) -> Callable[[], None]:
        self.captured += 1
        tape = _Tape()
        with tape:
            step()
        for storage, value in tape.before:
            storage.copy_(value)
        return self.counted(tape.replay)


class _Tape(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, Any, Any, list[Tensor]]] = []
        self.before: list[tuple[torch.UntypedStorage, torch.UntypedStorage]] = []
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
        """Keep the values from before the step first wrote to memory that it did not allocate."""
        for tensor in tensors:
            place = tensor.untyped_storage().data_ptr()
            if place not in self._known:
                self._known.add(place)
                storage = tensor.untyped_storage()
                self.before.append((storage, storage.clone()))

    @torch.no_grad()
    def replay(self) -> None:
        for func, args, kwargs, places in self.calls:
            out = func(*args, **kwargs)
            if places:
                made = [leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor)]
                for place, value in zip(places, made, strict=True):
                    place.copy_(value)
