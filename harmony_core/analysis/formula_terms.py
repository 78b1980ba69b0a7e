"""The steps of each loss's formula with one sample's numbers put in.

Our reconstruction of the harmonized loss; the others as in their references. In the formulas y is
the sample's class, z̃ the logits the loss trains on (written z where it leaves them alone).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import CLASS_BALANCE
from .formula import Term, both, plain, signed, term, tex, value, whole
from .loss_numbers import EPSILON, Numbers, Region, divisors, margins, offsets, steepness
from .sandbox import log_prior

Array = NDArray[Any]
Pair = tuple[str, str]


def formula_terms(
    loss: str,
    counts: Array,
    label: int,
    logits: Array,
    found: Numbers,
    region: Region | None,
    intra: float,
    inter: float,
    held: bool,
) -> tuple[Term, ...]:
    """All steps from the logit to the pull; ``held``: the intra weights are still off."""
    steps = [*_logit(loss, counts, label, logits, found)]
    moved = bool(steps)
    z = (r"\tilde z", "z̃") if moved else both("z")
    p = (r"\tilde p_y", "p̃_y") if moved else both("p_y")
    p_value = float(np.exp(-found.cross_entropy))
    steps.append(
        term(
            "Probability of its class", p,
            (rf"\frac{{e^{{{z[0]}_y}}}}{{\sum_c e^{{{z[0]}_c}}}}",
             f"e^({z[1]}_y) / Σ_c e^({z[1]}_c)"),
            value(p_value),
        )
    )  # fmt: skip
    steps.append(
        term(
            "Difficulty", both("g"), (f"1 - {p[0]}", f"1 − {p[1]}"),
            (f"1 - {tex(p_value)}", f"1 − {plain(p_value)}"), value(found.grad_norm),
        )
    )  # fmt: skip
    intra_steps = [] if held else [*_intra(loss, found, region, intra)]
    inter_steps = [*_inter(loss, counts, label, found, held)]
    steps += [*intra_steps, *inter_steps]
    names = [(r"w_y[b]", "w_y[b]")] if intra_steps else []
    if loss in ("ghm", "focal", "cb_focal", "ib") and intra_steps:
        names = [both("w")]
    if inter_steps and (found.class_weight != 1) and not (held and loss == "ib"):
        names.append(both("u_y"))
    if found.deferred_weight != 1:
        names.append(both("d_y"))
    weight = intra * inter
    steps.append(
        term("Cross-entropy", (r"\mathrm{CE}", "CE"), (rf"-\log {p[0]}", f"−log {p[1]}"),
             value(found.cross_entropy))
    )  # fmt: skip
    product = _product(*names, (r"\mathrm{CE}", "CE"))
    if names:
        steps.append(
            term(
                "Its share of the loss", (r"\ell", "ℓ"), product,
                _times(value(weight), value(found.cross_entropy)),
                value(weight * found.cross_entropy),
            )
        )  # fmt: skip
    steps.append(_pull(loss, label, found, weight))
    return tuple(steps)


def _logit(loss: str, counts: Array, label: int, logits: Array, found: Numbers) -> Iterator[Term]:
    """How the loss moves the logit of the class."""
    left = (r"\tilde z_y", "z̃_y")
    z, result = float(logits[label]), float(found.adjusted[label])
    if loss == "ldam":
        margin = float(margins(found.params, counts)[label])
        scale = float(found.params["scale"])
        yield term(
            "Logit, less its margin", left, (r"z_y - s\,m_y", "z_y − s·m_y"),
            (rf"{tex(z)} - {tex(scale)} \cdot {tex(margin)}",
             f"{plain(z)} − {plain(scale)}·{plain(margin)}"),
            value(result),
        )  # fmt: skip
        return
    if offsets(loss, found.params, counts) is None:
        return
    prior = float(log_prior(counts)[label])
    yield term(
        "Share of its class", (r"\pi_y", "π_y"), (r"\frac{N_y}{N}", "N_y / N"),
        (rf"\frac{{{whole(counts[label])}}}{{{whole(counts.sum())}}}",
         f"{whole(counts[label])} / {whole(counts.sum())}"),
        value(float(np.exp(prior))),
    )  # fmt: skip
    tau = float(found.params.get("tau", 1.0))
    strength = (r"\tau \log \pi_y", "τ log π_y") if loss != "balanced_softmax" else (
        r"\log \pi_y", "log π_y")  # fmt: skip
    added = signed(prior) if loss == "balanced_softmax" else _times(value(tau), signed(prior))
    first, number = both("z_y"), value(z)
    if loss == "vs":
        divisor = float(divisors(found.params, counts)[label])
        yield term(
            "Stretch of its class", (r"\Delta_y", "Δ_y"),
            (r"(N_{\max} / N_y)^{\gamma}", "(N_max / N_y)^γ"), value(divisor),
        )  # fmt: skip
        first = (r"z_y / \Delta_y", "z_y / Δ_y")
        number = (f"{tex(z)} / {tex(divisor)}", f"{plain(z)} / {plain(divisor)}")
    yield term(
        "Logit, moved by the class's size", left, _plus(first, strength), _plus(number, added),
        value(result),
    )  # fmt: skip


def _intra(loss: str, found: Numbers, region: Region | None, intra: float) -> Iterator[Term]:
    """The weight by difficulty."""
    g = found.grad_norm
    if loss in ("focal", "cb_focal"):
        gamma = float(found.params["gamma"])
        yield term(
            "Weight by difficulty", both("w"), (r"g^{\gamma}", "g^γ"),
            (rf"{tex(g)}^{{{tex(gamma)}}}", f"{plain(g)}^{plain(gamma)}"), value(intra),
        )  # fmt: skip
    elif loss == "ib":
        length = max(1 / intra - EPSILON, 0) / (2 * g) if intra > 0 and g > 0 else float("nan")
        yield term(
            "Weight by influence", both("w"),
            (r"\frac{1}{2 g \lVert h \rVert_1 + \varepsilon}", "1 / (2 g ‖h‖₁ + ε)"),
            (rf"\frac{{1}}{{2 \cdot {tex(g)} \cdot {tex(length)} + {tex(EPSILON)}}}",
             f"1 / (2·{plain(g)}·{plain(length)} + {plain(EPSILON)})"),
            value(intra),
        )  # fmt: skip
    elif region is not None:
        yield term(
            "Unit region", both("b"),
            (r"\min(\lfloor g M \rfloor, M - 1)", "min(⌊g·M⌋, M − 1)"),
            (rf"\lfloor {tex(g)} \cdot {region.many} \rfloor", f"⌊{plain(g)}·{region.many}⌋"),
            both(whole(region.index)),
        )  # fmt: skip
        if loss == "ghm":
            yield from _ghm(region, intra)
        else:
            yield from _harmonized(found, region, intra)


def _ghm(region: Region, intra: float) -> Iterator[Term]:
    left = both("w")
    if region.density <= 0:
        yield term("Weight by density", left, both("1"))
        return
    yield term(
        "Weight by density", left, (r"\frac{n / K}{S[b]}", "(n / K) / S[b]"),
        (rf"\frac{{{tex(intra * region.density)}}}{{{tex(region.density)}}}",
         f"{plain(intra * region.density)} / {plain(region.density)}"),
        value(intra),
    )  # fmt: skip


def _harmonized(found: Numbers, region: Region, intra: float) -> Iterator[Term]:
    alpha, smoothing = float(found.params["alpha"]), float(found.params["smoothing"])
    if alpha == 0:
        yield term("Intra weight", (r"w_y[b]", "w_y[b]"), both("1"))
        return
    whole_mass = region.total + smoothing * region.many
    yield term(
        "Share of its region", both("p[b]"),
        (r"\frac{A[b] + \lambda}{\sum_{b'} (A[b'] + \lambda)}", "(A[b] + λ) / Σ(A + λ)"),
        (rf"\frac{{{tex(region.density)} + {tex(smoothing)}}}{{{tex(whole_mass)}}}",
         f"({plain(region.density)} + {plain(smoothing)}) / {plain(whole_mass)}"),
        value(region.share),
    )  # fmt: skip
    power = tex(-alpha), plain(-alpha)
    if found.params["envelope"]:
        rise = (
            (r"\max_{b' \le b} p[b']^{-\alpha}", "max over b' ≤ b of p[b']^(−α)"),
            (rf"\max_{{b' \le {region.index}}} p[b']^{{{power[0]}}}",
             f"max over b' ≤ {region.index} of p[b']^{power[1]}"),
        )  # fmt: skip
    else:
        rise = (
            (r"p[b]^{-\alpha}", "p[b]^(−α)"),
            (rf"({tex(region.share)})^{{{power[0]}}}", f"{plain(region.share)}^{power[1]}"),
        )
    yield term("Rarity of its region", both("r[b]"), *rise, value(region.rarity))
    yield term(
        "Intra weight", (r"w_y[b]", "w_y[b]"),
        (r"\frac{r[b]}{\sum_{b'} p[b']\,r[b']}", "r[b] / Σ p·r"),
        (rf"\frac{{{tex(region.rarity)}}}{{{tex(region.mean)}}}",
         f"{plain(region.rarity)} / {plain(region.mean)}"),
        value(intra),
    )  # fmt: skip


def _inter(loss: str, counts: Array, label: int, found: Numbers, held: bool) -> Iterator[Term]:
    """The weights by class."""
    n_y = whole(counts[label])
    left = both("u_y")
    if loss in ("weighted_ce", "harmonized") and found.class_weight != 1:
        rho = float(found.params["exponent" if loss == "weighted_ce" else "rho"])
        yield term(
            "Weight of its class", left,
            (r"\frac{N \, N_y^{-\rho}}{\sum_c N_c^{1-\rho}}", "N·N_y^(−ρ) / Σ_c N_c^(1−ρ)"),
            (rf"\frac{{{whole(counts.sum())} \cdot {n_y}^{{{tex(-rho)}}}}}"
             rf"{{{tex(float((counts.astype(float) ** (1 - rho)).sum()))}}}",
             f"{whole(counts.sum())}·{n_y}^{plain(-rho)} / "
             f"{plain(float((counts.astype(float) ** (1 - rho)).sum()))}"),
            value(found.class_weight),
        )  # fmt: skip
    if loss in ("class_balanced", "cb_focal"):
        beta = float(found.params["beta"])
        yield _effective("Weight of its class", left, beta, n_y, found.class_weight)
    if loss == "ib" and not held:
        alpha = float(found.params["alpha"])
        rarity = float((1 / counts).sum())
        yield term(
            "Weight of its class", left,
            (r"\frac{\alpha \, C / N_y}{\sum_c 1 / N_c}", "α·(C / N_y) / Σ_c (1 / N_c)"),
            (rf"\frac{{{tex(alpha)} \cdot {len(counts)} / {n_y}}}{{{tex(rarity)}}}",
             f"{plain(alpha)}·({len(counts)} / {n_y}) / {plain(rarity)}"),
            value(found.class_weight),
        )  # fmt: skip
    if found.deferred_weight != 1:
        yield _effective(
            "Deferred weight of its class", both("d_y"), CLASS_BALANCE, n_y, found.deferred_weight
        )


def _effective(name: str, left: Pair, beta: float, n_y: str, result: float) -> Term:
    """k (1 − β) / (1 − β^N), k such that the classes' weights sum to their number."""
    return term(
        name, left, (r"k \, \frac{1 - \beta}{1 - \beta^{N_y}}", "k (1 − β) / (1 − β^N_y)"),
        (rf"k \, \frac{{1 - {beta:g}}}{{1 - {beta:g}^{{{n_y}}}}}",
         f"k (1 − {beta:g}) / (1 − {beta:g}^{n_y})"),
        value(result),
    )  # fmt: skip


