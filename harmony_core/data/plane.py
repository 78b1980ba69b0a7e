"""A data set in the plane: training points, and a test set drawn from the densities behind them."""

from __future__ import annotations

import string

import numpy as np

from ..arrays import Array
from ..config import DataConfig
from .dataset import LongTailedDataset
from .densities import Mixture
from .long_tail import add_label_noise
from .randomness import generator


def plane_dataset(
    config: DataConfig,
    seed: int,
    truth: Mixture,
    train_inputs: Array,
    train_targets: Array,
    *,
    mislabelled: Array | None = None,
    notes: tuple[str, ...] = (),
) -> LongTailedDataset:
    """Draw the balanced test set of ``truth`` and add the label noise of ``config``.

    ``train_inputs`` (n, 2) and ``train_targets`` (n,) are the training points; ``mislabelled`` (n,)
    says which of them carry another class's label already.
    """
    test_counts = np.full(truth.classes, int(config.params["test_per_class"]))
    test_inputs, test_targets = truth.draw(test_counts, generator(seed, "test"))
    train_targets, flipped = add_label_noise(
        train_targets, config.label_noise, truth.classes, generator(seed, "label noise")
    )
    if mislabelled is not None:
        flipped = flipped | mislabelled
    return LongTailedDataset(
        name=config.name,
        kind="points",
        train_inputs=train_inputs,
        train_targets=train_targets,
        test_inputs=test_inputs,
        test_targets=test_targets,
        class_names=tuple(string.ascii_uppercase[: truth.classes]),
        truth=truth,
        flipped=flipped if flipped.any() else None,
        notes=notes,
    )
