"""Batches of images that stay on disk, on the training device.

Axes: n images of an epoch, k images of a batch, s side of the squares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from ..arrays import Array
from ..data.streamed.loader import AHEAD, ImageLoader
from ..data.streamed.store import CENTRE, StreamedImages
from ..data.streamed.workers import workers_for

MOMENT_IMAGES = 2_048
"""Training images from which the channels' mean and deviation are estimated."""


class ImageStream:
    """Reads a training set and a test set of one store with the same processes."""

    def __init__(self, images: StreamedImages, device: torch.device) -> None:
        self.size = images.store.size
        self._device = device
        self._loader = ImageLoader(images.store, workers_for(len(images)))

    @property
    def workers(self) -> int:
        """The processes that decode; 0 if this one does."""
        return self._loader.workers

    def bytes_ahead(self, batch: int) -> int:
        """What decoded batches of so many images may take at a time."""
        return (self.workers * AHEAD + 1) * batch * self.size**2 * 3

    def batches(self, requests: Sequence[Array]) -> Iterator[Tensor]:
        """(k, s, s, 3) uint8 on the device for each of ``requests`` of `ImageLoader`."""
        for batch in self._loader.batches(requests):
            yield batch.to(self._device, non_blocking=True)

    def centres(self, images: StreamedImages, size: int) -> Iterator[Tensor]:
        """All of some images of the store as they are tested, ``size`` at a time."""
        return self.batches(
            [centred(images.rows[i : i + size]) for i in range(0, len(images), size)]
        )


def centred(rows: Array) -> Array:
    """Requests (k, 2) for the central squares of rows of a store."""
    return np.stack([rows, np.full(len(rows), CENTRE)], axis=1).astype(np.int64)


def sample_for_moments(images: StreamedImages) -> Array:
    """(k, s, s, 3) uint8: images spread evenly over the set, all of them if they are few."""
    rows = np.linspace(0, len(images) - 1, min(len(images), MOMENT_IMAGES)).round()
    return images[rows.astype(np.int64)]
