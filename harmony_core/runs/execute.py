"""Running one experiment from its record to its last frame: workers, shell and torchrun alike."""

from __future__ import annotations

import time
import traceback
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from ..errors import ConfigError, HarmonyError, RunError
from .embedding.during_training import Pictures
from .failures import Stopped, explain, foreseen
from .ranks import Ranks
from .record import ExperimentRecord, current_versions, now
from .reporter import OnProgress, Reporter
from .store import RunStore

if TYPE_CHECKING:
    from ..config import ExperimentConfig
    from ..data.dataset import LongTailedDataset
    from ..frames import Frame
    from ..training.cpu_threads import Division
    from ..training.lockstep import Lockstep

SECONDS_BETWEEN_CHECKPOINTS = 2.0
EPOCHS_BETWEEN_CHECKPOINTS = 5
LONG_EPOCH = 0.5
"""Seconds after which a stop does not wait for the end of the epoch."""
LEAST_FREE = 64 * 2**20
"""Bytes that must be free on the disk of the runs folder."""


def execute(
    store: RunStore,
    run_id: str,
    on_progress: OnProgress | None = None,
    *,
    ranks: Ranks | None = None,
    locked: bool = False,
) -> ExperimentRecord:
    """Train what the record describes, from its last checkpoint if there is one.

    Returns the record as it ends: done, stopped (a stop was asked for, or Ctrl-C) or failed (then
    ``error`` says why). Raises `RunError` only if it cannot begin: no such experiment, one that is
    done, or one that somebody else runs. ``locked``: the caller holds the experiment's lock.
    Under torchrun every rank calls this; rank 0 alone locks and writes.
    """
    ranks = ranks or Ranks()
    with ExitStack() as held:

        def claim() -> ExperimentRecord:
            if not locked:
                held.enter_context(store.running(run_id))
            return _claimable(store, run_id)

        reporter = Reporter(store, ranks.led(claim), on_progress, writes=ranks.first)
        try:
            ranks.led(lambda: _begin(reporter))
            reporter.record = ranks.share(reporter.record)
            finished = _train(reporter, ranks)
            _end(reporter, "done" if finished else "stopped")
        except (Stopped, KeyboardInterrupt):
            _end(reporter, "stopped")
        except Exception as error:
            _fail(reporter, error)
            if not ranks.first and not foreseen(error):
                raise  # rank 0 cannot know of it: torchrun shows it and ends the others
        return reporter.record


def _claimable(store: RunStore, run_id: str) -> ExperimentRecord:
    record = store.get(run_id)
    if record.state == "done":
        raise RunError(
            f"Expected an experiment that can go on, but {run_id} is done. "
            "Start a new one with its config to repeat it."
        )
    return record


def _begin(reporter: Reporter) -> None:
    """Check what can be checked at once, and say that it runs."""
    from ..experiments.complete import complete

    store, record = reporter.store, reporter.record
    store.sweep(record.id)
    reporter.update(
        state="running",
        config=complete(record.config),
        message="starting",
        error="",
        started=record.started or now(),
        finished="",
        versions=current_versions(),
        rate=0.0,
    )
    _check_space(store)


def _train(reporter: Reporter, ranks: Ranks) -> bool:
    """All repeats that are not finished yet; whether it came to the end."""
    from ..training.malloc import give_back, keep_freed

    config = reporter.record.config
    keep_freed()
    try:
        reporter.update(device=_device_name(config, ranks))
        for repeat in range(reporter.record.repeat, config.seeds.repeats):
            if repeat > reporter.record.repeat:
                reporter.update(repeat=repeat, epoch=0)
            if not _train_repeat(reporter, ranks, repeat):
                return False
        return True
    finally:
        give_back()


def _train_repeat(reporter: Reporter, ranks: Ranks, repeat: int) -> bool:
    """One repeat, from its checkpoint if there is one; whether it came to its end."""
    from ..data import build_dataset
    from ..training.cpu_threads import divided

    if ranks.led(reporter.look):
        return False
    config = reporter.record.config
    reporter.update(message="preparing the data")
    seed = config.seeds.of_repeat(repeat).data
    dataset = ranks.together(lambda: build_dataset(config.data, seed, reporter.message))
    with divided(config.model.name, dataset, len(config.methods)) as division:
        reporter.update(device=_device_name(config, ranks, division))
        reporter.update(message="building the networks")
        return _train_on(dataset, division.pool, reporter, ranks, repeat)


def _train_on(
    dataset: LongTailedDataset, threads: int, reporter: Reporter, ranks: Ranks, repeat: int
) -> bool:
    """One repeat on its data, stepped by ``threads`` threads; whether it came to its end."""
    lockstep, restored = _engine(dataset, threads, reporter, ranks, repeat)

    def begin() -> None:
        store, run_id = reporter.store, reporter.record.id
        store.save_scene(run_id, repeat, lockstep.scene())
        store.drop_frames_after(run_id, repeat, lockstep.epoch if restored else -1)
        reporter.update(message="training", epoch=lockstep.epoch)

    ranks.led(begin)
    pace = _Pace(lockstep.epoch)
    pictures = Pictures(reporter, repeat)

    def should_stop() -> bool:
        return time.monotonic() - pace.epoch_at > LONG_EPOCH and reporter.stopping()

    for frames in lockstep.run(should_stop=None if ranks.several else should_stop):
        pace.tick(lockstep.epoch)

        def keep(frames: list[Frame] = frames) -> bool:
            stop = _keep(reporter, lockstep, frames, pace)
            if frames:
                pictures.draw()
            return stop

        if ranks.led(keep):
            return False
    return lockstep.epoch >= lockstep.epochs


