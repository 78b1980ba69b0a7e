"""The measures of test passes: what the engine measures of its own test set, in the same way.

Axes: n samples of a call, c classes, q pairs of a true and a predicted class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..arrays import Array
from ..cells import DENSE_CLASSES, SparseTable, Table
from ..training.average_precision import FEW_SCORES, macro_average_precision
from ..training.evaluate import ECE_BINS, mean_cross_entropy, most_likely
from .samples import Samples

COMPACT_AT = 2**20
"""Pairs of classes that are held before equal ones are counted together."""


@dataclass(frozen=True)
class TestPart:
    """One rank's test passes."""

    __test__ = False

    cells: Array
    """(q,) int64: true class · c + predicted class, ascending."""
    counts: Array
    gap: Array
    """(15,) hits minus confidence, summed by bin of the confidence."""
    loss: float
    """Sum of the cross-entropies, in nats."""
    samples: int
    scores: tuple[Array, Array] | None
    """Logits and classes of a small test set, from which the AUPRC follows."""

    @staticmethod
    def joined(parts: Sequence[TestPart]) -> TestPart:
        """All ranks' parts as one."""
        cells = np.concatenate([part.cells for part in parts])
        unique, inverse = np.unique(cells, return_inverse=True)
        counts = np.zeros(len(unique), np.int64)
        np.add.at(counts, inverse.reshape(-1), np.concatenate([part.counts for part in parts]))
        kept = [part.scores for part in parts if part.scores is not None]
        whole = None
        if len(kept) == len(parts) and any(len(logits) > 0 for logits, _ in kept):
            whole = (np.concatenate([z for z, _ in kept]), np.concatenate([y for _, y in kept]))
        gap = np.sum([part.gap for part in parts], axis=0)
        samples = sum(part.samples for part in parts)
        return TestPart(unique, counts, gap, sum(p.loss for p in parts), samples, whole)

    def confusion(self, classes: int) -> Table:
        """Test counts (c, c), rows true, columns predicted."""
        if classes > DENSE_CLASSES:
            return SparseTable.from_cells((classes, classes), self.cells, self.counts)
        dense = np.zeros(classes**2, np.int64)
        dense[self.cells] = self.counts
        return dense.reshape(classes, classes)

    @property
    def mean_loss(self) -> float:
        """Mean cross-entropy in nats, NaN without samples."""
        return self.loss / self.samples if self.samples else math.nan

    @property
    def ece(self) -> float:
        """Expected calibration error over 15 bins, NaN without samples."""
        return float(np.abs(self.gap).sum()) / self.samples if self.samples else math.nan

    @property
    def auprc(self) -> float:
        """Macro average precision of a small test set; NaN for a large one."""
        if self.scores is None or self.scores[0].size > FEW_SCORES:
            return math.nan
        logits, classes = (torch.from_numpy(part) for part in self.scores)
        return float(macro_average_precision(logits, classes))


class TestTally:
    """Adds up test passes on the device; ``scale`` multiplies the logits (`Loss.scale`)."""

    __test__ = False

    def __init__(self, classes: int, device: torch.device, scale: float) -> None:
        self._classes, self._device, self._scale = classes, device, scale
        self.forget()

    @property
    def empty(self) -> bool:
        """Whether there was no pass since the tally began."""
        return not self._passes

    def forget(self) -> None:
        """Begin again."""
        self._passes = self._held = self._ranked = 0
        self._pairs: list[Tensor] = []
        self._cells = torch.zeros(0, dtype=torch.int64, device=self._device)
        self._counts = torch.zeros(0, dtype=torch.int64, device=self._device)
        self._gap = torch.zeros(ECE_BINS, dtype=torch.float64, device=self._device)
        self._loss = torch.zeros((), dtype=torch.float64, device=self._device)
        self._scores: list[tuple[Tensor, Tensor]] | None = []

    def add(self, samples: Samples) -> None:
        """Count the samples of one pass."""
        logits, targets = samples.logits * self._scale, samples.targets
        if samples.counted is not None:
            logits, targets = logits[samples.counted], targets[samples.counted]
        self._passes += 1
        if len(targets) == 0:
            return
        confidence, predicted = most_likely(logits)
        right = (predicted == targets).double()
        bins = (confidence * ECE_BINS).long().clamp_(0, ECE_BINS - 1)
        self._gap.index_add_(0, bins, right - confidence.double())
        self._loss += mean_cross_entropy(logits, targets).double() * len(targets)
        self._pairs.append(targets * self._classes + predicted)
        self._held += len(targets)
        if self._held > COMPACT_AT:
            self._compact()
        self._ranked += logits.numel()
        if self._ranked > FEW_SCORES:
            self._scores = None
        elif self._scores is not None:
            self._scores.append((logits, targets))

    def finish(self) -> TestPart:
        """The passes as arrays; the tally then begins again."""
        self._compact()
        scores = None
        if self._scores is not None:
            blank = torch.zeros(0, self._classes), torch.zeros(0, dtype=torch.int64)
            kept = [(z.float().cpu(), y.cpu()) for z, y in self._scores] or [blank]
            logits, targets = (torch.cat(part).numpy() for part in zip(*kept, strict=True))
            scores = (logits, targets)
        cells, counts = self._cells.cpu().numpy(), self._counts.cpu().numpy()
        samples = int(counts.sum())
        gap = self._gap.cpu().numpy().copy()
        part = TestPart(cells, counts, gap, float(self._loss), samples, scores)
        self.forget()
        return part

    def _compact(self) -> None:
        if not self._pairs:
            return
        found, counts = torch.unique(torch.cat(self._pairs), return_counts=True)
        cells, inverse = torch.unique(torch.cat([self._cells, found]), return_inverse=True)
        total = torch.zeros_like(cells)
        total.index_add_(0, inverse, torch.cat([self._counts, counts]))
        self._cells, self._counts, self._pairs, self._held = cells, total, [], 0
