"""From tensors to what frames keep: everything of few classes, what says most of many.

Axes: c classes, b bins, k samples.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..arrays import Array
from ..cells import DENSE_CLASSES, SparseTable, Table
from ..top_logits import TOP, Logits, TopLogits
from .evaluate import TestFigures


def confusion_of(figures: TestFigures) -> Table:
    """Test counts (c, c), rows true, columns predicted."""
    c = figures.classes
    if c <= DENSE_CLASSES:
        return as_numpy(figures.confusion, np.int64)
    cells, counts = figures.cells.cpu().numpy(), figures.counts.cpu().numpy()
    return SparseTable.from_cells((c, c), cells, counts)


def table_of(sums: Array) -> Table:
    """A histogram (c, b) by class."""
    return sums if len(sums) <= DENSE_CLASSES else SparseTable.of(sums)


def logits_of(logits: Tensor, targets: Tensor) -> Logits:
    """Logits (k, c) of samples with classes (k,), times the scale of their loss."""
    k, c = logits.shape
    if c <= DENSE_CLASSES:
        return as_numpy(logits, np.float16)
    top = logits.topk(TOP, dim=1)
    total = torch.logsumexp(logits, dim=1)
    kind = np.min_scalar_type(c - 1).type
    return TopLogits(
        (k, c),
        as_numpy(top.indices, kind),
        as_numpy(top.values - total[:, None], np.float16),
        as_numpy(targets, kind),
        as_numpy(logits.gather(1, targets[:, None])[:, 0], np.float32),
        as_numpy(total, np.float32),
    )


def as_numpy(tensor: Tensor, dtype: type) -> Array:
    """The values as ``dtype``; values beyond the range of float16 become its largest."""
    if dtype is np.float16:
        top = float(np.finfo(np.float16).max)
        tensor = tensor.clamp(-top, top)
    return tensor.detach().cpu().numpy().astype(dtype)
