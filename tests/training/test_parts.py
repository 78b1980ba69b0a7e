"""The parts of the engine, each against an independent computation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix, log_loss
from torch.nn import functional as F

from harmony_core.config import (
    DataConfig,
    OptimConfig,
    RecordConfig,
    deferral_epoch,
    epoch_after,
    quick_recipe,
    reference_recipe,
)
from harmony_core.data import LongTailedDataset, build_dataset
from harmony_core.losses.base import LossTerms
from harmony_core.models import build_model
from harmony_core.models.head import Network
from harmony_core.training.collector import Collector
from harmony_core.training.cpu_threads import divided
from harmony_core.training.device_data import DeviceData
from harmony_core.training.epoch_plan import PAD, draw_epoch
from harmony_core.training.evaluate import judge, most_likely
from harmony_core.training.heads import mixed_heads
from harmony_core.training.networks import SeparateNetworks, StackedMLP
from harmony_core.training.recorder import as_numpy
from harmony_core.training.scene import build_scene, plane_points, stratified
from harmony_core.training.schedule import learning_rate
from harmony_core.training.steppers.sgd import SGD

CPU = torch.device("cpu")


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_one_batched_network_is_its_members() -> None:
    heads = ("linear", "cosine", "linear")
    members: list[Network] = [
        build_model("mlp", (2,), 4, head=head, generator=seeded(i), hidden=8, depth=2)
        for i, head in enumerate(heads)
    ]
    stacked = StackedMLP(members)  # type: ignore[arg-type]
    separate = SeparateNetworks(members)
    inputs = torch.randn(3, 5, 2, generator=seeded(9))
    for a, b in zip(stacked(inputs), separate(inputs), strict=True):
        torch.testing.assert_close(a, b)
    for a, b in zip(stacked.heads(), separate.heads(), strict=True):
        torch.testing.assert_close(a, b)
    stacked(inputs)[0].square().sum().backward()
    separate(inputs)[0].square().sum().backward()
    for i, member in enumerate(members):
        torch.testing.assert_close(stacked.weights[0].grad[i], member.layers[0].weight.grad)  # type: ignore
        torch.testing.assert_close(stacked.head_weight.grad[i], member.head.weight.grad)  # type: ignore[index]


def test_reference_schedule_hits_the_published_rates() -> None:
    recipe = reference_recipe()
    rates = {e: learning_rate(recipe, e, 0, 10, 200) for e in (0, 4, 5, 159, 160, 179, 180, 199)}
    expected = {0: 0.02, 4: 0.1, 5: 0.1, 159: 0.1, 160: 1e-3, 179: 1e-3, 180: 1e-5, 199: 1e-5}
    assert rates == pytest.approx(expected)


def test_cosine_falls_from_the_full_rate_to_almost_zero() -> None:
    recipe = quick_recipe()
    rates = [learning_rate(recipe, e, s, 5, 20) for e in range(2, 20) for s in range(5)]
    assert rates[0] == recipe.lr
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] < 0.001 * recipe.lr
    flat = OptimConfig(schedule="constant", warmup_epochs=0)
    assert learning_rate(flat, 7, 3, 5, 20) == flat.lr


def test_deferral_covers_the_last_fifth() -> None:
    assert [deferral_epoch(e) for e in (1, 5, 10, 200)] == [0, 4, 8, 160]


@pytest.mark.parametrize("share", [0.8, 0.55, 0.07])
def test_a_share_of_the_epochs_is_exact(share: float) -> None:
    """Against whole numbers, as 0.55 * 100 is a little above 55."""
    for epochs in range(1, 2001):
        assert epoch_after(share, epochs) == -(-round(100 * share) * epochs // 100)


def test_the_rate_falls_in_the_epoch_in_which_deferral_begins() -> None:
    recipe = OptimConfig(warmup_epochs=0)
    for epochs in range(5, 301):
        rates = [learning_rate(recipe, e, 0, 1, epochs) for e in range(epochs)]
        first = next(e for e, rate in enumerate(rates) if rate < recipe.lr)
        assert first == deferral_epoch(epochs)
    for epochs, falls in ((60, (48, 54)), (100, (80, 90)), (200, (160, 180))):  # as they were
        rates = [learning_rate(recipe, e, 0, 1, epochs) for e in range(epochs)]
        assert tuple(e for e in range(1, epochs) if rates[e] < rates[e - 1]) == falls


def test_an_epoch_is_a_shuffle_and_samplers_have_streams_of_their_own() -> None:
    targets = torch.tensor([0] * 90 + [1] * 10)
    counts = torch.tensor([90, 10])

    def draw(names: set[str], epoch: int = 0) -> dict[str, torch.Tensor]:
        return draw_epoch(targets, counts, frozenset(names), 5, epoch, False, CPU).index

    both = draw({"uniform", "class_balanced"})
    assert sorted(both["uniform"].tolist()) == list(range(100))
    assert torch.equal(both["class_balanced"], draw({"class_balanced"})["class_balanced"])
    assert not torch.equal(both["uniform"], draw({"uniform"}, epoch=1)["uniform"])


@pytest.mark.parametrize(("name", "expected"), [("class_balanced", 0.5), ("square_root", 0.25)])
def test_samplers_draw_classes_at_the_stated_power(name: str, expected: float) -> None:
    targets = torch.tensor([0] * 9000 + [1] * 1000)
    index = draw_epoch(targets, torch.tensor([9000, 1000]), frozenset({name}), 0, 0, False, CPU)
    assert (targets[index.index[name]] == 1).double().mean() == pytest.approx(expected, abs=0.02)


def image_data() -> LongTailedDataset:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (6, 5, 4, 3), dtype=np.uint8)
    targets = np.array([0, 0, 1, 1, 0, 1])
    return LongTailedDataset("x", "images", images, targets, images, targets, ("a", "b"))


def test_crop_and_flip_are_those_of_a_padded_image() -> None:
    dataset = image_data()
    inputs = DeviceData(dataset, CPU)
    source = inputs.load(dataset.train_inputs, pad=True)
    index = torch.tensor([3, 0, 5])
    crop = torch.tensor([[0, 0], [4, 4], [7, 1]])
    flip = torch.tensor([False, True, True])
    cut = inputs.cut(source, index, crop, flip).numpy()
    padded = np.pad(dataset.train_inputs, ((0, 0), (PAD, PAD), (PAD, PAD), (0, 0)))
    for i in range(3):
        y, x = crop[i].tolist()
        window = padded[index[i], y : y + 5, x : x + 4]
        np.testing.assert_array_equal(cut[i], window[:, ::-1] if flip[i] else window)


def test_images_reach_the_network_with_zero_mean_and_unit_deviation() -> None:
    dataset = image_data()
    inputs = DeviceData(dataset, CPU)
    batch = inputs.finish(inputs.load(dataset.train_inputs))
    assert batch.shape == (6, 3, 5, 4)
    torch.testing.assert_close(batch.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(batch.std((0, 2, 3), correction=0), torch.ones(3))


def test_points_keep_their_shape() -> None:
    points = np.array([[0, 0], [4, 0], [0, 1], [4, 1]], dtype=np.float32)
    targets = np.array([0, 0, 1, 1])
    inputs = DeviceData(
        LongTailedDataset("x", "points", points, targets, points, targets, ("a", "b")), CPU
    )
    out = inputs.load(points)
    side = out.amax(0) - out.amin(0)
    assert side[0] / side[1] == pytest.approx(4.0)
    assert out.mean() == pytest.approx(0, abs=1e-6)


def test_the_collector_counts_what_a_loop_counts() -> None:
    m, c, b, n = 2, 3, 4, 50
    rng = np.random.default_rng(1)
    collector = Collector(m, c, b, CPU)
    expected = np.zeros((4, m, c, b))
    for _ in range(3):
        g, w = rng.random((m, n)), rng.random((m, n)) * 2
        g[0, 0] = 1.0  # the last bin is closed
        y = rng.integers(0, c, (m, n))
        terms = [
            LossTerms(torch.zeros(n), torch.tensor(w[i]), torch.tensor(g[i]), torch.ones(n))
            for i in range(m)
        ]
        collector.add(torch.tensor(y), terms, torch.tensor([1.0, 3.0]))
        for i in range(m):
            for j in range(n):
                cell = (i, y[i, j], min(int(g[i, j] * b), b - 1))
                for row, value in enumerate((1, w[i, j], w[i, j] * g[i, j], w[i, j] ** 2)):
                    expected[row][cell] += value
    sums, loss = collector.finish()
    np.testing.assert_allclose(sums.numpy(), expected)
    assert loss.tolist() == [1.0, 3.0]
    assert collector.finish()[0].sum() == 0


def test_test_figures_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(200, 4)) * 2
    targets = rng.integers(0, 4, 200)
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    figures = judge(torch.tensor(logits), torch.tensor(targets))
    np.testing.assert_array_equal(figures.confusion, confusion_matrix(targets, logits.argmax(1)))
    assert float(figures.loss) == pytest.approx(log_loss(targets, probabilities))
    confidence, right = probabilities.max(1), logits.argmax(1) == targets
    gap = 0.0
    for k in range(15):
        inside = (confidence >= k / 15) & ((confidence < (k + 1) / 15) | (k == 14))
        if inside.any():
            gap += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    assert float(figures.ece) == pytest.approx(gap)


def test_tracked_samples_keep_the_tail_whole() -> None:
    targets = np.repeat([0, 1, 2], [500, 60, 5])
    rows = stratified(targets, 90, np.random.default_rng(0))
    kept = np.bincount(targets[rows])
    assert kept.tolist() == [43, 42, 5]
    assert len(np.unique(rows)) == 90
    assert stratified(targets, 1000, np.random.default_rng(0)).tolist() == list(range(565))


def test_the_scene_knows_the_bayes_rule_of_the_balanced_problem() -> None:
    dataset = build_dataset(DataConfig("clouds", {"n_max": 100}, imbalance_factor=20), 0)
    scene = build_scene(dataset, RecordConfig(grid=20, embedding=True, landmarks=300), 0)
    assert scene.extent is not None
    assert scene.bayes_class is not None
    assert scene.bayes_density is not None
    assert scene.bayes_accuracy is not None
    assert dataset.truth is not None
    grid = plane_points(scene.extent, 20)
    expected = dataset.truth.log_density(grid).argmax(1).reshape(20, 20)
    np.testing.assert_array_equal(scene.bayes_class, expected)
    assert scene.bayes_density.sum() == pytest.approx(1, abs=1e-5)
    assert 0.5 < scene.bayes_accuracy <= 1
    x0, x1, y0, y1 = scene.extent
    assert x1 - x0 == pytest.approx(y1 - y0)
    assert grid[0].tolist() == pytest.approx([x0 + (x1 - x0) / 40, y0 + (y1 - y0) / 40])
    assert scene.landmark_index is not None
    assert len(scene.landmark_index) <= 300
    tail = np.flatnonzero(dataset.train_targets == len(dataset.class_names) - 1)
    assert np.isin(tail, scene.landmark_index).all()


def test_bf16_keeps_float32_outputs_close_to_the_full_ones() -> None:
    members = [
        build_model("small_cnn", (3, 8, 8), 4, generator=seeded(i), width=8) for i in range(2)
    ]
    inputs = torch.randn(2, 6, 3, 8, 8, generator=seeded(5))
    exact = SeparateNetworks(members)(inputs)[0]
    mixed = SeparateNetworks(members, bf16=True)(inputs)[0]
    assert mixed.dtype == torch.float32
    assert not torch.equal(mixed, exact)
    torch.testing.assert_close(mixed, exact, atol=0.05, rtol=0.05)


def test_a_network_that_has_run_off_is_still_recorded() -> None:
    values = torch.tensor([1.0, 1e9, -1e9, float("inf"), float("nan")])
    kept = as_numpy(values, np.float16)
    assert kept[:4].tolist() == [1.0, 65504.0, -65504.0, 65504.0]
    assert np.isnan(kept[4])


@pytest.mark.parametrize("classes", [2, 5, 40])
def test_the_likeliest_class_and_its_probability(classes: int) -> None:
    logits = 3 * torch.randn(300, classes, generator=seeded(4))
    confidence, label = most_likely(logits)
    expected = torch.softmax(logits, 1)
    torch.testing.assert_close(confidence, expected.max(1).values)
    assert torch.equal(label, logits.argmax(1))


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_sgd_is_the_optimisers_step_and_keeps_its_state(momentum: float) -> None:
    optim = OptimConfig(lr=0.1, momentum=momentum, weight_decay=0.01)

    def start() -> tuple[torch.nn.Linear, torch.optim.SGD]:
        layer = torch.nn.Linear(4, 3)
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=seeded(7)))
        return layer, torch.optim.SGD(
            layer.parameters(), lr=0.1, momentum=momentum, weight_decay=0.01, fused=True
        )

    (plain, optimizer), (ours, holder) = start(), start()
    sgd = SGD(list(ours.parameters()), holder, optim)
    inputs = torch.randn(5, 4, generator=seeded(8))
    for step in range(4):
        for layer in (plain, ours):
            layer.zero_grad()
            layer(inputs).square().sum().backward()
        optimizer.step()
        sgd.step(0.1 if step % 2 else torch.tensor(0.1, dtype=torch.float64))
        if step == 2:  # as after a checkpoint is restored
            holder.load_state_dict(holder.state_dict())
            sgd.forget()
    for one, other in zip(plain.parameters(), ours.parameters(), strict=True):
        assert torch.equal(one, other)
        if momentum:
            buffers = (optimizer.state[one], holder.state[other])
            assert torch.equal(*(state["momentum_buffer"] for state in buffers))


@pytest.mark.parametrize(
    ("model", "side", "methods", "expected"),
    [
        ("mlp", 32, 4, (1, 1)),
        ("small_cnn", 8, 3, (3, 1)),
        ("small_cnn", 8, 9, (4, 1)),
        ("resnet32", 16, 1, (1, 1)),
        ("small_cnn", 17, 1, (1, 4)),
        ("small_cnn", 17, 2, (2, 2)),
        ("small_cnn", 17, 3, (3, 1)),
        ("small_cnn", 17, 16, (4, 1)),
    ],
)
def test_threads_are_divided_among_networks_before_operations(
    model: str, side: int, methods: int, expected: tuple[int, int]
) -> None:
    images = np.zeros((2, side, side, 1), np.uint8)
    targets = np.array([0, 1])
    data = LongTailedDataset("x", "images", images, targets, images, targets, ("a", "b"))
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        with divided(model, data, methods) as division:
            assert division == expected
            assert torch.get_num_threads() == division.within
        assert torch.get_num_threads() == 4
    finally:
        torch.set_num_threads(before)


def test_mixed_heads_are_their_members_and_their_derivatives_are_right() -> None:
    rng = seeded(0)
    features, weight, bias = (
        torch.randn(shape, generator=rng, dtype=torch.float64, requires_grad=True)
        for shape in ((4, 6, 3), (4, 5, 3), (4, 5))
    )
    angular = torch.tensor([1, 3])
    logits = mixed_heads(features, weight, bias, angular)
    for i in range(4):
        if i in angular:
            wanted = F.normalize(features[i], dim=-1) @ F.normalize(weight[i], dim=-1).T
        else:
            wanted = F.linear(features[i], weight[i], bias[i])
        torch.testing.assert_close(logits[i], wanted)
    assert torch.autograd.gradcheck(
        lambda *given: mixed_heads(*given, angular), (features, weight, bias)
    )


def test_a_cosine_of_nothing_is_nothing_and_stays_finite() -> None:
    features = torch.zeros(1, 2, 3, requires_grad=True)
    weight, bias = torch.ones(1, 4, 3, requires_grad=True), torch.ones(1, 4, requires_grad=True)
    logits = mixed_heads(features, weight, bias, torch.tensor([0]))
    logits.sum().backward()
    assert torch.equal(logits, torch.zeros(1, 2, 4))
    assert weight.grad is not None
    assert features.grad is not None
    assert torch.isfinite(features.grad).all()
    assert torch.equal(weight.grad, torch.zeros(1, 4, 3))
