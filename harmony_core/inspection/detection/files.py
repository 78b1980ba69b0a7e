"""Repeat factors to take along: by class, by image, and the lines that use them in training."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import Any

from ...csv_cells import text_cell
from ...errors import DataError
from .detection import Detection

_SNIPPET = '''\
"""Show images with rare classes more often: repeat factors of Gupta et al. 2019 (LVIS), t = {t:g}.

Needs torch (pip install torch) and the table of repeat factors by image beside this file.
The same by frameworks' own means:
  detectron2   cfg.DATALOADER.SAMPLER_TRAIN = "RepeatFactorTrainingSampler"
               cfg.DATALOADER.REPEAT_THRESHOLD = {t:g}
  MMDetection  dict(type="ClassBalancedDataset", oversample_thr={t:g}, dataset=...)
"""

import csv

import torch


class RepeatFactorSampler(torch.utils.data.Sampler):
    """Each epoch, an image with factor r comes floor(r) times, and once more by chance r mod 1."""

    def __init__(self, factors, seed=0):
        self.factors = torch.as_tensor(factors, dtype=torch.float64)
        self.seed, self.epoch = seed, 0

    def __iter__(self):
        random = torch.Generator().manual_seed(self.seed + self.epoch)
        self.epoch += 1
        whole = self.factors.floor()
        more = torch.rand(len(whole), generator=random, dtype=torch.float64) < self.factors - whole
        times = (whole + more).long()
        images = torch.repeat_interleave(torch.arange(len(times)), times)
        self.length = len(images)
        yield from images[torch.randperm(len(images), generator=random)].tolist()

    def __len__(self):
        """The expected length; that of an epoch varies by chance."""
        return round(float(self.factors.sum()))


def read_factors(path):
    """Repeat factor by the name of an image, as the annotations have it."""
    with open(path, encoding="utf-8", newline="") as file:
        return {{row["image"]: float(row["repeat_factor"]) for row in csv.DictReader(file)}}


# factors = read_factors("{file}")
# sampler = RepeatFactorSampler([factors[name] for name in names_of_your_dataset])
# loader = torch.utils.data.DataLoader(dataset, sampler=sampler, batch_size=16)
'''
IMAGES_FILE = "repeat-factors-images.csv"


def classes_csv(found: Detection) -> str:
    """Images, objects, sizes and repeat factor of each class, that with the fewest images first."""
    rows = found.rows()
    return _csv(list(rows[0]), ([row[k] for k in row] for row in rows))


def images_csv(found: Detection) -> str:
    """The repeat factor of each training image; `DataError` if the images are not listed."""
    factors = found.factors_of_images
    if factors is None:
        raise DataError(
            "Expected annotations that name their images, at most 300,000, but these do not. Use "
            "the framework's own sampler with the threshold instead."
        )
    rows = ([name, float(f)] for name, f in zip(found.image_names, factors, strict=True))
    return _csv(["image", "repeat_factor"], rows)


def sampler_snippet(found: Detection) -> str:
    """A sampler for torch that reads `images_csv`, and the settings of two frameworks."""
    return _SNIPPET.format(t=found.threshold, file=IMAGES_FILE)


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return text_cell(value)
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return str(value)
