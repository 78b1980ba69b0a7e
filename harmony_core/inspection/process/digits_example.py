"""Digits-LT as a file to inspect: real images that come with scikit-learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...config import DataConfig
from ...errors import DataError
from ...files import write_atomically

NAME = "digits-lt.npz"
FACTOR = 50.0
CONFIG = DataConfig("digits", {}, FACTOR, "exponential")


def write_digits(folder: Path, seed: int = 0) -> Path:
    """Handwritten digits with imbalance factor 50 and a balanced test split, as an .npz."""
    from ...data import build_dataset

    data = build_dataset(CONFIG, seed)
    path = folder / NAME
    arrays: dict[str, Any] = {
        "x_train": data.train_inputs,
        "y_train": data.train_targets,
        "x_test": data.test_inputs,
        "y_test": data.test_targets,
    }
    write_atomically(
        path,
        lambda file: np.savez_compressed(file, **arrays),
        error=DataError,
        advice="Free some space, then try again.",
    )
    return path
