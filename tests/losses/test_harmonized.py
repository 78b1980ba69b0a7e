"""What must hold of the harmonized loss."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core import HarmonizedLoss
from harmony_core.errors import DataError
from harmony_core.losses.density import adaptive_regions
from tests.losses.cases import COUNTS, batches, build

PRESETS = ["literal", "intra_only", "inter_only", "one_density"]


def _trained(params: dict | None = None, steps: int = 6) -> HarmonizedLoss:
    loss = build("harmonized", params or {})
    for batch in batches(n=30, steps=steps):
        loss(*batch)
    return loss


@pytest.mark.parametrize("params", [{}, *({"preset": p} for p in PRESETS)], ids=str)
def test_gradient_is_weight_times_error_over_n(params: dict) -> None:
    loss, (batch,) = _trained(params), batches(n=9, steps=1, seed=5)
    z = batch.logits.clone().requires_grad_()
    terms = loss.terms(z, batch.targets)
    loss.reduce(terms).backward()
    moved = batch.logits + (loss.offset if loss.inter == "margin" else 0)
    error = moved.softmax(1) - torch.nn.functional.one_hot(batch.targets, 4)
    torch.testing.assert_close(z.grad, terms.weight[:, None] * error / 9)
    torch.testing.assert_close(terms.grad_norm, error.abs().sum(1) / 2)


@pytest.mark.parametrize(
    "params", [{"preset": "literal"}, {"inter": "weight"}, {"inter": "weight", "rho": 0.5}], ids=str
)
def test_what_the_class_does_not_decide_is_a_weight_of_the_density(params: dict) -> None:
    loss = build("harmonized", params)
    for batch in batches():
        intra = loss.terms(*batch).weight / loss.inter_weight()[batch.targets]
    u = loss.inter_weight()
    torch.testing.assert_close((u * torch.tensor(COUNTS)).sum(), u.new_tensor(sum(COUNTS)))
    off = (intra[:, None, None] - loss.density_state().weights).abs()
    assert (off.flatten(1).min(dim=1).values < 1e-6).all()


@pytest.mark.parametrize(("difficulty", "wanted"), [("margin", 1 - 1 / 470), ("plain", 0.75)])
def test_difficulty_is_measured_before_or_behind_the_margin(difficulty: str, wanted: float) -> None:
    z, y = torch.zeros(1, 4), torch.tensor([3])
    terms = HarmonizedLoss(COUNTS, difficulty=difficulty).terms(z, y)
    assert terms.difficulty.item() == pytest.approx(wanted, rel=1e-5)
    assert terms.grad_norm.item() == pytest.approx(1 - 1 / 470, rel=1e-5)
    without = HarmonizedLoss(COUNTS, difficulty=difficulty, inter="none").terms(z, y)
    assert without.difficulty.item() == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("anneal", "epochs", "wanted"),
    [(1.0, 4, [0.8, 0.6, 0.4, 0.2]), (0.5, 4, [0.8, 0.4, 0.0, 0.0]), (0.0, 4, [0.8] * 4)],
)
def test_the_strength_falls_over_its_share_of_the_training(
    anneal: float, epochs: int, wanted: list[float]
) -> None:
    loss = HarmonizedLoss(COUNTS, alpha=0.8, anneal=anneal, warmup=0).double()
    for batch in batches(n=30, steps=4):
        loss(*batch)
    for epoch, alpha in enumerate(wanted):
        loss.on_epoch_start(epoch, epochs)
        assert loss.strength.item() == pytest.approx(alpha)
        constant = HarmonizedLoss(COUNTS, alpha=alpha, anneal=0.0).double()
        constant.memory.counts.copy_(loss.memory.counts)
        torch.testing.assert_close(loss.region_weights(), constant.region_weights())


def test_a_fully_annealed_loss_is_balanced_softmax() -> None:
    loss, (batch,) = _trained({"anneal": 0.5}), batches(n=30, steps=1, seed=7)
    loss.on_epoch_start(9, 10)
    torch.testing.assert_close(loss(*batch), build("balanced_softmax", {})(*batch))


@pytest.mark.parametrize("announced", [True, False])
def test_without_the_number_of_epochs_the_strength_is_constant_which_is_said_once(
    announced: bool, caplog: pytest.LogCaptureFixture
) -> None:
    loss, constant = build("harmonized", {"warmup": 0}), build("harmonized", {"anneal": 0.0})
    for epoch, batch in enumerate(batches(n=30)):
        if announced:
            loss.on_epoch_start(epoch)
        torch.testing.assert_close(loss(*batch), constant(*batch))
    (record,) = caplog.records
    assert "on_epoch_start(epoch, epochs)" in record.getMessage()
    assert "anneal=0" in record.getMessage()


def test_a_schedule_that_is_told_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    loss = build("harmonized", {})
    loss.on_epoch_start(0, 10)
    for batch in batches(n=30):
        loss(*batch)
    assert not caplog.records


@pytest.mark.parametrize("params", [{}, {"preset": "literal"}, {"alpha": 0.7, "kappa": 3.0}])
def test_mean_weight_of_each_class_under_its_density_is_one(params: dict) -> None:
    loss = _trained({"anchor": "class", **params})
    smoothing = loss.smoothing
    for row in range(4):
        regions = int(loss.regions[row])
        share = loss.density[row, :regions] + smoothing
        mean = (share / share.sum() * loss.region_weights()[row, :regions]).sum()
        assert mean.item() == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize("params", [{}, {"alpha": 0.7, "kappa": 3.0}, {"classwise": False}])
def test_all_classes_weigh_alike_at_the_boundary_and_the_mean_of_all_samples_is_one(
    params: dict,
) -> None:
    loss = _trained(params)
    weights, counts = loss.region_weights(), torch.tensor(COUNTS, dtype=torch.float64)
    middles, means = [], []
    for row in range(4):
        regions = int(loss.regions[row])
        own = weights[row, :regions]
        middles.append((own[(regions - 1) // 2] * own[regions // 2]).sqrt())
        share = loss.density[row, :regions] + loss.smoothing
        means.append((share / share.sum() * own).sum())
    torch.testing.assert_close(torch.stack(middles), middles[0].expand(4))
    assert ((torch.stack(means) * counts).sum() / counts.sum()).item() == pytest.approx(1)
    if params.get("classwise", True):
        assert max(means) / min(means) > 1.05, "class means differ in its place"


def overlapping(anchor: str) -> float:
    """Where the boundary of two overlapping classes comes to rest under constant weights.

    One is N(0, 1), the other an equal mixture of N(1, 1) and N(6, 1), half of which is easy: the
    Bayes boundary is at ½ + log 2 = 1.19. The network is a table with cells of width ¼. The steps
    are small enough to come to rest; larger ones end elsewhere on every processor.
    """
    loss = HarmonizedLoss((4000, 4000), alpha=0.5, anneal=0.0, inter="none", anchor=anchor)
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(8000, generator=rng)
    x[4000:6000] += 1
    x[6000:] += 6
    y = torch.repeat_interleave(torch.arange(2), 4000)
    table = torch.zeros(60, requires_grad=True)
    cell = ((x + 4) * 4).long().clamp(0, 59)
    rests = []
    for _ in range(600):
        score = table[cell]
        (gradient,) = torch.autograd.grad(loss(torch.stack([-score, score], 1), y), table)
        with torch.no_grad():
            table -= 8 * gradient
        rests.append(float((table[:40] < 0).sum() / 4 - 4))
    return sum(rests[-100:]) / 100


def test_equal_weights_at_the_boundary_keep_it_where_equal_means_move_it() -> None:
    at_the_boundary, means = overlapping("boundary"), overlapping("class")
    assert abs(at_the_boundary - 1.19) < 0.5
    assert means < at_the_boundary - 0.2


def test_literal_gives_every_class_and_every_occupied_region_its_equal_share() -> None:
    loss = _trained({"preset": "literal"})
    class_totals = []
    for row, samples in enumerate(COUNTS):
        share = loss.density[row] / loss.density[row].sum()
        totals = samples * loss.u[row] * share * loss.region_weights()[row]
        occupied = totals[share > 0]
        torch.testing.assert_close(occupied, occupied.mean().expand_as(occupied))
        class_totals.append(float(totals.sum()))
    assert class_totals == pytest.approx([sum(COUNTS) / 4] * 4, rel=1e-6)


def test_harder_samples_of_a_class_never_weigh_less() -> None:
    loss, (batch,) = _trained(), batches(n=200, steps=1, seed=8)
    terms = loss.eval().terms(*batch)
    for c in range(4):
        mine = batch.targets == c
        order = terms.difficulty[mine].argsort()
        assert (terms.weight[mine][order].diff() >= -1e-12).all()


def test_helpers_describe_the_weights_that_samples_get() -> None:
    loss, (batch,) = _trained(), batches(n=50, steps=1, seed=9)
    terms = loss.eval().terms(*batch)
    regions = loss.regions[batch.targets]
    region = torch.minimum((terms.difficulty * regions).long(), regions - 1)
    torch.testing.assert_close(terms.weight, loss.region_weights()[batch.targets, region])
    state = loss.density_state()
    assert torch.equal(state.counts, loss.density)
    assert torch.equal(state.regions, adaptive_regions(torch.tensor(COUNTS), 1.0))
    assert state.counts.shape == state.weights.shape == (4, 7)
    assert (state.counts[1, 4:] == 0).all()
    assert (state.weights[1, 4:] == 0).all()


def test_one_density_repeats_itself_for_every_class() -> None:
    loss = _trained({"preset": "one_density"})
    state = loss.density_state()
    assert state.counts.shape == state.weights.shape == (4, 30)
    assert state.regions.tolist() == [30] * 4
    assert torch.equal(state.counts[0], state.counts[3])
    assert loss.memory.counts.shape == (1, 30)


def test_intra_weights_are_on_at_once_where_epochs_are_never_announced() -> None:
    (batch,) = batches(n=30, steps=1)
    weight = build("harmonized", {}).terms(*batch).weight
    assert (weight != 1).any()


def test_warm_up_turns_the_weights_off_but_counts_the_density() -> None:
    loss, free = build("harmonized", {"warmup": 3}), build("harmonized", {})
    for epoch, batch in enumerate(batches(n=30, steps=4)):
        loss.on_epoch_start(epoch)
        terms, wanted = loss.terms(*batch), free.terms(*batch)
        assert torch.equal(loss.density, free.density)
        if epoch < 3:
            assert torch.equal(terms.weight, torch.ones(30, dtype=torch.float64))
            assert set(loss.region_weights()[1].tolist()) == {0.0, 1.0}
        else:
            assert torch.equal(terms.weight, wanted.weight)
            assert torch.equal(loss.region_weights(), free.region_weights())


@pytest.mark.parametrize(
    ("epochs", "first"), [(None, 5), (200, 5), (50, 5), (49, 4), (20, 2), (9, 0)]
)
def test_warm_up_is_cut_to_a_tenth_of_a_training_that_tells_its_length(
    epochs: int | None, first: int
) -> None:
    loss = HarmonizedLoss(COUNTS)
    on = []
    for epoch in range(8):
        loss.on_epoch_start(epoch, epochs)
        on.append(bool(loss.active))
    assert on == [epoch >= first for epoch in range(8)]


def test_warm_up_keeps_the_inter_balance() -> None:
    (batch,) = batches(n=30, steps=1)
    loss = build("harmonized", {"preset": "literal"})
    loss.on_epoch_start(0)
    torch.testing.assert_close(loss.terms(*batch).weight, loss.u[batch.targets])


def test_training_updates_the_density_and_evaluation_reads_it() -> None:
    loss, (batch,) = _trained(), batches(n=30, steps=1, seed=4)
    before = loss.density.clone()
    loss.eval()
    loss(*batch)
    assert torch.equal(loss.density, before)
    loss.train()
    with torch.no_grad():  # a validation pass of a loop that does not call eval()
        loss(*batch)
    assert torch.equal(loss.density, before)
    loss(*batch)
    assert not torch.equal(loss.density, before)


def test_classes_absent_from_a_batch_keep_their_state_bit_for_bit() -> None:
    loss = HarmonizedLoss(COUNTS, anchor="class")
    for batch in batches(n=30, steps=4, dtype=torch.float32):
        loss(batch.logits, batch.targets)
    density, weights = loss.density.clone(), loss.region_weights()
    loss(torch.randn(8, 4), torch.tensor([0, 2] * 4))
    assert torch.equal(loss.density[[1, 3]], density[[1, 3]])
    assert torch.equal(loss.region_weights()[[1, 3]], weights[[1, 3]])
    assert not torch.equal(loss.density[0], density[0])


def test_a_sample_is_counted_before_it_is_weighed() -> None:
    loss = HarmonizedLoss((1000, 1000), alpha=1.0, smoothing=0.0, envelope=False)
    easy, hard = [9.0, 0.0], [0.0, 9.0]
    weight = loss.terms(torch.tensor([easy] * 9 + [hard]), torch.zeros(10).long()).weight
    torch.testing.assert_close(weight, torch.tensor([5 / 9] * 9 + [5.0]))


def test_it_learns_in_a_plain_loop_and_lifts_the_tail_over_cross_entropy() -> None:
    rng = torch.Generator().manual_seed(0)
    centres = torch.tensor([[0.0, 0.0], [1.5, 0.0]])
    y = torch.tensor([0] * 400 + [1] * 10)
    x = centres[y] + 0.8 * torch.randn(410, 2, generator=rng)
    test = centres[1] + 0.8 * torch.randn(500, 2, generator=rng)
    recalls = []
    for criterion in (torch.nn.CrossEntropyLoss(), HarmonizedLoss([400, 10])):
        weight = torch.zeros(2, 2, requires_grad=True)
        bias = torch.zeros(2, requires_grad=True)
        optimiser = torch.optim.SGD([weight, bias], lr=0.5)
        for _ in range(100):
            optimiser.zero_grad()
            criterion(x @ weight + bias, y).backward()
            optimiser.step()
        recalls.append(((test @ weight + bias).argmax(1) == 1).float().mean().item())
    assert recalls[1] > recalls[0] + 0.2


batch_plan = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.floats(-20, 20)), min_size=1, max_size=9),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    plan=batch_plan,
    alpha=st.floats(0, 2),
    smoothing=st.floats(0, 10),
    envelope=st.booleans(),
    classwise=st.booleans(),
    horizon=st.floats(0.1, 10),
)
def test_any_stream_keeps_weights_finite_and_their_mean_at_one(
    plan: list, alpha: float, smoothing: float, envelope: bool, classwise: bool, horizon: float
) -> None:
    loss = HarmonizedLoss(
        COUNTS,
        alpha=alpha,
        smoothing=smoothing,
        envelope=envelope,
        classwise=classwise,
        horizon=horizon,
    ).double()
    for batch in plan:
        z = torch.zeros(len(batch), 4, dtype=torch.float64)
        y = torch.tensor([c for c, _ in batch])
        z[torch.arange(len(batch)), y] = torch.tensor([v for _, v in batch], dtype=torch.float64)
        weight = loss.terms(z, y).weight
        assert torch.isfinite(weight).all()
        assert (weight > 0).all()
    valid = loss.memory.valid
    share = (loss.memory.counts + smoothing) * valid
    seen = share.sum(1) > 0
    mean = (share * loss.memory.weights(alpha, smoothing, envelope)).sum(1) / share.sum(1)
    torch.testing.assert_close(mean[seen], torch.ones_like(mean[seen]))


def test_the_class_counts_may_live_anywhere_and_be_anything_numeric() -> None:
    import numpy as np

    wanted = HarmonizedLoss([3, 2]).class_counts
    for counts in ((3, 2), np.array([3, 2]), torch.tensor([3, 2]), torch.tensor([3.0, 2.0])):
        assert torch.equal(HarmonizedLoss(counts).class_counts, wanted)
    with pytest.raises(DataError):
        HarmonizedLoss("32")
