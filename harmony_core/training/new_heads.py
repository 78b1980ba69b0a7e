"""Trained networks whose last layers are replaced by post-hoc steps.

Axes: m networks, n samples, c classes, d features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from ..config import ExperimentConfig
from ..data.dataset import LongTailedDataset
from ..losses import LOSSES
from ..losses.base import Loss
from ..parameters import Value
from ..posthoc.build import new_head
from ..posthoc.head import Head, Trained
from .device_data import DeviceData
from .epoch_plan import generator
from .evaluate import Evaluation
from .networks import Ensemble, Forward, NetworkGroup

DRAWS = 98
"""The stream of the order seed from which post-hoc steps draw; `draw_epoch` has the others."""


class LastLayers:
    """The last layers of one repeat's networks, and what post-hoc steps make of them."""

    def __init__(
        self,
        config: ExperimentConfig,
        dataset: LongTailedDataset,
        data: DeviceData,
        evaluation: Evaluation,
        repeat: int,
    ) -> None:
        self._methods, self._seeds = config.methods, config.seeds.of_repeat(repeat)
        self._dataset, self._data, self._evaluation = dataset, data, evaluation
        self.cosine = tuple(LOSSES[method.loss].head == "cosine" for method in config.methods)

    def after_training(self, networks: Ensemble, losses: Sequence[Loss]) -> Ensemble:
        """The networks, each with the last layer that its method's ``posthoc`` asks for."""
        steps = {m: method.posthoc for m, method in enumerate(self._methods)}
        steps = {m: step for m, step in steps.items() if step != "none"}
        if not steps:
            return networks
        trained = self.trained(networks, losses)
        heads = {m: self.new_head(step, trained[m], {}) for m, step in steps.items()}
        return NewHeads(networks, heads, self.cosine, [loss.scale for loss in losses])

    @torch.no_grad()
    def trained(self, networks: Ensemble, losses: Sequence[Loss]) -> list[Trained]:
        """The last layer of each network with its features of the training set, not augmented."""
        source = self._data.source(self._dataset.train_inputs)
        features = self._evaluation.features(networks, source)
        weight, bias = networks.heads()
        targets = torch.from_numpy(self._dataset.train_targets).to(self._data.device)
        return [
            Trained(
                Head(weight[m].detach() * loss.scale, bias[m].detach() * loss.scale),
                self.seen(m, features[m]),
                targets,
            )
            for m, loss in enumerate(losses)
        ]

    def seen(self, method: int, features: Tensor) -> Tensor:
        """Features (n, d) as the last layer sees them: a cosine layer, scaled to length 1."""
        return F.normalize(features, dim=-1) if self.cosine[method] else features

    @torch.no_grad()
    def new_head(self, step: str, trained: Trained, parameters: Mapping[str, Value]) -> Head:
        """The head that a step makes; all methods and steps have the same draws."""
        draws = generator(self._seeds.order, 0, DRAWS)
        return new_head(step, trained, draws, **parameters)


class NewHeads(Ensemble):
    """Networks of which some have a new last layer; for evaluation alone.

    Logits are divided by the ``scales`` (m,) of the losses, which whoever reads logits multiplies
    them with.
    """

    def __init__(
        self,
        networks: Ensemble,
        heads: Mapping[int, Head],
        cosine: Sequence[bool],
        scales: Sequence[float],
    ) -> None:
        super().__init__()
        self.networks = networks
        self._heads, self._cosine, self._scales = heads, cosine, scales

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        logits, features = self.networks(inputs)
        return self._replaced(logits, features, 0), features

    def groups(self) -> list[NetworkGroup]:
        def forward_of(group: NetworkGroup) -> Forward:
            def forward(inputs: Tensor) -> tuple[Tensor, Tensor]:
                logits, features = group.forward(inputs)
                return self._replaced(logits, features, group.networks.start), features

            return forward

        return [g._replace(forward=forward_of(g)) for g in self.networks.groups()]

    def heads(self) -> tuple[Tensor, Tensor]:
        weight, bias = (tensor.detach().clone() for tensor in self.networks.heads())
        for m, head in self._heads.items():
            weight[m] = head.weight / self._scales[m]
            bias[m] = head.bias / self._scales[m]
        return weight, bias

    def _replaced(self, logits: Tensor, features: Tensor, first: int) -> Tensor:
        """Logits (m', n, c) of networks from number ``first`` on."""
        rows = []
        for i, (old, hidden) in enumerate(zip(logits, features, strict=True), first):
            head = self._heads.get(i)
            if head is None:
                rows.append(old)
            else:
                seen = F.normalize(hidden, dim=-1) if self._cosine[i] else hidden
                rows.append(head.logits(seen) / self._scales[i])
        return torch.stack(rows)
