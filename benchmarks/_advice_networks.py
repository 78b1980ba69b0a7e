"""The judge's own training of small networks to the end, for `advice.py`.

Written apart from the pilot it judges: the networks of all splits are trained as one stack, with
momentum, decoupled weight decay and a cosine schedule; all losses but the harmonized one are
written out here. Axes: m networks of a stack, n rows, b rows of a batch, d features, c classes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks._advice_tables import Array, Split, Table, adjusted, scores, splits
from harmony_core.losses import build_loss
from harmony_core.losses.weighted import class_balanced_weights

LOSSES = ("ce", "class_balanced", "balanced_softmax", "ldam:drw", "harmonized")
WIDTHS = (64, 128)
RECIPES = ((0.2, 1e-4), (0.2, 5e-3), (0.02, 1e-3))
"""Learning rate and weight decay; both hold for all losses."""
SHORTEST, LONGEST = 1_000, {0: 4_000, 10_000: 16_000}
"""Steps of training: doubled from the first until the result has settled, at most to the longest,
which is more for tables of so many rows."""
SETTLED = 0.01
"""Settled: twice the steps lower the training loss by at most this share of the untrained one, and
raise balanced accuracy on the training rows by at most this much."""
SCALE, MARGIN, BETA, DEFERRED = 30.0, 0.5, 0.9999, 0.8
INNER_SPLITS, LARGE = 2, 1_000
"""Splits on whose training rows a recipe is chosen; one for tables from so many rows on."""


@dataclass(frozen=True)
class Recipe:
    """What a method is trained with: chosen by inner balanced accuracy."""

    width: int
    rate: float
    decay: float
    steps: int
    settled: bool

    def text(self) -> str:
        note = "" if self.settled else ", not settled"
        return (
            f"{self.width} hidden, rate {self.rate:g}, decay {self.decay:g}, "
            f"{self.steps:,} steps{note}"
        )


@dataclass(frozen=True)
class Trained:
    """What a stack came to."""

    logits: list[Array]
    """(n, c) of the test rows of each network, scaled, without margins"""
    fit: Array
    """(m,) training loss at the end, in shares of the untrained network's"""
    learned: Array
    """(m,) balanced accuracy on the training rows"""
    held: Array
    """(m,) balanced accuracy on the test rows"""


class Stack:
    """m perceptrons with one hidden layer, each on rows of its own, trained with one loss."""

    def __init__(
        self,
        table: Table,
        parts: list[Split],
        loss: str,
        width: int,
        recipes: list[tuple[float, float]],
    ) -> None:
        self.parts, self.loss, self.classes = parts, loss, len(table.classes)
        self.codes = torch.from_numpy(table.codes)
        self.inputs = torch.from_numpy(np.stack([table.features(s.train) for s in parts]))
        self.rows = [torch.from_numpy(s.train) for s in parts]
        m, d, c = len(parts), self.inputs.shape[2], self.classes
        draw = torch.Generator().manual_seed(0)
        self.weights = [
            (torch.randn(m, d, width, generator=draw) * math.sqrt(2 / d)).requires_grad_(),
            (torch.randn(m, width, c, generator=draw) * math.sqrt(1 / width)).requires_grad_(),
        ]
        self.biases = [torch.zeros(m, 1, k).requires_grad_() for k in (width, c)]
        self.rates = torch.tensor([rate for rate, _ in recipes])
        self.decays = torch.tensor([rate * decay for rate, decay in recipes])[:, None, None]
        counts = torch.stack([torch.bincount(self.codes[r], minlength=c) for r in self.rows]).clamp(
            min=1
        )
        self.log_prior = torch.log(counts / counts.sum(1, keepdim=True)).float()[:, None]
        self.heavy = torch.stack([class_balanced_weights(n, BETA) for n in counts]).float()
        rarity = counts.double() ** -0.25
        self.margins = (MARGIN * rarity / rarity.amax(1, keepdim=True)).float()
        self.own = [build_loss(loss, n) for n in counts] if loss == "harmonized" else []
        smallest = min(len(r) for r in self.rows)
        self.batch = next(b for n, b in ((2_000, 64), (8_000, 128), (10**9, 256)) if smallest < n)
        self.batch = min(self.batch, smallest)
        self.per_epoch = smallest // self.batch

    def forward(self, rows: Tensor) -> Tensor:
        """(m, b, c) logits of rows (m, b); 30 × cosines under LDAM."""
        x = self.inputs[torch.arange(len(self.parts))[:, None], rows]
        hidden = F.relu(torch.baddbmm(self.biases[0], x, self.weights[0]))
        if self.loss == "ldam:drw":
            return SCALE * torch.bmm(
                F.normalize(hidden, dim=2), F.normalize(self.weights[1], dim=1)
            )
        return torch.baddbmm(self.biases[1], hidden, self.weights[1])

    def losses(self, logits: Tensor, targets: Tensor, deferred: bool) -> Tensor:
        """(m,) the loss of each network on its batch; without the weights of the harmonized one."""
        weights = torch.ones_like(targets, dtype=torch.float32)
        if self.loss in ("balanced_softmax", "harmonized"):
            logits = logits + self.log_prior
        if self.loss == "ldam:drw":
            margin = SCALE * self.margins.gather(1, targets)
            logits = logits.scatter_add(2, targets[..., None], -margin[..., None])
        if self.loss == "class_balanced" or (self.loss == "ldam:drw" and deferred):
            weights = self.heavy.gather(1, targets)
        each = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
        return (weights * each.view_as(weights)).sum(1) / weights.sum(1)

    def train(self, steps: int) -> Trained:
        """Train for so many steps from the start; `Trained` of the test rows."""
        epochs = max(1, round(steps / self.per_epoch))
        total = epochs * self.per_epoch
        untrained = self._over_all()[0]
        parameters = [*self.weights, *self.biases]
        optimizer = torch.optim.SGD(parameters, lr=1.0, momentum=0.9, nesterov=True, fused=True)
        order = torch.Generator().manual_seed(1)
        step = 0
        for epoch in range(epochs):
            for own in self.own:
                own.train()
                own.on_epoch_start(epoch, epochs)
            drawn = torch.stack(
                [r[torch.randperm(len(r), generator=order)[: self.per_epoch * self.batch]]
                 for r in self.rows]
            )  # fmt: skip
            for rows in drawn.split(self.batch, dim=1):
                share = min(1.0, 20 * (step + 1) / total)
                share *= 0.5 * (1 + math.cos(math.pi * step / total))
                targets = self.codes[rows]
                logits = self.forward(rows)
                if self.own:
                    pairs = zip(self.own, logits, targets, strict=True)
                    losses = torch.stack([own(z, y) for own, z, y in pairs])
                else:
                    losses = self.losses(logits, targets, step >= DEFERRED * total)
                optimizer.zero_grad()
                (losses * self.rates).sum().backward()  # the networks share no weight
                with torch.no_grad():
                    for weight in parameters:
                        weight.mul_(1 - share * self.decays)
                optimizer.param_groups[0]["lr"] = share
                optimizer.step()
                step += 1
        fit, learned, logits = self._over_all()
        held = [
            scores(self.codes[s.test].numpy(), z.argmax(1))["balanced_accuracy"]
            for s, z in zip(self.parts, logits, strict=True)
        ]
        return Trained(logits, fit / untrained, learned, np.array(held))

    @torch.no_grad()
    def _over_all(self) -> tuple[Array, Array, list[Array]]:
        """Training loss (m,) and training balanced accuracy (m,), logits of the test rows."""
        every = torch.arange(self.inputs.shape[1]).expand(len(self.parts), -1)
        logits = torch.cat([self.forward(part) for part in every.split(4096, dim=1)], dim=1)
        fit, learned, tests = [], [], []
        for k, part in enumerate(self.parts):
            z, y = logits[k, self.rows[k]], self.codes[self.rows[k]]
            one = [self.log_prior, self.heavy, self.margins]
            self.log_prior, self.heavy, self.margins = (t[k : k + 1] for t in one)
            fit.append(float(self.losses(z[None], y[None], True)))
            self.log_prior, self.heavy, self.margins = one
            learned.append(scores(y.numpy(), z.argmax(1).numpy())["balanced_accuracy"])
            tests.append(logits[k, torch.from_numpy(part.test)].numpy())
        return np.array(fit), np.array(learned), tests


