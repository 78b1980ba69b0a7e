"""A small real config, and a stand-in for the engine that is instant and can be told to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from harmony_core.config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    RecordConfig,
    Seeds,
)
from harmony_core.errors import RunError
from harmony_core.experiments.complete import complete
from harmony_core.frames import Frame, Scene
from harmony_core.runs import RunStore


def small_config(epochs: int = 3, repeats: int = 1, **changes: Any) -> ExperimentConfig:
    """Two methods on a few points of the plane: a real training of well under a second."""
    values: dict[str, Any] = {
        "data": DataConfig(
            "clouds", {"n_max": 40, "test_per_class": 20, "classes": 3}, imbalance_factor=4.0
        ),
        "methods": (MethodConfig("ce"), MethodConfig("harmonized", {"warmup": 1})),
        "epochs": epochs,
        "seeds": Seeds(repeats=repeats),
        "device": "cpu",
        "record": RecordConfig(grid=8, tracked=10, bins=4),
    }
    return complete(ExperimentConfig(**{**values, **changes}))


def make_frame(method: int = 0, repeat: int = 0, epoch: int = 0, value: float = 0.5) -> Frame:
    c, b, k = 3, 4, 5
    return Frame(
        method=method, repeat=repeat, epoch=epoch, lr=0.1, train_loss=value, test_loss=value,
        ece=0.1,
        confusion=np.diag(np.full(c, 10)),
        grad_counts=np.full((c, b), value), grad_weights=np.ones((c, b)), grad_pull=np.ones((c, b)),
        weight_square=np.ones(c), head_norms=np.ones(c, np.float32),
        tracked_weight=np.ones(k, np.float32), tracked_grad_norm=np.zeros(k, np.float32),
        tracked_logits=np.zeros((k, c), np.float16),
    )  # fmt: skip


def make_scene() -> Scene:
    k = 5
    return Scene(
        kind="points", class_names=("a", "b", "c"),
        train_counts=np.array([40, 20, 10]), test_counts=np.array([10, 10, 10]),
        tracked_index=np.arange(k), tracked_targets=np.zeros(k, np.int64),
        tracked_flipped=np.zeros(k, bool), tracked_inputs=np.zeros((k, 2), np.float32),
    )  # fmt: skip


@dataclass
class FakeEngine:
    """What the stand-in does: frames whose value is a function of repeat and all epochs before."""

    steps: int = 3
    on_step: Callable[[int, int], None] = lambda epoch, step: None
    built: list[int] = field(default_factory=list)

    def __call__(
        self, config: ExperimentConfig, dataset: object, repeat: int = 0, *, threads: int = 1
    ) -> FakeLockstep:
        self.built.append(repeat)
        return FakeLockstep(self, config, repeat)


class FakeLockstep:
    """The interface of `training.lockstep.Lockstep`."""

    stepping = remark = ""

    def __init__(self, engine: FakeEngine, config: ExperimentConfig, repeat: int) -> None:
        self.engine, self.config, self.repeat = engine, config, repeat
        self.epoch, self.epochs = 0, config.epochs
        self._value, self._fresh, self._torn = float(repeat), True, False

    def scene(self) -> Scene:
        return make_scene()

    def _frames(self) -> list[Frame]:
        methods = range(len(self.config.methods))
        return [make_frame(m, self.repeat, self.epoch, self._value) for m in methods]

    def run(self, should_stop: Callable[[], bool] | None = None) -> Iterator[list[Frame]]:
        if self._fresh:
            self._fresh = False
            yield self._frames()
        while self.epoch < self.epochs:
            for step in range(self.engine.steps):
                if should_stop is not None and should_stop():
                    self._torn = True
                    return
                self.engine.on_step(self.epoch, step)
                self._value = 0.9 * self._value + step + self.epoch
            self.epoch += 1
            recorded = self.epoch % self.config.record.every == 0 or self.epoch == self.epochs
            yield self._frames() if recorded else []

    def checkpoint(self) -> bytes:
        if self._torn:
            raise RunError("torn")
        return f"{self.epoch} {self._value!r}".encode()

    def restore(self, data: bytes) -> None:
        try:
            epoch, value = data.decode().split()
            self.epoch, self._value, self._fresh = int(epoch), float(value), False
        except ValueError as error:
            raise RunError("not a checkpoint") from error


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """Put the stand-in in the engine's place."""
    import harmony_core.training.lockstep

    fake = FakeEngine()
    monkeypatch.setattr(harmony_core.training.lockstep, "Lockstep", fake)
    return fake


@pytest.fixture
def store(runs_folder: object) -> RunStore:
    return RunStore()
