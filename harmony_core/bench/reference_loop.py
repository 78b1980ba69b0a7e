"""The training loop that Harmony is compared with: PyTorch with a DataLoader, one method at a time.

The recipe of the long-tailed literature (LDAM-DRW): SGD with momentum, crop and flip by torchvision
on PIL images, class-balanced weights for the last fifth of the epochs. Tuned as an experienced user
of PyTorch would: persistent workers, uint8 images in one array, channels-last memory, the fused
optimiser, gradients set to None, and one value read from the device per epoch. Only the network is
the same as in Harmony, so the loops are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

Array = np.ndarray[Any, np.dtype[Any]]
Criterion = Callable[[Tensor, Tensor], Tensor]
BETA = 0.9999


class AugmentedImages(Dataset[tuple[Tensor, int]]):
    """uint8 images (n, h, w, channels), cropped, flipped and normalised one by one."""

    def __init__(self, images: Array, targets: Array) -> None:
        from torchvision import transforms

        self.images, self.targets = images, targets
        pixels = images.reshape(-1, images.shape[-1]) / 255
        self.transform = transforms.Compose(
            [
                transforms.RandomCrop(images.shape[1], padding=4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize(pixels.mean(0).tolist(), pixels.std(0).tolist()),
            ]
        )

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        from PIL import Image

        return self.transform(Image.fromarray(self.images[index])), int(self.targets[index])


def plain_images(images: Array, targets: Array) -> TensorDataset:
    """Normalised images in memory, for data without augmentation."""
    values = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    mean, deviation = values.mean((0, 2, 3), keepdim=True), values.std((0, 2, 3), keepdim=True)
    return TensorDataset((values - mean) / deviation, torch.from_numpy(targets))


def loader(
    images: Array, targets: Array, *, augment: bool, batch_size: int, workers: int, seed: int = 0
) -> DataLoader[Any]:
    """Shuffled batches; only augmented images go through workers."""
    dataset: Dataset[Any] = (
        AugmentedImages(images, targets) if augment else plain_images(images, targets)
    )
    workers = workers if augment else 0
    return DataLoader(
        dataset,
        batch_size=batch_size,
        shuffle=True,
        num_workers=workers,
        persistent_workers=workers > 0,
        pin_memory=torch.cuda.is_available(),
        generator=torch.Generator().manual_seed(seed),
    )


class LDAM(nn.Module):
    """Scaled cosine logits with a margin ∝ N^(−1/4) (Cao et al. 2019, arXiv 1906.07413)."""

    margin: Tensor

    def __init__(self, counts: Array, margin: float = 0.5, scale: float = 30.0) -> None:
        super().__init__()
        rarity = torch.as_tensor(counts, dtype=torch.float32) ** -0.25
        self.register_buffer("margin", margin * rarity / rarity.max())
        self.scale = scale
        self.weight: Tensor | None = None

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        shift = F.one_hot(targets, logits.shape[1]) * self.margin[targets][:, None]
        return F.cross_entropy(self.scale * (logits - shift), targets, weight=self.weight)


class WeightedCrossEntropy(nn.Module):
    """Cross-entropy with class weights that can be set later."""

    weight: Tensor | None = None

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        return F.cross_entropy(logits, targets, weight=self.weight)


def deferred_weights(counts: Array) -> Tensor:
    """Class-balanced weights by the effective number of samples."""
    weight = (1 - BETA) / (1 - BETA ** counts.astype(np.float64))
    return torch.as_tensor(weight * len(counts) / weight.sum(), dtype=torch.float32)


def train(
    network: nn.Module,
    criterion: Any,
    batches: DataLoader[Any],
    counts: Array,
    *,
    epochs: int,
    lr: float = 0.1,
    device: torch.device | None = None,
    on_epoch: Callable[[int], object] = lambda epoch: None,
) -> float:
    """Train one network with one loss; returns the mean loss of the last epoch."""
    device = device or torch.device("cpu")
    network = network.to(device, memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    optimizer = torch.optim.SGD(
        network.parameters(), lr=lr, momentum=0.9, weight_decay=2e-4, fused=True
    )
    mean = 0.0
    for epoch in range(epochs):
        for group in optimizer.param_groups:
            group["lr"] = lr * (epoch + 1) / 5 if epoch < 5 < epochs else lr
        if epoch >= 0.8 * epochs and epochs >= 5:
            criterion.weight = deferred_weights(counts).to(device)
        total = torch.zeros((), device=device)
        for images, targets in batches:
            images = images.to(device, non_blocking=True, memory_format=torch.channels_last)
            targets = targets.to(device, non_blocking=True)
            with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
                logits = network(images)
            loss = criterion(logits.float(), targets)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.detach()
        mean = float(total) / len(batches)
        on_epoch(epoch)
    return mean
