"""The learning rate over the epochs."""

from __future__ import annotations

import math

from ..config import OptimConfig, epoch_after


def learning_rate(optim: OptimConfig, epoch: int, step: int, steps: int, epochs: int) -> float:
    """The rate of a step; ``epoch`` and ``step`` count from 0, an epoch has ``steps`` steps.

    The step schedule and the warm-up change between epochs only, as in the reference recipe; the
    cosine falls with every step.
    """
    if epoch < optim.warmup_epochs:
        return optim.lr * (epoch + 1) / optim.warmup_epochs
    if optim.schedule == "step":
        passed = sum(epoch >= epoch_after(at, epochs) for at in optim.decay_at)
        return optim.lr * optim.decay**passed
    if optim.schedule == "cosine":
        length = max(epochs - optim.warmup_epochs, 1) * steps
        done = (epoch - optim.warmup_epochs) * steps + step
        return optim.lr * 0.5 * (1 + math.cos(math.pi * done / length))
    return optim.lr
