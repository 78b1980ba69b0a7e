"""Images a second of the loader, a plain DataLoader loop and timm's loader, on the same files.

    python benchmarks/make_imagenet_lt.py FOLDER
    python benchmarks/streaming.py FOLDER [--sizes 64 224] [--images 6000] [--workers 2]

All read the same files in the same number of worker processes and cut random parts, resized and
mirrored: torchvision's `RandomResizedCrop` in the plain loop, timm's transforms in its loader (left
out if timm is not installed). Batches of 128; the start of the processes does not count. Each turn
runs all loaders, so that a busy machine slows them alike; the median over the turns is shown.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from torch.utils.data import DataLoader, Subset
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from benchmarks._markdown_table import print_table
from harmony_core.bench.machine import describe
from harmony_core.data.streamed.loader import ImageLoader
from harmony_core.data.streamed.readers import FolderReader
from harmony_core.data.streamed.store import ImageStore

BATCH = 128


def ours(folder: Path, rows: np.ndarray, size: int, workers: int) -> Callable[[], Iterable[Any]]:
    """The loader of `harmony_core` on the files of torchvision's list."""
    files = [path for path, _ in ImageFolder(folder).samples]
    reader = FolderReader(folder, [os.path.relpath(path, folder) for path in files])
    loader = ImageLoader(ImageStore(reader, size), workers)
    requests = [
        np.stack([part, part + 1], axis=1)
        for part in np.split(rows, range(BATCH, len(rows), BATCH))
    ]
    return lambda: loader.batches(requests)


def plain(folder: Path, rows: np.ndarray, size: int, workers: int) -> Callable[[], Iterable[Any]]:
    """What a PyTorch user writes."""
    transform = v2.Compose(
        [v2.RandomResizedCrop(size), v2.RandomHorizontalFlip(), v2.PILToTensor()]
    )
    images = Subset(ImageFolder(folder, transform), rows.tolist())
    loader = DataLoader(images, BATCH, num_workers=workers, persistent_workers=True)
    return lambda: loader


def timms(folder: Path, rows: np.ndarray, size: int, workers: int) -> Callable[[], Iterable[Any]]:
    """timm's loader with its usual transforms, without a device to prefetch to."""
    from timm.data import create_dataset, create_loader

    images = create_dataset("", str(folder), is_training=True)
    loader = create_loader(
        _Rows(images, rows), (3, size, size), BATCH, is_training=True, use_prefetcher=False,
        num_workers=workers, color_jitter=0, persistent_workers=True,
    )  # fmt: skip
    return lambda: loader


class _Rows(torch.utils.data.Dataset[Any]):
    """Some rows of a timm data set, which its loader gives a transform."""

    def __init__(self, images: Any, rows: np.ndarray) -> None:
        self._images, self._rows = images, rows
        self.transform = None

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, i: int) -> Any:
        self._images.transform = self.transform
        return self._images[int(self._rows[i])]


def seconds(batches: Iterator[Any]) -> float:
    """The time from the first batch to the last."""
    next(batches)
    start = time.perf_counter()
    for _ in batches:
        pass
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 224])
    parser.add_argument("--images", type=int, default=6_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    values = parser.parse_args()
    folder = values.folder / "train" if (values.folder / "train").is_dir() else values.folder
    total = sum(1 for _ in folder.glob("*/*"))
    rows = np.random.default_rng(0).permutation(total)[: values.images]
    makers = {"this loader": ours, "plain DataLoader": plain, "timm": timms}
    try:
        import timm
    except ImportError:
        makers.pop("timm")
        print("timm is not installed: pip install timm\n")
    else:
        makers[f"timm {timm.__version__}"] = makers.pop("timm")
    print(f"{describe()}\n")
    lines = []
    for size in values.sizes:
        loaders = {name: make(folder, rows, size, values.workers) for name, make in makers.items()}
        taken: dict[str, list[float]] = {name: [] for name in loaders}
        for _ in range(values.repeats):
            for name, start in loaders.items():
                taken[name].append(seconds(iter(start())))
        best = statistics.median(taken["this loader"])
        for name, times in taken.items():
            middle = statistics.median(times)
            rate = (len(rows) - BATCH) / middle
            spread = f"{min(times):.1f}-{max(times):.1f} s"
            lines.append([str(size), name, f"{rate:,.0f}", spread, f"{middle / best:.2f} x"])
    print_table(["Side", "Loader", "Images/s", "Range", "This one is faster by"], lines)


if __name__ == "__main__":
    main()
