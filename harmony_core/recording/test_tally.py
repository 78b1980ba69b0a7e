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
from ..training.evaluate import Judge
from .samples import Samples


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
    """Judges test passes on the device; ``scale`` multiplies the logits (`Loss.scale`)."""

    __test__ = False

    def __init__(self, classes: int, device: torch.device, scale: float) -> None:
        self._classes, self._device, self._scale = classes, device, scale
        self.forget()

    def forget(self) -> None:
        """Begin again."""
        self._judge = Judge(self._classes, self._device)
        self._ranked = 0
        self._scores: list[tuple[Tensor, Tensor]] | None = []

    def add(self, samples: Samples) -> None:
        """Count the samples of one pass."""
        logits, targets = samples.logits * self._scale, samples.targets
        if samples.counted is not None:
            logits, targets = logits[samples.counted], targets[samples.counted]
        self._judge.add(logits, targets)
        self._ranked += logits.numel()
        if self._ranked > FEW_SCORES:
            self._scores = None
        elif self._scores is not None:
            self._scores.append((logits, targets))

    def finish(self) -> TestPart:
        """The passes as arrays; the tally then begins again."""
        scores = None
        if self._scores is not None:
            blank = torch.zeros(0, self._classes), torch.zeros(0, dtype=torch.int64)
            kept = [(z.float().cpu(), y.cpu()) for z, y in self._scores] or [blank]
            logits, targets = (torch.cat(part).numpy() for part in zip(*kept, strict=True))
            scores = (logits, targets)
        judge = self._judge
        cells, counts, gap = (part.cpu().numpy() for part in (*judge.pairs(), judge.gap))
        part = TestPart(cells, counts, gap, float(judge.loss), judge.samples, scores)
        self.forget()
        return part
