"""The cosine classifier, and the losses that need it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from harmony_core import build_loss
from harmony_core.errors import ConfigError, DataError
from harmony_core.heads import CosineClassifier
from harmony_core.losses import LOSSES
from harmony_core.models.head import CosineHead

COSINE = [name for name, spec in LOSSES.items() if spec.head == "cosine"]


def data() -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    y = torch.repeat_interleave(torch.arange(3), torch.tensor([200, 40, 10]))
    return 2 * torch.eye(3, 6)[y] + torch.randn(250, 6, generator=rng), y


def test_logits_are_cosines_whatever_the_lengths() -> None:
    head, (x, _) = CosineClassifier(6, 3), data()
    z = head(x)
    for i in range(5):
        for c in range(3):
            w = head.weight[c]
            torch.testing.assert_close(z[i, c], x[i] @ w / (x[i].norm() * w.norm()))
    torch.testing.assert_close(head(9 * x), z)
    assert head(x.reshape(5, 50, 6)).shape == (5, 50, 3)
    assert torch.isfinite(head(torch.zeros(1, 6))).all()


def test_it_is_the_cosine_layer_of_the_models() -> None:
    head, ours, (x, _) = CosineClassifier(6, 3), CosineHead(6, 3), data()
    ours.weight.data.copy_(head.weight)
    assert torch.equal(head(x), ours(x))


def test_a_scale_multiplies_and_can_be_learned() -> None:
    x, _ = data()
    plain, fixed = CosineClassifier(6, 3), CosineClassifier(6, 3, scale=16)
    learnable = CosineClassifier(6, 3, scale=16, learnable=True)
    for head in (fixed, learnable):
        head.weight.data.copy_(plain.weight)
        torch.testing.assert_close(head(x), 16 * plain(x))
    assert [name for name, _ in fixed.named_parameters()] == ["weight"]
    learnable(x).sum().backward()
    assert learnable.scale.grad is not None
    assert "scale=learnable" in repr(learnable)


@pytest.mark.parametrize(
    "wrong", [{"in_features": 0}, {"classes": 0}, {"scale": 0.0}, {"scale": "30"}], ids=str
)
def test_wrong_sizes_are_refused(wrong: dict) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        CosineClassifier(**{"in_features": 4, "classes": 2, **wrong})


def trained(name: str, head: nn.Module, steps: int) -> list[float]:
    """The losses of full-batch steps."""
    (x, y), loss = data(), build_loss(name, [200, 40, 10])
    optimiser = torch.optim.SGD(head.parameters(), lr=0.05, momentum=0.9)
    values = []
    for _ in range(steps):
        optimiser.zero_grad()
        value = loss(head(x), y)
        value.backward()
        optimiser.step()
        values.append(value.item())
    return values


@pytest.mark.parametrize("name", COSINE)
def test_a_loss_on_cosines_learns_with_it_and_refuses_a_linear_layer_soon(name: str) -> None:
    linear = nn.Linear(6, 3)
    nn.init.zeros_(linear.weight)  # the first logits could be cosines
    nn.init.zeros_(linear.bias)
    with pytest.raises(DataError, match="CosineClassifier"):
        trained(name, linear, 64)
    cosine = CosineClassifier(6, 3)
    cosine.weight.data.normal_(generator=torch.Generator().manual_seed(1))
    values = trained(name, cosine, 100)
    assert values[-1] < values[0] / 3
    with pytest.raises(DataError, match="without a scale of its own"):
        trained(name, CosineClassifier(6, 3, scale=30), 1)
