"""Every registered network keeps the same contract."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import pytest
import torch

from harmony_core.errors import ConfigError
from harmony_core.models import MODELS, build_model

SHAPES = {"points": (2,), "table": (7,), "images": (3, 16, 16)}
CASES = [(name, kind) for name, spec in MODELS.items() for kind in spec.kinds]


def seeded(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("name", "kind"), CASES)
@pytest.mark.parametrize("head", ["linear", "cosine"])
def test_calling_a_network_is_its_head_on_its_features(name: str, kind: str, head: str) -> None:
    network = build_model(name, SHAPES[kind], 5, head=head, generator=seeded())
    network.eval()
    inputs = torch.randn(4, *SHAPES[kind], generator=seeded(1))
    features = network.features(inputs)
    logits = network(inputs)
    assert features.ndim == 2
    assert logits.shape == (4, 5)
    torch.testing.assert_close(network.head(features), logits)
    if head == "cosine":
        assert logits.abs().max() <= 1 + 1e-5


@pytest.mark.parametrize("name", MODELS)
def test_initial_weights_depend_on_the_generator_and_on_nothing_else(name: str) -> None:
    shape = SHAPES[MODELS[name].kinds[0]]
    torch.rand(5)  # moves the global state, which must not matter
    first = build_model(name, shape, 3, generator=seeded(1)).state_dict()
    again = build_model(name, shape, 3, generator=seeded(1)).state_dict()
    other = build_model(name, shape, 3, generator=seeded(2)).state_dict()
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not all(torch.equal(first[key], other[key]) for key in first)
    assert all(torch.isfinite(value).all() for value in first.values())


@pytest.mark.parametrize("name", MODELS)
def test_both_heads_start_from_the_same_weights(name: str) -> None:
    shape = SHAPES[MODELS[name].kinds[0]]
    linear = build_model(name, shape, 3, head="linear", generator=seeded())
    cosine = build_model(name, shape, 3, head="cosine", generator=seeded())
    pairs = zip(linear.state_dict().values(), cosine.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("name", MODELS)
def test_every_weight_gets_a_gradient(name: str) -> None:
    shape = SHAPES[MODELS[name].kinds[0]]
    network = build_model(name, shape, 3, generator=seeded())
    network(torch.randn(6, *shape, generator=seeded(1))).square().sum().backward()
    for label, weight in network.named_parameters():
        assert weight.grad is not None, label
        assert weight.grad.abs().sum() > 0, label


@pytest.mark.parametrize("name", MODELS)
def test_declared_parameters_are_the_factory_s(name: str) -> None:
    module, attribute = MODELS[name].factory.split(":")
    factory = getattr(import_module(module), attribute)
    taken = list(inspect.signature(factory).parameters)[3:]
    assert taken == [parameter.name for parameter in MODELS[name].parameters]


def test_resnet32_has_32_layers_and_the_published_size() -> None:
    network = build_model("resnet32", (3, 32, 32), 10)
    layers = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d)]
    assert len(layers) + 1 == 32
    size = sum(p.numel() for p in network.parameters())
    assert size == 464_154  # 0.46 million (He et al. 2016, table 6), shortcuts without weights


def test_resnet_shortcut_halves_the_image_and_pads_channels_with_zeros() -> None:
    from harmony_core.models.resnet_cifar import BasicBlock

    block = BasicBlock(4, 8, stride=2)
    torch.nn.init.zeros_(block.norm2.weight)  # silence the residual branch
    image = torch.rand(2, 4, 6, 6, generator=seeded())
    out = block(image)
    assert torch.equal(out[:, 2:6], image[:, :, ::2, ::2])
    assert out[:, :2].abs().sum() == 0
    assert out[:, 6:].abs().sum() == 0


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"model to be one of mlp, small_cnn, resnet32"):
        build_model("transformer", (2,), 3)
    with pytest.raises(ConfigError, match=r"head to be one of linear, cosine"):
        build_model("mlp", (2,), 3, head="none")
    with pytest.raises(ConfigError, match=r"parameter of model `mlp` \(depth, hidden\)"):
        build_model("mlp", (2,), 3, width=3)


@pytest.fixture
def resnet18_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, torch.Tensor]:
    """Weights of ResNet-18 where torch keeps what it downloads."""
    from torchvision import models

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    weights: dict[str, torch.Tensor] = models.resnet18(weights=None).state_dict()
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    torch.save(weights, tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth")
    return weights


def test_pretrained_weights_replace_the_drawn_ones_below_the_head(
    resnet18_weights: dict[str, torch.Tensor],
) -> None:
    drawn = build_model("resnet18", (3, 32, 32), 4, generator=seeded())
    found = build_model("resnet18", (3, 32, 32), 4, generator=seeded(), pretrained=True)
    own = found.state_dict()
    for name, tensor in resnet18_weights.items():
        if not name.startswith("fc."):
            assert torch.equal(own[f"body.{name}"], tensor), name
    assert torch.equal(found.head.weight, drawn.head.weight)


def test_a_linear_probe_changes_the_head_alone(
    resnet18_weights: dict[str, torch.Tensor],
) -> None:
    network = build_model("resnet18", (3, 32, 32), 4, pretrained=True, trained="head")
    network.train()
    network(torch.randn(4, 3, 32, 32, generator=seeded())).square().sum().backward()
    trained = [name for name, p in network.named_parameters() if p.grad is not None]
    assert trained == ["head.weight", "head.bias"]
    mean = network.state_dict()["body.bn1.running_mean"]
    assert torch.equal(mean, resnet18_weights["bn1.running_mean"])


def test_weights_that_are_not_there_or_not_asked_for_are_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match="got nothing there. Download them with"):
        build_model("resnet50", (3, 32, 32), 4, pretrained=True)
    with pytest.raises(ConfigError, match="Turn `pretrained` on"):
        build_model("resnet18", (3, 32, 32), 4, trained="head")
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    (tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth").write_bytes(b"<html>not found")
    with pytest.raises(ConfigError, match="cannot be loaded"):
        build_model("resnet18", (3, 32, 32), 4, pretrained=True)