def _pull(loss: str, label: int, found: Numbers, weight: float) -> Term:
    """How hard the sample pulls at the logit of its class."""
    left = (r"-\partial \ell / \partial z_y", "−∂ℓ/∂z_y")
    slope = float(found.slope[label])
    if loss in ("focal", "cb_focal"):
        steep = steepness(float(found.params["gamma"]), found.cross_entropy, found.grad_norm)
        words = (r"\text{weight} \cdot (g + \gamma p_y \mathrm{CE})",
                 "weight · (g + γ p_y CE)")  # fmt: skip
        numbers = _times(value(weight), value(steep * found.grad_norm))
        return term("Its pull", left, words, numbers, value(weight * steep * found.grad_norm))
    words = (r"\text{weight} \cdot g", "weight · g")
    numbers = _times(value(weight), value(found.grad_norm))
    if slope != 1:
        words = (rf"{words[0]} / \Delta_y", f"{words[1]} / Δ_y")
        numbers = (f"{numbers[0]} / {tex(1 / slope)}", f"{numbers[1]} / {plain(1 / slope)}")
    return term("Its pull", left, words, numbers, value(weight * found.grad_norm * slope))


def _product(*names: Pair) -> Pair:
    return r" \, ".join(n[0] for n in names), " · ".join(n[1] for n in names)


def _times(*factors: Pair) -> Pair:
    return r" \cdot ".join(f[0] for f in factors), "·".join(f[1] for f in factors)


def _plus(a: Pair, b: Pair) -> Pair:
    return f"{a[0]} + {b[0]}", f"{a[1]} + {b[1]}"
