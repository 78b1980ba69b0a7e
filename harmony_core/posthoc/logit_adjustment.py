"""Post-hoc logit adjustment: the class prior is taken off the logits."""

from __future__ import annotations

import torch

from .head import Head, Trained


def logit_adjustment(trained: Trained, generator: torch.Generator, tau: float) -> Head:
    """W, b − τ log π: the prediction is argmax_c z_c − τ log π_c.

    With τ = 1, the default, this is the Bayes rule of balanced test data if softmax(z) are the
    probabilities under the training priors π_c = N_c/N. Menon et al. 2021, arXiv 2007.07314.
    """
    del generator
    counts = trained.counts
    shift = tau * torch.log(counts / counts.sum())
    return Head(trained.head.weight, trained.head.bias - shift)
