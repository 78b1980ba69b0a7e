"""A pretrained ResNet-18 on thumbnails: first a linear probe, then its last block is trained on.

Runs where torchvision's weights are in torch's folder; nothing is downloaded. Everything up to the
last block stays frozen (statistics of batch normalisation included), so its output is computed
once for all splits. Axes: n samples, c classes.
"""

from __future__ import annotations

import copy
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ....arrays import Array
from ....data.randomness import generator
from ...image_features import RESNET, frozen_trunk, pretrained_weights, resnet
from .probabilities import normalised
from .settings import chosen_settings
from .spec import Contestant, Task

if TYPE_CHECKING:
    import torch
    from torch import nn

RATES = (1e-4, 5e-4)
"""Learning rates of the last block; the linear layer on top learns ten times faster."""
PROBE_STEPS, PROBE_DECAY = 200, 1e-3
BATCH = 64
EPOCHS = 15
SETTLED = 0.03
"""Share by which an epoch has to lower the training loss for another one to follow."""
LOW = 0.01
"""Nats below which the training loss cannot fall by much."""


def fit(task: Task, weight: str | None = None) -> Array:
    """(n_test, c) log-probabilities; the rate is chosen on inner splits of the first split."""
    images = task.images
    if images is None:
        raise ValueError("Expected images to fine-tune on, but got a table.")
    weights = pretrained_weights()
    if weights is None:
        raise ValueError(unavailable())
    network = resnet(weights)
    shared = task.notes_of("fine_tune")
    if "trunk" not in shared:
        shared["trunk"] = frozen_trunk(network, images, lambda _: task.check())
    trunk: Array = shared["trunk"]
    train_rows, test_rows = task.rows

    def predict(rate: float, train: Array, test: Array) -> Array:
        said, _ = _trained(
            network, trunk[train_rows[train]], task.codes[train], trunk[train_rows[test]],
            task, rate, weight,
        )  # fmt: skip
        return said

    rate = chosen_settings(task, RATES, predict)
    said, words = _trained(
        network, trunk[train_rows], task.codes, trunk[test_rows], task, rate, weight
    )
    task.kept["recipe"] = words
    return said


def _trained(
    network: nn.Module, trunk: Array, codes: Array, test: Array, task: Task, rate: float,
    weight: str | None,
) -> tuple[Array, str]:  # fmt: skip
    """(n_test, c) log-probabilities after probing and training on, and how it was done."""
    import torch

    block: Any = copy.deepcopy(network.layer4)
    block.requires_grad_(requires_grad=True)
    head = torch.nn.Linear(512, task.classes)
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    targets = torch.from_numpy(codes)
    costs = None
    if weight == "balanced":
        counts = np.bincount(codes, minlength=task.classes)
        each = len(codes) / ((counts > 0).sum() * np.maximum(counts, 1))
        costs = torch.from_numpy(each.astype(np.float32))
    _probe(block, head, trunk, targets, costs, task)
    epochs, settled = _train_on(block, head, trunk, targets, costs, task, rate)
    with torch.inference_mode():
        logits = [head(_pooled(block, part)) for part in _batches(test, task)]
    end = "loss settled" if settled else "loss not settled"
    words = f"linear probe, then last block at rate {rate:g} for {epochs} epochs, {end}"
    return normalised(torch.cat(logits).double().numpy()), words


def _probe(
    block: nn.Module, head: nn.Linear, trunk: Array, targets: torch.Tensor,
    costs: torch.Tensor | None, task: Task,
) -> None:  # fmt: skip
    """Fit the linear layer alone, on features of the frozen network, by L-BFGS."""
    import torch

    with torch.inference_mode():
        parts = [_pooled(block, part) for part in _batches(trunk, task)]
    features = torch.cat(parts).clone()
    solver = torch.optim.LBFGS(
        head.parameters(), max_iter=PROBE_STEPS, line_search_fn="strong_wolfe"
    )

    def loss() -> torch.Tensor:
        task.check()
        solver.zero_grad()
        value = torch.nn.functional.cross_entropy(head(features), targets, costs)
        value = value + PROBE_DECAY * head.weight.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    solver.step(loss)  # type: ignore[no-untyped-call]


def _train_on(
    block: nn.Module, head: nn.Linear, trunk: Array, targets: torch.Tensor,
    costs: torch.Tensor | None, task: Task, rate: float,
) -> tuple[int, bool]:  # fmt: skip
    """Train block and head until an epoch hardly lowers the loss; epochs, and whether it did."""
    import torch

    solver = torch.optim.AdamW(
        [
            {"params": block.parameters(), "lr": rate},
            {"params": head.parameters(), "lr": 10 * rate},
        ],
        weight_decay=0.01,
    )
    rng = generator(task.seed, "fine-tune")
    before = np.inf
    for epoch in range(1, EPOCHS + 1):
        order = rng.permutation(len(trunk))
        total = torch.zeros(())
        for start in range(0, len(order), BATCH):
            task.check()
            at = order[start : start + BATCH]
            logits = head(_pooled(block, torch.from_numpy(trunk[at]).float()))
            value = torch.nn.functional.cross_entropy(logits, targets[torch.from_numpy(at)], costs)
            solver.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            solver.step()
            total += value.detach() * len(at)
        loss = float(total) / len(order)
        if loss < LOW or loss > (1 - SETTLED) * before:
            return epoch, True
        before = loss
    return EPOCHS, False


def _pooled(block: nn.Module, part: torch.Tensor) -> torch.Tensor:
    made: torch.Tensor = block(part).mean(dim=(2, 3))
    return made


def _batches(trunk: Array, task: Task) -> Any:
    import torch

    for start in range(0, len(trunk), BATCH):
        task.check()
        yield torch.from_numpy(trunk[start : start + BATCH]).float()


def unavailable() -> str:
    """Why it cannot run here, and what to do; ``""`` if it can."""
    if pretrained_weights() is not None:
        return ""
    return (
        f"Expected the weights of ResNet-18 ({RESNET}) in torch's folder hub/checkpoints, but "
        "they are not on this machine, and nothing is downloaded. Put them there to fine-tune."
    )


PLAIN = Contestant(
    "fine_tune", "fine-tuned ResNet-18", "backbone", 60, fit,
    default=("points",), unavailable=unavailable,
)  # fmt: skip
BALANCED = Contestant(
    "fine_tune_balanced", "fine-tuned ResNet-18, balanced weights", "backbone", 61,
    partial(fit, weight="balanced"), remedy="balanced", plain="fine_tune",
    default=("points",), unavailable=unavailable,
)  # fmt: skip
