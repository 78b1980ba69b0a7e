"""The measures of all methods on the test set. Axes: m methods, n test samples, c classes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from ..data.dataset import LongTailedDataset
from ..data.streamed.store import StreamedImages
from ..losses.base import Loss
from .average_precision import FEW_SCORES, macro_average_precision
from .device_data import DeviceData
from .evaluate import Evaluation, Judge, TestFigures
from .networks import Ensemble

MOST_SCORES = 100_000_000
"""Scores of all methods that are held at a time; more are measured in parts, and not ranked."""


def held_scores(dataset: LongTailedDataset, methods: int) -> int:
    """Scores of the test set that are held at a time to rank it, of all methods."""
    scores = len(dataset.test_targets) * len(dataset.class_names) * methods
    return scores if scores <= MOST_SCORES else 0


class TestSet:
    """Test samples on the device or on disk; the logits of very many are not kept."""

    __test__ = False

    def __init__(
        self, dataset: LongTailedDataset, data: DeviceData, evaluation: Evaluation
    ) -> None:
        self._source = data.source(dataset.test_inputs)
        self._targets = torch.from_numpy(dataset.test_targets).to(data.device)
        self._classes = len(dataset.class_names)
        self._evaluation = evaluation

    def measure(
        self, networks: Ensemble, losses: Sequence[Loss], last: bool
    ) -> list[tuple[TestFigures, float]]:
        """The figures of each method, and its macro average precision: NaN for large test sets
        before the ``last`` epoch, and for very large ones."""
        ranked = self._ranks(len(losses), last)
        judges = [Judge(self._classes, self._targets.device) for _ in losses]
        whole: Tensor | None = None
        start = 0
        for logits in self._logits(networks):
            stop = start + logits.shape[1]
            for judge, own, loss in zip(judges, logits, losses, strict=True):
                judge.add(own * loss.scale, self._targets[start:stop])
            if ranked and whole is None:
                whole = logits.new_empty(len(losses), len(self._targets), self._classes)
            if whole is not None:
                whole[:, start:stop] = logits
            start = stop
        precision = [math.nan] * len(losses)
        if whole is not None:
            precision = [
                float(macro_average_precision(own * loss.scale, self._targets))
                for own, loss in zip(whole, losses, strict=True)
            ]
        return [(judge.figures(), value) for judge, value in zip(judges, precision, strict=True)]

    def _ranks(self, methods: int, last: bool) -> bool:
        scores = len(self._targets) * self._classes
        return scores * methods <= MOST_SCORES and (last or scores <= FEW_SCORES)

    def _logits(self, networks: Ensemble) -> Iterator[Tensor]:
        """Logits (m, k, c): of all samples at once, or in parts if they are too many or on disk."""
        if isinstance(self._source, StreamedImages):
            for logits, _ in self._evaluation.each(networks, self._source):
                yield logits
            return
        methods = sum(group.size for group in networks.groups())
        rows = max(MOST_SCORES // (methods * self._classes), 1)
        for start in range(0, len(self._source), rows):
            yield self._evaluation.logits(networks, self._source[start : start + rows])
