"""A real cluster of two processes, one of which is killed in mid-cell."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import harmony_core.studies.cluster
from harmony_core.config import ExperimentConfig
from harmony_core.errors import RunError
from harmony_core.runs import RunStore
from harmony_core.runs.execute import execute
from harmony_core.studies.cluster import ClusterRunner
from harmony_core.studies.folder import StudyFolder
from harmony_core.studies.packed_run import pack, unpack
from harmony_core.studies.train import StudyTraining

from .small import small_study

SETTING = "- {data: clouds, factors: [4], params: {n_max: 200, test_per_class: 20}, epochs: %d}"


@pytest.fixture
def cluster() -> Iterator[object]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as running:
        yield running


def start(path: Path, address: str, epochs: int, count: int) -> tuple[StudyTraining, ClusterRunner]:
    folder = StudyFolder(path)
    folder.make()
    study = small_study(settings=SETTING % epochs, count=count)
    return StudyTraining(study, folder, {}), ClusterRunner(folder.store, address)


@pytest.mark.slow
def test_a_worker_that_is_killed_in_mid_cell_loses_nothing(tmp_path: Path, cluster: object) -> None:
    address: str = cluster.scheduler_address  # type: ignore[attr-defined]
    study, runner = start(tmp_path, address, epochs=200, count=4)
    done: list[int] = []

    def kill() -> None:
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            end = time.monotonic() + 60
            while not all(client.processing().values()):
                assert time.monotonic() < end
                time.sleep(0.05)
            time.sleep(1)
            done.append(len(RunStore(tmp_path / "runs").ids()))
            workers = client.run(os.getpid)
        os.kill(next(iter(workers.values())), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    cells = study.train(runner)
    killer.join()
    assert done[0] < 4  # some were still being trained
    assert [cell.state for cell in cells] == ["done"] * 8
    store = RunStore(tmp_path / "runs")
    assert len(store.ids()) == 4  # none twice
    assert not list((tmp_path / "runs").glob(".incoming*"))


def test_without_a_scheduler_there_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(harmony_core.studies.cluster, "SECONDS_TO_CONNECT", 1)
    study, runner = start(tmp_path, "tcp://127.0.0.1:1", epochs=1, count=1)
    with pytest.raises(RunError, match=r"Expected a scheduler.*dask scheduler"):
        study.train(runner)


def test_without_the_package_there_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    study, runner = start(tmp_path, "tcp://127.0.0.1:1", epochs=1, count=1)
    with pytest.raises(RunError, match=r'pip install ".\[cluster\]"'):
        study.train(runner)


def test_a_packed_run_is_the_same_elsewhere_also_under_another_id(tmp_path: Path) -> None:
    source, target = RunStore(tmp_path / "a"), RunStore(tmp_path / "b")
    study = small_study(count=1)
    config: ExperimentConfig = study.settings[0].config
    record = execute(source, source.create(config, "one").id)
    content = pack(source, record.id)
    first, second = unpack(target, content), unpack(target, content)
    assert first == record
    assert second.id != first.id
    assert target.get(second.id).state == "done"
    assert set(target.ids()) == {first.id, second.id}
    loss = source.frames(record.id, 0, 2)[0].test_loss
    assert target.frames(second.id, 0, 2)[0].test_loss == loss
    with pytest.raises(RunError, match="finished run"):
        unpack(target, b"no archive")
    assert len(target.ids()) == 2
