"""Networks stepped beside each other, each step recorded once and replayed.

Networks that share no computation need not wait for one another: each has a lane of its own, with
its loss, its track on the device (on a CPU: turns in a crew of threads), and fixed places in memory
for all that changes: the order, crops and flips of a whole epoch, the learning rate of every step,
and a counter that says whose turn it is. A step reads the counter, cuts its batch from the data on
the device, updates the network and moves the counter on. So it takes nothing from the host, and
what is recorded once is right for every later step. What a schedule switches (warm-up, deferred
weights, another sampler) is changed in place between two epochs.

The first steps are done plainly, as kernels must have been chosen and memory be taken before a
recording; they count like all others. So does the last, smaller batch of an epoch. A step that
cannot be recorded is done plainly ever after, and the lane keeps the reason.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..config import OptimConfig
from ..losses.base import Loss
from .capture import MakeTrack, Track
from .collector import Collector
from .crew import Crew
from .descent import Descent
from .inputs import Inputs
from .networks import Member
from .order import EpochPlan
from .step import backward

WARM_UP = 3
"""Plain steps before one is recorded."""
BOUND_EVERY = 8
"""Rounds between two bounds of the queue: the device is at most twice as far behind the host."""
STOP_EVERY = 16
"""Rounds between two looks at whether to stop."""

log = logging.getLogger(__name__)


class Places:
    """What all lanes read: the data, and the crops, flips and rates of the epoch."""

    def __init__(
        self, inputs: Inputs, source: Tensor, targets: Tensor, augment: bool, batch_size: int
    ) -> None:
        n, device = len(targets), inputs.device
        self.inputs, self.source, self.targets = inputs, source, targets
        self.size = batch_size
        self.full = n // batch_size
        self.steps = -(-n // batch_size)
        self.positions = torch.arange(min(batch_size, n), device=device)
        self.tail = torch.arange(self.full * batch_size, n, device=device)
        # A kernel on a GPU takes single precision; on a CPU it is the number that a plain step has.
        exact = torch.float64 if device.type == "cpu" else torch.float32
        self.rates = torch.zeros(self.steps, dtype=exact, device=device)
        self.crop = torch.zeros(n, 2, dtype=torch.int64, device=device) if augment else None
        self.flip = torch.zeros(n, dtype=torch.bool, device=device) if augment else None

    def load(self, plan: EpochPlan, rates: Sequence[float]) -> None:
        """Put an epoch's draws in their places."""
        self.rates.copy_(torch.tensor(rates, dtype=self.rates.dtype))
        for place, drawn in ((self.crop, plan.crop), (self.flip, plan.flip)):
            if place is not None and drawn is not None:
                place.copy_(drawn)

    def batch(self, order: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs (m, n, …) and targets (m, n) at places ``rows`` of the orders (m, epoch)."""
        index = order[:, rows]
        if self.inputs.kind != "images":
            return self.source[index], self.targets[index]
        parts = []
        for own in index.unbind():
            if self.crop is not None and self.flip is not None:
                cut = self.inputs.cut(self.source, own, self.crop[rows], self.flip[rows])
            else:
                cut = self.source[own]
            parts.append(self.inputs.finish(cut))
        return parts[0][None] if len(parts) == 1 else torch.stack(parts), self.targets[index]


class Lane:
    """Some networks of an ensemble that are stepped as one."""

    def __init__(
        self,
        member: Member,
        losses: Sequence[Loss],
        places: Places,
        collector: Collector,
        optimizer: torch.optim.SGD,
        optim: OptimConfig,
        track: Track,
    ) -> None:
        self.methods = member.networks
        self.step = 0
        self.reason = ""
        self.recorded = False
        self.track = track
        self._forward, self._parameters = member.forward, member.parameters
        self._losses, self._places = losses, places
        self._collector = collector.part(member.networks)
        self._descent = Descent(member.parameters, optimizer, optim)
        device, n = places.targets.device, len(places.targets)
        self._order = torch.zeros(len(losses), n, dtype=torch.int64, device=device)
        self._round = torch.zeros(1, dtype=torch.int64, device=device)
        self._rate = torch.zeros_like(places.rates[0])
        self._replay: Callable[[], None] | None = None
        self._done = 0

    def load(self, plan: EpochPlan, samplers: Sequence[str]) -> None:
        """Put the orders of an epoch in their places and turn the counter back."""
        for place, name in zip(self._order, samplers, strict=True):
            place.copy_(plan.index[name])
        self._round.zero_()
        self.step = 0

    def forget(self) -> None:
        """Record anew: what the recording refers to has moved."""
        self._replay, self.recorded, self.reason = None, False, ""
        self._done = 0
        self._descent.forget()

    def advance(self) -> None:
        """Do or replay the next step of the epoch; the last may have a smaller batch."""
        with self.track.running():
            if self.step < self._places.full:
                self._full_batch()
            else:
                self._update(self._places.tail)
        self.step += 1

    def _full_batch(self) -> None:
        if self._replay is None and not self.reason and self._done >= WARM_UP:
            self._record()
        if self._replay is not None:
            self._replay()
            return
        self._whole_step()
        self._done += 1

    def _record(self) -> None:
        try:
            self._replay = self.track.record(self._whole_step)
            self.recorded = True
        except RuntimeError as error:
            self.reason = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
            for parameter in self._parameters:  # they may lie in the memory of the failed recording
                parameter.grad = None
            log.warning("A training step could not be recorded; it runs eagerly. %s", self.reason)

    def _whole_step(self) -> None:
        self._update(self._round * self._places.size + self._places.positions)

    def _update(self, rows: Tensor) -> None:
        inputs, targets = self._places.batch(self._order, rows)
        terms, losses = backward(self._forward, self._losses, self._parameters, inputs, targets)
        self._rate.copy_(self._places.rates.gather(0, self._round).squeeze(0))
        self._descent(self._rate)
        self._collector.add(targets, terms, losses)
        self._round += 1


class Lanes:
    """All lanes of an experiment, stepped round by round."""

    def __init__(
        self,
        members: Sequence[Member],
        losses: Sequence[Loss],
        places: Places,
        collector: Collector,
        optimizer: torch.optim.SGD,
        optim: OptimConfig,
        make_track: MakeTrack,
        crew: Crew,
    ) -> None:
        self.places, self._collector, self._crew = places, collector, crew
        self._optimizer = optimizer
        self.lanes = [
            Lane(
                member, losses[member.networks], places, collector, optimizer, optim,
                make_track(places.targets.device),
            )
            for member in members
        ]  # fmt: skip

    def load(self, plan: EpochPlan, samplers: Sequence[str], rates: Sequence[float]) -> None:
        """Make everything ready for an epoch."""
        self._optimizer.param_groups[0]["lr"] = rates[-1]  # for checkpoints; lanes have tensors
        self.places.load(plan, rates)
        for lane in self.lanes:
            lane.load(plan, samplers[lane.methods])

    def run(self, should_stop: Callable[[], bool] | None = None) -> bool:
        """The epoch that was loaded; whether it came to its end. Waits for nothing but the bound.

        The results are there for what is asked of the device afterwards.
        """
        for lane in self.lanes:
            lane.track.open()
        finished = self._beside(should_stop) if self._crew.size > 1 else self._rounds(should_stop)
        for lane in self.lanes:
            lane.track.close()
        return finished

    def _rounds(self, should_stop: Callable[[], bool] | None) -> bool:
        """Start the same step of all lanes before the next of any: the device works meanwhile."""
        for step in range(self.places.steps):
            if should_stop is not None and step % STOP_EVERY == 0 and should_stop():
                return False
            for lane in self.lanes:
                lane.advance()
                if (step + 1) % BOUND_EVERY == 0:
                    lane.track.bound()
            self._collector.steps += 1
        return True

    def _beside(self, should_stop: Callable[[], bool] | None) -> bool:
        """Let a crew of CPU threads step the lanes, as many at once as there are threads."""
        stop, one_at_a_time = threading.Event(), threading.Lock()

        def look() -> None:
            with one_at_a_time:
                if should_stop is not None and should_stop():
                    stop.set()

        def turn(lane: Lane) -> bool:
            if lane.step % STOP_EVERY == 0:
                look()
            if stop.is_set():
                return False
            lane.advance()
            return lane.step < self.places.steps

        self._crew.turns(turn, self.lanes)
        self._collector.steps += self.places.steps
        return not stop.is_set()

    def forget(self) -> None:
        """Record every step anew."""
        for lane in self.lanes:
            lane.forget()

    def reasons(self) -> list[str]:
        """Why steps are done plainly, for the lanes that could not be recorded."""
        return [lane.reason for lane in self.lanes if lane.reason]
