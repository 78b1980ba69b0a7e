"""Losses that share a cross-entropy say what each says alone."""

from __future__ import annotations

import torch

from harmony_core.losses import LOSSES
from harmony_core.losses.base import Loss, joint_terms, reduce_all
from tests.losses.cases import CASES, batches, build


def test_all_losses_together_are_each_of_them_alone() -> None:
    alone, together = ([build(name, params) for name, params in CASES] for _ in range(2))
    rng = torch.Generator().manual_seed(0)
    for batch in batches():
        m = len(CASES)
        order = torch.stack([torch.randperm(12, generator=rng) for _ in range(m)])
        logits = batch.logits[order].requires_grad_()
        targets, features = batch.targets[order], batch.features[order]
        terms, denominators = joint_terms(together, logits, targets, features)
        assert denominators is None  # the terms have them
        values = reduce_all(terms)
        (gradient,) = torch.autograd.grad(values.sum(), logits)
        for i, loss in enumerate(alone):
            z = logits[i].detach().requires_grad_()
            own = loss.terms(z, targets[i], features[i] if loss.needs_features else None)
            for mine, other in zip(own, terms[i], strict=True):
                torch.testing.assert_close(mine, other, rtol=1e-12, atol=1e-14)
            value = loss.reduce(own)
            torch.testing.assert_close(value, values[i], rtol=1e-12, atol=1e-14)
            (wanted,) = torch.autograd.grad(value, z)
            torch.testing.assert_close(gradient[i], wanted, rtol=1e-12, atol=1e-14)
    for one, other in zip(alone, together, strict=True):  # and they remember the same
        for mine, its in zip(one.buffers(), other.buffers(), strict=True):
            torch.testing.assert_close(mine, its)


def test_no_loss_goes_round_what_is_shared() -> None:
    for name in LOSSES:
        kind = type(build(name, {}))
        assert kind.terms is Loss.terms
        assert kind.reduce is Loss.reduce
