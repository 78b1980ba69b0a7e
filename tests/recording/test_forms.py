"""What a criterion may be called with: dense outputs, ignored targets, shares of classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import harmony_core
from harmony_core.errors import DataError
from harmony_core.losses import build_loss
from harmony_core.recording.criterion import criterion_of
from harmony_core.recording.samples import samples_of, smoothed

from .loops import only_frame

DRAW = torch.Generator().manual_seed(0)


def recorded(root: Path, criterion: nn.Module, logits: Tensor, targets: Tensor, **more: object):  # type: ignore[no-untyped-def]
    """The frame of one step of a watched criterion, which is also called as a test."""
    with harmony_core.record(root, loss=criterion, **more) as run:  # type: ignore[arg-type]
        criterion(logits.requires_grad_(), targets)
        with torch.inference_mode():
            criterion(logits, targets)
        run.epoch()
    return only_frame(root, run.id, 1)


def test_an_image_is_a_sample_for_each_pixel(tmp_path: Path) -> None:
    logits = torch.randn(2, 3, 4, 5, generator=DRAW)
    targets = torch.randint(0, 3, (2, 4, 5), generator=DRAW)
    frame = recorded(tmp_path, nn.CrossEntropyLoss(), logits, targets)
    flat, y = logits.detach().movedim(1, -1).reshape(-1, 3), targets.flatten()
    np.testing.assert_array_equal(frame.grad_counts.sum(axis=1), torch.bincount(y, minlength=3))
    g = (1 - flat.softmax(1).gather(1, y[:, None])[:, 0]).double()
    np.testing.assert_allclose(frame.grad_pull.sum(), g.sum(), rtol=1e-5)
    predicted = flat.argmax(1)
    for true in range(3):
        for chosen in range(3):
            assert frame.confusion[true, chosen] == ((y == true) & (predicted == chosen)).sum()


def test_features_of_an_image_are_read_as_its_logits(tmp_path: Path) -> None:
    logits = torch.randn(2, 3, 4, 5, generator=DRAW)
    targets = torch.randint(0, 3, (2, 4, 5), generator=DRAW)
    features = torch.randn(2, 6, 4, 5, generator=DRAW)
    loss = build_loss("ib", [5, 3, 2])
    with harmony_core.record(tmp_path, loss=loss) as run:
        loss(logits.requires_grad_(), targets, features)
        run.epoch()
    flat, y = logits.detach().movedim(1, -1).reshape(-1, 3), targets.flatten()
    weight = loss.terms(flat, y, features.movedim(1, -1).reshape(-1, 6)).weight.double()
    expected = torch.zeros(3, dtype=torch.float64).index_add_(0, y, weight)
    frame = only_frame(tmp_path, run.id, 1)
    np.testing.assert_allclose(frame.grad_weights.sum(axis=1), expected, rtol=1e-6)


def test_ignored_targets_count_nowhere(tmp_path: Path) -> None:
    logits, targets = torch.randn(6, 3, generator=DRAW), torch.tensor([0, -100, 2, 1, -100, 2])
    frame = recorded(tmp_path, nn.CrossEntropyLoss(), logits, targets)
    assert frame.grad_counts.sum(axis=1).tolist() == [1, 1, 2]
    assert frame.tested.tolist() == [1, 1, 2]


def test_a_dimension_of_classes_can_be_named(tmp_path: Path) -> None:
    logits = torch.randn(2, 5, 3, generator=DRAW)
    targets = torch.randint(0, 3, (2, 5), generator=DRAW)
    with harmony_core.record(tmp_path, class_dim=-1, ignore_index=0) as run:
        run.step(logits, targets)
        run.epoch()
    counts = torch.bincount(targets.flatten(), minlength=3)
    counts[0] = 0
    np.testing.assert_array_equal(only_frame(tmp_path, run.id, 1).grad_counts.sum(axis=1), counts)


def test_the_gradient_norm_of_shares_is_half_their_distance(tmp_path: Path) -> None:
    logits = torch.randn(8, 3, generator=DRAW, dtype=torch.float64)
    shares = torch.rand(8, 3, generator=DRAW, dtype=torch.float64)
    shares /= shares.sum(1, keepdim=True)
    z = logits.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(z, shares, reduction="sum"), z)
    measured = criterion_of(nn.CrossEntropyLoss()).measure(samples_of(logits, shares))
    torch.testing.assert_close(measured.grad_norm, gradient.abs().sum(1) / 2)
    frame = recorded(tmp_path, nn.CrossEntropyLoss(), logits.float(), shares.float())
    np.testing.assert_array_equal(
        frame.grad_counts.sum(axis=1), torch.bincount(shares.argmax(1), minlength=3)
    )


def test_label_smoothing_is_a_share_of_every_class() -> None:
    logits, targets = torch.randn(5, 4, generator=DRAW), torch.tensor([0, 1, 2, 3, 0])
    z = logits.clone().requires_grad_()
    loss = F.cross_entropy(z, targets, reduction="sum", label_smoothing=0.1)
    (gradient,) = torch.autograd.grad(loss, z)
    criterion = criterion_of(nn.CrossEntropyLoss(label_smoothing=0.1))
    measured = criterion.measure(samples_of(logits, targets))
    torch.testing.assert_close(measured.grad_norm, gradient.abs().sum(1) / 2)
    torch.testing.assert_close(smoothed(samples_of(logits, targets), 0.1).sum(1), torch.ones(5))


def test_one_hot_shares_are_classes() -> None:
    logits, targets = torch.randn(5, 3, generator=DRAW), torch.tensor([0, 1, 2, 1, 0])
    criterion = criterion_of(nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 4.0])))
    hard = criterion.measure(samples_of(logits, targets))
    soft = criterion.measure(samples_of(logits, F.one_hot(targets, 3).float()))
    torch.testing.assert_close(hard.grad_norm, soft.grad_norm)
    torch.testing.assert_close(hard.weight, soft.weight)


def test_a_loss_of_harmony_reads_soft_targets_itself(tmp_path: Path) -> None:
    logits = torch.randn(8, 3, generator=DRAW)
    shares = torch.rand(8, 3, generator=DRAW)
    shares /= shares.sum(1, keepdim=True)
    loss = build_loss("weighted_ce", [5, 3, 2], label_smoothing=0.1)
    measured = criterion_of(loss).measure(samples_of(logits, shares))
    aim = 0.9 * shares + 0.1 / 3
    expected = (logits.softmax(1) - aim).abs().sum(1) / 2
    torch.testing.assert_close(measured.grad_norm, expected)
    assert measured.weight.shape == (8,)
    frame = recorded(tmp_path, loss, logits, shares)
    np.testing.assert_allclose(frame.grad_pull.sum(), (measured.weight * expected).sum(), rtol=1e-5)


def test_a_single_logit_is_two_classes(tmp_path: Path) -> None:
    logits, targets = torch.tensor([2.0, -1.0, 0.5]), torch.tensor([1.0, 0.0, 0.0])
    frame = recorded(tmp_path, nn.BCEWithLogitsLoss(), logits, targets)
    np.testing.assert_array_equal(frame.confusion, [[1, 1], [0, 1]])
    p = logits.detach().sigmoid()
    g = (p - targets).abs().double()
    np.testing.assert_allclose(frame.grad_pull.sum(), g.sum(), rtol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_low_precision_is_measured_in_float32(dtype: torch.dtype) -> None:
    logits, targets = torch.tensor([[8.0, 0.0]], dtype=dtype), torch.tensor([0])
    measured = criterion_of(nn.CrossEntropyLoss()).measure(samples_of(logits, targets))
    assert measured.grad_norm.dtype == torch.float32
    assert measured.grad_norm.item() == pytest.approx(1 / (1 + np.exp(8)), rel=1e-4)


@pytest.mark.parametrize(
    ("logits", "targets"),
    [
        (torch.zeros(2, 3, 4), torch.zeros(2, 3, dtype=torch.int64)),
        (torch.zeros(2, 3), torch.zeros(3, dtype=torch.int64)),
        (torch.zeros(2, 3, dtype=torch.int64), torch.zeros(2, dtype=torch.int64)),
        (torch.zeros(4), torch.zeros(3)),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, logits: Tensor, targets: Tensor) -> None:
    run = harmony_core.record(tmp_path)
    with pytest.raises(DataError, match="class_dim"):
        run.step(logits, targets)
    run.close()


def test_classes_have_to_be_those_of_the_logits(tmp_path: Path) -> None:
    run = harmony_core.record(tmp_path, classes=["a", "b"])
    with pytest.raises(DataError, match="3 classes of the logits, but got 2"):
        run.step(torch.zeros(2, 3), torch.tensor([0, 1]))
    run.close()


def test_many_classes_are_kept_by_their_cells(tmp_path: Path) -> None:
    c = 300
    targets = torch.arange(c)
    logits = F.one_hot(targets.roll(1), c).float()
    with harmony_core.record(tmp_path, train_targets=targets, tracked=20) as run:
        run.step(logits, targets, index=targets)
        run.test(logits, targets)
        run.epoch()
    frame = only_frame(tmp_path, run.id, 1)
    assert frame.confusion.row(5)[0].tolist() == [4]
    assert frame.tracked_loss.shape == (20,)
