"""Every stepper trains alike: same batches, same switches, same weights."""

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
from harmony_core.training.steppers.cuda_graph import (
    SWITCH,
    CudaStream,
    MakeStream,
    choose_stream,
)
from harmony_core.training.steppers.separate import WARM_UP, SeparateStepper
from tests.training.streams import EmulatedStream, FailingStream, RepeatingStream

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


def engine(config: ExperimentConfig, make_stream: MakeStream | None = None) -> Lockstep:
    dataset = build_dataset(config.data, config.seeds.data)
    if dataset.kind == "images":
        dataset = thin(replace(dataset, augment=True))
    return Lockstep(config, dataset, make_stream=make_stream)


def continued(
    config: ExperimentConfig, make_stream: MakeStream | None = None, first: int = 3
) -> list[list[Frame]]:
    """The frames of a training that goes on from a checkpoint after its ``first`` frames."""
    begun = engine(config, make_stream)
    before = list(islice(begun.run(), first))
    rest = engine(config, make_stream)
    rest.restore(begun.checkpoint())
    return before + list(rest.run())


def separate(lockstep: Lockstep) -> SeparateStepper:
    assert isinstance(lockstep.stepper, SeparateStepper)
    return lockstep.stepper


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


@pytest.mark.parametrize("make_stream", [RepeatingStream, EmulatedStream, FailingStream])
def test_separate_networks_train_as_in_joint_steps(make_stream: MakeStream) -> None:
    config = images(epochs=5)
    lockstep = engine(config, make_stream)
    assert_close(list(engine(config).run()), list(lockstep.run()), exact=True)
    stepper = separate(lockstep)
    assert len(stepper.groups) == len(METHODS)
    assert stepper.buffers.full_batches * config.epochs >= 20


@pytest.mark.parametrize("make_stream", [RepeatingStream, EmulatedStream])
def test_a_batched_network_is_one_group_and_trains_as_in_joint_steps(
    make_stream: MakeStream,
) -> None:
    config = points()
    lockstep = engine(config, make_stream)
    assert_close(list(engine(config).run()), list(lockstep.run()))
    assert len(separate(lockstep).groups) == 1


@pytest.mark.parametrize("part", [0, 1])
def test_every_loss_replays_as_its_eager_step(part: int) -> None:
    config = points(methods=tuple(MethodConfig(name) for name in [*LOSSES][part::2]), epochs=3)
    assert_close(list(engine(config).run()), list(engine(config, EmulatedStream).run()))


def test_a_schedule_in_single_precision_stays_close() -> None:
    config = points(optim=OptimConfig(lr=0.05, batch_size=32, schedule="cosine", decay_at=()))
    assert_close(list(engine(config).run()), list(engine(config, EmulatedStream).run()))


def test_training_without_momentum_can_be_captured() -> None:
    config = points(optim=replace(PLAIN, momentum=0.0), epochs=2)
    assert_close(list(engine(config).run()), list(engine(config, EmulatedStream).run()))


@pytest.mark.parametrize("size", [64, 10_000])
def test_epochs_without_a_smaller_last_batch_and_without_a_full_one(size: int) -> None:
    config = points(optim=replace(PLAIN, batch_size=size), epochs=3)
    config = replace(
        config,
        data=DataConfig("clouds", {"n_max": 64, "test_per_class": 20}, imbalance_factor=1),
    )
    assert_close(list(engine(config).run()), list(engine(config, EmulatedStream).run()))


def test_a_step_is_captured_once_after_eager_ones_and_replayed_from_then_on() -> None:
    lockstep = engine(images(epochs=3), RepeatingStream)
    list(lockstep.run())
    stepper = separate(lockstep)
    full = stepper.buffers.full_batches * 3
    for group in stepper.groups:
        assert group.stream.captured == 1  # type: ignore[attr-defined]
        assert group.stream.replayed == full - WARM_UP  # type: ignore[attr-defined]
        assert group.stream.begun == 0  # type: ignore[attr-defined]
        assert group.captured
        assert group.eager_reason == ""


