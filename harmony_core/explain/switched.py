"""One formula whose factors are switched on one after another, on one sample of a run.

    ℓ = u_y · f · w · CE(z + a, y)

Cross-entropy has every factor off. The weight u_y by class, the focal factor f, the weight w by
density (of all classes, or of the sample's own) and the shift a by class size are those of the
losses. All are computed from the same recorded logits, so that only the formula changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..frames import Frame, Scene
from ..losses.registry import LOSSES
from ..top_logits import TopLogits, all_logits
from .density import region_of
from .latex import number_latex, number_text
from .numbers import cross_entropy, log_prior
from .sandbox import ClassWeights, redraw

SMOOTHING = 1.0


@dataclass(frozen=True)
class Formula:
    """A loss as a choice of factors."""

    title: str
    summary: str
    by_class: bool = False
    focal: bool = False
    by_density: bool = False
    all_classes: bool = False
    """Whether the density is one of all classes, as in GHM; else it is the class's own"""
    shifts_logits: bool = False


FORMULAS: dict[str, Formula] = {
    "ce": Formula("Cross-entropy", "Every sample counts once. All the parts are off."),
    "weighted": Formula(
        "Weighted",
        "On: a weight by class, in inverse proportion to its size.",
        by_class=True,
    ),
    "focal": Formula(
        "Focal",
        "On: a factor by difficulty. What the network already gets right fades out.",
        focal=True,
    ),
    "ghm": Formula(
        "GHM",
        "On: a weight by density. It is small where many samples, of any class, are as hard.",
        by_density=True,
        all_classes=True,
    ),
    "harmonized": Formula(
        "Harmonized",
        "On: logits moved by class size, and a weight by the density of its own class.",
        by_density=True,
        shifts_logits=True,
    ),
}
FIRST = next(iter(FORMULAS))


@dataclass(frozen=True)
class Factor:
    """One factor of the formula for one sample."""

    symbol: str
    value: float
    on: bool


@dataclass(frozen=True)
class Switched:
    """The formula of one loss for one sample."""

    name: str
    factors: tuple[Factor, ...]
    """u, f and w"""
    shift: float
    """log π_y, or 0 where logits are not moved"""
    probability: float
    """Of the label, under the logits the loss trains on"""
    grad_norm: float
    """g, the difficulty: 1 − softmax(z)_y of the plain logits"""
    cross_entropy: float
    loss: float
    edges: Array
    """(m + 1,) of the density that is shown: the loss's own, or that of the class"""
    counts: Array
    """(m,)"""
    weights: Array | None
    """(m,) by region, where the loss weighs by density"""
    region: int

    @property
    def formula(self) -> Formula:
        """Which factors are on, and what to call them."""
        return FORMULAS[self.name]

    @property
    def values(self) -> tuple[float, ...]:
        """The factors, the cross-entropy and their product."""
        return (*(factor.value for factor in self.factors), self.cross_entropy, self.loss)

    @property
    def latex(self) -> str:
        """The formula with its numbers; a factor that is off is a 1 in grey."""
        shift = "z + " + _switch(r"\log \pi", on=True) if self.shift else "z"
        symbols = " ".join(
            rf"\underbrace{{{_switch(f.symbol, on=f.on)}}}_{{{number_latex(f.value)}}}"
            for f in self.factors
        )
        return (
            rf"\ell = {symbols} \; \underbrace{{\mathrm{{CE}}({shift}, y)}}_{{"
            rf"{number_latex(self.cross_entropy)}}} = {number_latex(self.loss)}"
        )

    @property
    def text(self) -> str:
        """The same as one line of plain text."""
        factors = " × ".join(number_text(f.value) for f in self.factors)
        return f"{factors} × {number_text(self.cross_entropy)} = {number_text(self.loss)}"


def switched(name: str, scene: Scene, frame: Frame, sample: int) -> Switched:
    """The formula called ``name`` in `FORMULAS` for a tracked sample, from the logits of ``frame``.

    ``sample`` is its position among the tracked ones. `DataError` where the formula moves logits of
    which only the largest were recorded.
    """
    formula = FORMULAS[name]
    counts = np.asarray(scene.train_counts, dtype=float)
    label = int(scene.tracked_targets[sample])
    recorded = frame.tracked_logits
    if isinstance(recorded, TopLogits) and not formula.shifts_logits:
        z = recorded.spread(np.array([sample]))[0].astype(float)
    else:
        z = np.asarray(all_logits(recorded)[sample], dtype=float)
    prior = log_prior(counts)
    loss = cross_entropy(z + prior if formula.shifts_logits else z, label)
    g = float(np.clip(-np.expm1(-cross_entropy(z, label)), 0, 1))
    u = float(counts.sum() / len(counts) / counts[label]) if formula.by_class else 1.0
    f = g ** float(LOSSES["focal"].resolve({})["gamma"]) if formula.focal else 1.0
    drawn = _density(formula, scene, frame, label)
    region = int(region_of(np.array(g), len(drawn.counts)))
    w = float(drawn.weights[region]) if formula.by_density else 1.0
    return Switched(
        name=name,
        factors=(
            Factor("u_y", u, formula.by_class),
            Factor(r"(1 - p_y)^2", f, formula.focal),
            Factor("w[b]" if formula.all_classes else "w_y[b]", w, formula.by_density),
        ),
        shift=float(prior[label]) if formula.shifts_logits else 0.0,
        probability=float(np.exp(-loss)),
        grad_norm=g,
        cross_entropy=loss,
        loss=u * f * w * loss,
        edges=drawn.edges,
        counts=drawn.counts,
        weights=drawn.weights if formula.by_density else None,
        region=region,
    )


def instructive_samples(scene: Scene, frame: Frame) -> list[int]:
    """Positions of the hardest and the middle sample of the largest and of the rarest class."""
    order = np.argsort(-np.asarray(scene.train_counts), kind="stable")
    g = frame.tracked_grad_norm
    found = []
    for c in (order[0], order[-1]):
        rows = np.flatnonzero(scene.tracked_targets == c)
        if len(rows):
            ranked = rows[np.argsort(g[rows], kind="stable")]
            found += [int(ranked[-1]), int(ranked[len(ranked) // 2])]
    return list(dict.fromkeys(found))


def _density(formula: Formula, scene: Scene, frame: Frame, label: int) -> ClassWeights:
    """The density a loss weighs by; that of the class if it weighs by none."""
    if formula.all_classes:
        # GHM-C with the mean over non-empty bins: every one of them has the same total.
        bins = int(LOSSES["ghm"].resolve({})["bins"])
        drawn = redraw(
            scene,
            frame,
            1.0,
            smoothing=0.0,
            envelope=False,
            classwise=False,
            fixed_bins=bins,
            anchor="class",
        )
    else:
        drawn = redraw(scene, frame, smoothing=SMOOTHING)
    return drawn[label]


def _switch(symbol: str, *, on: bool) -> str:
    return rf"\boldsymbol{{{symbol}}}" if on else rf"\textcolor{{gray}}{{{symbol}}}"
