"""Soft targets: mixup, CutMix and label smoothing, and the gradient norm that goes with them."""

from __future__ import annotations

import math
import warnings
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from harmony_core import HarmonizedLoss
from harmony_core.errors import ConfigError, DataError
from harmony_core.losses import LOSSES, build_loss
from harmony_core.losses.base import Loss
from harmony_core.losses.samples import Samples, distance, gradient_norm, soften
from tests.losses.cases import COUNTS, suited
from tests.losses.forms import image, samples, tokens
from tests.losses.known import known

C = len(COUNTS)
SOFT = [name for name in LOSSES if not build_loss(name, COUNTS).refuses_soft]
REFUSED = [name for name in LOSSES if name not in SOFT]
MIXED = [name for name in SOFT if not known(name).by_difficulty]
"""Losses whose weights do not depend on the sample, so that a mixture has the mixed loss."""
soft_losses = pytest.mark.parametrize("name", SOFT)


def mixed(targets: Tensor, seed: int = 5) -> Tensor:
    """(n, c) shares of two labels, as mixup makes them."""
    rng = torch.Generator().manual_seed(seed)
    share = torch.rand(len(targets), 1, generator=rng, dtype=torch.float64)
    other = torch.randint(C, targets.shape, generator=rng)
    return share * F.one_hot(targets, C) + (1 - share) * F.one_hot(other, C)


def made(name: str, **options: object) -> Loss:
    """A loss in float64; one that draws numbers is in evaluation mode."""
    loss = build_loss(name, COUNTS, **options).double()
    return loss.eval() if LOSSES[name].random else loss


def test_four_losses_refuse_soft_targets() -> None:
    assert REFUSED == ["ldam", "seesaw", "ala", "eql"]


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_the_gradient_norm_is_half_the_1_norm_of_the_gradient(smoothing: float) -> None:
    z, y, _ = samples()
    q = mixed(y)
    leaf = z.clone().requires_grad_()
    F.cross_entropy(leaf, q, label_smoothing=smoothing, reduction="sum").backward()
    taken = soften(Samples(z, y), q, smoothing)
    entropy, norm = taken.judged(z)
    torch.testing.assert_close(norm[:, 0], leaf.grad.abs().sum(1) / 2)
    assert taken.aim is not None
    wanted = F.cross_entropy(z, q, label_smoothing=smoothing, reduction="none")
    torch.testing.assert_close((taken.aim * entropy).sum(1), wanted)


def test_with_one_label_it_is_one_minus_its_probability_also_close_to_1() -> None:
    z = torch.tensor([[0.0, 0.0], [3.0, 0.0], [30.0, 0.0], [0.0, 30.0]])
    y = torch.zeros(4, dtype=torch.int64)
    soft = distance(z.log_softmax(1), F.one_hot(y, 2).float())
    hard = gradient_norm(F.cross_entropy(z, y, reduction="none"))
    torch.testing.assert_close(soft, hard)
    torch.testing.assert_close(soft, torch.sigmoid(z[:, 1] - z[:, 0]), rtol=1e-5, atol=0)


def test_the_least_cross_entropy_is_the_entropy_of_the_target_where_the_norm_is_0() -> None:
    q = torch.tensor([[0.7, 0.2, 0.1]], dtype=torch.float64)
    entropy = -(q * q.log()).sum()
    assert build_loss("ce", (1, 1, 1)).double()(q.log(), q).item() == pytest.approx(entropy.item())
    assert distance(q.log(), q).item() == pytest.approx(0, abs=1e-15)
    focal = build_loss("focal", (1, 1, 1)).double()
    z = q.log().requires_grad_()
    value = focal(z, q)
    value.backward()
    assert value.item() == pytest.approx(0, abs=1e-12)
    assert z.grad.abs().max() < 1e-12


@soft_losses
def test_one_hot_shares_are_the_labels_themselves(name: str) -> None:
    hard, soft = made(name), made(name)
    for seed in range(3):
        raw, y, features = samples(seed)
        z, other = (suited(name, raw).requires_grad_() for _ in range(2))
        value = soft(z, F.one_hot(y, C).double(), features)
        wanted = hard(other, y, features)
        torch.testing.assert_close(value, wanted)
        value.backward()
        wanted.backward()
        torch.testing.assert_close(z.grad, other.grad)
    for mine, its in zip(soft.buffers(), hard.buffers(), strict=True):
        torch.testing.assert_close(mine, its)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_of_shares_is_that_of_torch(reduction: str, smoothing: float) -> None:
    z, y, _ = samples()
    loss = made("ce", reduction=reduction, label_smoothing=smoothing)
    for targets in (y, mixed(y)):
        wanted = F.cross_entropy(z, targets, reduction=reduction, label_smoothing=smoothing)
        torch.testing.assert_close(loss(z, targets), wanted)


