"""Classes made of several clusters each."""

from __future__ import annotations

import numpy as np

from ..densities import GaussianMixture, Mixture


def clusters(
    classes: int, weights: tuple[float, ...], widths: tuple[float, ...], spread: float
) -> Mixture:
    """Clusters placed like the seeds of a sunflower, in a disc of radius 1.1.

    ``weights`` and ``widths`` have one entry for each cluster of a class. A cluster's standard
    deviation is its width times ``spread``, in units of the mean spacing of the clusters.
    """
    m = classes * len(weights)
    radius = 1.1 * np.sqrt((np.arange(m) + 0.5) / m)
    angle = np.arange(m) * np.pi * (3 - np.sqrt(5))
    means = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    spacing = 1.1 * np.sqrt(np.pi / m)
    return GaussianMixture(
        means,
        spacing * spread * np.repeat(widths, classes),
        np.tile(np.arange(classes), len(weights)),
        np.repeat(weights, classes),
    )
