"""What post-hoc steps do to the test set, for the trained networks of a finished repeat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch

from ..errors import RunError
from ..parameters import Value
from .evaluate import Evaluation, TestFigures, judge
from .lockstep import Lockstep
from .new_heads import LastLayers
from .steppers.thread_pool import ThreadPool


class Judged(NamedTuple):
    """The test set under each method, before or after a step."""

    step: str
    """``none`` for the networks' own last layers."""
    figures: list[TestFigures]
    """(m,)"""


@torch.no_grad()
def judge_steps(
    lockstep: Lockstep, steps: Mapping[str, Mapping[str, Value]], threads: int = 1
) -> Iterator[Judged]:
    """The test set under the networks' own last layers, then under those of each of ``steps``.

    ``steps`` maps names to parameters. The networks stay as they are, and the figures equal those
    of a training with ``posthoc`` set. `RunError` unless all epochs are trained.
    """
    if lockstep.epoch < lockstep.epochs:
        raise RunError(
            f"Expected networks trained for {lockstep.epochs} epochs, but the checkpoint is of "
            f"epoch {lockstep.epoch}. Resume the experiment first."
        )
    networks, losses, data = lockstep.networks, lockstep.losses, lockstep.data
    evaluation = Evaluation(data, ThreadPool(threads))
    layers = LastLayers(lockstep.config, lockstep.dataset, data, evaluation, lockstep.repeat)
    logits, features = evaluation.forward(networks, data.source(lockstep.dataset.test_inputs))
    targets = torch.from_numpy(lockstep.dataset.test_targets).to(data.device)
    methods = range(len(losses))
    yield Judged("none", [judge(logits[m] * losses[m].scale, targets) for m in methods])
    trained = layers.trained(networks, losses)
    for step, parameters in steps.items():
        heads = [layers.new_head(step, trained[m], parameters) for m in methods]
        seen = [layers.seen(m, features[m]) for m in methods]
        yield Judged(step, [judge(heads[m].logits(seen[m]), targets) for m in methods])
