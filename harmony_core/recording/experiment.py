"""The experiment that a recording writes: created, locked, filled epoch by epoch, and ended."""

from __future__ import annotations

import time
import traceback
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from ..config import ExperimentConfig, MethodConfig
from ..errors import HarmonyError
from ..frames import Frame, Scene
from ..runs.record import ExperimentRecord, now
from ..runs.store import RunStore

FAILED = "Expected the loop to finish, but it raised {}: {}. The epochs before that are kept."
NO_EPOCH = "Expected at least one epoch, but the loop ended before `run.epoch()` was called."


class Experiment:
    """One experiment on disk, whose lock this process holds until `end`."""

    def __init__(self, store: RunStore, record: ExperimentRecord) -> None:
        self.store, self.record = store, record
        self.has_scene = False
        """Whether the scene has been written."""
        self._planned = record.config.epochs
        self._lock = ExitStack()
        self._lock.enter_context(store.running(record.id))
        self._epoch_at = time.monotonic()

    @classmethod
    def begin(cls, root: Path | str | None, config: ExperimentConfig, title: str) -> Experiment:
        """Create the experiment, running, in the runs folder ``root``."""
        store = RunStore(root)
        experiment = cls(store, store.create(config, title))
        experiment._save(state="running", message="recording", started=now())
        return experiment

    @property
    def loop(self) -> str:
        """Whose loop does the training."""
        recorded = self.record.config.recorded
        return recorded.loop if recorded is not None else ""

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked for a stop."""
        return self.store.stop_requested(self.record.id)

    def set_method(self, method: MethodConfig) -> None:
        """Name the method, once its criterion is known."""
        self.record = self.record.replace(config=replace(self.record.config, methods=(method,)))
        self.store.save_config(self.record)

    def set_device(self, device: str) -> None:
        """Say where it trains."""
        self._save(device=device)

    def save_scene(self, scene: Scene) -> None:
        """Write what all frames share."""
        self.store.save_scene(self.record.id, 0, scene)
        self.has_scene = True

    def save_epoch(self, frame: Frame) -> None:
        """Write a frame, then the record that counts it."""
        self.store.save_frames(self.record.id, 0, frame.epoch, [frame])
        at = time.monotonic()
        rate = round(1 / max(at - self._epoch_at, 1e-6), 4) if frame.epoch else 0.0
        self._epoch_at = at
        config = self.record.config
        if frame.epoch > config.epochs:
            config = replace(config, epochs=frame.epoch)
        self._save(epoch=frame.epoch, rate=rate, config=config)

    def end(self, error: BaseException | None) -> None:
        """Write how it ended and release the lock; a second call changes nothing."""
        if self.record.state != "running":
            return
        try:
            self._end(error)
        finally:
            self.store.clear_stop(self.record.id)
            self._lock.close()

    def _end(self, error: BaseException | None) -> None:
        ended = {"message": "", "finished": now()}
        config = self.record.config
        if error is None and not self.record.epoch:
            self._save(state="failed", error=NO_EPOCH, **ended)
        elif error is None:
            if self.record.epoch < config.epochs:  # as early stopping does
                config = replace(config, epochs=self.record.epoch)
                self.record = self.record.replace(config=config)
                self.store.save_config(self.record)
            self._save(state="done", **ended)
        elif isinstance(error, KeyboardInterrupt):
            self._save(state="stopped", **ended)
        else:
            said = " ".join(str(error).split())[:300] or "no message"
            text = str(error) if isinstance(error, HarmonyError) else ""
            with suppress(HarmonyError):
                report = "".join(traceback.format_exception(error))
                self.store.save_traceback(self.record.id, report)
            text = text or FAILED.format(type(error).__name__, said)
            self._save(state="failed", error=text, **ended)

    def _save(self, **changes: object) -> None:
        self.record = self.record.replace(**changes)
        self.store.save(self.record)
