"""Which recorded epochs get a picture, and so keep their features."""

from __future__ import annotations

import numpy as np

from ...config import ExperimentConfig

MOST_PICTURES = 40


def picture_epochs(config: ExperimentConfig, most: int = MOST_PICTURES) -> list[int]:
    """The recorded epochs that get a picture: all, or about ``most`` of them evenly spread.

    Fixed before training, so that pictures made during it and afterwards are the same; the first
    and the last epoch are always among them.
    """
    recorded = config.recorded_epochs()
    if len(recorded) <= most:
        return recorded
    at = np.unique(np.linspace(0, len(recorded) - 1, most).round().astype(int))
    return [recorded[i] for i in at]
