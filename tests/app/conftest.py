"""The pages without browser and workers: a queue that only remembers what it was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import BaseFileLock
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from harmony_core.config import ExperimentConfig, MethodConfig, Seeds
from harmony_core.errors import RunError
from harmony_core.experiments.complete import complete
from harmony_core.frames import Frame, Scene
from harmony_core.runs import jobs
from harmony_core.runs.record import ExperimentRecord
from harmony_core.runs.store import RunStore
from harmony_core.serving.owners import visitor_of
from pages._arena import arrival

APP = Path(__file__).parents[2] / "app.py"
Open = Callable[..., AppTest]
Be = Callable[[str], None]


class FakeQueue:
    """Takes experiments and trains none; what it has taken counts as cared for."""

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self.submitted: list[str] = []
        self.stopped: list[str] = []
        self.warmed = 0
        self.full = False
        self._locks: list[BaseFileLock] = []

    def submit(self, run_id: str) -> None:
        if self.full:
            raise RunError("Expected an open queue, but it was shut down. Restart the server.")
        lock = self.store.lock(run_id)
        lock.acquire(timeout=0)
        self._locks.append(lock)
        self.submitted.append(run_id)
        self.store.save(self.store.get(run_id).replace(state="queued", message="starting"))

    def stop(self, run_id: str) -> None:
        self.stopped.append(run_id)

    def position(self, run_id: str) -> int | None:
        return self.submitted.index(run_id) if run_id in self.submitted else None

    def warm(self) -> None:
        self.warmed += 1

    def release(self) -> None:
        for lock in self._locks:
            lock.release()


@pytest.fixture
def store(runs_folder: Path) -> RunStore:
    return RunStore(runs_folder)


@pytest.fixture
def queue(store: RunStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeQueue:
    fake = FakeQueue(store)
    monkeypatch.setattr(jobs, "shared_queue", lambda store, quotas, ended: fake)
    monkeypatch.setenv("HARMONY_UPLOADS", str(tmp_path / "uploads"))
    return fake


@pytest.fixture
def open_page(queue: FakeQueue, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page of the app with the query of a link, as a fresh browser would.

    No link trains on arrival; tests of that set `arrival.QUICK` back.
    """
    monkeypatch.setattr(arrival, "QUICK", 0)

    def open_it(page: str = "arena", **query: str | list[str]) -> AppTest:
        at = AppTest.from_file(str(APP), default_timeout=20)
        if page != "home":
            at.switch_page(f"pages/{page}.py")
        for key, value in query.items():
            at.query_params[key] = value
        return at.run()

    return open_it


@pytest.fixture
def be(monkeypatch: pytest.MonkeyPatch) -> Be:
    """Be the visitor of a shared server whose browser holds a token."""
    monkeypatch.setenv("HARMONY_MODE", "shared")

    def become(token: str) -> None:
        sent: Mapping[str, str] = {"harmony_visitor": token}
        monkeypatch.setattr(ContextProxy, "cookies", property(lambda self: sent))

    return become


def own(store: RunStore, run: str, token: str) -> str:
    """Give an experiment to the visitor whose browser holds a token."""
    (store.folder(run) / "owner").write_text(visitor_of(token))
    return run


def finished(store: RunStore, repeats: int = 1, state: str = "done", epochs: int = 2) -> str:
    """An experiment with results, made without training."""
    config = ExperimentConfig(
        methods=(MethodConfig("ce"), MethodConfig("harmonized")),
        epochs=epochs,
        seeds=Seeds(repeats=repeats),
    )
    record = store.create(complete(config))
    for repeat in range(repeats):
        store.save_scene(record.id, repeat, scene())
        for epoch in range(epochs + 1):
            frames = [frame(m, repeat, epoch) for m in range(2)]
            store.save_frames(record.id, repeat, epoch, frames)
    ended: ExperimentRecord = replace(record, state=state, epoch=epochs, repeat=repeats - 1)
    store.save(ended)
    return record.id


def scene() -> Scene:
    k = 4
    return Scene(
        kind="points", class_names=("A", "B", "C"),
        train_counts=np.array([40, 20, 10]), test_counts=np.array([10, 10, 10]),
        tracked_index=np.arange(k), tracked_targets=np.zeros(k, np.int64),
        tracked_flipped=np.zeros(k, bool), tracked_inputs=np.zeros((k, 2), np.float32),
    )  # fmt: skip


def frame(method: int, repeat: int, epoch: int) -> Frame:
    c, b, k = 3, 4, 4
    right = 5 + method + min(epoch, 3) + repeat
    confusion = np.full((c, c), 0)
    np.fill_diagonal(confusion, right)
    confusion[:, 0] += 10 - right
    return Frame(
        method=method, repeat=repeat, epoch=epoch, lr=0.1, train_loss=0.5, test_loss=0.5, ece=0.1,
        confusion=confusion,
        grad_counts=np.ones((c, b)), grad_weights=np.ones((c, b)), grad_pull=np.ones((c, b)),
        weight_square=np.ones(c), head_norms=np.ones(c, np.float32),
        tracked_weight=np.ones(k, np.float32), tracked_grad_norm=np.zeros(k, np.float32),
        tracked_logits=np.zeros((k, c), np.float16),
    )  # fmt: skip


def control(controls: Any, label: str) -> Any:
    """The one control of a kind, as `at.selectbox`, that has this label."""
    (found,) = (each for each in controls if each.label == label)
    return found


def texts(at: AppTest) -> str:
    """Everything the page says in words, also what AppTest has no name for."""
    parts = [element.value for kind in (at.title, at.markdown, at.caption) for element in kind]
    parts += [element.proto.body for element in at.get("html")]
    return "\n".join(str(part) for part in parts)
