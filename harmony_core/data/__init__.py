"""Long-tailed data: synthetic scenarios, digits, CIFAR, folders and archives of images, arrays."""

from __future__ import annotations

from .arrays import dataset_from_arrays
from .dataset import LongTailedDataset, Truth
from .painted import decode_points, encode_points
from .registry import DATASETS, build_dataset, dataset_spec
from .scenarios.draw import scenario_preview
from .spec import DatasetSpec, Progress

__all__ = [
    "DATASETS",
    "DatasetSpec",
    "LongTailedDataset",
    "Progress",
    "Truth",
    "build_dataset",
    "dataset_from_arrays",
    "dataset_spec",
    "decode_points",
    "encode_points",
    "scenario_preview",
]