@pytest.mark.parametrize("name", ["weighted_ce", "class_balanced"])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_class_weights_and_smoothing_are_torchs(name: str, reduction: str) -> None:
    z, y, _ = samples()
    y = y.masked_fill(torch.arange(len(y)) == 3, -100)
    loss = made(name, reduction=reduction, label_smoothing=0.2)
    wanted = F.cross_entropy(z, y, weight=loss.u, reduction=reduction, label_smoothing=0.2)
    torch.testing.assert_close(loss(z, y), wanted)
    if reduction != "mean":  # with shares torch's mean is over n, and ours over the weights
        q = mixed(y.clamp_min(0))
        wanted = F.cross_entropy(z, q, weight=loss.u, reduction=reduction, label_smoothing=0.2)
        torch.testing.assert_close(loss(z, q), wanted)


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_the_loss_of_a_mixture_is_the_mixture_of_the_losses(name: str, smoothing: float) -> None:
    raw, y, features = samples()
    z, q = suited(name, raw), mixed(y)
    every = [
        made(name, reduction="none").eval()(z, torch.full_like(y, c), features) for c in range(C)
    ]
    aim = (1 - smoothing) * q + smoothing / C
    wanted = (torch.stack(every, 1) * aim).sum(1)
    loss = made(name, reduction="none", label_smoothing=smoothing).eval()
    torch.testing.assert_close(loss(z, q, features), wanted)
    wanted = (torch.stack(every, 1) * ((1 - smoothing) * F.one_hot(y, C) + smoothing / C)).sum(1)
    torch.testing.assert_close(loss(z, y, features), wanted)


@pytest.mark.parametrize("name", ["focal", "cb_focal"])
@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0])
def test_focal_of_a_mixture_is_differentiated_with_its_factor(name: str, gamma: float) -> None:
    raw, y, _ = samples()
    q, loss = mixed(y), made(name, gamma=gamma)
    ours, theirs = (raw.clone().requires_grad_() for _ in range(2))
    value = loss(ours, q)
    log_p = theirs.log_softmax(1)
    g = (log_p.exp() - q).abs().sum(1) / 2
    wanted = (g**gamma * (q * loss.u * -log_p).sum(1)).sum() / (q * loss.u).sum()
    value.backward()
    wanted.backward()
    torch.testing.assert_close(value, wanted)
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_ghm_of_a_mixture_counts_it_in_the_bin_of_its_gradient_norm() -> None:
    raw, y, _ = samples()
    q, bins = mixed(y), 7
    value = made("ghm", bins=bins)(raw, q)
    p = raw.softmax(1).numpy()
    g = np.abs(p - q.numpy()).sum(1) / 2
    place = np.minimum((g * bins).astype(int), bins - 1)
    seen = np.bincount(place, minlength=bins)
    weight = len(y) / (seen[place] * (seen > 0).sum())
    wanted = (weight * -(q.numpy() * np.log(p)).sum(1)).mean()
    assert value.item() == pytest.approx(wanted, rel=1e-6)


def test_influence_of_a_mixture_is_that_of_its_gradient() -> None:
    raw, y, features = samples()
    q, loss = mixed(y), made("ib")
    g = (raw.softmax(1) - q).abs().sum(1) / 2
    factor = 10 / (2 * g * features.abs().sum(1) + 1e-3)
    wanted = (factor * (q * loss.u * -raw.log_softmax(1)).sum(1)).mean()
    torch.testing.assert_close(loss(raw, q, features), wanted)


@pytest.mark.parametrize("params", [{}, {"preset": "constant"}, {"preset": "literal"}], ids=str)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_harmonized_counts_a_mixture_in_each_class_by_its_share(
    params: dict, smoothing: float
) -> None:
    settings = LOSSES["harmonized"].resolve(params)
    oracle = known("harmonized").oracle(COUNTS, **settings)
    loss = made("harmonized", **params, label_smoothing=smoothing)
    for seed in range(3):
        raw, y, _ = samples(seed)
        q = mixed(y, seed)
        aim = ((1 - smoothing) * q + smoothing / C).numpy()
        z, given = raw.numpy(), q.numpy()
        total = units = 0.0
        moved = np.array([oracle.logits(row, 0) for row in z])
        p, plain = (np.exp(v) / np.exp(v).sum(1, keepdims=True) for v in (moved, z))
        g = np.abs((plain if settings["difficulty"] == "plain" else p) - aim).sum(1) / 2
        for c, density in enumerate(oracle.density):
            fade = math.exp(-given[:, c].sum() / COUNTS[c])
            hits = [
                sum(given[i, c] for i in range(len(y)) if oracle.region(g[i], c) == b)
                for b in range(len(density))
            ]
            density[:] = [a * fade + h for a, h in zip(density, hits, strict=True)]
            density[:] = [a if a > 1e-3 else 0.0 for a in density]
        for i in range(len(y)):
            for c in range(C):
                weight = oracle.u[c] * oracle.table(c)[oracle.region(g[i], c)]
                total -= aim[i, c] * weight * math.log(p[i, c])
                units += given[i, c]
        assert loss(raw, q).item() == pytest.approx(total / units, rel=1e-6)


