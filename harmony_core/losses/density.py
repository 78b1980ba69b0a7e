"""The density of gradient norms, and the weights it gives.

The gradient norm g of a sample is in [0, 1]. A row (a class, or all classes together) cuts [0, 1]
into unit regions of equal width; the density is how many of the row's recent samples fell in
each. Everything here takes given g and row numbers and knows neither logits nor labels. All of it
is arithmetic on fixed shapes: one scatter counts, one gather weighs, nothing waits for the host.
With more rows than samples (thousands of classes) only the rows in the batch are worked on; rows do
not depend on each other, so the numbers are the same bit for bit.

Letters: n samples, r rows, u regions (padded to the largest row).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from .base import distributed, sum_over_ranks

FEWEST_REGIONS, MOST_REGIONS = 2, 30
EMPTY = 1e-3
"""A decayed count up to this is set to 0: about seven passes after the region's last sample."""
LEAST_SHARE = 1e-12
"""Smaller shares of the density weigh as this one, so that p^{−α} stays finite in float32."""


def adaptive_regions(samples: Tensor, kappa: float) -> Tensor:
    """How many unit regions each row gets: M = clip(round(κ N^{1/3}), 2, 30), int64 (r,).

    The cube root is the rate of the error-optimal histogram bin width (Scott 1979; Freedman and
    Diaconis 1981): many samples, fine regions; few samples, coarse ones.
    """
    fine = (kappa * samples.to(torch.float64) ** (1 / 3)).round()
    return fine.clamp(FEWEST_REGIONS, MOST_REGIONS).to(torch.int64)


def region_of(grad_norm: Tensor, row: Tensor, regions: Tensor) -> Tensor:
    """The region of each sample, b = min(⌊g M⌋, M − 1), int64 (n,); NaN goes to the last."""
    many = regions.gather(0, row)
    region = (torch.nan_to_num(grad_norm, nan=1.0) * many).long()
    return torch.minimum(region, many - 1)


class Places(NamedTuple):
    """Where each sample belongs in a table (r, u); all int64 (n,)."""

    row: Tensor
    region: Tensor
    cell: Tensor
    """In the table laid out flat: row · u + region."""


def places(grad_norm: Tensor, row: Tensor, regions: Tensor, table: Tensor) -> Places:
    """The place of each sample in a table (r, u), given its row and how many regions rows have."""
    region = region_of(grad_norm, row, regions)
    return Places(row, region, torch.add(region, row, alpha=table.shape[1]))


def histogram(grad_norm: Tensor, place: Places, like: Tensor) -> Tensor:
    """Samples per row and region (r, u), in the shape and dtype of ``like``; NaN is not counted."""
    counted = (grad_norm == grad_norm).to(like.dtype)
    seen = torch.zeros_like(like)
    seen.view(-1).scatter_add_(0, place.cell, counted)
    return seen


def look_up(table: Tensor, place: Places) -> Tensor:
    """Each sample's entry of a table (r, u), as (n,)."""
    return table.reshape(-1).gather(0, place.cell)


