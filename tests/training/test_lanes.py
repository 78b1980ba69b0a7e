"""Replayed steps are the plain steps: same batches, same switches, same weights."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

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
)
from harmony_core.data import LongTailedDataset, build_dataset
from harmony_core.experiments.complete import complete
from harmony_core.frames import Frame
from harmony_core.losses import LOSSES
from harmony_core.training import Lockstep
from harmony_core.training.capture import SWITCH, CudaTrack, MakeTrack, tracks_for
from harmony_core.training.lanes import WARM_UP
from tests.training.tracks import Emulated, Rehearsal, Unrecordable

METHODS = (
    MethodConfig("harmonized", {"warmup": 1}),
    MethodConfig("ldam", deferral="drw"),
    MethodConfig("ce", deferral="drs"),
    MethodConfig("ib", {"start": 2}, sampler="square_root"),
)
PLAIN = OptimConfig(lr=0.125, batch_size=32, schedule="constant", warmup_epochs=0)
"""A rate that single precision holds exactly, as a tensor holds it."""


def points(**changes: object) -> ExperimentConfig:
    config = ExperimentConfig(
        data=DataConfig("clouds", {"n_max": 120, "test_per_class": 20}, imbalance_factor=10),
        methods=METHODS,
        optim=PLAIN,
        epochs=5,
        record=RecordConfig(grid=8, tracked=40),
        device="cpu",
    )
    return complete(replace(config, **changes))


def images(**changes: object) -> ExperimentConfig:
    return points(
        data=DataConfig("digits", imbalance_factor=100),
        model=ModelConfig("small_cnn", {"width": 8}),
        optim=replace(PLAIN, batch_size=60),
        **changes,
    )


def engine(config: ExperimentConfig, make_track: MakeTrack | None = None) -> Lockstep:
    dataset = build_dataset(config.data, config.seeds.data)
    if dataset.kind == "images":
        dataset = thin(replace(dataset, augment=True))
    return Lockstep(config, dataset, make_track=make_track)


def thin(dataset: LongTailedDataset) -> LongTailedDataset:
    """Fewer test images, as they are not what is tested."""
    rows = slice(0, 100)
    return replace(
        dataset, test_inputs=dataset.test_inputs[rows], test_targets=dataset.test_targets[rows]
    )


def assert_close(first: list[list[Frame]], second: list[list[Frame]], exact: bool = False) -> None:
    assert len(first) == len(second)
    for a_list, b_list in zip(first, second, strict=True):
        for a, b in zip(a_list, b_list, strict=True):
            for name in ("tracked_logits", "tracked_weight", "head_norms", "train_loss", "lr"):
                one, other = getattr(a, name), getattr(b, name)
                if exact:
                    np.testing.assert_array_equal(one, other, err_msg=name)
                else:
                    np.testing.assert_allclose(
                        np.asarray(one, float), np.asarray(other, float),
                        rtol=2e-3, atol=2e-2, err_msg=name,
                    )  # fmt: skip


@pytest.mark.parametrize("make_track", [Rehearsal, Emulated, Unrecordable])
def test_images_in_lanes_train_as_all_together(make_track: MakeTrack) -> None:
    config = images(epochs=5)
    lanes = engine(config, make_track)
    assert_close(list(engine(config).run()), list(lanes.run()), exact=True)
    assert lanes._lanes is not None
    assert len(lanes._lanes.lanes) == len(METHODS)
    assert lanes._lanes.places.full * config.epochs >= 20


@pytest.mark.parametrize("make_track", [Rehearsal, Emulated])
def test_points_in_one_lane_train_as_all_together(make_track: MakeTrack) -> None:
    config = points()
    lanes = engine(config, make_track)
    assert_close(list(engine(config).run()), list(lanes.run()))
    assert lanes._lanes is not None
    assert len(lanes._lanes.lanes) == 1


def test_every_loss_replays_as_its_plain_step() -> None:
    config = points(methods=tuple(MethodConfig(name) for name in LOSSES), epochs=3)
    assert_close(list(engine(config).run()), list(engine(config, Emulated).run()))


def test_a_schedule_in_single_precision_stays_close() -> None:
    config = points(optim=OptimConfig(lr=0.05, batch_size=32, schedule="cosine", decay_at=()))
    assert_close(list(engine(config).run()), list(engine(config, Emulated).run()))


def test_training_without_momentum_works_in_lanes() -> None:
    config = points(optim=replace(PLAIN, momentum=0.0), epochs=2)
    assert_close(list(engine(config).run()), list(engine(config, Emulated).run()))


@pytest.mark.parametrize("size", [64, 10_000])
def test_epochs_without_a_smaller_last_batch_and_without_a_full_one(size: int) -> None:
    config = points(optim=replace(PLAIN, batch_size=size), epochs=3)
    config = replace(
        config,
        data=DataConfig("clouds", {"n_max": 64, "test_per_class": 20}, imbalance_factor=1),
    )
    assert_close(list(engine(config).run()), list(engine(config, Emulated).run()))


def test_a_step_is_recorded_once_after_plain_ones_and_replayed_from_then_on() -> None:
    lanes = engine(images(epochs=3), Rehearsal)
    list(lanes.run())
    assert lanes._lanes is not None
    full = lanes._lanes.places.full * 3
    for lane in lanes._lanes.lanes:
        assert lane.track.recorded == 1  # type: ignore[attr-defined]
        assert lane.track.replayed == full - WARM_UP  # type: ignore[attr-defined]
        assert lane.track.open_now == 0  # type: ignore[attr-defined]
        assert lane.recorded
        assert lane.reason == ""


def test_nothing_a_recording_refers_to_moves() -> None:
    lanes = engine(images(), Rehearsal)
    epochs = lanes.run()
    next(epochs)
    next(epochs)

    def places() -> list[int]:
        assert lanes._lanes is not None
        tensors = [*lanes.networks.parameters(), *lanes.networks.buffers()]
        tensors += [buffer for loss in lanes.losses for buffer in loss.buffers()]
        tensors += [state["momentum_buffer"] for state in lanes.optimizer.state.values()]
        tensors += [t for t in vars(lanes._lanes.places).values() if isinstance(t, torch.Tensor)]
        for lane in lanes._lanes.lanes:
            tensors += [t for t in vars(lane).values() if isinstance(t, torch.Tensor)]
            tensors += [lane._collector.sums, lane._collector.loss]
        return [tensor.data_ptr() for tensor in tensors]

    before = places()
    list(epochs)
    assert places() == before


def test_what_cannot_be_recorded_says_why(caplog: pytest.LogCaptureFixture) -> None:
    lanes = engine(points(epochs=2), Unrecordable)
    with caplog.at_level(logging.WARNING):
        list(lanes.run())
    assert lanes._lanes is not None
    (reason,) = lanes._lanes.reasons()
    assert reason == "RuntimeError: operation not permitted when stream is capturing"
    assert caplog.text.count(reason) == 1
    assert lanes.stepping == f"1 of 1 eager: {reason}"


def test_a_record_says_how_steps_are_started(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine(points()).stepping == ""
    assert engine(points(), Rehearsal).stepping == "CUDA graphs"
    gpu = torch.device("cuda")
    assert tracks_for(torch.device("cpu"), 1)[0] is None
    assert tracks_for(gpu, 1) == (CudaTrack, "")
    made, reason = tracks_for(gpu, 2)
    assert made is None
    assert "processes" in reason
    monkeypatch.setenv(SWITCH, "0")
    assert tracks_for(gpu, 1) == (None, "turned off by HARMONY_CUDA_GRAPHS=0")


@pytest.mark.parametrize(("first", "second"), [(Emulated, None), (None, Emulated)])
def test_a_run_may_go_on_the_other_way(first: MakeTrack | None, second: MakeTrack | None) -> None:
    config = images(epochs=5)
    whole = list(engine(config).run())
    begun = engine(config, first)
    before = list(islice(begun.run(), 3))
    rest = engine(config, second)
    rest.restore(begun.checkpoint())
    assert_close(whole, before + list(rest.run()), exact=True)


def test_going_back_to_a_checkpoint_records_anew() -> None:
    config = images(epochs=4)
    lanes = engine(config, Emulated)
    epochs = lanes.run()
    begun = list(islice(epochs, 3))
    kept = lanes.checkpoint()
    first = list(epochs)
    lanes.restore(kept)
    assert_close(first, list(lanes.run()), exact=True)
    assert len(begun) == 3


def test_stopping_amid_an_epoch_ends_it() -> None:
    lanes = engine(points(), Rehearsal)
    frames = list(lanes.run(lambda: lanes.epoch == 2))
    assert [f[0].epoch for f in frames] == [0, 1, 2]
    assert lanes._lanes is not None
    assert lanes._lanes.lanes[0].track.open_now == 0  # type: ignore[attr-defined]


def test_the_emulated_graph_does_what_was_recorded_and_nothing_else() -> None:
    total, step = torch.zeros(2), [1.0]

    def add() -> None:
        total.add_(torch.ones(2) * step[0])

    replay = Emulated(torch.device("cpu")).record(add)
    assert total.tolist() == [0, 0]
    step[0] = 100.0
    replay()
    replay()
    assert total.tolist() == [2, 2]
    with pytest.raises(AssertionError, match="went to the host"):
        Emulated(torch.device("cpu")).record(lambda: total.add_(total.sum().item()))


needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


@needs_gpu
@pytest.mark.parametrize("make", [points, images])
def test_graphs_on_a_gpu_train_as_eager_steps(
    make: Callable[..., ExperimentConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = make(device="cuda", epochs=3)
    graphs = engine(config)
    replayed = list(graphs.run())
    assert graphs.stepping == "CUDA graphs"
    monkeypatch.setenv(SWITCH, "0")
    eager = engine(config)
    assert eager.stepping.startswith("eager steps")
    for a, b in zip(replayed[-1], list(eager.run())[-1], strict=True):
        np.testing.assert_allclose(a.head_norms, b.head_norms, rtol=0.02)
        np.testing.assert_allclose(a.train_loss, b.train_loss, rtol=0.05)


@needs_gpu
def test_no_round_waits_for_the_gpu() -> None:
    lanes = engine(images(device="cuda", epochs=3))
    assert lanes._lanes is not None
    lanes._train_epoch(None)
    plan = lanes._begin_epoch(frozenset({"uniform", "square_root"}))
    lanes._lanes.load(
        plan, ["uniform", "uniform", "uniform", "square_root"], [0.1] * lanes._lanes.places.steps
    )
    torch.cuda.set_sync_debug_mode("error")
    try:
        lanes._lanes.run()
    finally:
        torch.cuda.set_sync_debug_mode("default")
