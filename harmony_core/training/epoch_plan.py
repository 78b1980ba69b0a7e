"""Which samples make an epoch, in which order, and how they are cropped, flipped and mixed.

Everything is drawn before the epoch starts, from a generator seeded by the order seed and the
epoch's number alone: all methods share the draws, and a resumed run repeats those of an
uninterrupted one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .mixing import draw_partners

SAMPLER_POWER = {"square_root": 0.5, "class_balanced": 0.0}
"""q of samplers that draw a class with P(c) ∝ N_c^q (Kang et al. 2020, arXiv 1910.09217)."""

PAD = 4
"""Pixels of zero padding around an image before it is cropped."""


@dataclass(frozen=True)
class EpochPlan:
    """The draws of one epoch of n samples, on the training device."""

    index: dict[str, Tensor]
    """For each sampler, (n,) rows of the training set in order."""
    crop: Tensor | None
    """(n, 2) int64 offsets in [0, 2·PAD], by position in the epoch."""
    flip: Tensor | None
    """(n,) bool: mirror left to right."""
    partner: Tensor | None = None
    """(n,) int64: the position, in the same batch, of the sample that is mixed in."""
    share: Tensor | None = None
    """(n,) float32 in [0.5, 1]: how much of a mixed sample is its own."""
    cut: Tensor | None = None
    """(n,) int64: seeds of the parts that are cut out of images, in place of ``crop``."""


def generator(seed: int, *stream: int) -> torch.Generator:
    """A separate generator for each seed and stream of draws."""
    state = np.random.SeedSequence([seed, *stream]).generate_state(2, np.uint64)
    return torch.Generator().manual_seed(int(state[0] >> np.uint64(1)))


def draw_epoch(
    targets: Tensor,
    class_counts: Tensor,
    samplers: frozenset[str],
    seed: int,
    epoch: int,
    augment: bool,
    device: torch.device,
    mixed_batch: int = 0,
    resized: bool = False,
) -> EpochPlan:
    """Draw an epoch of as many samples as there are in ``targets``, for each of ``samplers``.

    ``uniform`` is a shuffle; the others draw with replacement. Every sampler has its own stream, so
    a method's order does not depend on which other methods are trained. ``mixed_batch`` is the size
    of the batches if samples are to be mixed, else 0; ``resized`` draws parts of images to cut out
    in place of offsets.
    """
    n = len(targets)
    index = {}
    for number, name in enumerate(("uniform", *SAMPLER_POWER)):
        if name not in samplers:
            continue
        draw = generator(seed, epoch, number)
        if name == "uniform":
            index[name] = torch.randperm(n, generator=draw)
        else:
            counts = class_counts.double()
            weight = counts[targets] ** (SAMPLER_POWER[name] - 1)
            index[name] = torch.multinomial(weight, n, replacement=True, generator=draw)
    crop = flip = cut = None
    if augment and resized:
        draw = generator(seed, epoch, 96)
        cut = torch.randint(0, 2**62, (n,), generator=draw)
        flip = torch.rand(n, generator=draw) < 0.5
    elif augment:
        draw = generator(seed, epoch, 99)
        crop = torch.randint(0, 2 * PAD + 1, (n, 2), generator=draw)
        flip = torch.rand(n, generator=draw) < 0.5
    partner = share = None
    if mixed_batch:
        partner, share = draw_partners(n, mixed_batch, generator(seed, epoch, 97))
    return EpochPlan(
        {name: order.to(device) for name, order in index.items()},
        None if crop is None else crop.to(device),
        None if flip is None else flip.to(device),
        None if partner is None else partner.to(device),
        None if share is None else share.to(device),
        None if cut is None else cut.to(device),
    )
