"""All methods stepped on the same batches of images that stay on disk.

Each image of a step is decoded once for all methods. Networks take the step one after the other, or
on a CPU beside each other, so that the memory of one batch's activations is that of few networks;
under torchrun they take it together, as `joint` does, so that all share a sum over the ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext

import numpy as np
import torch
from torch import Tensor

from ...arrays import Array
from ...data.streamed.store import CENTRE, StreamedImages
from ...losses.base import LossTerms
from ..batch import Batch, for_methods
from ..batch_norms import local_batch_norms, standing_still
from ..distributed import average_gradients, world
from ..epoch_plan import EpochPlan
from ..mixing import Mixing
from ..networks import NetworkGroup
from ..sharpness import tail_sharpness
from ..step import backward
from ..streamed_data import ImageStream
from .sgd import SGD
from .stepper import Training
from .thread_pool import ThreadPool


class Member:
    """Networks that take a step together, with their losses and optimiser."""

    def __init__(self, group: NetworkGroup, groups: list[NetworkGroup], training: Training) -> None:
        self.methods = group.networks
        self.losses = training.losses[self.methods]
        self.parameters = group.parameters
        self.forward = group.forward
        own = training.methods[self.methods]
        self.sharpness = tail_sharpness(groups, own, training.class_counts)
        self.sgds = [
            SGD(
                part.parameters,
                training.optimizer,
                training.optim,
                [m.weight_decay for m in training.methods[part.networks]],
            )
            for part in groups
        ]

    def step(self, batch: Batch) -> tuple[list[LossTerms], Tensor]:
        """Gradients of the methods' part of a batch."""
        own = Batch(batch.inputs[self.methods], batch.targets[self.methods])
        if batch.mixing:
            start, stop, _ = self.methods.indices(len(batch.targets))
            assert batch.partners is not None
            assert batch.share is not None
            own = own._replace(
                mixing=[i - start for i in batch.mixing if start <= i < stop],
                partners=batch.partners[self.methods],
                share=batch.share[self.methods],
            )
        return backward(self.forward, self.losses, self.parameters, own, self.sharpness)


class StreamedStepper:
    """Reads the batches of an epoch ahead and takes all networks through them."""

    def __init__(
        self, training: Training, images: StreamedImages, stream: ImageStream, pool: ThreadPool
    ) -> None:
        self._training, self._images, self._stream, self._pool = training, images, stream, pool
        self._mixing = Mixing(training.methods, training.class_counts)
        self._local_norms = local_batch_norms(training.networks)
        groups = training.networks.groups()
        if world()[1] == 1:
            self._members = [Member(group, [group], training) for group in groups]
        else:
            whole = NetworkGroup(
                slice(0, len(training.methods)), training.networks.forward,
                list(training.networks.parameters()), training.networks, False,
            )  # fmt: skip
            self._members = [Member(whole, groups, training)]

    def load(self, plan: EpochPlan, samplers: Sequence[str], rates: Sequence[float]) -> None:
        self._plan, self._samplers, self._rates = plan, samplers, rates
        self._orders = {name: order.cpu().numpy() for name, order in plan.index.items()}
        self._partner = None if plan.partner is None else plan.partner.cpu().numpy()
        self._seeds = None if plan.cut is None else plan.cut.cpu().numpy()

    def run(self, should_stop: Callable[[], bool] | None = None) -> bool:
        positions = [self._positions(step) for step in range(len(self._rates))]
        requests = [self._request(needed) for _, needed in positions]
        images = self._stream.batches([request for request, _ in requests])
        for (own, needed), (_, places), rate, decoded in zip(
            positions, requests, self._rates, images, strict=True
        ):
            if should_stop is not None and should_stop():
                return False
            with standing_still(self._local_norms) if len(own) == 0 else nullcontext():
                self._step(self._batch(own, needed, places, decoded), rate)
        return True

    def forget(self) -> None:
        for member in self._members:
            for sgd in member.sgds:
                sgd.forget()

    def describe(self) -> str:
        on_gpu = self._training.targets.device.type == "cuda"
        return "eager steps: images stay on disk" if on_gpu else ""

    def _positions(self, step: int) -> tuple[Array, Array]:
        """Positions of this rank's samples of a step, and with them those that are mixed in."""
        n, size = len(self._training.targets), self._training.optim.batch_size
        rank, ranks = world()
        own = np.arange(step * size + rank, min((step + 1) * size, n), ranks)
        if not self._mixing:
            return own, own
        assert self._partner is not None  # drawn whenever a method mixes
        return own, np.union1d(own, self._partner[own])

    def _request(self, needed: Array) -> tuple[Array, dict[str, Array]]:
        """What to decode for some positions, each once, and where each sampler finds its images."""
        seeds = np.full(len(needed), CENTRE) if self._seeds is None else self._seeds[needed]
        wanted = {
            name: np.stack([self._images.rows[order[needed]], seeds], axis=1)
            for name, order in self._orders.items()
        }
        request, inverse = np.unique(
            np.concatenate(list(wanted.values())), axis=0, return_inverse=True
        )
        places = np.split(inverse.ravel(), len(wanted))
        return request.astype(np.int64), dict(zip(wanted, places, strict=True))

    def _batch(self, own: Array, needed: Array, places: dict[str, Array], decoded: Tensor) -> Batch:
        """The samples of a step for all methods; ``decoded`` are the images of its request."""
        at = np.searchsorted(needed, own)
        inputs, targets = self._cut(at, needed, places, decoded)
        if not self._mixing:
            return Batch(inputs, targets)
        assert self._partner is not None
        assert self._plan.share is not None
        partners = np.searchsorted(needed, self._partner[own])
        others = self._cut(partners, needed, places, decoded)
        share = self._plan.share[torch.from_numpy(own).to(decoded.device)]
        return self._mixing.mix(inputs, targets, *others, share)

    def _cut(
        self, at: Array, needed: Array, places: dict[str, Array], decoded: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Inputs (m, k, …) and targets (m, k) at places of ``needed``."""
        device, data = decoded.device, self._training.data
        where = torch.from_numpy(needed[at]).to(device)
        crop = None if self._plan.crop is None else self._plan.crop[where]
        flip = None if self._plan.flip is None else self._plan.flip[where]
        found: dict[str, tuple[Tensor, Tensor]] = {}
        for name, order in self._plan.index.items():
            images = decoded[torch.from_numpy(places[name][at]).to(device)]
            found[name] = (
                data.augmented(images, crop, flip),
                self._training.targets[order[where]],
            )
        return for_methods(found, self._samplers)

    def _step(self, batch: Batch, rate: float) -> None:
        parts = self._pool.map(lambda member: member.step(batch), self._members)
        if world()[1] > 1:
            average_gradients(self._training.networks.parameters())
        for member in self._members:
            for sgd in member.sgds:
                sgd.step(rate)
        terms = [term for found, _ in parts for term in found]
        self._training.collector.add(batch.targets, terms, torch.cat([loss for _, loss in parts]))
