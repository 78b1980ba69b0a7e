"""Training of a few parameters on class-balanced batches of fixed features."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from .head import SHORTEST, Trained

MOMENTUM = 0.9


def root_mean_square(rows: Tensor) -> Tensor:
    """The root of the mean squared length of rows (n, d): dividing by it makes learning rates
    independent of how large the features are.
    """
    return rows.square().sum(dim=1).mean().sqrt().clamp_min(SHORTEST)


def fit(
    parameters: Sequence[Tensor],
    logits: Callable[[Tensor], Tensor],
    trained: Trained,
    generator: torch.Generator,
    *,
    epochs: int,
    lr: float,
    batch_size: int,
) -> None:
    """Minimise the cross-entropy of ``logits(rows)`` by SGD with momentum 0.9, in place.

    An epoch draws as many samples as there are, with replacement: first a class, all alike, then
    one of its samples. The learning rate falls from ``lr`` to zero along half a cosine.
    ``logits`` is given row numbers (n,). Nothing waits for the device.
    """
    targets = trained.targets
    weights = (1 / trained.counts.double())[targets].cpu()
    n = len(targets)
    size = min(batch_size, n)
    steps = epochs * -(-n // size)
    optimizer = torch.optim.SGD(parameters, lr=lr, momentum=MOMENTUM)
    step = 0
    for _ in range(epochs):
        order = torch.multinomial(weights, n, replacement=True, generator=generator)
        for rows in torch.split(order.to(targets.device), size):
            optimizer.param_groups[0]["lr"] = lr * (1 + math.cos(math.pi * step / steps)) / 2
            with torch.enable_grad():
                loss = F.cross_entropy(logits(rows), targets[rows])
            gradients = torch.autograd.grad(loss, list(parameters))
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient
            optimizer.step()
            step += 1
