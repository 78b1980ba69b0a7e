"""Several networks as one module compute what each computes alone."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from harmony_core.models import build_model
from harmony_core.models.head import Network
from harmony_core.training.heads import mixed_heads
from harmony_core.training.networks import SeparateNetworks, StackedMLP


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_one_batched_network_computes_what_each_network_does() -> None:
    heads = ("linear", "cosine", "linear")
    members: list[Network] = [
        build_model("mlp", (2,), 4, head=head, generator=seeded(i), hidden=8, depth=2)
        for i, head in enumerate(heads)
    ]
    stacked = StackedMLP(members)  # type: ignore[arg-type]
    separate = SeparateNetworks(members)
    inputs = torch.randn(3, 5, 2, generator=seeded(9))
    for a, b in zip(stacked(inputs), separate(inputs), strict=True):
        torch.testing.assert_close(a, b)
    for a, b in zip(stacked.heads(), separate.heads(), strict=True):
        torch.testing.assert_close(a, b)
    stacked(inputs)[0].square().sum().backward()
    separate(inputs)[0].square().sum().backward()
    for i, member in enumerate(members):
        torch.testing.assert_close(stacked.weights[0].grad[i], member.layers[0].weight.grad)  # type: ignore
        torch.testing.assert_close(stacked.head_weight.grad[i], member.head.weight.grad)  # type: ignore[index]


def test_bf16_keeps_float32_outputs_close_to_the_full_ones() -> None:
    members = [
        build_model("small_cnn", (3, 8, 8), 4, generator=seeded(i), width=8) for i in range(2)
    ]
    inputs = torch.randn(2, 6, 3, 8, 8, generator=seeded(5))
    exact = SeparateNetworks(members)(inputs)[0]
    mixed = SeparateNetworks(members, bf16=True)(inputs)[0]
    assert mixed.dtype == torch.float32
    assert not torch.equal(mixed, exact)
    torch.testing.assert_close(mixed, exact, atol=0.05, rtol=0.05)


def test_mixed_heads_are_the_single_heads_and_their_derivatives_are_right() -> None:
    rng = seeded(0)
    features, weight, bias = (
        torch.randn(shape, generator=rng, dtype=torch.float64, requires_grad=True)
        for shape in ((4, 6, 3), (4, 5, 3), (4, 5))
    )
    angular = torch.tensor([1, 3])
    logits = mixed_heads(features, weight, bias, angular)
    for i in range(4):
        if i in angular:
            wanted = F.normalize(features[i], dim=-1) @ F.normalize(weight[i], dim=-1).T
        else:
            wanted = F.linear(features[i], weight[i], bias[i])
        torch.testing.assert_close(logits[i], wanted)
    assert torch.autograd.gradcheck(
        lambda *given: mixed_heads(*given, angular), (features, weight, bias)
    )


def test_a_cosine_of_nothing_is_nothing_and_stays_finite() -> None:
    features = torch.zeros(1, 2, 3, requires_grad=True)
    weight, bias = torch.ones(1, 4, 3, requires_grad=True), torch.ones(1, 4, requires_grad=True)
    logits = mixed_heads(features, weight, bias, torch.tensor([0]))
    logits.sum().backward()
    assert torch.equal(logits, torch.zeros(1, 2, 4))
    assert weight.grad is not None
    assert features.grad is not None
    assert torch.isfinite(features.grad).all()
    assert torch.equal(weight.grad, torch.zeros(1, 4, 3))
