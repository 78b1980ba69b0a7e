"""τ-normalisation of the last layer's weights."""

from __future__ import annotations

import torch

from .head import Head, Trained, row_norms


def tau_norm(trained: Trained, generator: torch.Generator, tau: float) -> Head:
    """W_c / ‖W_c‖^τ, without a bias.

    Training gives frequent classes longer weights; τ = 0 keeps them, τ = 1 gives all the length 1.
    The authors choose τ on a validation set from 0 to 2; the default here is 1, which needs none.
    A cosine layer has weights of one length, so that the step changes no prediction.
    Kang et al. 2020, arXiv 1910.09217.
    """
    del generator
    weight = trained.head.weight
    return Head(weight / row_norms(weight) ** tau, torch.zeros_like(trained.head.bias))
