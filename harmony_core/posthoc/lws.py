"""LWS: a factor for each class's logit, learned on class-balanced batches."""

from __future__ import annotations

import torch

from .balanced_training import fit, root_mean_square
from .head import Head, Trained


def lws(
    trained: Trained, generator: torch.Generator, epochs: int, lr: float, batch_size: int
) -> Head:
    """s_c W_c, s_c b_c with s from min CE(s ⊙ z, y), every class drawn equally often.

    Starts at s = 1, the trained layer. The factors are learned as s = 1 + u/ρ, where ρ is the root
    mean square length of z, so that the learning rate suits logits of any size. As in the authors'
    code, the factor multiplies the bias too. Learnable weight scaling, Kang et al. 2020,
    arXiv 1910.09217.
    """
    logits = trained.head.logits(trained.features)
    size = root_mean_square(logits)
    change = torch.zeros_like(trained.head.bias).requires_grad_()
    fit(
        [change],
        lambda rows: logits[rows] * (1 + change / size),
        trained, generator, epochs=epochs, lr=lr, batch_size=batch_size,
    )  # fmt: skip
    factor = (1 + change / size).detach()
    return Head(trained.head.weight * factor[:, None], trained.head.bias * factor)
