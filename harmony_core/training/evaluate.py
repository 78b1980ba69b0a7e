"""The outputs of networks for a set of inputs, and the measures of a test set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from ..cells import check_dense
from ..data.streamed.store import StreamedImages
from .device_data import DeviceData, Source
from .networks import Ensemble, NetworkGroup
from .steppers.thread_pool import ThreadPool

ECE_BINS = 15
COMPACT_AT = 2**20
"""Pairs of classes that are held before equal ones are counted together."""
STREAMED = 128
"""Images that are decoded and evaluated at a time where they stay on disk."""
FEW = 16
"""Up to this many classes, probabilities are computed class by class."""


def chunk(flat: bool, device: torch.device) -> int:
    """How many rows go through the networks at once.

    On a CPU few enough for all hidden layers to stay in the cache; on a GPU many, because starting
    kernels takes most of the time.
    """
    if device.type == "cuda":
        return 65_536 if flat else 2_500
    return 2_048 if flat else 512


class Evaluation:
    """Evaluates networks on samples in chunks, which the threads of a pool share."""

    def __init__(self, data: DeviceData, pool: ThreadPool) -> None:
        self._data, self._pool = data, pool

    def forward(self, networks: Ensemble, source: Source) -> tuple[Tensor, Tensor]:
        """Logits (m, n, c) and features (m, n, d) of all networks for all rows of ``source``."""
        parts = self._parts(networks, source)
        return (
            _joined([[logits for logits, _ in row] for row in parts]),
            _joined([[features for _, features in row] for row in parts]),
        )

    def logits(self, networks: Ensemble, source: Source) -> Tensor:
        """The logits (m, n, c) alone: features are large, and concatenating them takes time."""
        if isinstance(source, StreamedImages) and len(source):
            return torch.cat([logits for logits, _ in self.each(networks, source)], dim=1)
        return _joined([[logits for logits, _ in row] for row in self._parts(networks, source)])

    def features(self, networks: Ensemble, source: Source) -> Tensor:
        """The features (m, n, d) alone: with many classes logits are larger."""
        if isinstance(source, StreamedImages) and len(source):
            return torch.cat([features for _, features in self.each(networks, source)], dim=1)
        return self.forward(networks, source)[1]

    @torch.no_grad()
    def each(self, networks: Ensemble, source: StreamedImages) -> Iterator[tuple[Tensor, Tensor]]:
        """Logits (m, k, c) and features (m, k, d), k images after the other, from the disk."""
        groups = networks.groups()

        def evaluate(batch: Tensor, group: NetworkGroup) -> tuple[Tensor, Tensor]:
            return group.forward(batch.expand(group.size, *batch.shape))

        networks.eval()
        try:
            for batch in self._data.chunks(source, STREAMED):
                parts = self._pool.map(partial(evaluate, batch), groups)
                yield torch.cat([z for z, _ in parts]), torch.cat([f for _, f in parts])
        finally:
            networks.train()

    @torch.no_grad()
    def _parts(self, networks: Ensemble, source: Source) -> list[list[tuple[Tensor, Tensor]]]:
        """Logits and features by group of networks and chunk of ``source``."""
        if isinstance(source, StreamedImages):
            if len(source):
                return [list(self.each(networks, source))]
            source = self._data.load(source[:0])
        rows = max(len(source), 1)  # without rows: empty logits of the right shape
        chunks = -(-rows // chunk(source.ndim == 2, source.device))
        size = -(-rows // chunks)  # chunks of equal size, so that threads finish together
        starts = range(0, rows, size)
        groups = networks.groups()

        def evaluate(i: int) -> tuple[Tensor, Tensor]:
            group, start = groups[i // len(starts)], starts[i % len(starts)]
            batch = self._data.finish(source[start : start + size])
            return group.forward(batch.expand(group.size, *batch.shape))

        networks.eval()
        parts = self._pool.map(evaluate, range(len(groups) * len(starts)))
        networks.train()
        return [parts[i : i + len(starts)] for i in range(0, len(parts), len(starts))]


def _joined(parts: list[list[Tensor]]) -> Tensor:
    """Tensors (m', n', …) by group and chunk, as one tensor (m, n, …)."""
    rows = [row[0] if len(row) == 1 else torch.cat(row, dim=1) for row in parts]
    return rows[0] if len(rows) == 1 else torch.cat(rows)


def most_likely(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The largest probability and its class, each (n,)."""
    if _few_classes(logits):
        return F.softmax(logits.T.contiguous(), dim=0).max(dim=0)
    return F.softmax(logits, dim=1).max(dim=1)


