"""Networks stepped beside each other; on a GPU each step is captured once and replayed.

Networks that share no computation need not wait for one another: each group of them has its own
losses, its own stream on the device (on a CPU: a share of a thread pool), and buffers at fixed
addresses for all that changes: the order, crops and flips of a whole epoch, the learning rate of
every step, and a counter of steps. A step reads the counter, cuts its batch from the data on the
device, updates the network and increments the counter. It takes nothing from the host, so one
captured step is right for every later step. What a schedule switches (warm-up, deferred weights,
another sampler) is changed in place between epochs.

The first steps run eagerly, because kernels must be chosen and memory allocated before a capture;
they count like all others. So does the last, smaller batch of an epoch. Where a step cannot be
captured, all steps run eagerly, and the group keeps the reason.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..batch import Batch
from ..epoch_plan import EpochPlan
from ..mixing import Mixing
from ..networks import NetworkGroup
from ..sharpness import tail_sharpness
from ..step import backward
from .cuda_graph import MakeStream, Stream
from .sgd import SGD
from .stepper import STOP_EVERY, Training
from .thread_pool import ThreadPool

WARM_UP = 3
"""Eager steps before one is captured."""
LIMIT_EVERY = 8
"""Steps between two limits of the queue: the device is at most twice as far behind the host."""

log = logging.getLogger(__name__)


class EpochBuffers:
    """What all groups read: the data, and the epoch's crops, flips, partners and learning rates."""

    def __init__(self, training: Training) -> None:
        n, device = len(training.targets), training.targets.device
        self.data, self.inputs, self.targets = training.data, training.inputs, training.targets
        self.batch_size = training.optim.batch_size
        self.full_batches = n // self.batch_size
        self.steps = training.steps
        self.offsets = torch.arange(min(self.batch_size, n), device=device)
        self.last_rows = torch.arange(self.full_batches * self.batch_size, n, device=device)
        # A GPU kernel takes single precision; a CPU gets the very number that a joint step uses.
        exact = torch.float64 if device.type == "cpu" else torch.float32
        self.rates = torch.zeros(self.steps, dtype=exact, device=device)
        augment = training.augment
        self.crop = torch.zeros(n, 2, dtype=torch.int64, device=device) if augment else None
        self.flip = torch.zeros(n, dtype=torch.bool, device=device) if augment else None
        mixes = any(method.mix != "none" for method in training.methods)
        self.partner = torch.zeros(n, dtype=torch.int64, device=device) if mixes else None
        self.share = torch.zeros(n, device=device) if mixes else None

    def load(self, plan: EpochPlan, rates: Sequence[float]) -> None:
        """Copy an epoch's draws and rates into the buffers."""
        self.rates.copy_(torch.tensor(rates, dtype=self.rates.dtype))
        for buffer, drawn in (
            (self.crop, plan.crop),
            (self.flip, plan.flip),
            (self.partner, plan.partner),
            (self.share, plan.share),
        ):
            if buffer is not None and drawn is not None:
                buffer.copy_(drawn)

    def batch(self, order: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs (m, n, …) and targets (m, n) at positions ``rows`` of the orders (m, epoch)."""
        index = order[:, rows]
        if self.data.kind != "images":
            return self.inputs[index], self.targets[index]
        parts = []
        for own in index.unbind():
            crop = None if self.crop is None else self.crop[rows]
            flip = None if self.flip is None else self.flip[rows]
            parts.append(self.data.batch(self.inputs, own, crop, flip))
        return parts[0][None] if len(parts) == 1 else torch.stack(parts), self.targets[index]

    def mixed(self, order: Tensor, rows: Tensor, mixing: Mixing) -> Batch:
        """The same, with the samples of some methods mixed."""
        inputs, targets = self.batch(order, rows)
        if not mixing or self.partner is None or self.share is None:
            return Batch(inputs, targets)
        others = self.batch(order, self.partner[rows])
        return mixing.mix(inputs, targets, *others, self.share[rows])


class GroupStepper:
    """Steps one group of networks on a stream of its own.

    Memory that a captured step uses: ``order`` (m, n) rows of the training set, ``counter`` (1,) of
    steps, ``rate`` of the current step, and the sums of ``collector``.
    """

    def __init__(
        self, group: NetworkGroup, training: Training, buffers: EpochBuffers, stream: Stream
    ) -> None:
        self.methods = group.networks
        self.step = 0
        self.stream = stream
        self.captured = False
        self.eager_reason = ""
        """Why no step could be captured."""
        self.collector = training.collector.part(group.networks)
        self._forward, self._parameters = group.forward, group.parameters
        self._losses, self._buffers = training.losses[group.networks], buffers
        methods = training.methods[group.networks]
        decays = [method.weight_decay for method in methods]
        self._sgd = SGD(group.parameters, training.optimizer, training.optim, decays)
        self._mixing = Mixing(methods, training.class_counts)
        self._sharpness = tail_sharpness([group], methods, training.class_counts)
        device, n = training.targets.device, len(training.targets)
        self.order = torch.zeros(len(self._losses), n, dtype=torch.int64, device=device)
        self.counter = torch.zeros(1, dtype=torch.int64, device=device)
        self.rate = torch.zeros_like(buffers.rates[0])
        self._replay: Callable[[], None] | None = None
        self._eager_steps = 0

    def load(self, plan: EpochPlan, samplers: Sequence[str]) -> None:
        """Copy the orders of an epoch into the buffer and reset the counter."""
        for buffer, name in zip(self.order, samplers, strict=True):
            buffer.copy_(plan.index[name])
        self.counter.zero_()
        self.step = 0

    def forget(self) -> None:
        """Drop the capture: the memory it uses has moved."""
        self._replay, self.captured, self.eager_reason = None, False, ""
        self._eager_steps = 0
        self._sgd.forget()

    def advance(self) -> None:
        """Run or replay the next step of the epoch; the last may have a smaller batch."""
        with self.stream.use():
            if self.step < self._buffers.full_batches:
                self._full_batch()
            else:
                self._update(self._buffers.last_rows)
        self.step += 1

    def _full_batch(self) -> None:
        if self._replay is None and not self.eager_reason and self._eager_steps >= WARM_UP:
            self._capture()
        if self._replay is not None:
            self._replay()
            return
        self._full_step()
        self._eager_steps += 1

    def _capture(self) -> None:
        try:
            self._replay = self.stream.capture(self._full_step)
            self.captured = True
        except RuntimeError as error:
            first_line = str(error).strip().partition("\n")[0]
            self.eager_reason = f"{type(error).__name__}: {first_line}"
            for parameter in self._parameters:  # they may be in the memory of the failed capture
                parameter.grad = None
            log.warning(
                "A training step could not be captured as a CUDA graph; it runs eagerly. %s",
                self.eager_reason,
            )

    def _full_step(self) -> None:
        self._update(self.counter * self._buffers.batch_size + self._buffers.offsets)

    def _update(self, rows: Tensor) -> None:
        batch = self._buffers.mixed(self.order, rows, self._mixing)
        terms, losses = backward(
            self._forward, self._losses, self._parameters, batch, self._sharpness
        )
        self.rate.copy_(self._buffers.rates.gather(0, self.counter).squeeze(0))
        self._sgd.step(self.rate)
        self.collector.add(batch.targets, terms, losses)
        self.counter += 1


class SeparateStepper:
    """Steps each group of networks on its own stream, or with its own share of a thread pool."""

    def __init__(self, training: Training, make_stream: MakeStream, pool: ThreadPool) -> None:
        self._training, self._pool = training, pool
        self.buffers = EpochBuffers(training)
        device = training.targets.device
        self.groups = [
            GroupStepper(group, training, self.buffers, make_stream(device))
            for group in training.networks.groups()
        ]

    def load(self, plan: EpochPlan, samplers: Sequence[str], rates: Sequence[float]) -> None:
        self.buffers.load(plan, rates)
        for group in self.groups:
            group.load(plan, samplers[group.methods])

    def run(self, should_stop: Callable[[], bool] | None = None) -> bool:
        for group in self.groups:
            group.stream.begin()
        finished = self._threads(should_stop) if self._pool.size > 1 else self._steps(should_stop)
        for group in self.groups:
            group.stream.end()
        return finished

    def forget(self) -> None:
        for group in self.groups:
            group.forget()

    def describe(self) -> str:
        if not self.groups[0].stream.captures:
            return ""
        reasons = [group.eager_reason for group in self.groups if group.eager_reason]
        if not reasons:
            return "CUDA graphs"
        eager = f"{len(reasons)} of {len(self.groups)} eager: {reasons[0]}"
        return eager if len(reasons) == len(self.groups) else f"CUDA graphs, {eager}"

    def _steps(self, should_stop: Callable[[], bool] | None) -> bool:
        """Queue the same step of every group before the next step: streams then run in parallel."""
        for step in range(self.buffers.steps):
            if should_stop is not None and step % STOP_EVERY == 0 and should_stop():
                return False
            for group in self.groups:
                group.advance()
                if (step + 1) % LIMIT_EVERY == 0:
                    group.stream.limit_queue()
            self._training.collector.steps += 1
        return True

    def _threads(self, should_stop: Callable[[], bool] | None) -> bool:
        """Let the pool's threads step the groups, one group a thread at a time."""
        stop, one_at_a_time = threading.Event(), threading.Lock()

        def check() -> None:
            with one_at_a_time:
                if should_stop is not None and should_stop():
                    stop.set()

        def advance(group: GroupStepper) -> bool:
            if group.step % STOP_EVERY == 0:
                check()
            if stop.is_set():
                return False
            group.advance()
            return group.step < self.buffers.steps

        self._pool.round_robin(advance, self.groups)
        self._training.collector.steps += self.buffers.steps
        return not stop.is_set()
