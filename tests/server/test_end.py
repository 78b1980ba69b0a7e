"""A server that is told to end while an experiment trains and a page is open."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig
from harmony_core.experiments.link import to_query
from harmony_core.runs.store import RunStore

from .served import PATIENCE, serving, visit

pytestmark = pytest.mark.slow


def test_what_trains_is_checkpointed_and_can_be_resumed(tmp_path: Path) -> None:
    data = DataConfig("clouds", {"n_max": 40, "classes": 3}, imbalance_factor=10.0)
    config = ExperimentConfig(data=data, methods=(MethodConfig("ce"),), epochs=10_000)
    store = RunStore(tmp_path / "runs")
    with serving(tmp_path) as server, visit(server.port, "arena", to_query(config)):
        deadline = time.monotonic() + PATIENCE
        while not (runs := store.list()) or runs[0].epoch < 20:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        server.process.terminate()
        server.process.wait(PATIENCE)
    record = store.get(runs[0].id)
    assert record.state == "interrupted"
    assert "shut down" in record.error
    assert store.checkpoint_time(record.id, 0) is not None
    assert store.epochs(record.id)[-1] == record.epoch
