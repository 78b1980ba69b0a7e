"""All networks stepped together: one forward and one backward pass for all methods.

The way for perceptrons, which are one batched network, and for several processes, which average
gradients within a step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..distributed import average_gradients, world
from ..epoch_plan import EpochPlan
from ..step import backward
from .sgd import SGD
from .stepper import STOP_EVERY, Training


class JointStepper:
    """A step is a gather, one forward pass, each method's loss on its own slice, one backward pass
    and one optimiser step.

    ``eager_reason`` says why steps on a GPU are not replayed from CUDA graphs; empty on a CPU.
    """

    def __init__(self, training: Training, eager_reason: str = "") -> None:
        self._training, self._eager_reason = training, eager_reason
        self._parameters = list(training.networks.parameters())
        self._sgd = SGD(self._parameters, training.optimizer, training.optim)

    def load(self, plan: EpochPlan, samplers: Sequence[str], rates: Sequence[float]) -> None:
        self._plan, self._samplers, self._rates = plan, samplers, rates

    def run(self, should_stop: Callable[[], bool] | None = None) -> bool:
        n, size = len(self._training.targets), self._training.optim.batch_size
        rank, ranks = world()
        for step, rate in enumerate(self._rates):
            if should_stop is not None and step % STOP_EVERY == 0 and should_stop():
                return False
            self._step(slice(step * size + rank, min((step + 1) * size, n), ranks), rate)
        return True

    def forget(self) -> None:
        self._sgd.forget()

    def describe(self) -> str:
        return f"eager steps: {self._eager_reason}" if self._eager_reason else ""

    def _step(self, rows: slice, rate: float) -> None:
        inputs, targets = self._batch(rows)
        terms, losses = backward(
            self._training.networks, self._training.losses, self._parameters, inputs, targets
        )
        average_gradients(self._parameters)
        self._sgd.step(rate)
        self._training.collector.add(targets, terms, losses)

    def _batch(self, rows: slice) -> tuple[Tensor, Tensor]:
        """Inputs (m, n, …) and targets (m, n) of one step; methods with one sampler share them."""
        crop, flip = self._plan.crop, self._plan.flip
        batches = {}
        for name, order in self._plan.index.items():
            index = order[rows]
            inputs = self._training.data.batch(
                self._training.inputs,
                index,
                None if crop is None else crop[rows],
                None if flip is None else flip[rows],
            )
            batches[name] = (inputs, self._training.targets[index])
        m = len(self._samplers)
        if len(batches) == 1:
            inputs, targets = batches[self._samplers[0]]
            return inputs.expand(m, *inputs.shape), targets.expand(m, -1)
        own = [batches[name] for name in self._samplers]
        return torch.stack([x for x, _ in own]), torch.stack([y for _, y in own])
