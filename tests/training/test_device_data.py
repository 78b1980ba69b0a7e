"""Batches cut on the device are those that NumPy cuts."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from harmony_core.data import LongTailedDataset
from harmony_core.training.device_data import DeviceData
from harmony_core.training.epoch_plan import PAD

CPU = torch.device("cpu")


def image_data() -> LongTailedDataset:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (6, 5, 4, 3), dtype=np.uint8)
    targets = np.array([0, 0, 1, 1, 0, 1])
    return LongTailedDataset("x", "images", images, targets, images, targets, ("a", "b"))


def test_crop_and_flip_are_those_of_a_padded_image() -> None:
    dataset = image_data()
    inputs = DeviceData(dataset, CPU)
    source = inputs.load(dataset.train_inputs, pad=True)
    index = torch.tensor([3, 0, 5])
    crop = torch.tensor([[0, 0], [4, 4], [7, 1]])
    flip = torch.tensor([False, True, True])
    cut = inputs.cut(source, index, crop, flip).numpy()
    padded = np.pad(dataset.train_inputs, ((0, 0), (PAD, PAD), (PAD, PAD), (0, 0)))
    for i in range(3):
        y, x = crop[i].tolist()
        window = padded[index[i], y : y + 5, x : x + 4]
        np.testing.assert_array_equal(cut[i], window[:, ::-1] if flip[i] else window)


def test_images_reach_the_network_with_zero_mean_and_unit_deviation() -> None:
    dataset = image_data()
    inputs = DeviceData(dataset, CPU)
    batch = inputs.finish(inputs.load(dataset.train_inputs))
    assert batch.shape == (6, 3, 5, 4)
    torch.testing.assert_close(batch.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(batch.std((0, 2, 3), correction=0), torch.ones(3))


def test_points_keep_their_shape() -> None:
    points = np.array([[0, 0], [4, 0], [0, 1], [4, 1]], dtype=np.float32)
    targets = np.array([0, 0, 1, 1])
    inputs = DeviceData(
        LongTailedDataset("x", "points", points, targets, points, targets, ("a", "b")), CPU
    )
    out = inputs.load(points)
    side = out.amax(0) - out.amin(0)
    assert side[0] / side[1] == pytest.approx(4.0)
    assert out.mean() == pytest.approx(0, abs=1e-6)