def _keep(reporter: Reporter, lockstep: Lockstep, frames: list[Frame], pace: _Pace) -> bool:
    """Write what an epoch left behind; whether to stop here."""
    store, run_id = reporter.store, reporter.record.id
    epoch, repeat = lockstep.epoch, lockstep.repeat
    last = epoch >= lockstep.epochs
    stop = not last and reporter.look()
    if frames:
        store.save_frames(run_id, repeat, epoch, frames)
    if stop or last or pace.checkpoint_due(epoch):
        _check_space(store)
        store.save_checkpoint(run_id, repeat, lockstep.checkpoint())
        pace.kept(epoch)
    device = _device_and_steps(reporter.record.device, lockstep)
    reporter.update(frames, epoch=epoch, rate=pace.rate, device=device)
    return stop


def _device_and_steps(device: str, lockstep: Lockstep) -> str:
    """What it trains on and, on a GPU, how its steps are started there."""
    name = device.partition("; ")[0]
    return f"{name}; {lockstep.stepping}" if lockstep.stepping else name


def _engine(
    dataset: LongTailedDataset, threads: int, reporter: Reporter, ranks: Ranks, repeat: int
) -> tuple[Lockstep, bool]:
    """The engine of one repeat, and whether a checkpoint was restored."""
    from ..training.lockstep import Lockstep

    store, config, run_id = reporter.store, reporter.record.config, reporter.record.id
    lockstep = Lockstep(config, dataset, repeat, threads=threads)
    checkpoint = ranks.led(lambda: store.checkpoint(run_id, repeat))
    if checkpoint is None:
        return lockstep, False
    try:
        lockstep.restore(checkpoint)
    except RunError:
        # Training this repeat anew gives the same frames; a damaged file only costs the time.
        if ranks.first:
            store.drop_checkpoint(run_id, repeat)
        return Lockstep(config, dataset, repeat, threads=threads), False
    return lockstep, True


class _Pace:
    """When epochs ended, how fast they come, and when the next checkpoint is due."""

    def __init__(self, epoch: int) -> None:
        self.rate = 0.0
        self.epoch_at = time.monotonic()
        self._epoch = epoch
        self._kept_at = self.epoch_at
        self._kept_epoch = epoch

    def tick(self, epoch: int) -> None:
        """An epoch has ended; epoch 0, which trains nothing, has no speed."""
        at = time.monotonic()
        if epoch > self._epoch:
            speed = (epoch - self._epoch) / max(at - self.epoch_at, 1e-6)
            self.rate = round(speed if not self.rate else 0.7 * self.rate + 0.3 * speed, 4)
        self._epoch, self.epoch_at = epoch, at

    def checkpoint_due(self, epoch: int) -> bool:
        if epoch == self._kept_epoch:
            return False
        return (
            time.monotonic() - self._kept_at >= SECONDS_BETWEEN_CHECKPOINTS
            or epoch - self._kept_epoch >= EPOCHS_BETWEEN_CHECKPOINTS
        )

    def kept(self, epoch: int) -> None:
        self._kept_at, self._kept_epoch = time.monotonic(), epoch


def _end(reporter: Reporter, state: str) -> None:
    if reporter.writes:
        reporter.store.clear_stop(reporter.record.id)
    with suppress(HarmonyError):  # with no room for it, the free lock alone says that it ended
        reporter.update(state=state, message="", finished=now())


def _fail(reporter: Reporter, error: BaseException) -> None:
    """Say in the record why it failed, and keep the traceback of what nobody foresaw."""
    store, run_id = reporter.store, reporter.record.id
    reporter.record = reporter.record.but(error=explain(error))
    if reporter.writes and not foreseen(error):
        with suppress(HarmonyError):
            store.save_traceback(run_id, "".join(traceback.format_exception(error)))
    _end(reporter, "failed")


def _check_space(store: RunStore) -> None:
    free = store.free_bytes()
    if free < LEAST_FREE:
        raise RunError(
            f"Expected at least {LEAST_FREE // 2**20} MB free on the disk of {store.root}, but got "
            f"{free / 2**20:.1f} MB. Free some space or choose another runs folder, then resume."
        )


def _device_name(config: ExperimentConfig, ranks: Ranks, division: Division | None = None) -> str:
    """What it trains on, in words; a GPU that is asked for and missing raises `ConfigError`."""
    import torch

    if config.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError(
            "Expected a CUDA GPU for device `cuda`, but PyTorch finds none. "
            "Choose `auto` or `cpu`, or install PyTorch for your GPU."
        )
    several = f" × {ranks.size} processes" if ranks.several else ""
    if config.device != "cpu" and torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()}{several}"
    threads = f", {division}" if division is not None else ""
    return f"CPU{threads}{several}"