def test_smoothing_adds_no_samples_to_the_densities_of_other_classes() -> None:
    _, y, _ = samples()
    loss = HarmonizedLoss(COUNTS, label_smoothing=0.4).double()
    loss(samples()[0], y)
    seen = torch.bincount(y, minlength=C).double()
    torch.testing.assert_close(loss.density.sum(1), seen)


@soft_losses
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("autocast", [False, True])
def test_precision_of_the_logits_and_the_shares(
    name: str, dtype: torch.dtype, autocast: bool
) -> None:
    full, narrow = build_loss(name, COUNTS), build_loss(name, COUNTS)
    if not autocast:
        narrow.to(dtype)
    for seed in range(2):
        raw, y, features = samples(seed)
        z, q, h = suited(name, raw).to(dtype), mixed(y).to(dtype), features.to(dtype)
        leaf = z.clone().requires_grad_()
        with torch.autocast("cpu", torch.bfloat16) if autocast else nullcontext():
            value = narrow(leaf, q, h)
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, full(z.float(), q.float(), h.float()))
        value.backward()
        assert torch.isfinite(leaf.grad).all()


@soft_losses
def test_dense_shares_are_those_of_the_samples_in_a_row(name: str) -> None:
    raw, y, features = samples()
    z, q = suited(name, raw), mixed(y)
    wanted = made(name)(z, q, features)
    dense = made(name)(image(z), image(q), image(features))
    torch.testing.assert_close(dense, wanted)
    last = made(name, class_dim=-1)(tokens(z), tokens(q), tokens(features))
    torch.testing.assert_close(last, wanted)
    each = made(name, class_dim=-1, reduction="none")(tokens(z), tokens(q), tokens(features))
    assert each.shape == (4, 6)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_why_and_what_to_do_instead_which_works(name: str) -> None:
    raw, y, _ = samples()
    z, loss = suited(name, raw), made(name)
    with pytest.raises(DataError, match="belongs to one label") as caught:
        loss(z, mixed(y))
    assert "share * loss(logits, a) + (1 - share) * loss(logits, b)" in str(caught.value)
    share, other = 0.7, y.roll(1)
    assert math.isfinite((share * loss(z, y) + (1 - share) * loss(z, other)).item())
    with pytest.raises(ConfigError, match=r"label_smoothing to be 0, but got 0.1.*label_aware"):
        build_loss(name, COUNTS, label_smoothing=0.1)


def test_a_margin_makes_gaussian_clouded_logits_refuse_them() -> None:
    raw, y, _ = samples()
    loss = build_loss("gcl", COUNTS, margin=0.2)
    with pytest.raises(DataError, match="margin m of GCL belongs to one label"):
        loss(suited("gcl", raw), mixed(y))
    with pytest.raises(ConfigError, match="label_smoothing"):
        build_loss("gcl", COUNTS, margin=0.2, label_smoothing=0.1)


@pytest.mark.parametrize(
    "shares", [[[0.5, 0.5, 0.5, 0.0]], [[0.0] * 4], [[1.5, -0.5, 0.0, 0.0]]], ids=str
)
@soft_losses
def test_shares_that_are_no_probabilities_are_refused(name: str, shares: list) -> None:
    with pytest.raises(DataError, match="probabilities with sum 1"):
        build_loss(name, COUNTS)(torch.zeros(1, 4), torch.tensor(shares), torch.ones(1, 5))


@pytest.mark.parametrize("name", ["focal", "harmonized", "ghm", "loce", "lade"])
def test_shares_compile_into_one_graph(name: str) -> None:
    plain, inside = made(name, label_smoothing=0.1), made(name, label_smoothing=0.1)
    torch._dynamo.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the compiler's own
        compiled = torch.compile(inside, backend="eager", fullgraph=True, dynamic=False)
        for seed in range(2):
            raw, y, features = samples(seed)
            given = (image(raw), image(mixed(y)), image(features))
            torch.testing.assert_close(compiled(*given), plain(*given))
