"""Where one loss is another, or what `torch` already has."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from harmony_core.losses import build_loss
from tests.losses.cases import COUNTS, batches, build, suited

BATCH = batches(n=40, steps=1)[0]

SAME = [
    ("weighted_ce", {"exponent": 0.0}, "ce", {}),
    ("class_balanced", {"beta": 0.0}, "ce", {}),
    ("focal", {"gamma": 0.0}, "ce", {}),
    ("cb_focal", {"gamma": 0.0}, "class_balanced", {}),
    ("cb_focal", {"beta": 0.0}, "focal", {}),
    ("ghm", {"bins": 1}, "ce", {}),
    ("logit_adjusted", {}, "balanced_softmax", {}),
    ("logit_adjusted", {"tau": 0.0}, "ce", {}),
    ("vs", {"gamma": 0.0, "tau": 1.5}, "logit_adjusted", {"tau": 1.5}),
    ("vs", {"preset": "cdt", "gamma": 0.0}, "ce", {}),
    ("label_aware_smoothing", {"smooth_head": 0.0}, "ce", {}),
    ("lade", {"alpha": 0.0}, "balanced_softmax", {}),
    ("seesaw", {"p": 0.0, "q": 0.0}, "ce", {}),
    ("eql", {"gamma": 0.0}, "ce", {}),
    ("eql", {"threshold": 0.0}, "ce", {}),
    ("gcl", {"noise": 0.0, "scale": 1.0}, "ce", {}),
    ("ldam", {"margin": 0.0, "scale": 1.0}, "ce", {}),
    ("harmonized", {"alpha": 0.0, "tau": 0.0}, "ce", {}),
    ("harmonized", {"alpha": 0.0, "inter": "none"}, "ce", {}),
    ("harmonized", {"alpha": 0.0}, "balanced_softmax", {}),
    ("harmonized", {"preset": "inter_only", "tau": 0.7}, "logit_adjusted", {"tau": 0.7}),
    ("harmonized", {"fixed_bins": 1}, "balanced_softmax", {}),
    (
        "harmonized",
        {
            "preset": "one_density",
            "alpha": 1.0,
            "smoothing": 0.0,
            "envelope": False,
            "inter": "none",
        },
        "ghm",
        {"momentum": 0.0},
    ),
]


def _label(case: object) -> str | None:
    return "-".join(f"{k}={v}" for k, v in case.items()) if isinstance(case, dict) else None


@pytest.mark.parametrize(("name", "params", "other", "others"), SAME, ids=_label)
def test_one_loss_is_another(name: str, params: dict, other: str, others: dict) -> None:
    results = []
    for built in (build(name, params), build(other, others)):
        z = suited(name, BATCH.logits).clone().requires_grad_()
        value = built(z, BATCH.targets, BATCH.features)
        value.backward()
        results.append((value, z.grad))
    torch.testing.assert_close(results[0], results[1])


def test_cross_entropy_is_torchs() -> None:
    value = build("ce", {})(BATCH.logits, BATCH.targets)
    torch.testing.assert_close(value, F.cross_entropy(BATCH.logits, BATCH.targets))


@pytest.mark.parametrize("name", ["weighted_ce", "class_balanced"])
def test_class_weights_are_torchs(name: str) -> None:
    loss = build(name, {})
    wanted = F.cross_entropy(BATCH.logits, BATCH.targets, weight=loss.u)
    torch.testing.assert_close(loss(BATCH.logits, BATCH.targets), wanted)


def test_smoothing_all_classes_alike_is_torchs() -> None:
    loss = build("label_aware_smoothing", {"smooth_head": 0.25, "smooth_tail": 0.25})
    wanted = F.cross_entropy(BATCH.logits, BATCH.targets, label_smoothing=0.25)
    torch.testing.assert_close(loss(BATCH.logits, BATCH.targets), wanted)


def test_classes_of_one_size_are_smoothed_as_the_rarest_and_have_no_cloud() -> None:
    smoothed = build_loss("label_aware_smoothing", [7, 7], smooth_tail=0.1)
    torch.testing.assert_close(smoothed.smoothing, torch.tensor([0.1, 0.1]))
    assert torch.equal(build_loss("gcl", [7, 7]).cloud, torch.zeros(2))


def test_lade_in_evaluation_is_balanced_softmax() -> None:
    loss = build("lade", {"alpha": 1.0})
    wanted = build("balanced_softmax", {})(BATCH.logits, BATCH.targets)
    assert not torch.isclose(loss(BATCH.logits, BATCH.targets), wanted)
    assert torch.equal(loss.eval()(BATCH.logits, BATCH.targets), wanted)


def test_lade_adds_its_regulariser_once_whatever_the_class_weights() -> None:
    values = []
    for weight in ([1.0, 1.0, 1.0, 1.0], [0.1, 1.0, 3.0, 9.0]):
        pair = [build("lade", {"alpha": alpha}) for alpha in (0.0, 1.0)]
        for loss in pair:
            loss.set_class_weight(torch.tensor(weight, dtype=torch.float64))
        without, with_it = (loss(BATCH.logits, BATCH.targets) for loss in pair)
        values.append(with_it - without)
    torch.testing.assert_close(*values)


def test_equilibrium_scores_are_the_mean_scores_of_the_classes() -> None:
    loss = build("loce", {"momentum": 0.5})
    for _ in range(60):
        loss(BATCH.logits, BATCH.targets)
    score = torch.softmax(BATCH.logits, 1).gather(1, BATCH.targets[:, None]).squeeze(1)
    for c in range(4):
        torch.testing.assert_close(loss.scores[c], score[BATCH.targets == c].mean())
    torch.testing.assert_close(loss.learned_offset(), loss.scores.log())


def test_equilibrium_scores_of_absent_classes_stay() -> None:
    loss = build("loce", {})
    loss(BATCH.logits, torch.zeros_like(BATCH.targets))
    assert torch.equal(loss.scores[1:], torch.full((3,), 0.01).double())


def test_balanced_softmax_is_cross_entropy_on_logits_plus_log_counts() -> None:
    shifted = BATCH.logits + torch.tensor(COUNTS).log()
    wanted = F.cross_entropy(shifted, BATCH.targets)
    torch.testing.assert_close(build("balanced_softmax", {})(BATCH.logits, BATCH.targets), wanted)


def test_inverse_frequency_gives_every_class_the_same_total() -> None:
    for u in (
        build("weighted_ce", {}).u,
        build("harmonized", {"inter": "weight"}).u,
    ):
        totals = u * torch.tensor(COUNTS)
        torch.testing.assert_close(totals, totals.mean().expand(4), rtol=1e-6, atol=0)
        torch.testing.assert_close(totals.sum(), torch.tensor(470.0).double(), rtol=1e-6, atol=0)


def test_class_balanced_weights_sum_to_the_number_of_classes() -> None:
    for name in ("class_balanced", "cb_focal", "ib"):
        assert float(build(name, {}).u.sum()) == pytest.approx(4, rel=1e-6)


def test_ldam_margins_grow_as_the_fourth_root_of_rarity() -> None:
    margins = build("ldam", {}).margins
    assert float(margins[3]) == pytest.approx(0.5)
    assert float(margins[0]) == pytest.approx(0.5 / 400**0.25, rel=1e-6)


def test_ghm_bins_contribute_alike() -> None:
    loss = build("ghm", {"bins": 5, "momentum": 0.0})
    terms = loss.terms(BATCH.logits, BATCH.targets)
    region = (terms.grad_norm * 5).long().clamp_max(4)
    totals = torch.zeros(5).double().scatter_add_(0, region, terms.weight)
    occupied = totals[totals > 0]
    assert len(occupied) > 2
    torch.testing.assert_close(occupied, occupied.mean().expand_as(occupied))
    assert float(terms.weight.mean()) == pytest.approx(1)


def test_ghm_in_evaluation_reads_the_last_training_weights() -> None:
    loss = build("ghm", {"bins": 3})
    fresh = build("ghm", {"bins": 3}).eval()
    assert torch.equal(fresh.terms(BATCH.logits, BATCH.targets).weight, torch.ones(40).double())
    trained = loss.terms(BATCH.logits, BATCH.targets).weight
    loss.eval()
    assert torch.equal(loss.terms(BATCH.logits, BATCH.targets).weight, trained)


def test_ghm_keeps_its_weights_through_a_batch_of_nan() -> None:
    loss = build("ghm", {"bins": 3})
    loss(BATCH.logits, BATCH.targets)
    before = loss.table.clone()
    loss(BATCH.logits * float("nan"), BATCH.targets)
    assert torch.equal(loss.table, before)


def test_influence_weights_start_at_their_epoch() -> None:
    loss = build("ib", {"start": 3})
    weights = []
    for epoch in (2, 3):
        loss.on_epoch_start(epoch)
        weights.append(loss.terms(*BATCH).weight)
    assert torch.equal(weights[0], torch.ones(40).double())
    length = BATCH.features.abs().sum(1)
    g = loss.terms(*BATCH).grad_norm
    expected = 10 * loss.u[BATCH.targets] / (2 * g * length + 1e-3)
    torch.testing.assert_close(weights[1], expected)


@pytest.mark.parametrize(("epochs", "first"), [(None, 100), (400, 100), (200, 100), (60, 30)])
def test_influence_weights_start_half_way_at_the_latest(epochs: int | None, first: int) -> None:
    loss = build("ib", {})
    for epoch, on in ((first - 1, False), (first, True)):
        loss.on_epoch_start(epoch, epochs)
        assert bool(loss.active) is on


def test_influence_weights_bound_the_pull_on_the_last_layer() -> None:
    # weight × ‖∂CE/∂W‖₁ = α u ‖p − y‖₁‖h‖₁ / (‖p − y‖₁‖h‖₁ + ε): below α u whatever the sample
    loss = build("ib", {"alpha": 1.0})
    terms = loss.terms(*BATCH)
    pull = terms.weight * 2 * terms.grad_norm * BATCH.features.abs().sum(1)
    assert (pull <= loss.u[BATCH.targets]).all()
    assert (pull >= 0.5 * loss.u[BATCH.targets]).any()
