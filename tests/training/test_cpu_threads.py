"""Threads go to networks first, then to operations."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from harmony_core.data import LongTailedDataset
from harmony_core.training.cpu_threads import divided


@pytest.mark.parametrize(
    ("model", "side", "methods", "expected"),
    [
        ("mlp", 32, 4, (1, 1)),
        ("small_cnn", 8, 3, (3, 1)),
        ("small_cnn", 8, 9, (4, 1)),
        ("resnet32", 16, 1, (1, 1)),
        ("small_cnn", 17, 1, (1, 4)),
        ("small_cnn", 17, 2, (2, 2)),
        ("small_cnn", 17, 3, (3, 1)),
        ("small_cnn", 17, 16, (4, 1)),
    ],
)
def test_threads_are_divided_among_networks_before_operations(
    model: str, side: int, methods: int, expected: tuple[int, int]
) -> None:
    images = np.zeros((2, side, side, 1), np.uint8)
    targets = np.array([0, 1])
    data = LongTailedDataset("x", "images", images, targets, images, targets, ("a", "b"))
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        with divided(model, data, methods) as division:
            assert division == expected
            assert torch.get_num_threads() == division.within
        assert torch.get_num_threads() == 4
    finally:
        torch.set_num_threads(before)
