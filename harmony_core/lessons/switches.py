"""One formula whose parts are switched on one after another, on one sample of a run.

    ℓ = u_y · f · w · CE(z + a, y)

Cross-entropy has none of the parts on. The weight u_y by class, the focal factor f, the weight w by
density (of all classes, or of the sample's own) and the shift a by class size are those of the
losses; all are computed from the same recorded logits, so that only the formula changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis.formula import plain, tex
from ..analysis.loss_numbers import cross_entropy
from ..analysis.sandbox import adaptive_regions, log_prior, redraw, region_of
from ..frames import Frame, Scene
from ..losses.registry import LOSSES

Array = NDArray[Any]
NAMES = {
    "ce": "Cross-entropy",
    "weighted": "Weighted",
    "focal": "Focal",
    "ghm": "GHM",
    "harmonized": "Harmonized",
}
SAID = {
    "ce": "Every sample counts once. All the parts are off.",
    "weighted": "On: a weight by class, in inverse proportion to its size.",
    "focal": "On: a factor by difficulty. What the network already gets right fades out.",
    "ghm": "On: a weight by density. It is small where many samples, of any class, are as hard.",
    "harmonized": "On: logits moved by class size, and a weight by the density of the own class.",
}
SMOOTHING = 1.0


@dataclass(frozen=True)
class Part:
    """One factor of the formula for one sample."""

    symbol: str
    value: float
    on: bool


@dataclass(frozen=True)
class Switched:
    """The formula of one loss for one sample."""

    name: str
    parts: tuple[Part, ...]
    """u, f and w"""
    shift: float
    """log π_y, or 0 where logits are not moved"""
    probability: float
    """Of the label, under the logits the loss trains on"""
    grad_norm: float
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
    def values(self) -> tuple[float, ...]:
        """The factors, the cross-entropy and their product."""
        return (*(part.value for part in self.parts), self.cross_entropy, self.loss)

    @property
    def latex(self) -> str:
        """The formula with its numbers; a part that is off is a 1 in grey."""
        shift = "z + " + _lit(r"\log \pi", on=True) if self.shift else "z"
        symbols = " ".join(
            rf"\underbrace{{{_lit(p.symbol, on=p.on)}}}_{{{tex(p.value)}}}" for p in self.parts
        )
        return (
            rf"\ell = {symbols} \; \underbrace{{\mathrm{{CE}}({shift}, y)}}_{{"
            rf"{tex(self.cross_entropy)}}} = {tex(self.loss)}"
        )

    @property
    def text(self) -> str:
        """The same as one line of plain text."""
        factors = " × ".join(plain(p.value) for p in self.parts)
        return f"{factors} × {plain(self.cross_entropy)} = {plain(self.loss)}"


def switched(name: str, scene: Scene, frame: Frame, sample: int) -> Switched:
    """The formula called ``name`` for a tracked sample, from the logits of ``frame``."""
    counts = np.asarray(scene.train_counts, dtype=float)
    label = int(scene.tracked_targets[sample])
    z = np.asarray(frame.tracked_logits[sample], dtype=float)
    own = name == "harmonized"
    prior = log_prior(counts)
    loss = cross_entropy(z + prior if own else z, label)
    g = float(np.clip(-np.expm1(-loss), 0, 1))
    u = float(counts.sum() / len(counts) / counts[label]) if name == "weighted" else 1.0
    f = g ** float(LOSSES["focal"].resolve({})["gamma"]) if name == "focal" else 1.0
    drawn = _density(name, scene, frame, label)
    region = int(region_of(np.array(g), len(drawn.counts)))
    weighs = name in ("ghm", "harmonized")
    w = float(drawn.weights[region]) if weighs else 1.0
    return Switched(
        name=name,
        parts=(
            Part("u_y", u, name == "weighted"),
            Part(r"(1 - p_y)^2", f, name == "focal"),
            Part("w[b]" if name == "ghm" else "w_y[b]", w, weighs),
        ),
        shift=float(prior[label]) if own else 0.0,
        probability=float(np.exp(-loss)),
        grad_norm=g,
        cross_entropy=loss,
        loss=u * f * w * loss,
        edges=drawn.edges,
        counts=drawn.counts,
        weights=drawn.weights if weighs else None,
        region=region,
    )


def _density(name: str, scene: Scene, frame: Frame, label: int) -> Any:
    """The density a loss weighs by; that of the class where it weighs by none."""
    if name == "ghm":
        # GHM-C with the mean over non-empty bins: every one of them has the same total.
        bins = int(LOSSES["ghm"].resolve({})["bins"])
        return redraw(
            scene, frame, 1.0, smoothing=0.0, tau=0.0, envelope=False, classwise=False,
            fixed_bins=bins,
        )[label]  # fmt: skip
    return redraw(scene, frame, smoothing=SMOOTHING, tau=1.0 if name == "harmonized" else 0.0)[
        label
    ]


def telling(scene: Scene, frame: Frame) -> list[int]:
    """Samples worth a look: of the largest and of the rarest class, an easy and a hard one."""
    order = np.argsort(-np.asarray(scene.train_counts), kind="stable")
    g = frame.tracked_grad_norm
    found = []
    for c in (order[0], order[-1]):
        rows = np.flatnonzero(scene.tracked_targets == c)
        if len(rows):
            ranked = rows[np.argsort(g[rows], kind="stable")]
            found += [int(ranked[-1]), int(ranked[len(ranked) // 2])]
    return list(dict.fromkeys(found))


def regions_of(scene: Scene, label: int) -> int:
    """M_c of the harmonized loss."""
    return int(adaptive_regions(np.asarray(scene.train_counts, dtype=float), 1.0)[label])


def _lit(symbol: str, *, on: bool) -> str:
    return rf"\boldsymbol{{{symbol}}}" if on else rf"\textcolor{{gray}}{{{symbol}}}"
