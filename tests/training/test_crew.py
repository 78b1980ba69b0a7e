"""A crew of threads does what one thread does, and says what went wrong in any of them."""

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
from harmony_core.training.crew import Crew
from harmony_core.training.lanes import STOP_EVERY
from tests.training.test_lanes import METHODS, PLAIN, assert_close, images, points, thin

SIZES = (1, 2, 3)


@pytest.mark.parametrize("size", SIZES)
def test_each_keeps_the_order(size: int) -> None:
    assert Crew(size).each(lambda i: i * i, range(20)) == [i * i for i in range(20)]
    assert Crew(size).each(str, []) == []


@pytest.mark.parametrize("size", SIZES)
def test_every_item_has_all_its_turns_and_never_two_at_once(size: int) -> None:
    left = dict.fromkeys("abcd", 50)
    held = {name: threading.Lock() for name in left}

    def turn(name: str) -> bool:
        assert held[name].acquire(blocking=False), "two turns at once"
        left[name] -= 1
        held[name].release()
        return left[name] > 0

    Crew(size).turns(turn, list(left))
    assert set(left.values()) == {0}


def test_threads_work_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=60)
    names = Crew(2).each(lambda _: (both.wait(), threading.current_thread().name)[1], range(2))
    assert len(set(names)) == 2


@pytest.mark.parametrize("size", SIZES)
def test_an_error_comes_out_and_the_crew_goes_on(size: int) -> None:
    crew = Crew(size)

    def fail(item: int) -> int:
        if item == 3:
            raise ValueError("no 3")
        return item

    with pytest.raises(ValueError, match="no 3"):
        crew.each(fail, range(6))
    assert crew.each(lambda i: i, [1, 2]) == [1, 2]


def test_the_others_take_over_what_pytorch_keeps_by_thread() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        both = threading.Barrier(2, timeout=60)
        crew = Crew(2)

        def look(_: int) -> tuple[bool, int]:
            both.wait()
            return torch.is_grad_enabled(), torch.get_num_threads()

        assert crew.each(look, range(2)) == [(True, 1)] * 2
        with torch.no_grad():
            assert crew.each(look, range(2)) == [(False, 1)] * 2
    finally:
        torch.set_num_threads(before)


def engine(config: ExperimentConfig, crew: int) -> Lockstep:
    return Lockstep(config, thin(build_dataset(config.data, config.seeds.data)), crew=crew)


def test_networks_stepped_beside_each_other_train_as_one_after_the_other() -> None:
    config = images(epochs=4)
    alone, together = engine(config, 1), engine(config, 3)
    assert alone._lanes is None
    assert together._lanes is not None
    assert len(together._lanes.lanes) == len(METHODS)
    assert_close(list(alone.run()), list(together.run()), exact=True)
    assert together.stepping == ""


def test_a_batched_network_is_stepped_as_one_and_looked_at_by_all() -> None:
    config = points(
        data=DataConfig("clouds", {"n_max": 200, "test_per_class": 900}, imbalance_factor=10),
        epochs=2,
    )
    frames = []
    for crew in (1, 2):
        dataset = build_dataset(config.data, config.seeds.data)
        lockstep = Lockstep(config, dataset, crew=crew)
        assert lockstep._lanes is None
        frames.append(list(lockstep.run()))
    assert_close(frames[0], frames[1], exact=True)
    for one, other in zip(frames[0][-1], frames[1][-1], strict=True):
        np.testing.assert_array_equal(one.confusion, other.confusion)
        np.testing.assert_array_equal(one.grid_class, other.grid_class)


def test_stopping_amid_an_epoch_stops_every_network() -> None:
    lockstep = engine(images(epochs=6), 2)
    frames = list(lockstep.run(lambda: lockstep.epoch == 2))
    assert [f[0].epoch for f in frames] == [0, 1, 2]


def test_a_checkpoint_continues_with_another_crew() -> None:
    config = images(epochs=4)
    whole = list(engine(config, 1).run())
    begun = engine(config, 2)
    epochs = begun.run()
    before = [next(epochs) for _ in range(3)]
    rest = engine(config, 3)
    rest.restore(begun.checkpoint())
    assert_close(whole, before + list(rest.run()), exact=True)


def test_after_an_error_nobody_goes_on() -> None:
    turns = dict.fromkeys("abc", 0)
    begun = threading.Event()

    def turn(name: str) -> bool:
        turns[name] += 1
        if name == "a":
            begun.wait(60)
            raise KeyboardInterrupt
        begun.set()
        return turns[name] < 10**6

    with pytest.raises(KeyboardInterrupt):
        Crew(2).turns(turn, list(turns))
    assert sum(turns.values()) < 10**6


def test_a_stop_is_seen_by_networks_that_go_on_when_the_first_is_done() -> None:
    lockstep = engine(images(epochs=2), 2)
    lanes = lockstep._lanes
    assert lanes is not None
    plan = lockstep._begin_epoch(frozenset({"uniform", "square_root"}))
    samplers = ["uniform", "uniform", "uniform", "square_root"]
    lanes.load(plan, samplers, [0.1] * lanes.places.steps)
    lanes.lanes[0].step = lanes.places.steps - 1
    asked: list[int] = []

    def should_stop() -> bool:
        asked.append(1)
        return len(asked) > 1

    assert not lanes.run(should_stop)


def test_going_back_to_a_checkpoint_after_a_stop_counts_whole_epochs() -> None:
    config = points(optim=replace(PLAIN, batch_size=4), epochs=3)
    whole = list(alone(config).run())
    lockstep = alone(config)
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


def alone(config: ExperimentConfig) -> Lockstep:
    return Lockstep(config, build_dataset(config.data, config.seeds.data))
