"""Features and logits combined into the vectors whose distances the map shows.

    F = [ √(1 − λ) · X,  √λ · √p ]

X are the features, centred and divided by their root-mean-square radius; p the predicted
probabilities. √p has length 1 and ‖√p − √q‖ is √2 times the Hellinger distance, so both parts are
on the same scale, and λ is the share of the prediction. λ = 0.3 raised the map's agreement
with the network from .91 to .93 on ten classes and from .76 to .92 on a hundred hard ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError

MIN_SAMPLES = 3
TINY = 1e-12


def as_array(values: Any) -> Array:
    """Convert an array, a list, or a tensor on any device to a NumPy array."""
    for step in ("detach", "cpu"):
        values = getattr(values, step, lambda values=values: values)()
    if "bfloat16" in str(getattr(values, "dtype", "")):
        values = values.float()
    return np.asarray(values)


def check_model_output(features: Any, logits: Any) -> tuple[Array, Array]:
    """Features (n, d) and logits (n, c) as float32; `DataError` if they cannot be mapped."""
    parts = []
    for name, values, least in (("features", features, 1), ("logits", logits, 1)):
        array = as_array(values)
        if array.ndim != 2 or array.shape[1] < least or array.dtype.kind not in "fiu":
            raise DataError(
                f"Expected {name} to be numbers of shape (samples, {name}), "
                f"but got {array.dtype} of shape {array.shape}. Flatten each sample to one row."
            )
        parts.append(array.astype(np.float32))
    rows, answers = parts
    if len(rows) != len(answers):
        raise DataError(
            f"Expected one row of logits for each row of features, "
            f"but got {len(rows)} rows of features and {len(answers)} of logits."
        )
    if len(rows) < MIN_SAMPLES:
        raise DataError(
            f"Expected at least {MIN_SAMPLES} samples to lay out a map, but got {len(rows)}. "
            "Add samples."
        )
    bad = broken_rows(rows, answers)
    if bad:
        raise DataError(
            f"Expected finite features and logits, but got NaN or infinity in {bad} of {len(rows)} "
            "rows. Training may have diverged: lower the learning rate, or look at an earlier "
            "epoch."
        )
    return rows, answers


def broken_rows(features: Array, logits: Array) -> int:
    """The number of rows with NaN or infinity in the features or the logits."""
    fine = np.isfinite(features).all(axis=1) & np.isfinite(logits).all(axis=1)
    return int((~fine).sum())


def probabilities(logits: Array) -> Array:
    """Softmax of (n, c) logits, float32; the caller has already applied any scale of the loss."""
    shifted = logits.astype(np.float32) - logits.max(axis=1, keepdims=True)
    raised = np.exp(shifted)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def scaled(features: Array, metric: str = "euclidean") -> Array:
    """(n, d) features centred and divided by their root-mean-square radius, float32.

    With ``metric="cosine"`` each row is first normalised to length 1; the squared Euclidean
    distance of such rows is 2 · (1 − cosine). Features that are all equal become zeros.
    """
    rows = features.astype(np.float64)
    if metric == "cosine":
        rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), TINY)
    size = np.abs(rows).max(initial=0.0)
    rows = rows - rows.mean(axis=0)
    radius = np.sqrt((rows**2).sum(axis=1).mean())
    if radius <= 1e-7 * size or radius < TINY:  # only rounding error is left
        return np.zeros(rows.shape, dtype=np.float32)
    return np.asarray(rows / radius, dtype=np.float32)


def mixed(features: Array, p: Array, mixing: float, metric: str = "euclidean") -> Array:
    """F as defined above: (n, d + c) float32; (n, d) if λ is 0, (n, c) if it is 1."""
    if mixing >= 1:
        return np.asarray(np.sqrt(p), dtype=np.float32)
    x = scaled(features, metric)
    if mixing <= 0:
        return x
    joined = np.concatenate([np.sqrt(1 - mixing) * x, np.sqrt(mixing) * np.sqrt(p)], axis=1)
    return joined.astype(np.float32)


def radius_of(points: Array) -> float:
    """Root-mean-square distance from the centre, at least `TINY`."""
    centred = points - points.mean(axis=0)
    return max(float(np.sqrt((centred.astype(np.float64) ** 2).sum(axis=1).mean())), TINY)
