"""From what an epoch's steps have counted to a frame and a scene; what is unknown is left out.

Axes: c classes, b bins, k followed samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..arrays import Array
from ..cells import DENSE_CLASSES
from ..frames import Frame, Scene
from ..training.compact import as_numpy, logits_of, table_of
from .criterion import Criterion
from .test_tally import TestPart
from .train_tally import Memory, TrainPart

KIND = "recorded"
"""The kind of a scene whose inputs are not known."""


def frame_of(
    criterion: Criterion,
    epoch: int,
    rate: float,
    train: TrainPart,
    test: TestPart,
    memory: Memory,
    targets: Array,
    head: Tensor | None,
) -> Frame:
    """The frame of an epoch; ``head`` (c, d) is the weight of the last layer, if it is known.

    Without it the norms of its rows are NaN, and without test passes all measures of them.
    """
    classes = train.sums.shape[1]
    state = {name: _array(value) for name, value in criterion.state(classes).items()}
    norms = np.full(classes, np.nan, np.float32)
    if head is not None:
        norms = as_numpy(head.detach().float().norm(dim=1), np.float32)
    kept: dict[str, Any] = {"tracked_loss": memory.loss} if classes > DENSE_CLASSES else {}
    logits = torch.from_numpy(memory.logits) * criterion.scale
    return Frame(
        method=0,
        repeat=0,
        epoch=epoch,
        lr=rate,
        train_loss=train.loss / train.steps if train.steps else math.nan,
        test_loss=test.mean_loss,
        ece=test.ece,
        confusion=test.confusion(classes),
        grad_counts=table_of(train.sums[0]),
        grad_weights=table_of(train.sums[1]),
        grad_pull=table_of(train.sums[2]),
        weight_square=train.sums[3].sum(axis=1),
        head_norms=norms,
        tracked_weight=memory.weight.copy(),
        tracked_grad_norm=memory.grad_norm.copy(),
        tracked_logits=logits_of(logits, torch.from_numpy(targets)),
        auprc=test.auprc,
        **kept,
        **state,
    )


def scene_of(
    names: Sequence[str],
    train_counts: Array,
    test_counts: Array,
    follow: Array,
    targets: Array,
    notes: Sequence[str],
) -> Scene:
    """The scene of a recorded training: classes and followed samples, without their inputs."""
    return Scene(
        kind=KIND,
        class_names=tuple(names),
        train_counts=train_counts,
        test_counts=test_counts,
        tracked_index=follow,
        tracked_targets=targets,
        tracked_flipped=np.zeros(len(follow), bool),
        tracked_inputs=np.zeros((len(follow), 0), np.float32),
        notes=tuple(notes),
    )


def _array(value: Any) -> Any:
    return as_numpy(value, np.float32) if isinstance(value, Tensor) else value