def choose(table: Table, loss: str, outer: list[Split], report: Callable[[str], None]) -> Recipe:
    """The recipe with the best balanced accuracy on inner splits, each trained until it settles."""
    large = len(table.codes) >= LARGE
    inner = [next(splits(table, 4, 1, s.train, seed=23)) for s in outer]
    inner = inner[: 1 if large else INNER_SPLITS]
    longest = max(steps for rows, steps in LONGEST.items() if len(table.codes) >= rows)
    each = [recipe for recipe in RECIPES for _ in inner]
    best, found = -1.0, Recipe(WIDTHS[0], *RECIPES[0], SHORTEST, False)
    for width in WIDTHS:
        open_ = set(range(len(RECIPES)))
        steps, before = SHORTEST, None
        while open_ and steps <= longest:
            report(f"{table.name}: {loss}, {width} hidden, {steps:,} steps")
            now = Stack(table, inner * len(RECIPES), loss, width, each).train(steps)
            fit, learned, held = (_by_recipe(v) for v in (now.fit, now.learned, now.held))
            for r in sorted(open_):
                settled = before is not None and bool(
                    before[0][r] - fit[r] <= SETTLED and learned[r] - before[1][r] <= SETTLED
                )
                if settled or 2 * steps > longest:
                    open_.remove(r)
                    if held[r] > best:
                        best, found = held[r], Recipe(width, *RECIPES[r], steps, settled)
            steps, before = 2 * steps, (fit, learned)
    return found


def _by_recipe(values: Array) -> Array:
    return np.asarray(values.reshape(len(RECIPES), -1).mean(axis=1))


def judge_loss(
    table: Table, loss: str, outer: list[Split], report: Callable[[str], None]
) -> dict[str, dict[str, Any]]:
    """The scores by split of the network with a loss; of cross-entropy also adjusted ones."""
    torch.set_num_threads(1)
    recipe = choose(table, loss, outer, report)
    report(f"{table.name}: {loss}, {recipe.text()}")
    stack = Stack(table, outer, loss, recipe.width, [(recipe.rate, recipe.decay)] * len(outer))
    logits = stack.train(recipe.steps).logits
    chosen = {("loss" if loss != "ce" else "", loss): logits}
    if loss == "ce":
        counts = [np.bincount(table.codes[s.train], minlength=len(table.classes)) for s in outer]
        pairs = zip(logits, counts, strict=True)
        chosen["adjusted", "ce"] = [adjusted(z, n) for z, n in pairs]
    return {
        f"network_{loss}_{remedy}" if remedy == "adjusted" else f"network_{loss}": {
            "family": "network",
            "remedy": remedy,
            "loss": loss,
            "recipe": recipe.text(),
            "settled": recipe.settled,
            "scores": [
                scores(table.codes[s.test], z.argmax(1)) for s, z in zip(outer, values, strict=True)
            ],
        }
        for (remedy, loss), values in chosen.items()
    }
