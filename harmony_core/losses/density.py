"""The density of gradient norms, and the weights it gives.

The gradient norm g of a sample is in [0, 1]. A row (a class, or all classes together) divides
[0, 1] into unit regions of equal width; its density is the number of recent samples in each. The
functions take g and row numbers, and no logits or labels. All shapes are fixed: one scatter counts,
one gather weighs, nothing waits for the host. With more rows than samples (thousands of classes)
only the rows in the batch are computed; rows do not depend on each other, so the numbers are the
same bit for bit.

Letters: n samples, r rows, u regions (padded to the largest row).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from .over_ranks import distributed

FEWEST_REGIONS, MOST_REGIONS = 2, 30
EMPTY = 1e-3
"""Decayed counts up to this become 0: about seven passes after the region's last sample."""
LEAST_SHARE = 1e-12
"""Smaller shares of the density are raised to this one, so that p^{−α} is finite in float32."""


def adaptive_regions(samples: Tensor, kappa: float) -> Tensor:
    """The number of unit regions of each row, M = clip(round(κ N^{1/3}), 2, 30), int64 (r,).

    The optimal number of histogram bins grows as the cube root of the number of samples (Scott
    1979; Freedman and Diaconis 1981).

    >>> adaptive_regions(torch.tensor([5000, 100, 2]), 1.0)
    tensor([17,  5,  2])
    """
    fine = (kappa * samples.to(torch.float64) ** (1 / 3)).round()
    return fine.clamp(FEWEST_REGIONS, MOST_REGIONS).to(torch.int64)


def region_of(grad_norm: Tensor, row: Tensor, regions: Tensor) -> Tensor:
    """The region of each sample, b = min(⌊g M⌋, M − 1), int64 (n,); NaN goes to the last.

    ``row`` (n,) is each sample's row, ``regions`` (r,) the number of regions M of each row.

    >>> region_of(torch.tensor([0.0, 0.5, 1.0]), torch.tensor([0, 0, 0]), torch.tensor([4]))
    tensor([0, 2, 3])
    """
    available = regions.gather(0, row)
    region = (torch.nan_to_num(grad_norm, nan=1.0) * available).long()
    return torch.minimum(region, available - 1)


class Cells(NamedTuple):
    """The cell of each sample in a table (r, u); all int64 (n,)."""

    row: Tensor
    region: Tensor
    flat: Tensor
    """Index into the flattened table: row · u + region."""


def locate(grad_norm: Tensor, row: Tensor, regions: Tensor, table: Tensor) -> Cells:
    """The cell of each sample in a table (r, u), from its row and the regions of each row (r,).

    >>> locate(torch.tensor([0.6]), torch.tensor([1]), torch.tensor([2, 3]), torch.zeros(2, 3)).flat
    tensor([4])
    """
    region = region_of(grad_norm, row, regions)
    return Cells(row, region, torch.add(region, row, alpha=table.shape[1]))


def histogram(
    grad_norm: Tensor, cells: Cells, like: Tensor, shares: Tensor | None = None
) -> Tensor:
    """Samples per row and region (r, u), in the shape and dtype of ``like``; NaN is not counted.

    ``shares`` say how much each sample counts, if not 1; any shape of n numbers.

    >>> g, table = torch.tensor([0.1, 0.2, 0.9]), torch.zeros(1, 2)
    >>> histogram(g, locate(g, torch.tensor([0, 0, 0]), torch.tensor([2]), table), table)
    tensor([[2., 1.]])
    """
    counted = (grad_norm == grad_norm).to(like.dtype)
    if shares is not None:
        counted = counted * shares.reshape(-1)
    seen = torch.zeros_like(like)
    seen.view(-1).scatter_add_(0, cells.flat, counted)
    return seen


def look_up(table: Tensor, cells: Cells) -> Tensor:
    """Each sample's entry of a table (r, u), as (n,).

    >>> g, table = torch.tensor([0.1, 0.9]), torch.tensor([[5.0, 7.0]])
    >>> look_up(table, locate(g, torch.tensor([0, 0]), torch.tensor([2]), table))
    tensor([5., 7.])
    """
    return table.reshape(-1).gather(0, cells.flat)


def region_weights(
    counts: Tensor, valid: Tensor, alpha: float | Tensor, smoothing: float, envelope: bool
) -> Tensor:
    """The weight of every unit region (r, u): mean 1 under the smoothed density of its row.

    p[b] = (A[b] + λ) / Σ(A + λ);  r[b] = p[b]^{−α} where p[b] > 0;  with the envelope
    r[b] ← max_{b' ≤ b} r[b'];  w[b] = r[b] / Σ p r.

    With λ > 0 every region has p > 0 and counts as occupied. If only regions with A > 0 did, a
    class whose few samples are all in one hard region would get w = 1/p > 1 there, and the density
    would change the class's total. With λ = 0 only regions with A > 0 are occupied; an empty one
    has weight 0 (with the envelope, the weight of the region below it). A row without any sample
    has weight 1. On digits with imbalance factor 50 and α = 0.3 the two definitions of "occupied"
    differ by less than 0.2 points of balanced accuracy, with a sign that depends on the recipe (120
    paired seeds each).

    ``counts`` (r, u) is A; ``valid`` (r, u) is false beyond a row's last region, where the weight
    is 0. ``alpha`` may be a tensor of one number on the device, which a schedule changes.

    >>> counts, valid = torch.tensor([[6.0, 2.0]]), torch.tensor([[True, True]])
    >>> region_weights(counts, valid, alpha=1.0, smoothing=0.0, envelope=False)
    tensor([[0.6667, 2.0000]])
    """
    inside = valid.to(counts.dtype)
    if not isinstance(alpha, Tensor) and alpha == 0:
        return inside
    smoothed = (counts + smoothing).mul_(inside)
    total = smoothed.sum(1, keepdim=True)
    tiny, occupied = torch.finfo(counts.dtype).tiny, smoothing > 0
    share = smoothed.div_(total if occupied else total.clamp_min(tiny))
    inverse = share.clamp_min(LEAST_SHARE).pow_(-alpha)
    if not occupied:  # with λ > 0 neither a share of a row's own regions nor a total can be 0
        inverse.masked_fill_(share <= 0, 0.0)
    if envelope:
        inverse = inverse.cummax(1).values
    mean = share.mul_(inverse).sum(1, keepdim=True)
    if occupied:
        return inverse.div_(mean).mul_(inside)
    return inverse.div_(mean.clamp_min_(tiny)).masked_fill_(total <= tiny, 1.0).mul_(inside)