def region_weights(
    counts: Tensor, valid: Tensor, alpha: float, smoothing: float, envelope: bool
) -> Tensor:
    """The weight of every unit region (r, u): mean 1 under the smoothed density of its row.

    p[b] = (A[b] + λ) / Σ(A + λ);  r[b] = p[b]^{−α} where p[b] > 0;  with the envelope
    r[b] ← max_{b' ≤ b} r[b'];  w[b] = r[b] / Σ p r.

    With λ > 0 every region has p > 0 and so counts as occupied. Were only regions with A > 0 used,
    a class that has all its few samples in one hard region would get w = 1/p > 1 there, and the
    density would have changed the class's total. With λ = 0 only A > 0 is left; an empty region
    then weighs 0 (with the envelope: as much as the region below it). A row never seen weighs 1.
    On digits with factor 50 and α = 0.3 the two readings differ by less than 0.2 points of balanced
    accuracy, in either direction with the recipe (120 paired seeds each).

    ``valid`` (r, u) is false beyond a row's last region, where the weight is 0.
    """
    inside = valid.to(counts.dtype)
    if alpha == 0:
        return inside
    smoothed = (counts + smoothing).mul_(inside)
    total = smoothed.sum(1, keepdim=True)
    tiny, occupied = torch.finfo(counts.dtype).tiny, smoothing > 0
    share = smoothed.div_(total if occupied else total.clamp_min(tiny))
    inverse = share.clamp_min(LEAST_SHARE).pow_(-alpha)
    if not occupied:  # with λ > 0 no share of a row's own regions is 0, and no total
        inverse.masked_fill_(share <= 0, 0.0)
    if envelope:
        inverse = inverse.cummax(1).values
    mean = share.mul_(inverse).sum(1, keepdim=True)
    if occupied:
        return inverse.div_(mean).mul_(inside)
    return inverse.div_(mean.clamp_min_(tiny)).masked_fill_(total <= tiny, 1.0).mul_(inside)


def _fade_and_add(counts: Tensor, seen: Tensor, memory: Tensor) -> Tensor:
    """A ← A exp(−n / memory) + H, in place."""
    counts.mul_(seen.sum(1, keepdim=True).div_(memory).neg_().exp_()).add_(seen)
    return torch.threshold_(counts, EMPTY, 0.0)


class GradientDensity(nn.Module):
    """Decayed counts of gradient norms by row and unit region, kept in buffers.

    A[r] ← A[r] · exp(−n_r / (h N_r)) + H[r] for a batch with n_r samples of the row: the memory is
    h passes over *that row*, so a tail class is remembered as long as a head class. A row absent
    from the batch keeps its state bit for bit. Over several ranks the histogram is summed.
    """

    counts: Tensor
    regions: Tensor
    memory: Tensor
    valid: Tensor

    def __init__(self, samples: Tensor, regions: Tensor, horizon: float) -> None:
        """``samples`` (r,) training counts N, ``regions`` (r,) int64 M, ``horizon`` h in passes."""
        super().__init__()
        position = torch.arange(int(regions.max()))
        self.register_buffer("regions", regions)
        self.register_buffer("valid", position < regions[:, None])
        self.register_buffer("memory", (horizon * samples)[:, None].to(torch.float32))
        self.register_buffer("counts", torch.zeros(self.valid.shape))

    def places(self, grad_norm: Tensor, row: Tensor) -> Places:
        """The place of each sample."""
        return places(grad_norm, row, self.regions, self.counts)

    @torch.no_grad()
    def observe(self, grad_norm: Tensor, place: Places) -> None:
        """Count a batch, in place."""
        row = place.row
        seen = sum_over_ranks(histogram(grad_norm, place, self.counts))
        if self._few(row) and not distributed():
            # Rows named twice get the same values twice.
            rows = _fade_and_add(self.counts[row], seen[row], self.memory[row])
            self.counts.index_copy_(0, row, rows)
        else:
            _fade_and_add(self.counts, seen, self.memory)

    def _few(self, row: Tensor) -> bool:
        """Whether a batch has fewer samples than there are rows, so that most stay as they are."""
        return row.shape[0] < self.counts.shape[0]

    @torch.no_grad()
    def weights(self, alpha: float, smoothing: float, envelope: bool) -> Tensor:
        """The current weight of every region (r, u); see `region_weights`."""
        return region_weights(self.counts, self.valid, alpha, smoothing, envelope)

    @torch.no_grad()
    def weight_of(self, place: Places, alpha: float, smoothing: float, envelope: bool) -> Tensor:
        """The current weight of each sample's region (n,); only the rows that are asked for."""
        row, region, _ = place
        if self._few(row):
            own = region_weights(self.counts[row], self.valid[row], alpha, smoothing, envelope)
            return own.gather(1, region[:, None]).squeeze(1)
        return look_up(self.weights(alpha, smoothing, envelope), place)
