"""A small real experiment of two repeats, trained once for all tests of this folder."""

from __future__ import annotations

import pytest

from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig, Seeds
from harmony_core.experiments.complete import complete
from harmony_core.runs import RunStore
from harmony_core.runs.execute import execute

Experiment = tuple[RunStore, str]


@pytest.fixture(scope="session")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    store = RunStore(tmp_path_factory.mktemp("exported") / "runs")
    config = complete(
        ExperimentConfig(
            data=DataConfig("clouds", {"n_max": 60, "test_per_class": 20, "classes": 3}, 6.0),
            methods=(
                MethodConfig("ce", label="=1+1"),
                MethodConfig("harmonized", {"warmup": 1}),
                MethodConfig("ghm"),
            ),
            epochs=6,
            seeds=Seeds(repeats=2),
            device="cpu",
            record=RecordConfig(grid=12, tracked=20, bins=10, embedding=False),
        )
    )
    record = execute(store, store.create(config, "A <b>run</b> & more").id)
    assert record.state == "done"
    return store, record.id
