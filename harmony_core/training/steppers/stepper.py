"""What a stepper is given, and what it can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ...config import MethodConfig, OptimConfig
from ...losses.base import Loss
from ..collector import Collector
from ..device_data import DeviceData
from ..epoch_plan import EpochPlan
from ..networks import Ensemble

STOP_EVERY = 16
"""Steps between two calls of ``should_stop``."""


@dataclass(frozen=True)
class Training:
    """The networks of one repeat and all that a step reads and updates."""

    networks: Ensemble
    methods: Sequence[MethodConfig]
    losses: Sequence[Loss]
    optimizer: torch.optim.SGD
    optim: OptimConfig
    data: DeviceData
    inputs: Tensor
    """The training set as `DeviceData.load` returns it; empty if it stays on disk."""
    targets: Tensor
    """(n,) int64, on the device."""
    class_counts: Tensor
    """(c,) training samples of each class, on the device."""
    augment: bool
    collector: Collector

    @property
    def steps(self) -> int:
        """Steps of an epoch; the last may have a smaller batch."""
        return -(-len(self.targets) // self.optim.batch_size)


class Stepper(Protocol):
    """Takes all networks through an epoch, step by step."""

    def load(self, plan: EpochPlan, samplers: Sequence[str], rates: Sequence[float]) -> None:
        """Prepare an epoch: its draws, the sampler of each method, the learning rate of each step.

        Schedules change the losses in place before this call.
        """

    def run(self, should_stop: Callable[[], bool] | None = None) -> bool:
        """Do the steps of the loaded epoch; False if ``should_stop`` ended it early.

        Does not wait for the device: work queued on it afterwards sees the results.
        """

    def forget(self) -> None:
        """Drop what refers to optimiser state or memory that a checkpoint has just replaced."""

    def describe(self) -> str:
        """How steps are started on a GPU, in words for a record; empty on a CPU."""
