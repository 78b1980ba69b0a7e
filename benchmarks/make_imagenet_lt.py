"""Make a synthetic stand-in for ImageNet-LT: 1,000 classes of JPEGs with its counts and sizes.

    python benchmarks/make_imagenet_lt.py FOLDER [--images 115846 --tests 20 --size 224]

Writes FOLDER/train/<class>/*.jpg and FOLDER/test/<class>/*.jpg. Counts follow a Pareto tail,
n_c = n_max (1 + c/s)^-7, from ``--largest`` to 5, with s such that they sum to ``--images``; Liu et
al. 2019 (arXiv 1904.05160) describe ImageNet-LT. A class is a pattern of 7 × 7 colours; a sample
moves, mirrors and disturbs it, so that it can be learned but not at once. 20 kB an image.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from harmony_core.arrays import Array

SEED = 2019
PATCH = 7
QUALITY = 85


def pareto_counts(images: int, classes: int, n_max: int, n_min: int = 5) -> Array:
    """(c,) counts in decreasing order that sum to ``images`` up to rounding, then exactly."""
    if not classes * n_min <= images <= classes * n_max:
        raise SystemExit(
            f"Expected {classes * n_min:,} to {classes * n_max:,} images for {classes:,} classes, "
            f"but got {images:,}."
        )
    low, high = 1e-3, 1e9
    for _ in range(200):
        s = (low * high) ** 0.5
        counts = np.maximum(n_max * (1 + np.arange(classes) / s) ** -7, n_min).round()
        low, high = (s, high) if counts.sum() < images else (low, s)
    counts = counts.astype(np.int64)
    missing = images - int(counts.sum())
    for i in range(abs(missing)):
        counts[i % classes] += np.sign(missing)  # rounding only: a few of the largest
    return counts


def make_class(
    number: int, folder: Path, counts: dict[str, int], size: int, quality: int = QUALITY
) -> int:
    """Write the images of one class; the number of bytes."""
    pattern = np.random.default_rng([SEED, number]).uniform(0, 255, (PATCH, PATCH, 3))
    total = 0
    for stream, (split, count) in enumerate(counts.items()):
        rng = np.random.default_rng([SEED, number, stream + 1])
        place = folder / split / f"class{number:04}"
        place.mkdir(parents=True, exist_ok=True)
        grain = rng.normal(0, 14, (size, size, 3)).astype(np.float32)
        for i in range(count):
            path = place / f"{i:05}.jpg"
            colours = np.roll(pattern, rng.integers(0, PATCH, 2), (0, 1))
            if rng.random() < 0.5:
                colours = colours[:, ::-1]
            colours = colours + rng.normal(0, 40, colours.shape)
            low = Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))
            smooth = np.asarray(low.resize((size, size), Image.Resampling.BICUBIC), np.float32)
            noisy = smooth + np.roll(grain, int(rng.integers(size)), int(rng.integers(2)))
            image = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
            image.save(path, quality=quality)
            total += path.stat().st_size
    return total


def main() -> None:
    """Make the folder with one process for each core."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=115_846, help="training images")
    parser.add_argument("--classes", type=int, default=1_000)
    parser.add_argument("--largest", type=int, default=1_280, help="images of the largest class")
    parser.add_argument("--tests", type=int, default=20, help="test images of each class")
    parser.add_argument("--size", type=int, default=224, help="side in pixels")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    values = parser.parse_args()
    counts = pareto_counts(values.images, values.classes, values.largest)
    jobs = [{"train": int(n), "test": values.tests} for n in counts]
    work = partial(make_class, folder=values.folder, size=values.size)
    total = 0
    with ProcessPoolExecutor(values.processes) as pool:
        done = pool.map(_one, [(work, c, job) for c, job in enumerate(jobs)])
        for c, size in enumerate(done, 1):
            total += size
            if c % 50 == 0 or c == values.classes:
                print(f"{c:,} of {values.classes:,} classes, {total / 1e9:.2f} GB", flush=True)


def _one(job: tuple[partial[int], int, dict[str, int]]) -> int:
    work, number, counts = job
    return work(number, counts=counts)


if __name__ == "__main__":
    main()
