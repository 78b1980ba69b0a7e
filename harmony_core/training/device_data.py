"""The whole data set as tensors on the training device, and batches cut from it there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from ..arrays import Array
from ..data.dataset import LongTailedDataset
from ..data.image_choices import RESIZED
from ..data.streamed.store import StreamedImages, as_stream
from .epoch_plan import PAD
from .streamed_data import ImageStream, sample_for_moments

Source = Tensor | StreamedImages
"""Inputs on the device, or images on disk that are read when they are needed."""


class DeviceData:
    """Inputs of a data set on a device, in the form that networks take.

    Points and table rows are standardised by the training set's mean and standard deviation (points
    in the plane are centred and divided by one common number, so that circles stay circles). Images
    stay uint8 in memory, (n, h, w, channels); a batch is cropped, flipped, normalised by the
    training set's channel mean and deviation, and permuted to (n, channels, h, w) on the device.
    Images on disk stay there: ``stream`` reads them, and mean and deviation are those of a sample.
    """

    stream: ImageStream | None = None

    def __init__(self, dataset: LongTailedDataset, device: torch.device) -> None:
        self.kind = dataset.kind
        self.device = device
        axes = (0, 1, 2) if self.kind == "images" else (0,)
        inputs = dataset.train_inputs
        self.resized = False
        if (images := as_stream(inputs)) is not None:
            self.stream = ImageStream(images, device)
            self.resized = images.crops == RESIZED
            inputs = sample_for_moments(images)
        if self.kind == "images":
            mean, deviation = _channel_moments(inputs)
        else:
            mean = inputs.mean(axis=axes, dtype=np.float64)
            deviation = inputs.std(axis=axes, dtype=np.float64)
            if self.kind == "points":
                deviation = np.full_like(deviation, np.sqrt((deviation**2).mean()))
        scale = 1 / np.where(deviation > 1e-12, deviation, 1.0)
        if self.kind == "images":  # one value per pixel and channel: a loop over 3 is slow
            pixels = inputs.shape[1] * inputs.shape[2]
            mean, scale = np.tile(mean, pixels), np.tile(scale, pixels)
        self.mean = torch.as_tensor(mean, dtype=torch.float32, device=device)
        self.scale = torch.as_tensor(scale, dtype=torch.float32, device=device)

    def shape(self, inputs: Array) -> tuple[int, ...]:
        """The shape of one input of the network."""
        if self.kind == "images":
            _, height, width, channels = inputs.shape
            return (channels, height, width)
        return tuple(inputs.shape[1:])

    def source(self, inputs: Array) -> Source:
        """Inputs on the device, or as they are if they stay on disk."""
        images = as_stream(inputs)
        return self.load(inputs) if images is None else images

    def chunks(self, images: StreamedImages, size: int) -> Iterator[Tensor]:
        """Images on disk for the networks, not augmented, ``size`` at a time."""
        assert self.stream is not None
        for squares in self.stream.centres(images, size):
            yield self.finish(squares)

    def load(self, inputs: Array, pad: bool = False) -> Tensor:
        """Inputs on the device; ``pad`` adds the border of zeros that crops reach into.

        Images on disk are read if they fit in memory; else `DataError`.
        """
        if (images := as_stream(inputs)) is not None:
            inputs = images.held()
        tensor = torch.from_numpy(np.ascontiguousarray(inputs)).to(self.device)
        if self.kind == "images":
            return torch.nn.functional.pad(tensor, (0, 0, PAD, PAD, PAD, PAD)) if pad else tensor
        return (tensor - self.mean) * self.scale

    def batch(
        self, source: Tensor, index: Tensor, crop: Tensor | None, flip: Tensor | None
    ) -> Tensor:
        """Rows ``index`` of `load`'s tensor for the network, cropped and flipped where given."""
        if crop is not None and flip is not None:
            return self.finish(self.cut(source, index, crop, flip))
        return self.finish(source[index])

    def augmented(self, images: Tensor, crop: Tensor | None, flip: Tensor | None) -> Tensor:
        """Images (n, h, w, channels) for the network, cropped and flipped where given."""
        if crop is not None and flip is not None:
            padded = torch.nn.functional.pad(images, (0, 0, PAD, PAD, PAD, PAD))
            every = torch.arange(len(images), device=images.device)
            return self.finish(self.cut(padded, every, crop, flip))
        if flip is not None:
            images = torch.where(flip[:, None, None, None], images.flip(2), images)
        return self.finish(images)

    def finish(self, batch: Tensor) -> Tensor:
        """Rows of `load`'s tensor, normalised and in the network's layout."""
        if self.kind != "images":
            return batch
        values = batch.flatten(1).to(torch.float32, copy=True).sub_(self.mean).mul_(self.scale)
        return values.view(batch.shape).permute(0, 3, 1, 2)

    def cut(self, source: Tensor, index: Tensor, crop: Tensor, flip: Tensor) -> Tensor:
        """Rows ``index`` of a padded source, cropped at offsets (n, 2), mirrored where ``flip``."""
        padded_height, padded_width, channels = source.shape[1:]
        height, width = padded_height - 2 * PAD, padded_width - 2 * PAD
        rows = torch.arange(height, device=self.device) + crop[:, :1]
        columns = torch.arange(width, device=self.device).expand(len(index), -1)
        columns = torch.where(flip[:, None], width - 1 - columns, columns) + crop[:, 1:]
        lines = (index[:, None] * padded_height + rows) * padded_width
        pixels = (lines[:, :, None] + columns[:, None, :]).flatten()
        cut = source.view(-1, channels).index_select(0, pixels)
        return cut.view(len(index), height, width, channels)


def _channel_moments(images: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of each channel, computed in blocks to save memory."""
    total = np.zeros(images.shape[3])
    square = np.zeros(images.shape[3])
    for start in range(0, len(images), 4096):
        block = images[start : start + 4096].astype(np.float64)
        total += block.sum(axis=(0, 1, 2))
        square += (block**2).sum(axis=(0, 1, 2))
    count = images[..., 0].size
    mean = total / count
    return mean, np.sqrt(np.maximum(square / count - mean**2, 0))
