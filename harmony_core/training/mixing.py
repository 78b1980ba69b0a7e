"""Mixed samples: each is a share of one training sample and the rest of another of its batch.

Mixup: x = λ x_a + (1 − λ) x_b, and the loss is λ L(z, y_a) + (1 − λ) L(z, y_b), with λ from
Beta(1, 1), one for each batch (Zhang et al. 2018, arXiv 1710.09412). Remix gives the whole label to
the rarer of two classes where it is the larger part and the other class is much more frequent (Chou
et al. 2020, arXiv 2007.03943). Axes: m methods, n samples of a batch.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..config import MethodConfig
from .batch import Batch

REMIX_RATIO = 3.0
"""κ: how many times more samples the frequent class has at least (Chou et al. 2020)."""
REMIX_SHARE = 0.5
"""τ: the frequent class is a smaller share of the sample than this (Chou et al. 2020)."""


def draw_partners(n: int, batch_size: int, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """Partner (n,) and share λ (n,) of each position of an epoch, in batches of ``batch_size``.

    Partners are a permutation of the positions of each batch. λ is drawn once a batch from
    Beta(1, 1), the uniform distribution, and is then max(λ, 1 − λ): exchanging the two parts of
    every sample gives the same batch in distribution, and so a sample's own label is that of its
    larger part.
    """
    batch = torch.arange(n) // batch_size
    partner = (batch + torch.rand(n, generator=draw, dtype=torch.float64)).argsort()
    share = torch.rand(-(-n // batch_size), generator=draw)
    return partner, torch.maximum(share, 1 - share)[batch]


def mixed_inputs(own: Tensor, partner: Tensor, share: Tensor) -> Tensor:
    """λ x_a + (1 − λ) x_b of inputs (n, …), for shares λ (n,)."""
    share = share.view(-1, *[1] * (own.ndim - 1))
    return own * share + partner * (1 - share)


def remix_share(share: Tensor, own: Tensor, partner: Tensor) -> Tensor:
    """The share of the own label under Remix, from shares λ and class counts N_a and N_b.

    0 where N_a / N_b ≥ κ and λ < τ; 1 where N_b / N_a ≥ κ and 1 − λ < τ; else λ.

    >>> own, partner = torch.tensor([9, 3, 9]), torch.tensor([3, 9, 3])
    >>> remix_share(torch.tensor([0.4, 0.6, 0.6]), own, partner)
    tensor([0.0000, 1.0000, 0.6000])
    """
    to_partner = (own >= REMIX_RATIO * partner) & (share < REMIX_SHARE)
    to_own = (partner >= REMIX_RATIO * own) & (1 - share < REMIX_SHARE)
    return share.masked_fill(to_partner, 0.0).masked_fill(to_own, 1.0)


class Mixing:
    """Which of some methods mix samples, and how much of the label each sample keeps.

    ``class_counts`` (c,) is on the training device.
    """

    def __init__(self, methods: Sequence[MethodConfig], class_counts: Tensor) -> None:
        self.methods = [i for i, method in enumerate(methods) if method.mix != "none"]
        self._counts = class_counts
        remix = [method.mix == "remix" for method in methods]
        self._remix = torch.tensor(remix, device=class_counts.device)[:, None]

    def __bool__(self) -> bool:
        return bool(self.methods)

    def mix(
        self, inputs: Tensor, targets: Tensor, others: Tensor, partners: Tensor, share: Tensor
    ) -> Batch:
        """The batch of inputs (m, n, …) and labels (m, n), mixed with others at shares λ (n,).

        The inputs of methods that do not mix stay as they are.
        """
        mixed = [
            mixed_inputs(own, other, share) if i in self.methods else own
            for i, (own, other) in enumerate(zip(inputs, others, strict=True))
        ]
        share = share.expand(targets.shape)
        rebalanced = remix_share(share, self._counts[targets], self._counts[partners])
        kept = torch.where(self._remix, rebalanced, share)
        return Batch(torch.stack(mixed), targets, self.methods, partners, kept)
