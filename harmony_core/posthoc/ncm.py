"""Nearest class mean in the space of features."""

from __future__ import annotations

import torch

from .head import Head, Trained, row_norms


def ncm(trained: Trained, generator: torch.Generator, metric: str) -> Head:
    """The class with the nearest mean μ_c of its training features, as a linear layer.

    ``cosine``: z_c = μ_cᵀf / ‖μ_c‖, which orders the classes like the cosine of f and μ_c, and like
    the Euclidean distance of f from μ_c / ‖μ_c‖; both are the rules of Kang et al. 2020 (arXiv
    1910.09217). ``euclidean``: z_c = 2 μ_cᵀf − ‖μ_c‖², which is ‖f‖² − ‖f − μ_c‖². The trained
    layer has no part in it. Only the order of the logits has a meaning: their softmax is no
    probability.
    """
    del generator
    features, targets = trained.features, trained.targets
    sums = torch.zeros_like(trained.head.weight).index_add_(0, targets, features)
    means = sums / trained.counts[:, None]
    if metric == "cosine":
        return Head(means / row_norms(means), torch.zeros_like(trained.head.bias))
    return Head(2 * means, -means.square().sum(dim=1))