def test_no_memory_of_a_captured_step_moves() -> None:
    lockstep = engine(images(), RepeatingStream)
    stepper = separate(lockstep)
    epochs = lockstep.run()
    next(epochs)
    next(epochs)

    def addresses() -> list[int]:
        tensors = [*lockstep.networks.parameters(), *lockstep.networks.buffers()]
        tensors += [buffer for loss in lockstep.losses for buffer in loss.buffers()]
        tensors += [state["momentum_buffer"] for state in lockstep.optimizer.state.values()]
        tensors += [t for t in vars(stepper.buffers).values() if isinstance(t, torch.Tensor)]
        for group in stepper.groups:
            tensors += [group.order, group.counter, group.rate]
            tensors += [group.collector.sums, group.collector.loss]
        return [tensor.data_ptr() for tensor in tensors]

    before = addresses()
    list(epochs)
    assert addresses() == before


def test_a_step_that_cannot_be_captured_says_why(caplog: pytest.LogCaptureFixture) -> None:
    lockstep = engine(points(epochs=2), FailingStream)
    with caplog.at_level(logging.WARNING):
        list(lockstep.run())
    (group,) = separate(lockstep).groups
    reason = "RuntimeError: operation not permitted when stream is capturing"
    assert group.eager_reason == reason
    assert caplog.text.count(reason) == 1
    assert lockstep.stepping == f"1 of 1 eager: {reason}"


def test_a_record_says_how_steps_are_started(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine(points()).stepping == ""
    assert engine(points(), RepeatingStream).stepping == "CUDA graphs"
    gpu = torch.device("cuda")
    assert choose_stream(torch.device("cpu"), 1) == (None, "")
    assert choose_stream(gpu, 1) == (CudaStream, "")
    stream, reason = choose_stream(gpu, 2)
    assert stream is None
    assert "processes" in reason
    monkeypatch.setenv(SWITCH, "0")
    assert choose_stream(gpu, 1) == (None, "turned off by HARMONY_CUDA_GRAPHS=0")


@pytest.mark.parametrize(("first", "second"), [(EmulatedStream, None), (None, EmulatedStream)])
def test_a_run_may_continue_with_the_other_stepper(
    first: MakeStream | None, second: MakeStream | None
) -> None:
    config = images(epochs=5)
    whole = list(engine(config).run())
    begun = engine(config, first)
    before = list(islice(begun.run(), 3))
    rest = engine(config, second)
    rest.restore(begun.checkpoint())
    assert_close(whole, before + list(rest.run()), exact=True)


def test_going_back_to_a_checkpoint_captures_again() -> None:
    config = images(epochs=4)
    lockstep = engine(config, EmulatedStream)
    epochs = lockstep.run()
    begun = list(islice(epochs, 3))
    kept = lockstep.checkpoint()
    first = list(epochs)
    lockstep.restore(kept)
    assert_close(first, list(lockstep.run()), exact=True)
    assert len(begun) == 3


def test_stopping_within_an_epoch_ends_it() -> None:
    lockstep = engine(points(), RepeatingStream)
    frames = list(lockstep.run(lambda: lockstep.epoch == 2))
    assert [f[0].epoch for f in frames] == [0, 1, 2]
    assert separate(lockstep).groups[0].stream.begun == 0  # type: ignore[attr-defined]


def test_the_emulated_graph_does_what_was_captured_and_nothing_else() -> None:
    total, step = torch.zeros(2), [1.0]

    def add() -> None:
        total.add_(torch.ones(2) * step[0])

    replay = EmulatedStream(torch.device("cpu")).capture(add)
    assert total.tolist() == [0, 0]
    step[0] = 100.0
    replay()
    replay()
    assert total.tolist() == [2, 2]
    with pytest.raises(AssertionError, match="went to the host"):
        EmulatedStream(torch.device("cpu")).capture(lambda: total.add_(total.sum().item()))


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
def test_no_step_waits_for_the_gpu() -> None:
    lockstep = engine(images(device="cuda", epochs=3))
    stepper = separate(lockstep)
    lockstep.load_epoch()
    stepper.run()
    lockstep.load_epoch()
    torch.cuda.set_sync_debug_mode("error")
    try:
        stepper.run()
    finally:
        torch.cuda.set_sync_debug_mode("default")
