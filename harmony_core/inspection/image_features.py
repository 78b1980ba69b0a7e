"""Features of small images without any downloaded weights, and better ones where they are present.

Patches of the images themselves are whitened and clustered; an image is how much nearer than usual
its patches lie to each centre, summed over its quarters (Coates, Ng, Lee 2011, *An Analysis of
Single-Layer Networks in Unsupervised Feature Learning*). If the weights of torchvision's ResNet-18
are already in torch's folder, its features are used instead.

Axes: n images, d features.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.randomness import generator
from ..models.pretrained import FILES, weights_path
from ..readers.messages import Progress
from ..readers.threads import one_thread

PATCH, STRIDE = 6, 2
CENTRES = 160
SAMPLED_PATCHES = 20_000
WIDTH = 256
"""Features that are kept at most, by principal components."""
SAMPLES_PER_FEATURE = 8
BATCH = 256
PART, THREADS = 16, 4
"""Images whose patches are in memory at once, by each of so many threads."""
RESNET = FILES["resnet18"]


def image_features(thumbnails: Array, progress: Progress) -> Array:
    """(n, 32, 32, 3) uint8 → (n, d) float32, standardised."""
    weights = pretrained_weights()
    if weights is not None:
        return _reduced(_resnet(thumbnails, weights, progress))
    with one_thread():
        return _reduced(_patch_features(thumbnails, progress))


def pretrained_weights() -> Path | None:
    """Weights of ResNet-18 where torch keeps downloads, if they are there; nothing is fetched."""
    path = weights_path("resnet18")
    return path if path.is_file() else None


def _patch_features(thumbnails: Array, progress: Progress) -> Array:
    from sklearn.cluster import MiniBatchKMeans

    rng = generator(0, "patches")
    side = thumbnails.shape[1] - PATCH + 1
    n = len(thumbnails)
    at = rng.integers(0, n, SAMPLED_PATCHES)
    y, x = rng.integers(0, side, (2, SAMPLED_PATCHES))
    rows = y[:, None, None] + np.arange(PATCH)[None, :, None]
    columns = x[:, None, None] + np.arange(PATCH)[None, None, :]
    sample = thumbnails[at[:, None, None], rows, columns].reshape(SAMPLED_PATCHES, -1)
    sample = _contrast(sample.astype(np.float32))
    mean = sample.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(sample - mean, rowvar=False))
    whiten = ((vectors / np.sqrt(values + 0.1)) @ vectors.T).astype(np.float32)
    centres = (
        MiniBatchKMeans(CENTRES, n_init=1, max_iter=30, batch_size=2048, random_state=0)
        .fit((sample - mean) @ whiten)
        .cluster_centers_.astype(np.float32)
    )
    out = np.empty((n, 4 * CENTRES), dtype=np.float32)

    def encode(start: int) -> int:
        part = slice(start, start + PART)
        out[part] = _encode(thumbnails[part], mean, whiten, centres)
        return start + PART

    with ThreadPoolExecutor(min(os.cpu_count() or 1, THREADS)) as pool:
        try:
            for done in pool.map(encode, range(0, n, PART)):
                progress("Describing images", min(done / n, 1.0))
        finally:
            pool.shutdown(cancel_futures=True)
    return out


def _encode(images: Array, mean: Array, whiten: Array, centres: Array) -> Array:
    """Triangle code of all patches, summed over the four quarters: (n, 4 · centres)."""
    windows = np.lib.stride_tricks.sliding_window_view(images, (PATCH, PATCH), axis=(1, 2))
    windows = windows[:, ::STRIDE, ::STRIDE]  # (n, s, s, 3, p, p)
    n, s = windows.shape[:2]
    patches = windows.transpose(0, 1, 2, 4, 5, 3).reshape(n * s * s, -1).astype(np.float32)
    patches = (_contrast(patches) - mean) @ whiten
    squares = (patches**2).sum(axis=1, keepdims=True) + (centres**2).sum(axis=1)
    distance = np.sqrt(np.maximum(squares - 2 * patches @ centres.T, 0))
    code = np.maximum(distance.mean(axis=1, keepdims=True) - distance, 0).reshape(n, s, s, -1)
    half = s // 2
    quarters = [
        code[:, a, b].sum(axis=(1, 2))
        for a in (slice(None, half), slice(half, None))
        for b in (slice(None, half), slice(half, None))
    ]
    return np.concatenate(quarters, axis=1)


def _contrast(patches: Array) -> Array:
    """Each patch with mean 0 and unit contrast."""
    patches = patches - patches.mean(axis=1, keepdims=True)
    return np.asarray(patches / np.sqrt((patches**2).mean(axis=1, keepdims=True) + 10))


def _reduced(features: Array) -> Array:
    """Principal components with unit deviation on average, so that a linear model fits quickly.

    The features are overwritten.
    """
    from sklearn.decomposition import PCA

    features -= features.mean(axis=0)
    deviation = features.std(axis=0)
    features /= np.where(deviation > 1e-6, deviation, 1)
    width = min(WIDTH, max(len(features) // SAMPLES_PER_FEATURE, 8), *features.shape)
    reduce = PCA(width, copy=False, svd_solver="randomized", random_state=0)
    parts = reduce.fit_transform(features)
    return np.asarray(parts / max(float(parts.std()), 1e-6), dtype=np.float32)


def resnet(weights: Path) -> Any:
    """ResNet-18 with ``weights``, frozen, without its last layer."""
    import torch
    from torchvision.models import resnet18

    network = resnet18()
    network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    network.fc = torch.nn.Identity()
    network.requires_grad_(requires_grad=False)
    return network.eval()


def frozen_trunk(network: Any, thumbnails: Array, report: Callable[[float], None]) -> Array:
    """(n, 256, 4, 4) float16: what the last block of `resnet` is given for each image."""
    import torch

    network.layer4, block = torch.nn.Identity(), network.layer4
    network.avgpool, pool = torch.nn.Identity(), network.avgpool
    try:
        flat = _applied(network, thumbnails, report)
    finally:
        network.layer4, network.avgpool = block, pool
    return flat.reshape(len(flat), 256, 4, 4).astype(np.float16)


def _resnet(thumbnails: Array, weights: Path, progress: Progress) -> Array:
    """Penultimate features of ResNet-18."""
    return _applied(resnet(weights), thumbnails, lambda s: progress("Describing images", s))


def _applied(network: Any, thumbnails: Array, report: Callable[[float], None]) -> Array:
    """What the network makes of thumbnails enlarged to 64 × 64."""
    import torch

    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    scale = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    parts = []
    with torch.inference_mode():
        for start in range(0, len(thumbnails), BATCH):
            batch = torch.from_numpy(thumbnails[start : start + BATCH]).permute(0, 3, 1, 2).float()
            batch = torch.nn.functional.interpolate(batch, size=64, mode="bilinear")
            parts.append(network((batch / 255 - mean) / scale).numpy())
            report(min((start + BATCH) / len(thumbnails), 1.0))
    return np.concatenate(parts)
