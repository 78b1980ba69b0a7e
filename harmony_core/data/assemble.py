"""From a pool of samples and a test set to a long-tailed data set: cut, then disturb labels."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..config import DataConfig
from .dataset import LongTailedDataset
from .long_tail import add_label_noise, subsample
from .randomness import generator
from .streamed.store import as_stream, rows_of


def assemble(
    config: DataConfig,
    seed: int,
    *,
    kind: str,
    pool: tuple[Array, Array],
    test: tuple[Array, Array],
    counts: Array,
    class_names: tuple[str, ...],
    augment: bool = False,
    notes: tuple[str, ...] = (),
) -> LongTailedDataset:
    """Draw ``counts`` (c,) training samples from the pool and add the config's label noise.

    ``pool`` and ``test`` are inputs and targets. Which samples are drawn depends on the seed alone.
    """
    inputs, targets = pool
    rows = subsample(targets, counts, generator(seed, "subsample"))
    train_targets, flipped = add_label_noise(
        targets[rows], config.label_noise, len(class_names), generator(seed, "label noise")
    )
    return LongTailedDataset(
        name=config.name,
        kind=kind,
        train_inputs=_in_order(rows_of(inputs, rows)),
        train_targets=train_targets,
        test_inputs=_in_order(test[0]),
        test_targets=test[1],
        class_names=class_names,
        augment=augment,
        flipped=flipped if flipped.any() else None,
        notes=notes,
    )


def _in_order(inputs: Array) -> Array:
    """Inputs contiguous in memory; images on disk stay there."""
    return np.ascontiguousarray(inputs) if as_stream(inputs) is None else inputs
