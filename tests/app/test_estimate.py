"""How long training will take, from experiments with known speeds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, ModelConfig, Seeds
from harmony_core.experiments.complete import complete
from harmony_core.runs.store import RunStore

from .conftest import Open, finished, scene

CIFAR = ExperimentConfig(
    data=DataConfig("cifar10-lt", imbalance_factor=100.0),
    methods=(MethodConfig("ce"), MethodConfig("harmonized")),
    epochs=30,
)
SAMPLES = 12_406
"""Of CIFAR-10-LT with factor 100: 5000, 2997, … 50."""


def timed(store: RunStore, config: ExperimentConfig, rate: float) -> None:
    """An experiment that trained the 70 samples of a made-up scene ``rate`` times a second."""
    record = store.create(complete(config))
    store.save_scene(record.id, 0, scene())
    store.save(replace(record, state="done", rate=rate))


def test_time_is_images_times_epochs_times_methods_over_the_speed_seen(store: RunStore) -> None:
    from pages._arena.estimate import seconds_for

    assert seconds_for(store, CIFAR) is None
    timed(store, replace(CIFAR, methods=CIFAR.methods * 2, epochs=3), rate=2.0)
    speed = 2.0 * 70 * 4
    assert seconds_for(store, CIFAR) == pytest.approx(30 * SAMPLES * 2 / speed)
    more = replace(CIFAR, epochs=10, seeds=Seeds(repeats=3))
    assert seconds_for(store, more) == pytest.approx(30 * SAMPLES * 2 / speed)
    for other in (
        replace(CIFAR, model=ModelConfig("mlp")),
        replace(CIFAR, device="cpu"),
        replace(CIFAR, data=DataConfig("cifar100-lt")),
        replace(CIFAR, data=DataConfig("digits")),
    ):
        assert seconds_for(store, other) is None


def test_the_newest_speed_counts_and_unfinished_or_damaged_runs_do_not(store: RunStore) -> None:
    from pages._arena.estimate import seconds_for

    timed(store, CIFAR, rate=1.0)
    timed(store, CIFAR, rate=4.0)
    finished(store, state="failed")
    torn = finished(store)
    (store.root / torn / "record.json").write_text("{")
    assert seconds_for(store, CIFAR) == pytest.approx(30 * SAMPLES * 2 / (4.0 * 70 * 2))


def test_the_estimate_stands_on_the_page_before_training(open_page: Open, store: RunStore) -> None:
    link = {"data": "clouds", "epochs": "600", "m": ["ce", "harmonized"]}
    quiet = open_page(**link)
    assert not [c for c in quiet.caption if "an estimate" in c.value]
    timed(store, replace(CIFAR, data=DataConfig("clouds"), epochs=5), rate=5.0)
    said = [c.value for c in open_page(**link).caption if "an estimate" in c.value]
    assert len(said) == 1
    assert "about **2 min**" in said[0]
