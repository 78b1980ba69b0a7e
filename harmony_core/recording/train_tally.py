"""What an epoch of training does to every class, and to the samples that are followed.

Sums are kept on the device and nothing is copied in a step. Axes: n samples of a call, c classes,
b bins of the gradient norm, k followed samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from ..arrays import Array
from .criterion import Measured
from .samples import Samples


@dataclass(frozen=True)
class Followed:
    """Those of the followed samples that one rank has seen in an epoch, s of them."""

    at: Array
    """(s,) their positions among the followed samples."""
    weight: Array
    grad_norm: Array
    loss: Array
    logits: Array
    """(s, c) float32, before the scale of the loss."""


@dataclass(frozen=True)
class TrainPart:
    """One rank's part of an epoch of training."""

    sums: Array
    """(4, c, b) float64: samples, weights, weights × gradient norms, squared weights."""
    loss: float
    """Sum of the steps' losses."""
    steps: int
    followed: Followed | None = None

    @staticmethod
    def joined(parts: Sequence[TrainPart]) -> TrainPart:
        """All ranks' parts as one; the followed samples are left to `Memory.update`."""
        sums = np.sum([part.sums for part in parts], axis=0)
        return TrainPart(sums, sum(p.loss for p in parts), sum(p.steps for p in parts))


class TrainTally:
    """Counts the samples of an epoch by class and gradient norm.

    ``follow`` (k,) are rows of the training set, ascending: of these the last weight, gradient
    norm and logits are kept, where a step says which rows it has.
    """

    def __init__(self, classes: int, bins: int, device: torch.device, follow: Array) -> None:
        self.classes, self.bins = classes, bins
        self._sums = torch.zeros(classes * bins, 4, dtype=torch.float64, device=device)
        self._loss = torch.zeros((), dtype=torch.float64, device=device)
        self._steps = 0
        self._rows = torch.from_numpy(follow.astype(np.int64)).to(device)
        k = len(follow)
        # The last place takes what is not followed, so that no step waits for a mask.
        self._figures = torch.zeros(k + 1, 3, device=device)
        self._logits = torch.zeros(k + 1 if k else 0, classes, device=device)
        self._seen = torch.zeros(k + 1, dtype=torch.bool, device=device)

    def add(
        self, samples: Samples, measured: Measured, loss: Tensor | None, index: Tensor | None
    ) -> None:
        """Count one step; ``index`` (n,) are the samples' rows in the training set."""
        bin_index = (measured.difficulty * self.bins).long().clamp_(0, self.bins - 1)
        cells = samples.targets * self.bins + bin_index
        weight = measured.weight.double()
        values = [torch.ones_like(weight), weight, weight * measured.grad_norm, weight.square()]
        table = torch.stack(values, dim=1)
        if samples.counted is not None:
            # Selected, not multiplied by 0: an ignored sample may hold anything, NaN included.
            table = torch.where(samples.counted[:, None], table, 0.0)
            cells = torch.where(samples.counted, cells, 0)
        self._sums.index_add_(0, cells, table)
        if loss is not None:
            self._loss += loss.detach().double().mean()
        self._steps += 1
        if index is not None and len(self._rows):
            self._follow(samples, measured, index)

    def _follow(self, samples: Samples, measured: Measured, index: Tensor) -> None:
        rows = index.detach().reshape(-1).to(self._rows)
        place = torch.searchsorted(self._rows, rows).clamp_max_(len(self._rows) - 1)
        place = torch.where(self._rows[place] == rows, place, len(self._rows))
        figures = [measured.weight, measured.difficulty, measured.cross_entropy]
        self._figures[place] = torch.stack(figures, dim=1).float()
        self._logits[place] = samples.logits.float()
        self._seen[place] = True

    def finish(self) -> TrainPart:
        """The epoch as arrays; the tally then begins again."""
        sums = self._sums.T.reshape(4, self.classes, self.bins).cpu().numpy()
        part = TrainPart(sums.copy(), float(self._loss), self._steps, self._followed())
        self.forget()
        return part

    def forget(self) -> None:
        """Begin again."""
        self._sums.zero_()
        self._loss.zero_()
        self._seen.zero_()
        self._steps = 0

    def _followed(self) -> Followed | None:
        if not len(self._rows):
            return None
        seen = self._seen[:-1].cpu()
        at = torch.nonzero(seen)[:, 0]
        figures = self._figures[:-1].cpu()[at].numpy()
        logits = self._logits[:-1].cpu()[at].numpy()
        return Followed(at.numpy(), figures[:, 0], figures[:, 1], figures[:, 2], logits)


@dataclass
class Memory:
    """What is known of the followed samples (k,) so far: NaN before a sample is first seen."""

    weight: Array
    grad_norm: Array
    loss: Array
    logits: Array = field(repr=False)

    @classmethod
    def blank(cls, k: int, classes: int) -> Memory:
        """Nothing known of k samples."""
        unknown = np.full(k, np.nan, np.float32)
        return cls(unknown, unknown.copy(), unknown.copy(), np.zeros((k, classes), np.float32))

    @property
    def known(self) -> bool:
        """Whether any followed sample has been seen."""
        return bool(np.isfinite(self.weight).any())

    def none(self) -> Memory:
        """Of no samples, for a training that does not say which rows it has."""
        return Memory.blank(0, self.logits.shape[1])

    def update(self, parts: Sequence[TrainPart]) -> None:
        """Take in what every rank has seen in an epoch."""
        for part in parts:
            if (new := part.followed) is not None:
                self.weight[new.at] = new.weight
                self.grad_norm[new.at] = new.grad_norm
                self.loss[new.at] = new.loss
                self.logits[new.at] = new.logits
