"""The samples of a batch with their labels: one class each, or a share of every class.

A soft target q (n, c), from mixup, CutMix or label smoothing, says how much of a sample belongs to
each class. A loss then treats it as c labelled samples in one, of which class c counts q_c:

    L(z, q) = Σ_c q_c w_c CE(z̃, c),   unit = Σ_c q_c u_c,   g = ½‖p − q‖₁.

∂CE(z, q)/∂z = p − q, so g is half the 1-norm of the gradient, as for a single label, where it is
½((1 − p_y) + Σ_{c≠y} p_c) = 1 − p_y. The least cross-entropy against q is its entropy, which is
not 0; there p = q and g = 0. So g says how much is left to learn, and the loss does not.

Label smoothing ε trains on q' = (1 − ε) q + ε/C, and g = ½‖p − q'‖₁. What is counted, units and
densities, are the labels as they were given: smoothing adds no samples to any class.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .loss_terms import LossTerms

ONE_LABEL = (
    "belongs to one label, and a mixture of labels has none. For mixup and CutMix mix the losses: "
    "share * loss(logits, a) + (1 - share) * loss(logits, b). In place of label smoothing, build "
    "the loss label_aware_smoothing."
)
"""Why a loss refuses soft targets, after its subject, and what to do instead."""


class Samples(NamedTuple):
    """n samples with their labels; what has one entry for each label has the shape of ``targets``.

    >>> hard = Samples(torch.zeros(2, 3), torch.tensor([0, 2]))
    >>> hard.each(torch.tensor([5.0, 6.0, 7.0]))
    tensor([5., 7.])
    >>> soft = soften(hard, torch.tensor([[0.5, 0.0, 0.5], [0.0, 1.0, 0.0]]), smoothing=0.0)
    >>> soft.total(soft.each(torch.tensor([5.0, 6.0, 7.0])))  # ½ · 5 + ½ · 7 + 6
    tensor(12.)
    """

    logits: Tensor
    """(n, c) plain, in float32 or wider."""
    targets: Tensor
    """int64: (n,) the class of each sample; of soft targets (n, c), the class of each share."""
    features: Tensor | None = None
    """(n, d) the last layer's input, if the loss needs it."""
    ignored: Tensor | None = None
    """(n,) bool: which samples count nowhere; ``None`` if all count."""
    given: Tensor | None = None
    """(n, c) shares q of soft targets, 0 where ignored; ``None`` for hard ones."""
    aim: Tensor | None = None
    """(n, c) the shares q' to train on, after label smoothing; ``None`` for hard targets."""

    def each(self, table: Tensor) -> Tensor:
        """The entry of every label's class in a table (c,)."""
        return table.gather(0, self.targets) if self.aim is None else table.expand_as(self.aim)

    def own(self, values: Tensor) -> Tensor:
        """The entry of every label in values (n, c) of samples and classes."""
        return values.gather(1, self.targets[:, None]).squeeze(1) if self.aim is None else values

    def alike(self, values: Tensor) -> Tensor:
        """Values (n,) of the samples, for each of their labels."""
        return values if self.aim is None else values[:, None].expand_as(self.aim)

    def shares(self, dtype: torch.dtype) -> Tensor | None:
        """How much every label counts: ``None`` if all of them count 1."""
        if self.given is not None:
            return self.given.to(dtype)
        return None if self.ignored is None else (~self.ignored).to(dtype)

    def by_class(self, where: Tensor) -> Tensor:
        """(n, c) how much each sample counts for each class; 0 unless ``where`` (n, 1) is true."""
        if self.given is not None:
            return self.given * where
        none = torch.zeros_like(self.logits)
        return none.scatter(1, self.targets[:, None], where.to(none.dtype))

    def total(self, values: Tensor) -> Tensor:
        """The sum of values of the labels, each as much as it counts."""
        shares = self.shares(values.dtype)
        return values.sum() if shares is None else (values * shares).sum()

    def judged(self, adjusted: Tensor) -> tuple[Tensor, Tensor]:
        """Cross-entropy of every label and its sample's gradient norm, under logits (n, c)."""
        if self.aim is None:
            entropy = sample_cross_entropy(adjusted, self.targets)
            return entropy, gradient_norm(entropy)
        log_p = torch.log_softmax(adjusted, 1)
        return -log_p, self.alike(distance(log_p.detach(), self.aim))

    def merged(self, terms: LossTerms) -> LossTerms:
        """The terms (n,) of the samples from those of their labels; 0 for ignored samples."""
        if self.aim is not None and self.given is not None:
            share = self.aim * terms.weight
            weight = share.sum(1)
            entropy = (share * terms.cross_entropy).sum(1)
            entropy = entropy / weight.clamp_min(torch.finfo(weight.dtype).tiny)
            norm, difficulty = terms.grad_norm[:, 0], terms.difficulty[:, 0]
            terms = LossTerms(entropy, weight, norm, (self.given * terms.unit).sum(1), difficulty)
        if self.ignored is None:
            return terms
        return terms._replace(
            cross_entropy=terms.cross_entropy.masked_fill(self.ignored, 0.0),
            weight=terms.weight.masked_fill(self.ignored, 0.0),
            unit=terms.unit.masked_fill(self.ignored, 0.0),
        )


def soften(samples: Samples, shares: Tensor, smoothing: float) -> Samples:
    """The samples with soft targets (n, c), smoothed by ε; ignored ones share nothing.

    >>> plain = Samples(torch.zeros(1, 2), torch.tensor([0]))
    >>> soften(plain, torch.tensor([[1.0, 0.0]]), smoothing=0.5).aim
    tensor([[0.7500, 0.2500]])
    """
    logits, ignored = samples.logits, samples.ignored
    classes = logits.shape[1]
    given = shares.to(logits.dtype)
    if ignored is not None:
        given = given.masked_fill(ignored[:, None], 0.0)
    aim = given
    if smoothing:
        aim = given * (1 - smoothing) + smoothing / classes
        if ignored is not None:
            aim = aim.masked_fill(ignored[:, None], 0.0)
    place = torch.arange(classes, device=logits.device).expand_as(given)
    return samples._replace(targets=place, given=given, aim=aim)


def sample_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """−log softmax(z)_y of each sample (n,), with gradient.

    >>> sample_cross_entropy(torch.zeros(1, 2), torch.tensor([0]))  # log 2
    tensor([0.6931])
    """
    return torch.nn.functional.cross_entropy(logits, targets, reduction="none")


def gradient_norm(cross_entropy: Tensor) -> Tensor:
    """g = 1 − p_y = ½‖∂CE/∂z‖₁ of each sample, in [0, 1], detached.

    Computed as −expm1(−CE), which stays precise when p_y is close to 1; NaN stays NaN.

    >>> gradient_norm(torch.tensor([0.0, 0.6931]))
    tensor([0.0000, 0.5000])
    """
    return torch.expm1(-cross_entropy.detach()).neg_().clamp_(0, 1)


def distance(log_p: Tensor, shares: Tensor) -> Tensor:
    """g = ½‖p − q‖₁ of each sample (n,), with gradient; log p and q (n, c).

    Computed as Σ_c max(p_c − q_c, 0), the same where both sum to 1; of a single label this is
    Σ_{c≠y} p_c, which stays precise when p_y is close to 1.

    >>> distance(torch.tensor([[0.75, 0.25]]).log(), torch.tensor([[0.5, 0.5]]))
    tensor([0.2500])
    """
    return (log_p.exp() - shares).clamp_min(0).sum(1).clamp_max(1)
