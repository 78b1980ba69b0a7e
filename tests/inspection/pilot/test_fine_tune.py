"""A pretrained backbone takes part where its weights are on the machine, and only there.

The weights are random and made by the test: what fine-tuning brings is not measured here.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.models import resnet18

from harmony_core.errors import ConfigError
from harmony_core.inspection import analyse_tail, read_file
from harmony_core.inspection.image_features import RESNET, frozen_trunk, pretrained_weights, resnet
from harmony_core.inspection.pilot.contestants import CONTESTANTS, chosen, fine_tune
from harmony_core.inspection.pilot.data import pilot_data
from harmony_core.inspection.pilot.networks import OutOfTimeError
from harmony_core.inspection.pilot.options import PilotOptions
from harmony_core.inspection.pilot.pilot import run_pilot
from harmony_core.inspection.pilot.task import SplitTask
from harmony_core.readers.messages import silent

NAMES = ("fine_tune", "fine_tune_balanced", "fine_tune_adjusted")


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A torch home with a ResNet-18 whose weights are random."""
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    drawn = torch.Generator().manual_seed(0)
    state = resnet18().state_dict()
    for value in state.values():
        if value.ndim > 1:
            fan_in = value[0].numel()
            value.copy_(torch.randn(value.shape, generator=drawn) * (2 / fan_in) ** 0.5)
    torch.save(state, folder / RESNET)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(fine_tune, "EPOCHS", 2)
    return folder / RESNET


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Dark, middle and light noise: 36, 16 and 12 images."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [36, 16, 12])
    images = np.stack([rng.integers(70 * c, 70 * c + 100, (32, 32, 3)) for c in labels])
    path = tmp_path / "a.npz"
    np.savez(path, images=images.astype(np.uint8), labels=labels)
    return path


def task(path: Path, **changes: object) -> SplitTask:
    data = pilot_data(read_file(path), silent)
    rows = np.random.default_rng(0).permutation(len(data.codes))
    made = SplitTask(
        data, np.sort(rows[20:]), np.sort(rows[:20]), 0, "balanced_accuracy", {}, lambda: None
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_without_weights_it_is_left_out_and_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert not set(NAMES) & {c.name for c in chosen(None, "points")}
    with pytest.raises(ConfigError, match="nothing is downloaded"):
        chosen(NAMES[:1])
    with pytest.raises(ConfigError, match="nothing is downloaded"):
        chosen(("backbone",))


def test_with_weights_it_runs_on_images_by_default(weights: Path) -> None:
    assert pretrained_weights() == weights
    assert set(NAMES) <= {c.name for c in chosen(None, "points")}
    assert not set(NAMES) & {c.name for c in chosen(None, "table")}


def test_the_frozen_part_and_the_last_block_make_the_network(weights: Path) -> None:
    """What is computed once, pooled after the last block, is what the network says."""
    network = resnet(weights)
    images = np.random.default_rng(0).integers(0, 255, (5, 32, 32, 3)).astype(np.uint8)
    trunk = frozen_trunk(network, images, lambda _: None)
    shown = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    shown = torch.nn.functional.interpolate(shown, size=64, mode="bilinear") / 255
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    scale = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    with torch.inference_mode():
        whole = network((shown - mean) / scale)
        parts = network.layer4(torch.from_numpy(trunk).float()).mean(dim=(2, 3))
    assert torch.allclose(whole, parts, rtol=0.02, atol=0.02)


def test_it_learns_says_how_and_repeats(weights: Path, pictures: Path) -> None:
    first, second = task(pictures), task(pictures)
    said = first.of("fine_tune")
    assert said.shape == (20, 3)
    assert np.exp(said).sum(axis=1) == pytest.approx(1)
    right = said.argmax(axis=1) == first.data.codes[first.test]
    assert right.mean() > 0.8
    assert "linear probe, then last block at rate" in first.notes_of("fine_tune")["recipe"]
    assert np.array_equal(said, second.of("fine_tune"))


def test_the_time_may_be_up(weights: Path, pictures: Path) -> None:
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) > 8:
            raise OutOfTimeError

    with pytest.raises(OutOfTimeError):
        task(pictures, check=check).of("fine_tune")


def test_it_stands_beside_the_others_in_the_pilot(weights: Path, pictures: Path) -> None:
    contents = read_file(pictures)
    tail = analyse_tail(contents.labels.train_counts, None)
    options = PilotOptions(seeds=2, methods=("logistic", *NAMES), seconds=300)
    found = run_pilot(contents, tail, options, curve=False)
    assert [t.name for t in found.trials] == ["logistic", *NAMES_BY_SIMPLICITY]
    assert {t.family for t in found.trials} == {"linear", "backbone"}
    assert found.trial("fine_tune_adjusted").remedy == "adjusted"


NAMES_BY_SIMPLICITY = sorted(NAMES, key=lambda name: CONTESTANTS[name].simplicity)
