"""Several threads compute what one thread computes, and an error in any of them is raised."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.data import build_dataset
from harmony_core.training import Lockstep
from harmony_core.training.steppers.joint import JointStepper
from harmony_core.training.steppers.stepper import STOP_EVERY
from harmony_core.training.steppers.thread_pool import ThreadPool
from tests.training.test_steppers import (
    METHODS,
    PLAIN,
    assert_close,
    images,
    points,
    separate,
    thin,
)

SIZES = (1, 2, 3)


@pytest.mark.parametrize("size", SIZES)
def test_map_keeps_the_order(size: int) -> None:
    assert ThreadPool(size).map(lambda i: i * i, range(20)) == [i * i for i in range(20)]
    assert ThreadPool(size).map(str, []) == []


@pytest.mark.parametrize("size", SIZES)
def test_an_item_is_worked_on_until_it_is_done_and_never_twice_at_once(size: int) -> None:
    left = dict.fromkeys("abcd", 50)
    locks = {name: threading.Lock() for name in left}

    def work(name: str) -> bool:
        assert locks[name].acquire(blocking=False), "two calls at once"
        left[name] -= 1
        locks[name].release()
        return left[name] > 0

    ThreadPool(size).round_robin(work, list(left))
    assert set(left.values()) == {0}


def test_threads_work_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=60)
    names = ThreadPool(2).map(lambda _: (both.wait(), threading.current_thread().name)[1], range(2))
    assert len(set(names)) == 2


@pytest.mark.parametrize("size", SIZES)
def test_an_error_is_raised_and_the_pool_can_be_used_again(size: int) -> None:
    pool = ThreadPool(size)

    def fail(item: int) -> int:
        if item == 3:
            raise ValueError("no 3")
        return item

    with pytest.raises(ValueError, match="no 3"):
        pool.map(fail, range(6))
    assert pool.map(lambda i: i, [1, 2]) == [1, 2]


def test_threads_inherit_the_settings_that_pytorch_keeps_per_thread() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        both = threading.Barrier(2, timeout=60)
        pool = ThreadPool(2)

        def settings(_: int) -> tuple[bool, int]:
            both.wait()
            return torch.is_grad_enabled(), torch.get_num_threads()

        assert pool.map(settings, range(2)) == [(True, 1)] * 2
        with torch.no_grad():
            assert pool.map(settings, range(2)) == [(False, 1)] * 2
    finally:
        torch.set_num_threads(before)


def engine(config: ExperimentConfig, threads: int) -> Lockstep:
    return Lockstep(config, thin(build_dataset(config.data, config.seeds.data)), threads=threads)


def test_networks_stepped_beside_each_other_train_as_one_after_the_other() -> None:
    config = images(epochs=4)
    one, several = engine(config, 1), engine(config, 3)
    assert isinstance(one.stepper, JointStepper)
    assert len(separate(several).groups) == len(METHODS)
    assert_close(list(one.run()), list(several.run()), exact=True)
    assert several.stepping == ""


def test_a_batched_network_is_stepped_jointly_and_evaluated_by_all_threads() -> None:
    config = points(
        data=DataConfig("clouds", {"n_max": 200, "test_per_class": 900}, imbalance_factor=10),
        epochs=2,
    )
    frames = []
    for threads in (1, 2):
        dataset = build_dataset(config.data, config.seeds.data)
        lockstep = Lockstep(config, dataset, threads=threads)
        assert isinstance(lockstep.stepper, JointStepper)
        frames.append(list(lockstep.run()))
    assert_close(frames[0], frames[1], exact=True)
    for one, other in zip(frames[0][-1], frames[1][-1], strict=True):
        np.testing.assert_array_equal(one.confusion, other.confusion)
        np.testing.assert_array_equal(one.grid_class, other.grid_class)


def test_stopping_within_an_epoch_stops_every_network() -> None:
    lockstep = engine(images(epochs=6), 2)
    frames = list(lockstep.run(lambda: lockstep.epoch == 2))
    assert [f[0].epoch for f in frames] == [0, 1, 2]


def test_a_checkpoint_continues_with_another_number_of_threads() -> None:
    config = images(epochs=4)
    whole = list(engine(config, 1).run())
    begun = engine(config, 2)
    epochs = begun.run()
    before = [next(epochs) for _ in range(3)]
    rest = engine(config, 3)
    rest.restore(begun.checkpoint())
    assert_close(whole, before + list(rest.run()), exact=True)


def test_after_an_error_no_thread_continues() -> None:
    calls = dict.fromkeys("abc", 0)
    begun = threading.Event()

    def work(name: str) -> bool:
        calls[name] += 1
        if name == "a":
            begun.wait(60)
            raise KeyboardInterrupt
        begun.set()
        return calls[name] < 10**6

    with pytest.raises(KeyboardInterrupt):
        ThreadPool(2).round_robin(work, list(calls))
    assert sum(calls.values()) < 10**6


def test_a_stop_is_seen_by_networks_that_still_train_when_the_first_is_done() -> None:
    lockstep = engine(images(epochs=2), 2)
    stepper = separate(lockstep)
    lockstep.load_epoch()
    stepper.groups[0].step = stepper.buffers.steps - 1
    asked: list[int] = []

    def should_stop() -> bool:
        asked.append(1)
        return len(asked) > 1

    assert not stepper.run(should_stop)


def test_going_back_to_a_checkpoint_after_a_stop_counts_whole_epochs() -> None:
    config = points(optim=replace(PLAIN, batch_size=4), epochs=3)
    whole = list(one_thread(config).run())
    lockstep = one_thread(config)
    before = list(islice(lockstep.run(), 3))
    kept = lockstep.checkpoint()
    answers = iter([False, True])
    assert list(lockstep.run(lambda: next(answers))) == []
    assert lockstep.collector.steps == STOP_EVERY
    lockstep.restore(kept)
    rest = list(lockstep.run())
    assert_close(whole, before + rest, exact=True)
    np.testing.assert_array_equal(rest[0][0].grad_counts, whole[3][0].grad_counts)
    assert lockstep.checkpoint()


def one_thread(config: ExperimentConfig) -> Lockstep:
    return Lockstep(config, build_dataset(config.data, config.seeds.data))
