"""Lockstep means same start, same samples, same order; and a run can be cut and joined."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from harmony_core.config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    ModelConfig,
    OptimConfig,
    RecordConfig,
    Seeds,
    quick_recipe,
)
from harmony_core.data import LongTailedDataset, build_dataset
from harmony_core.errors import ConfigError, RunError
from harmony_core.experiments.complete import complete
from harmony_core.explain.sample import explain
from harmony_core.frames import Frame, load_frames, save_frames
from harmony_core.losses import LOSSES
from harmony_core.training import Lockstep, train

ALL_LOSSES = tuple(MethodConfig(name) for name in LOSSES)


def small_config(**changes: object) -> ExperimentConfig:
    config = ExperimentConfig(
        data=DataConfig("clouds", {"n_max": 120, "test_per_class": 30}, imbalance_factor=10),
        optim=quick_recipe(batch_size=32),
        epochs=3,
        record=RecordConfig(grid=16, tracked=60),
        device="cpu",
    )
    return complete(replace(config, **changes))


def data_of(config: ExperimentConfig) -> LongTailedDataset:
    return build_dataset(config.data, config.seeds.data)


def run(config: ExperimentConfig, repeat: int = 0) -> list[list[Frame]]:
    return list(train(config, data_of(config), repeat))


def assert_same(first: list[list[Frame]], second: list[list[Frame]]) -> None:
    """All arrays of all frames are equal bit for bit."""
    assert len(first) == len(second)
    for a_list, b_list in zip(first, second, strict=True):
        for a, b in zip(a_list, b_list, strict=True):
            for name, value in vars(a).items():
                np.testing.assert_array_equal(value, vars(b)[name], err_msg=name)


@pytest.fixture(scope="module")
def all_methods() -> list[list[Frame]]:
    half = len(ALL_LOSSES) // 2  # more than one experiment holds
    runs = [run(small_config(methods=part)) for part in (ALL_LOSSES[:half], ALL_LOSSES[half:])]
    return [[*first, *second] for first, second in zip(*runs, strict=True)]


def test_every_loss_trains_and_records(all_methods: list[list[Frame]]) -> None:
    assert [frames[0].epoch for frames in all_methods] == [0, 1, 2, 3]
    for name, frame in zip(LOSSES, all_methods[-1], strict=True):
        assert np.isfinite(frame.train_loss), name
        assert np.isfinite(frame.tracked_weight).all(), name
        assert frame.confusion.sum() == 5 * 30, name
        assert (frame.tracked_grad_norm >= 0).all(), name
        assert (frame.tracked_grad_norm <= 1).all(), name
        assert frame.grid_class is not None, name
        assert frame.grid_class.shape == (16, 16), name


def test_an_epoch_counts_every_sample_once(all_methods: list[list[Frame]]) -> None:
    counts = data_of(small_config()).train_counts
    for frame in all_methods[-1]:
        np.testing.assert_array_equal(frame.grad_counts.sum(axis=1), counts)
        assert (frame.grad_pull <= frame.grad_weights + 1e-9).all()


def test_methods_with_the_same_head_start_equal(all_methods: list[list[Frame]]) -> None:
    start = all_methods[0]
    linear = [f for f, spec in zip(start, LOSSES.values(), strict=True) if spec.head == "linear"]
    for frame in linear[1:]:
        np.testing.assert_array_equal(frame.grid_class, linear[0].grid_class)
        np.testing.assert_array_equal(frame.confusion, linear[0].confusion)


def test_two_equal_methods_stay_equal_up_to_rounding() -> None:
    # A product over all networks may round a network's slice differently at another position.
    config = small_config(methods=(MethodConfig("harmonized"), MethodConfig("harmonized")))
    for frames in run(config):
        first, second = (frame.tracked_logits.astype(float) for frame in frames)
        np.testing.assert_allclose(first, second, atol=2e-2, rtol=2e-3)
        np.testing.assert_array_equal(frames[0].confusion, frames[1].confusion)


def test_company_does_not_change_a_method() -> None:
    pair = small_config(methods=(MethodConfig("ce"), MethodConfig("ldam", sampler="square_root")))
    alone = small_config(methods=(MethodConfig("ldam", sampler="square_root"),))
    together, single = run(pair)[-1][1], run(alone)[-1][0]
    np.testing.assert_allclose(
        together.tracked_logits.astype(float), single.tracked_logits.astype(float), atol=0.02
    )
    np.testing.assert_array_equal(together.grad_counts.sum(1), single.grad_counts.sum(1))


def test_the_same_config_gives_the_same_frames() -> None:
    assert_same(run(small_config()), run(small_config()))


@pytest.mark.parametrize("seed", ["init", "order"])
def test_each_seed_matters(seed: str) -> None:
    config = small_config()
    moved = replace(config, seeds=Seeds(**{seed: 1}))
    first, second = run(config), run(moved)
    starts_equal = np.array_equal(first[0][0].tracked_logits, second[0][0].tracked_logits)
    assert starts_equal == (seed == "order")
    assert not np.array_equal(first[-1][0].tracked_logits, second[-1][0].tracked_logits)


def test_repeats_move_the_seeds_that_vary() -> None:
    config = small_config(seeds=Seeds(repeats=2, vary=("order",)))
    first, second = run(config, 0), run(config, 1)
    np.testing.assert_array_equal(first[0][0].tracked_logits, second[0][0].tracked_logits)
    assert not np.array_equal(first[-1][0].tracked_logits, second[-1][0].tracked_logits)
    assert second[-1][0].repeat == 1


@pytest.mark.parametrize("cut", [1, 2])
def test_resuming_continues_bit_for_bit(cut: int) -> None:
    methods = (
        MethodConfig("harmonized", {"warmup": 1}),
        MethodConfig("ldam", deferral="drw"),
        MethodConfig("ghm"),
        MethodConfig("ce", deferral="drs"),
        MethodConfig("loce"),
        MethodConfig("eql", {"threshold": 1.0}),
        MethodConfig("gcl"),
    )
    config = small_config(methods=methods, epochs=4)
    whole = run(config)
    first = Lockstep(config, data_of(config))
    before = list(islice(first.run(), cut + 1))
    second = Lockstep(config, data_of(config))
    second.restore(first.checkpoint())
    assert_same(whole, before + list(second.run()))


def test_an_offset_that_training_learns_is_recorded_and_explained(tmp_path: Path) -> None:
    config = small_config(methods=(MethodConfig("balanced_softmax"), MethodConfig("loce")))
    engine = Lockstep(config, data_of(config))
    epochs = list(engine.run())
    save_frames(tmp_path / "frames.npz", epochs[-1])
    given, learned = load_frames(tmp_path / "frames.npz")
    assert given.learned_offset is None
    assert learned.learned_offset is not None
    assert (learned.learned_offset <= 0).all()
    assert not np.allclose(learned.learned_offset, epochs[1][1].learned_offset)
    for sample in range(10):
        found = explain(config, engine.scene(), learned, sample)
        recorded = float(learned.tracked_grad_norm[sample])
        assert found.grad_norm == pytest.approx(recorded, abs=5e-3)  # logits are in half precision


def test_a_damaged_checkpoint_is_refused() -> None:
    config = small_config()
    engine = Lockstep(config, data_of(config))
    good = engine.checkpoint()
    for bad in (b"", b"nonsense", good[: len(good) // 2]):
        with pytest.raises(RunError, match="Expected a checkpoint"):
            engine.restore(bad)
    other = small_config(methods=(MethodConfig("ce"),))
    with pytest.raises(RunError, match="Expected a checkpoint"):
        Lockstep(other, data_of(other)).restore(good)


def test_stopping_within_an_epoch_ends_the_iterator_and_refuses_a_checkpoint() -> None:
    config = small_config()
    engine = Lockstep(config, data_of(config))
    asked = []

    def should_stop() -> bool:
        asked.append(engine.epoch)
        return engine.epoch == 1

    frames = list(engine.run(should_stop))
    assert [f[0].epoch for f in frames] == [0, 1]
    assert len(asked) >= 2
    with pytest.raises(RunError, match="between epochs"):
        engine.checkpoint()


def test_tracking_no_samples_works() -> None:
    frames = run(small_config(epochs=1, record=RecordConfig(grid=8, tracked=0)))
    assert all(frame.tracked_weight.shape == (0,) for frame in frames[-1])


def test_only_every_kth_epoch_and_the_last_are_recorded() -> None:
    config = small_config(epochs=5, record=RecordConfig(every=2, grid=8, tracked=10))
    assert [len(frames) for frames in run(config)] == [3, 0, 3, 0, 3, 3]


def test_deferred_weights_start_in_the_last_fifth() -> None:
    config = small_config(methods=(MethodConfig("ce", deferral="drw"),), epochs=5)
    frames = [step[0] for step in run(config)]
    counts = data_of(config).train_counts
    expected = (1 - 0.9999) / (1 - 0.9999**counts)
    expected *= len(counts) / expected.sum()
    np.testing.assert_allclose(frames[4].mean_weight, 1.0)
    np.testing.assert_allclose(frames[5].mean_weight, expected, rtol=1e-5)
    for frame, inter in ((frames[4], np.ones(5)), (frames[5], expected)):
        assert frame.inter_weight is not None
        np.testing.assert_allclose(frame.inter_weight, inter, rtol=1e-5)
        np.testing.assert_allclose(frame.mean_weight / frame.inter_weight, 1.0, rtol=1e-5)


def test_a_balanced_sampler_shows_every_class_equally_often() -> None:
    config = small_config(methods=(MethodConfig("ce", sampler="class_balanced"),), epochs=4)
    seen = sum(step[0].grad_counts.sum(axis=1) for step in run(config))
    share = seen / seen.sum()
    assert np.abs(share - 0.2).max() < 0.05


def test_images_train_with_crops_and_flips() -> None:
    config = complete(
        ExperimentConfig(
            data=DataConfig("digits", imbalance_factor=5),
            model=ModelConfig("small_cnn", {"width": 8}),
            methods=(MethodConfig("ce"), MethodConfig("harmonized")),
            epochs=1,
            device="cpu",
            record=RecordConfig(embedding=True, landmarks=100, tracked=20),
        )
    )
    dataset = replace(data_of(config), augment=True)
    frames = list(train(config, dataset))
    assert frames[-1][0].landmark_features is not None
    assert frames[-1][0].landmark_features.shape == (100, 32)
    last = frames[-1][1]
    assert last.head_weight is not None
    assert last.head_bias is not None
    assert last.landmark_features is not None
    logits = last.landmark_features.astype(np.float32) @ last.head_weight.T + last.head_bias
    np.testing.assert_allclose(logits, last.landmark_logits.astype(np.float32), atol=0.02)


def test_learning_beats_the_untrained_network() -> None:
    config = small_config(epochs=15, methods=(MethodConfig("balanced_softmax"),))
    frames = run(config)
    assert frames[-1][0].balanced_accuracy > frames[0][0].balanced_accuracy + 0.2
    assert frames[-1][0].test_loss < frames[0][0].test_loss


def test_batches_of_one_and_a_batch_larger_than_the_data_work() -> None:
    for size in (1, 10_000):
        config = small_config(
            epochs=1,
            optim=OptimConfig(batch_size=size, lr=0.01),
            data=DataConfig("clouds", {"n_max": 20, "test_per_class": 20}, imbalance_factor=10),
        )
        assert np.isfinite(run(config)[-1][0].test_loss)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_asking_for_a_missing_gpu_says_what_to_do() -> None:
    config = small_config(device="cuda")
    with pytest.raises(ConfigError, match="Choose device `auto` or `cpu`"):
        Lockstep(config, data_of(config))


def test_a_short_training_cuts_the_warm_up_to_a_tenth() -> None:
    config = small_config(methods=(MethodConfig("harmonized"),), epochs=10)
    frames = [step[0] for step in run(config)]
    assert np.ptp(frames[1].tracked_weight) == 0
    assert np.ptp(frames[2].tracked_weight) > 0