def anchor(weights: Tensor, regions: Tensor, samples: Tensor) -> Tensor:
    """Weights (r, u) of mean 1 in each row, scaled so that all rows agree at g = ½.

    w[b] ← w[b] / w(½) / Σ_r π_r / w_r(½): the weight at g = ½, where a sample lies on the decision
    boundary of two classes, is then the same in every row, and the mean over all samples is 1. With
    different weights there, the boundary would move toward the row that weighs more.

    w(½) is that of the middle region, or the geometric mean of the two that meet at ½; a row
    without a weight there keeps its own. ``regions`` (r,) is M, ``samples`` (r, 1) in proportion to
    N.

    >>> rows = torch.tensor([[0.8, 1.8], [0.5, 0.5]])
    >>> anchor(rows, torch.tensor([2, 2]), torch.tensor([[1.0], [1.0]]))
    tensor([[0.4706, 1.0588],
            [0.7059, 0.7059]])
    """
    below = weights.gather(1, ((regions - 1) // 2)[:, None])
    above = weights.gather(1, (regions // 2)[:, None])
    middle = (below * above).sqrt_()
    middle = torch.where(middle > 0, middle, 1.0)
    return weights / middle / ((samples / middle).sum() / samples.sum())


def _fade_and_add(counts: Tensor, seen: Tensor, memory: Tensor) -> Tensor:
    """A ← A exp(−n / memory) + H, in place."""
    counts.mul_(seen.sum(1, keepdim=True).div_(memory).neg_().exp_()).add_(seen)
    return torch.threshold_(counts, EMPTY, 0.0)


class GradientDensity(nn.Module):
    """Decayed counts of gradient norms by row and unit region, kept in buffers.

    A[r] ← A[r] · exp(−n_r / (h N_r)) + H[r] for a batch with n_r samples of the row: the memory is
    h passes over *that row*, so a tail class is remembered for as many passes as a head class. A
    row absent from the batch keeps its state bit for bit. Over several ranks the histogram has to
    be summed in between (`over_ranks.after_sum`).

    >>> density = GradientDensity(torch.tensor([2, 2]), torch.tensor([2, 2]), horizon=1.0)
    >>> g, row = torch.tensor([0.1, 0.9, 0.9]), torch.tensor([0, 0, 1])
    >>> density.observe(density.seen(g, density.locate(g, row)), row)
    >>> density.counts
    tensor([[1., 1.],
            [0., 1.]])
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
        self.register_buffer("counts", torch.zeros(self.valid.shape, dtype=torch.float32))

    def locate(self, grad_norm: Tensor, row: Tensor) -> Cells:
        """The cell of each sample, from its gradient norm and its row, both (n,)."""
        return locate(grad_norm, row, self.regions, self.counts)

    def seen(self, grad_norm: Tensor, cells: Cells, shares: Tensor | None = None) -> Tensor:
        """The histogram H (r, u) of a batch; ``shares`` as in `histogram`."""
        return histogram(grad_norm, cells, self.counts, shares)

    @torch.no_grad()
    def observe(self, seen: Tensor, row: Tensor) -> None:
        """Count a batch, in place: its histogram over all ranks (r, u), this rank's rows (n,)."""
        if self.touches_few_rows(row) and not distributed():
            # A row that occurs twice is written twice, with the same values.
            rows = _fade_and_add(self.counts[row], seen[row], self.memory[row])
            self.counts.index_copy_(0, row, rows)
        else:
            _fade_and_add(self.counts, seen, self.memory)

    def touches_few_rows(self, row: Tensor) -> bool:
        """Whether a batch has fewer samples than there are rows, so that most rows stay as is."""
        return row.shape[0] < self.counts.shape[0]

    @torch.no_grad()
    def weights(
        self, alpha: float | Tensor, smoothing: float, envelope: bool, *, anchored: bool = False
    ) -> Tensor:
        """The current weight of every region (r, u); see `region_weights` and `anchor`."""
        weights = region_weights(self.counts, self.valid, alpha, smoothing, envelope)
        return anchor(weights, self.regions, self.memory) if anchored else weights

    @torch.no_grad()
    def weight_of(
        self,
        cells: Cells,
        alpha: float | Tensor,
        smoothing: float,
        envelope: bool,
        *,
        anchored: bool = False,
    ) -> Tensor:
        """The current weight of each sample's region (n,).

        Only those rows are computed, unless the weights are ``anchored``.
        """
        row, region, _ = cells
        if self.touches_few_rows(row) and not anchored:
            own = region_weights(self.counts[row], self.valid[row], alpha, smoothing, envelope)
            return own.gather(1, region[:, None]).squeeze(1)
        return look_up(self.weights(alpha, smoothing, envelope, anchored=anchored), cells)
