"""What an experiment costs, before it starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harmony_core.config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    ModelConfig,
    RecordConfig,
    Seeds,
)  # fmt: skip
from harmony_core.data import DATASETS
from harmony_core.errors import ConfigError
from harmony_core.experiments.price import check_price, price
from harmony_core.quotas import MB, Quotas
from harmony_core.runs import RunStore
from harmony_core.runs.execute import execute

WORST = ExperimentConfig(
    methods=tuple(MethodConfig("harmonized") for _ in range(16)),
    epochs=10_000,
    seeds=Seeds(repeats=100),
    record=RecordConfig(grid=400, tracked=20_000),
)


def test_the_default_experiment_fits_and_the_heaviest_link_does_not() -> None:
    check_price(ExperimentConfig(), Quotas())
    with pytest.raises(ConfigError) as refused:
        check_price(WORST, Quotas())
    assert "Expected an experiment of at most 10 minutes" in str(refused.value)
    assert "MB on disk" in str(refused.value)


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_every_data_set_has_a_price(name: str) -> None:
    params = {"source": "f" * 64} if name in ("images", "table") else {}
    found = price(replace(ExperimentConfig(), data=DataConfig(name, params)))
    assert found.seconds > 0
    assert found.disk_mb > 0


def test_twice_the_epochs_cost_twice_the_time() -> None:
    one = price(replace(ExperimentConfig(), epochs=500))
    two = price(replace(ExperimentConfig(), epochs=1_000))
    assert 1.9 < two.seconds / one.seconds < 2.1
    assert 1.9 < two.disk_mb / one.disk_mb < 2.1


def test_a_larger_network_costs_more() -> None:
    images = replace(ExperimentConfig(), data=DataConfig("cifar10-lt", imbalance_factor=100.0))
    large = replace(images, model=ModelConfig("resnet32"))
    assert price(large).seconds > 5 * price(images).seconds


@pytest.mark.parametrize("epochs", [10_000, 3_000])
@pytest.mark.parametrize("repeats", [1, 100])
def test_what_is_advised_fits(epochs: int, repeats: int) -> None:
    wanted = replace(ExperimentConfig(), epochs=epochs, seeds=Seeds(repeats=repeats))
    with pytest.raises(ConfigError) as refused:
        check_price(wanted, Quotas())
    advice = str(refused.value).partition("Choose ")[2].rstrip(".")
    if "one seed" in advice:
        wanted = replace(wanted, seeds=Seeds())
    if "recorded less often" in advice:
        wanted = replace(wanted, record=replace(wanted.record, every=epochs // 100))
    if "epochs in place of" in advice:
        fewer = advice.partition(" epochs in place of")[0].split()[-1]
        wanted = replace(wanted, epochs=int(fewer.replace(",", "")))
    check_price(wanted, Quotas())


def test_the_disk_is_priced_as_it_is_used(runs_folder: object) -> None:
    config = replace(
        ExperimentConfig(),
        data=DataConfig("clouds", {"n_max": 200, "test_per_class": 20}),
        epochs=4,
        device="cpu",
    )
    store = RunStore()
    run_id = store.create(config).id
    execute(store, run_id)
    frames = store.repeat_folder(run_id, 0) / "frames"
    used = sum(path.stat().st_size for path in frames.iterdir()) / MB
    assert 0.5 < price(config).disk_mb / used < 2
