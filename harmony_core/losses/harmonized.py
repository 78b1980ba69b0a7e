"""The harmonized loss: balance between categories, then difficulty within each.

Our reconstruction of Zhang et al., *Solving the Long-Tailed Problem via Intra- and Inter-Category
Balance*, ICASSP 2022 (arXiv 2204.09234), from its abstract and introduction, on top of GHM (Li, Liu
and Wang, AAAI 2019, arXiv 1811.05181). The equations are ours.
"""

from __future__ import annotations

import logging
from typing import Unpack

import torch
from torch import Tensor

from .base import DensityState, Loss, LossTerms, Samples
from .density import GradientDensity, adaptive_regions
from .logit_adjusted import log_prior
from .options import Options
from .over_ranks import Pending, after_sum
from .registry import LOSSES
from .weighted import inverse_frequency_weights

log = logging.getLogger(__name__)


class HarmonizedLoss(Loss):
    r"""L = (1/n) Σ w_{y_i}[b_i] · CE(z̃_i, y_i): use it as ``loss(logits, targets)``.

    1. Inter-category balance. ``inter="margin"``: z̃ = z + τ log π, which moves the boundary and
       leaves the samples' weights alone; predict with the plain z. ``inter="weight"``: z̃ = z, and
       each sample is also multiplied by u_y ∝ N_y^{−ρ}, Σ N_c u_c = ΣN. ``inter="none"``: neither.
    2. Difficulty g in [0, 1]. ``difficulty="plain"``: 1 − softmax(z)_y, the gradient norm on the
       logits that predict. ``"margin"``: 1 − softmax(z̃)_y, what is left of it behind the margin.
    3. Adaptive precision: class c has M_c = clip(round(κ N_c^{1/3}), 2, 30) unit regions, or
       ``fixed_bins`` of them where that is not 0.
    4. Density: A_c[b] ← A_c[b] exp(−n_c / (h N_c)) + H_c[b] for a batch with n_c samples of class
       c; p_c[b] ∝ A_c[b] + λ.
    5. Intra-category balance: r[b] = p[b]^{−α} where p[b] > 0; with the envelope
       r[b] ← max_{b' ≤ b} r[b']; w[b] = r[b] / Σ p r, so the mean weight under p_c is 1.
       ``anchor="boundary"`` then scales the weights of each class, w[b] ← w[b] / w(½), so that the
       weight at g = ½ is the same for all classes, and all of them so that their mean over the
       training set is 1 (`density.anchor`): at the boundary of two classes both count alike, and
       the boundary stays. With ``"class"`` the mean of each class stays 1, and a class with many
       hard samples counts less at its boundary than its neighbour.
    6. Annealing: α_t = α · max(0, 1 − t / (a T)) in 0-based epoch t of T, with a = ``anneal``;
       a = 0 keeps α constant. A weight that depends on the sample changes p(x|c) and with it the
       Bayes rule that the loss is consistent with; once α_t is 0, the loss is the consistent one.

    With λ > 0 every region has p > 0, even without samples: with the envelope a class whose few
    samples are all in one hard region keeps weight 1 there, and the mean weight over a class's own
    samples is not exactly 1 (0.89 to 0.93 at the end of a run on digits); see
    `density.region_weights`. A count that has decayed to `density.EMPTY` becomes 0. Under deferral
    the sum is divided by the sum of the class weights instead of by n (`Loss`).

    ``alpha``, ``kappa``, ``envelope``, ``smoothing`` λ, ``horizon`` h (passes over a class),
    ``tau``, ``rho`` are the letters above. The defaults come from a study; see docs/method.md.
    ``classwise=False`` keeps one density for all classes, as GHM does. α = 0 turns the intra
    balance off, and with τ = 0 as well this is `F.cross_entropy`.

    Schedule: `on_epoch_start` with the number of epochs drives it. The intra weights are 1 until
    epoch ``warmup`` while the density is already counted; α falls from the first epoch. If it is
    called without the number, or never, α stays constant, and a warning in the log says so once;
    if never, the weights are on from the first step.
    A call in training mode updates the density; after ``eval()`` or under ``no_grad`` it only
    reads it. All state is in buffers, updated in place without waiting for the device; over several
    ranks the batch's histogram is summed. A sample whose g is NaN makes the loss NaN and is not
    counted.

    An ignored sample is in no density. A soft target counts in the density of every class as much
    as it belongs to it, at g = ½‖p − q‖₁, and has the weights of all of them (`samples.Samples`).
    Label smoothing changes g, and the class that counts the sample stays that of its label.

    >>> loss = HarmonizedLoss([8, 8], alpha=1.0, anchor="class")
    >>> z, y = torch.tensor([[1.1, 0.0], [1.1, 0.0], [1.1, 0.0], [0.0, 1.1]]), torch.zeros(4).long()
    >>> loss.terms(z, y).weight  # p = (4, 2)/6, r = (3/2, 3), Σ p r = 2
    tensor([0.7500, 0.7500, 0.7500, 1.5000])
    """

    active: Tensor
    strength: Tensor
    offset: Tensor
    u: Tensor

    def __init__(
        self,
        class_counts: object,
        alpha: float = 0.5,
        anneal: float = 1.0,
        difficulty: str = "plain",
        anchor: str = "boundary",
        kappa: float = 1.0,
        envelope: bool = True,
        smoothing: float = 1.0,
        horizon: float = 1.0,
        tau: float = 1.0,
        inter: str = "margin",
        rho: float = 1.0,
        classwise: bool = True,
        fixed_bins: int = 0,
        warmup: int = 5,
        **options: Unpack[Options],
    ) -> None:
        LOSSES["harmonized"].resolve(
            {
                "alpha": alpha, "anneal": anneal, "difficulty": difficulty, "anchor": anchor,
                "kappa": kappa,
                "envelope": envelope, "smoothing": smoothing, "horizon": horizon, "tau": tau,
                "inter": inter, "rho": rho, "classwise": classwise, "fixed_bins": fixed_bins,
                "warmup": warmup,
            }
        )  # fmt: skip
        super().__init__(class_counts, **options)
        self.alpha, self.smoothing, self.envelope = float(alpha), float(smoothing), envelope
        self.inter, self.classwise, self.warmup = inter, classwise, int(warmup)
        self.anneal, self.anchored = float(anneal), anchor == "boundary"
        self.judges_plain = difficulty == "plain" and inter == "margin" and tau != 0
        self._warns = self.anneal > 0 and self.alpha > 0
        samples = self.class_counts if classwise else self.class_counts.sum(0, keepdim=True)
        regions = adaptive_regions(samples, kappa)
        if fixed_bins:
            regions = torch.full_like(regions, int(fixed_bins))
        self.memory = GradientDensity(samples, regions, horizon)
        self.register_buffer("active", torch.tensor(True))
        # A constant strength is no state: checkpoints written before annealing existed lack it.
        self.register_buffer(
            "strength", torch.tensor(self.alpha, dtype=torch.float64), persistent=self.anneal > 0
        )
        self.register_buffer("offset", torch.zeros_like(self.class_counts))
        self.register_buffer("u", torch.ones_like(self.class_counts))
        if inter == "margin":
            self.offset.copy_(tau * log_prior(self.class_counts))
        elif inter == "weight":
            self.u.copy_(inverse_frequency_weights(self.class_counts, rho))

    @property
    def regions(self) -> Tensor:
        """(c,) int64: the number of unit regions M_c."""
        return self.memory.regions.expand(self.classes)

    @property
    def density(self) -> Tensor:
        """(c, u): decayed counts A_c, padded with 0; all rows equal without ``classwise``."""
        return self.memory.counts.expand(self.classes, -1)

    def region_weights(self) -> Tensor:
        """(c, u): the current intra weight w_c[b], padded with 0; 1 during warm-up."""
        return self._table().expand(self.classes, -1)

    def density_state(self) -> DensityState:
        return DensityState(self.density, self.regions, self.region_weights())

    def inter_weight(self) -> Tensor:
        """(c,) u with ``inter="weight"``; otherwise 1: a margin moves boundaries, not weights."""
        return self.u * self.class_weight

    def on_epoch_start(self, epoch: int, epochs: int | None = None) -> None:
        """Set α_t, and turn the intra weights off before 0-based epoch ``warmup``, then on.

        If ``epochs`` is given, the warm-up takes at most a tenth of them. Without it α stays
        constant.
        """
        warmup = self.warmup if epochs is None else min(self.warmup, epochs // 10)
        self.active.fill_(epoch >= warmup)
        if epochs is None:
            self._warn("on_epoch_start was called without the number of epochs")
        elif self.anneal:
            self._warns = False
            self.strength.fill_(self.alpha * max(0.0, 1 - epoch / (self.anneal * epochs)))

    def adjust(self, samples: Samples) -> Tensor:
        logits = samples.logits
        return logits + self.offset if self.inter == "margin" else logits

    def weigh(self, loss: Tensor, norm: Tensor, samples: Samples) -> LossTerms | Pending[LossTerms]:
        row = samples.targets if self.classwise else torch.zeros_like(samples.targets)
        difficulty = norm
        if self.judges_plain:
            _, difficulty = samples.judged(samples.logits.detach())
        row, judged = row.reshape(-1), difficulty.reshape(-1)
        cells = self.memory.locate(judged, row)

        def terms() -> LossTerms:
            intra = self.memory.weight_of(
                cells, self._alpha, self.smoothing, self.envelope, anchored=self.anchored
            )
            intra = torch.where(self.active, intra, 1.0).to(loss.dtype).view_as(loss)
            unit = self.units(samples, loss.dtype)
            weight = unit * intra
            if self.inter == "weight":
                weight = weight * samples.each(self.u).to(loss.dtype)
            return LossTerms(loss, weight, norm, unit, difficulty)

        def finish(seen: Tensor) -> LossTerms:
            self.memory.observe(seen, row)
            return terms()

        if not self.in_training_step:
            return terms()
        self._warn("on_epoch_start was never called")
        shares = samples.shares(self.memory.counts.dtype)
        return after_sum(self.memory.seen(judged, cells, shares), finish)

    def _table(self) -> Tensor:
        """(r, u): intra weights by row of the density; r = c, or 1 without ``classwise``."""
        weights = self.memory.weights(
            self._alpha, self.smoothing, self.envelope, anchored=self.anchored
        )
        return torch.where(self.active, weights, self.memory.valid.to(weights.dtype))

    @property
    def _alpha(self) -> float | Tensor:
        """α_t: a tensor if it changes, so that a captured step follows it."""
        return self.strength if self.anneal and self.alpha else self.alpha

    def _warn(self, reason: str) -> None:
        if self._warns and not torch.compiler.is_compiling():
            self._warns = False
            log.warning(
                "The harmonized loss keeps α at %g instead of annealing it: %s. Call "
                "loss.on_epoch_start(epoch, epochs) before every epoch, or build the loss with "
                "anneal=0.",
                self.alpha,
                reason,
            )
