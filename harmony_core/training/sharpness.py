"""A sharpness-aware step on the loss of the tail alone (ImbSAM).

The loss of a batch is split by class into L_head + L_tail, both with the denominator of the whole.
The step follows ∇L_head(w) + ∇L_tail(w + ρ ∇L_tail(w) / ‖∇L_tail(w)‖): Zhou et al. 2023, "ImbSAM: A
Closer Look at Sharpness-Aware Minimization in Class-Imbalanced Recognition", arXiv 2308.07815. The
paper's tail are classes with fewer than η samples; here it is the last third of the classes by
rank, so that it has a meaning on small data, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from ..analysis.accuracy import thirds
from ..config import MethodConfig
from ..losses.base import LossTerms
from .batch_norms import batch_norms
from .distributed import average_in_place
from .networks import NetworkGroup

RHO = 0.05
"""ρ, the length of the move: the default of Foret et al. 2021 (arXiv 2010.01412)."""
_LEAST = 1e-12


def tail_classes(class_counts: Tensor) -> Tensor:
    """(c,) bool: the last third of the classes by their training counts.

    >>> tail_classes(torch.tensor([5, 100, 20, 50]))
    tensor([ True, False, False, False])
    """
    groups = thirds(class_counts.cpu().numpy())
    return torch.from_numpy(groups == 2).to(class_counts.device)


def tail_sharpness(
    groups: Sequence[NetworkGroup], methods: Sequence[MethodConfig], class_counts: Tensor
) -> list[TailSharpness]:
    """One for each group of networks with a sharpness-aware method; ``methods`` are all of theirs.

    Methods are numbered as in ``methods``, so the first network of the first group is 0.
    """
    found = []
    for group in groups:
        start = group.networks.start - groups[0].networks.start
        networks = slice(start, start + group.size)
        aware = [i for i in range(start, start + group.size) if methods[i].sam != "none"]
        if aware:
            found.append(TailSharpness(group, networks, aware, tail_classes(class_counts)))
    return found


def find_directions(parts: Sequence[TailSharpness], tails: Sequence[Tensor]) -> None:
    """Find the move of every group from the tail's losses of all methods, with one all-reduce."""
    found = [part.tail_gradients([tails[i] for i in part.methods]) for part in parts]
    average_in_place([g for gradients in found for g in gradients if g is not None])
    for part, gradients in zip(parts, found, strict=True):
        part.aim(gradients)


class TailSharpness:
    """The second gradient of the sharpness-aware methods in one group of networks.

    Each network moves by its own gradient's norm; networks of other methods do not move.
    ``networks`` and ``methods`` are positions in the batch, ``tail`` is (c,) bool.
    """

    def __init__(
        self, group: NetworkGroup, networks: slice, methods: Sequence[int], tail: Tensor
    ) -> None:
        self.forward, self.networks, self.methods = group.forward, networks, methods
        self._parameters, self._stacked = group.parameters, group.stacked
        self._norms = batch_norms(group.module)
        self._tail = tail
        self._moves: list[Tensor | None] = []

    def split(self, terms: LossTerms, classes: Tensor) -> tuple[LossTerms, LossTerms]:
        """The terms of the head and of the tail, whose reductions add up to that of ``terms``."""
        inside = self._tail[classes]
        return (
            terms._replace(weight=terms.weight.masked_fill(inside, 0.0)),
            terms._replace(weight=terms.weight.masked_fill(~inside, 0.0)),
        )

    def tail_gradients(self, tails: Sequence[Tensor]) -> tuple[Tensor | None, ...]:
        """The gradient of the tail's losses by each parameter, from this rank's samples."""
        return self._gradients(tails, keep=True)

    def aim(self, gradients: Sequence[Tensor | None]) -> None:
        """Compute the move ρ g / ‖g‖ from gradients of all ranks; zero where there is no tail."""
        known = [gradient for gradient in gradients if gradient is not None]
        rows = [g.flatten(1) if self._stacked else g.reshape(1, -1) for g in known]
        square = torch.stack([row.float().square().sum(1) for row in rows]).sum(0)
        factor = RHO / (square.sqrt() + _LEAST)
        self._moves = [None if g is None else g * self._view(factor, g) for g in gradients]

    def _gradients(self, tails: Sequence[Tensor], keep: bool = False) -> tuple[Tensor | None, ...]:
        """The gradient by each parameter; None for one that is not used."""
        total = torch.stack(list(tails)).sum()
        return torch.autograd.grad(total, self._parameters, retain_graph=keep, allow_unused=True)

    def _view(self, factor: Tensor, like: Tensor) -> Tensor:
        """One number for each network, to be multiplied with a parameter."""
        return factor.view(-1, *[1] * (like.ndim - 1)) if self._stacked else factor[0]

    @contextmanager
    def moved(self) -> Iterator[None]:
        """The networks at w + ρ g / ‖g‖; running statistics of batch norms stand still."""
        kept = [parameter.detach().clone() for parameter in self._parameters]
        momentum = [norm.momentum for norm in self._norms]
        with torch.no_grad():
            for parameter, move in zip(self._parameters, self._moves, strict=True):
                if move is not None:
                    parameter.add_(move)
        for norm in self._norms:
            norm.momentum = 0.0
        try:
            yield
        finally:
            for norm, before in zip(self._norms, momentum, strict=True):
                norm.momentum = before
            with torch.no_grad():
                for parameter, value in zip(self._parameters, kept, strict=True):
                    parameter.copy_(value)
            self._moves = []

    def add_gradient(self, tails: Sequence[Tensor]) -> None:
        """Add the gradient of the tail's losses to that of the parameters."""
        gradients = self._gradients(tails)
        for parameter, gradient in zip(self._parameters, gradients, strict=True):
            if gradient is None:
                continue
            if parameter.grad is None:
                parameter.grad = gradient
            else:
                parameter.grad.add_(gradient)
