"""Stochastic gradient descent with momentum, on given gradients and an optimiser's state."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.optim.sgd import sgd

from ...config import OptimConfig


class SGD:
    """SGD on some of an optimiser's parameters; the optimiser keeps the state for checkpoints.

    The same numbers as ``optimizer.step()`` without its bookkeeping, which takes as long as the
    step of a small network. ``weight_decay`` has the decay of each network, None for that of
    ``optim``: one for all, or one for each position of the parameters' leading axis.
    """

    def __init__(
        self,
        parameters: Sequence[Tensor],
        optimizer: torch.optim.SGD,
        optim: OptimConfig,
        weight_decay: Sequence[float | None] = (None,),
    ) -> None:
        self._parameters, self._optimizer, self._optim = parameters, optimizer, optim
        decays = [optim.weight_decay if decay is None else decay for decay in weight_decay]
        self._decay = decays[0] if len(set(decays)) == 1 else optim.weight_decay
        self._excess: Tensor | None = None
        if len(set(decays)) > 1:
            # The kernel takes one decay: what a network has beyond it goes into its gradient.
            like = parameters[0]
            excess = [decay - optim.weight_decay for decay in decays]
            self._excess = torch.tensor(excess, dtype=like.dtype, device=like.device)
        self._momentum: list[Tensor | None] = []

    def forget(self) -> None:
        """Look up the momentum buffers again at the next step: a checkpoint has replaced them."""
        self._momentum = []

    @torch.no_grad()
    def step(self, rate: float | Tensor) -> None:
        """Update the parameters that have a gradient.

        ``rate`` may be a tensor on the device: the fused kernel does not read its value back.
        """
        if not self._momentum:
            self._momentum = self._buffers()
        used = [i for i, parameter in enumerate(self._parameters) if parameter.grad is not None]
        if self._excess is not None:
            for i in used:
                own, gradient = self._parameters[i], self._parameters[i].grad
                gradient.addcmul_(own, self._excess.view(-1, *[1] * (own.ndim - 1)))  # type: ignore[union-attr]
        sgd(
            [self._parameters[i] for i in used],
            [self._parameters[i].grad for i in used],  # type: ignore[misc]
            [self._momentum[i] for i in used],
            weight_decay=self._decay,
            momentum=self._optim.momentum,
            lr=rate,
            dampening=0.0,
            nesterov=False,
            maximize=False,
            fused=True,
        )

    def _buffers(self) -> list[Tensor | None]:
        """The momentum of each parameter: zero at the start, so that the first step is no special
        case."""
        if self._optim.momentum == 0:
            return [None] * len(self._parameters)
        state = self._optimizer.state
        for parameter in self._parameters:
            if state[parameter].get("momentum_buffer") is None:
                state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
        return [state[parameter]["momentum_buffer"] for parameter in self._parameters]