def mean_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean of −log softmax(z)_y."""
    if _few_classes(logits):
        log_share = F.log_softmax(logits.T.contiguous(), dim=0)
        return log_share.gather(0, targets[None]).mean().neg()
    return F.cross_entropy(logits, targets)


def _few_classes(logits: Tensor) -> bool:
    """Whether a softmax along rows would be too short for a CPU's vector registers.

    Along columns it fills them, and gives the same numbers.
    """
    return logits.shape[1] <= FEW and logits.device.type == "cpu"


@dataclass(frozen=True)
class TestFigures:
    """Measures of one method on the test set."""

    __test__ = False

    classes: int
    cells: Tensor
    """(q,) int64: true class · c + predicted class of the confusions that occur, ascending."""
    counts: Tensor
    """(q,) int64: how many test samples each of them has."""
    loss: Tensor
    ece: Tensor

    @property
    def confusion(self) -> Tensor:
        """(c, c) int64 test counts, rows true, columns predicted; `DataError` if too large."""
        check_dense(self.classes, self.classes)
        dense = self.counts.new_zeros(self.classes**2)
        dense[self.cells] = self.counts
        return dense.view(self.classes, self.classes)

    @property
    def tested(self) -> Tensor:
        """(c,) int64 test samples of each class."""
        return self._summed(self.cells // self.classes, self.counts)

    @property
    def hits(self) -> Tensor:
        """(c,) int64 test samples of each class that are predicted correctly."""
        true, predicted = self.cells // self.classes, self.cells % self.classes
        return self._summed(true, torch.where(true == predicted, self.counts, 0))

    def _summed(self, at: Tensor, counts: Tensor) -> Tensor:
        return counts.new_zeros(self.classes).index_add_(0, at, counts)


class Judge:
    """Measures a test set that comes in chunks, of which no logits are kept.

        judge = Judge(classes, device)
        for logits, targets in chunks:
            judge.add(logits, targets)      # (n, c), (n,)
        figures = judge.figures()

    ECE = Σ_k |accuracy_k − confidence_k| · n_k / n over 15 equal bins of the confidence
    (Naeini et al. 2015; Guo et al. 2017, arXiv 1706.04599). At most 8 bytes are kept of each
    sample, and 16 of each pair of classes that occurs.
    """

    def __init__(self, classes: int, device: torch.device) -> None:
        self._classes = classes
        self._pairs: list[Tensor] = []
        self._held = 0
        self._cells = torch.zeros(0, dtype=torch.int64, device=device)
        self._counts = torch.zeros(0, dtype=torch.int64, device=device)
        self.gap = torch.zeros(ECE_BINS, dtype=torch.float64, device=device)
        """(15,) hits minus confidence, summed by bin of the confidence."""
        self.loss = torch.zeros((), dtype=torch.float64, device=device)
        """Sum of the cross-entropies, in nats."""
        self.samples = 0

    @torch.no_grad()
    def add(self, logits: Tensor, targets: Tensor) -> None:
        """Count more test samples: logits (n, c) and classes (n,)."""
        if len(targets) == 0:  # their mean loss is not a number
            return
        confidence, predicted = most_likely(logits)
        self._pairs.append(targets * self._classes + predicted)
        self._held += len(targets)
        if self._held > COMPACT_AT:
            self.pairs()
        right = (predicted == targets).double()
        bins = (confidence * ECE_BINS).long().clamp_(0, ECE_BINS - 1)
        self.gap.index_add_(0, bins, right - confidence.double())
        self.loss += mean_cross_entropy(logits, targets).double() * len(targets)
        self.samples += len(targets)

    @torch.no_grad()
    def pairs(self) -> tuple[Tensor, Tensor]:
        """The pairs of a true and a predicted class and their counts, as in `TestFigures`."""
        if self._pairs:
            found, counts = torch.unique(torch.cat(self._pairs), return_counts=True)
            cells, inverse = torch.unique(torch.cat([self._cells, found]), return_inverse=True)
            total = torch.zeros_like(cells)
            total.index_add_(0, inverse, torch.cat([self._counts, counts]))
            self._cells, self._counts, self._pairs, self._held = cells, total, [], 0
        return self._cells, self._counts

    def figures(self) -> TestFigures:
        """The measures of all samples so far; loss and ECE are NaN without any."""
        loss, ece = self.loss / self.samples, self.gap.abs().sum() / self.samples
        return TestFigures(self._classes, *self.pairs(), loss, ece)


def judge(logits: Tensor, targets: Tensor) -> TestFigures:
    """The measures of a test set whose logits (n, c) are all there, with classes (n,)."""
    whole = Judge(logits.shape[1], logits.device)
    whole.add(logits, targets)
    return whole.figures()
