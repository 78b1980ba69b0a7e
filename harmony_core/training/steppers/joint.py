"""All networks stepped together: one forward and one backward pass for all methods.

The way for perceptrons, which are one batched network, and for several processes, which average
gradients within a step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext

from torch import Tensor

from ..batch import Batch, for_methods
from ..batch_norms import local_batch_norms, standing_still
from ..distributed import average_gradients, world
from ..epoch_plan import EpochPlan
from ..mixing import Mixing
from ..sharpness import tail_sharpness
from ..step import backward
from .sgd import SGD
from .stepper import STOP_EVERY, Training


class JointStepper:
    """A step is a gather, one forward pass, each method's loss on its own slice, one backward pass
    and one optimiser step. A rank without a sample in the last batch does the same with none.

    ``eager_reason`` says why steps on a GPU are not replayed from CUDA graphs; empty on a CPU.
    """

    def __init__(self, training: Training, eager_reason: str = "") -> None:
        self._training, self._eager_reason = training, eager_reason
        self._parameters = list(training.networks.parameters())
        self._local_norms = local_batch_norms(training.networks)
        methods, groups = training.methods, training.networks.groups()
        self._mixing = Mixing(methods, training.class_counts)
        self._sharpness = tail_sharpness(groups, methods, training.class_counts)
        decays = [method.weight_decay for method in methods]
        if len(set(decays)) == 1:
            parts = [(self._parameters, decays)]
        else:
            parts = [(list(group.parameters), decays[group.networks]) for group in groups]
        self._sgds = [
            SGD(parameters, training.optimizer, training.optim, own) for parameters, own in parts
        ]

    def load(self, plan: EpochPlan, samplers: Sequence[str], rates: Sequence[float]) -> None:
        self._plan, self._samplers, self._rates = plan, samplers, rates

    def run(self, should_stop: Callable[[], bool] | None = None) -> bool:
        n, size = len(self._training.targets), self._training.optim.batch_size
        rank, ranks = world()
        for step, rate in enumerate(self._rates):
            if should_stop is not None and step % STOP_EVERY == 0 and should_stop():
                return False
            rows = slice(step * size + rank, min((step + 1) * size, n), ranks)
            empty = rows.start >= rows.stop
            with standing_still(self._local_norms) if empty else nullcontext():
                self._step(rows, rate)
        return True

    def forget(self) -> None:
        for sgd in self._sgds:
            sgd.forget()

    def describe(self) -> str:
        return f"eager steps: {self._eager_reason}" if self._eager_reason else ""

    def _step(self, rows: slice, rate: float) -> None:
        batch = self._mixed(rows) if self._mixing else Batch(*self._batch(rows))
        terms, losses = backward(
            self._training.networks,
            self._training.losses,
            self._parameters,
            batch,
            self._sharpness,
        )
        average_gradients(self._parameters)
        for sgd in self._sgds:
            sgd.step(rate)
        self._training.collector.add(batch.targets, terms, losses)

    def _mixed(self, rows: slice) -> Batch:
        """The samples of one step in which some methods mix them."""
        assert self._plan.partner is not None  # drawn whenever a method mixes
        assert self._plan.share is not None
        others = self._batch(self._plan.partner[rows])
        return self._mixing.mix(*self._batch(rows), *others, self._plan.share[rows])

    def _batch(self, rows: slice | Tensor) -> tuple[Tensor, Tensor]:
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
        return for_methods(batches, self._samplers)
