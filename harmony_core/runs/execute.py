"""Run one experiment from its record to its last frame, in a worker, a shell or under torchrun."""

from __future__ import annotations

import time
import traceback
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from ..errors import ConfigError, HarmonyError, RunError
from ..experiments.complete import check_trainable
from .damage import frames_are_whole, intact_checkpoint, to_mend
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
LONG_EPOCH_SECONDS = 0.5
"""An epoch that takes longer is stopped between steps, not at its end."""
MIN_FREE_BYTES = 64 * 2**20
"""What must be free on the disk of the runs folder."""
LOST = (
    "Expected all {} processes to train to the end, but one of them is gone, perhaps killed for "
    "its memory. Resume the experiment, with any number of processes: it continues from its last "
    "checkpoint, or begins again without one."
)


def execute(
    store: RunStore,
    run_id: str,
    on_progress: OnProgress | None = None,
    *,
    ranks: Ranks | None = None,
    locked: bool = False,
) -> ExperimentRecord:
    """Train what the record describes, from its last checkpoint if there is one.

    Returns the final record: done, stopped (on request, or by Ctrl-C), failed (``error`` says why)
    or, if another process under torchrun is gone, interrupted. Raises `RunError` only if it cannot
    start: the experiment does not exist, is done, or is run by another process. ``locked``: the
    caller holds the experiment's lock. Under torchrun every rank calls this; only rank 0 locks and
    writes.
    """
    ranks = ranks or Ranks()
    with ExitStack() as lock:

        def lock_and_read() -> ExperimentRecord:
            if not locked:
                lock.enter_context(store.running(run_id))
            return _unfinished_record(store, run_id)

        record = ranks.on_rank_zero(lock_and_read)
        reporter = Reporter(store, record, on_progress, writes=ranks.is_rank_zero)
        try:
            ranks.on_rank_zero(lambda: _mark_running(reporter))
            reporter.record = ranks.broadcast(reporter.record)
            finished = _train(reporter, ranks)
            _mark_ended(reporter, "done" if finished else "stopped")
        except (Stopped, KeyboardInterrupt):
            _mark_ended(reporter, "stopped")
        except Exception as error:
            if ranks.lost_one(error):
                reporter.record = reporter.record.replace(error=LOST.format(ranks.size))
                _mark_ended(reporter, "interrupted")
                return reporter.record
            _mark_failed(reporter, error)
            if not ranks.is_rank_zero and not foreseen(error):
                raise  # rank 0 does not know of it: torchrun prints it and ends the others
        return reporter.record


def _unfinished_record(store: RunStore, run_id: str) -> ExperimentRecord:
    record = store.get(run_id)
    check_trainable(record.config)
    if record.state == "done":
        return record.replace(repeat=to_mend(store, record))
    return record


def _mark_running(reporter: Reporter) -> None:
    """Write a record that says it runs, with the completed config; check config and disk."""
    from ..experiments.complete import complete

    store, record = reporter.store, reporter.record
    store.remove_temporary_files(record.id)
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
    store.reserve(record.id)


def _train(reporter: Reporter, ranks: Ranks) -> bool:
    """Train all repeats that are not finished; whether the last one came to its end."""
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
    """Train one repeat, from its checkpoint if there is one; whether it came to its end."""
    from ..data import build_dataset
    from ..training.cpu_threads import divided

    if ranks.on_rank_zero(lambda: reporter.stopping(check_now=True)):
        return False
    config = reporter.record.config
    reporter.update(message="preparing the data")
    seed = config.seeds.of_repeat(repeat).data
    dataset = ranks.on_every_rank(lambda: build_dataset(config.data, seed, reporter.message))
    with divided(config.model.name, dataset, len(config.methods)) as division:
        reporter.update(device=_device_name(config, ranks, division))
        reporter.update(message="building the networks")
        return _train_epochs(dataset, division.pool, reporter, ranks, repeat)


def _train_epochs(
    dataset: LongTailedDataset, threads: int, reporter: Reporter, ranks: Ranks, repeat: int
) -> bool:
    """Train one repeat on its data with ``threads`` threads; whether it came to its end."""
    lockstep, restored = _lockstep(dataset, threads, reporter, ranks, repeat)

    def save_start() -> None:
        store, run_id = reporter.store, reporter.record.id
        store.save_scene(run_id, repeat, lockstep.scene())
        store.drop_frames_after(run_id, repeat, lockstep.epoch if restored else -1)
        note = reporter.record.note
        if lockstep.remark not in note:
            note = f"{note} {lockstep.remark}".strip()
        reporter.update(message="training", epoch=lockstep.epoch, note=note)

    ranks.on_rank_zero(save_start)
    timer = _EpochTimer(lockstep.epoch)

    def should_stop() -> bool:
        return timer.seconds_in_epoch() > LONG_EPOCH_SECONDS and reporter.stopping()

    for frames in lockstep.run(should_stop=None if ranks.distributed else should_stop):
        timer.epoch_ended(lockstep.epoch)

        def save(frames: list[Frame] = frames) -> bool:
            return _save_epoch(reporter, lockstep, frames, timer)

        if ranks.on_rank_zero(save):
            return False
    return lockstep.epoch >= lockstep.epochs


def _save_epoch(
    reporter: Reporter, lockstep: Lockstep, frames: list[Frame], timer: _EpochTimer
) -> bool:
    """Write the frames of an epoch, and a checkpoint if one is due; whether to stop here."""
    store, run_id = reporter.store, reporter.record.id
    epoch, repeat = lockstep.epoch, lockstep.repeat
    last = epoch >= lockstep.epochs
    stop = not last and reporter.stopping(check_now=True)
    if frames:
        store.save_frames(run_id, repeat, epoch, frames)
    if stop or last or timer.checkpoint_due(epoch):
        _check_space(store)
        store.save_checkpoint(run_id, repeat, lockstep.checkpoint())
        timer.checkpoint_saved(epoch)
    device = _device_and_steps(reporter.record.device, lockstep)
    reporter.update(frames, epoch=epoch, rate=timer.rate, device=device)
    return stop


def _device_and_steps(device: str, lockstep: Lockstep) -> str:
    """The device and, for a GPU, how steps are launched on it."""
    name = device.partition("; ")[0]
    return f"{name}; {lockstep.stepping}" if lockstep.stepping else name


def _lockstep(
    dataset: LongTailedDataset, threads: int, reporter: Reporter, ranks: Ranks, repeat: int
) -> tuple[Lockstep, bool]:
    """The training of one repeat, and whether a checkpoint was restored into it."""
    from ..training.lockstep import Lockstep

    config = reporter.record.config
    lockstep = Lockstep(config, dataset, repeat, threads=threads)
    checkpoint = ranks.on_rank_zero(lambda: intact_checkpoint(reporter, repeat))
    if checkpoint is None:
        return lockstep, False
    lockstep.restore(checkpoint)
    if ranks.on_rank_zero(lambda: frames_are_whole(reporter, repeat, lockstep.epoch)):
        return lockstep, True
    return Lockstep(config, dataset, repeat, threads=threads), False


class _EpochTimer:
    """Measures epochs per second, and tells when a checkpoint is due."""

    def __init__(self, epoch: int) -> None:
        self.rate = 0.0
        """Epochs per second, a moving average."""
        self._epoch = self._checkpoint_epoch = epoch
        self._ended_at = self._checkpoint_at = time.monotonic()

    def seconds_in_epoch(self) -> float:
        return time.monotonic() - self._ended_at

    def epoch_ended(self, epoch: int) -> None:
        """Update the rate; epoch 0 trains nothing and has none."""
        now = time.monotonic()
        if epoch > self._epoch:
            rate = (epoch - self._epoch) / max(now - self._ended_at, 1e-6)
            self.rate = round(rate if not self.rate else 0.7 * self.rate + 0.3 * rate, 4)
        self._epoch, self._ended_at = epoch, now

    def checkpoint_due(self, epoch: int) -> bool:
        if epoch == self._checkpoint_epoch:
            return False
        return (
            time.monotonic() - self._checkpoint_at >= SECONDS_BETWEEN_CHECKPOINTS
            or epoch - self._checkpoint_epoch >= EPOCHS_BETWEEN_CHECKPOINTS
        )

    def checkpoint_saved(self, epoch: int) -> None:
        self._checkpoint_at, self._checkpoint_epoch = time.monotonic(), epoch


def _mark_ended(reporter: Reporter, state: str) -> None:
    if reporter.writes:
        if state == "stopped" and (reason := reporter.store.stop_reason(reporter.record.id)):
            reporter.record = reporter.record.replace(note=reason)
        reporter.store.clear_stop(reporter.record.id)
        reporter.store.release_reserve(reporter.record.id)  # leaves room for this on a full disk
    with suppress(HarmonyError):  # even so, only the free lock may show that it ended
        reporter.update(state=state, message="", finished=now())


def _mark_failed(reporter: Reporter, error: BaseException) -> None:
    """Write the reason into the record, and the traceback of an unforeseen error to a file."""
    store, run_id = reporter.store, reporter.record.id
    reporter.record = reporter.record.replace(error=explain(error))
    if reporter.writes and not foreseen(error):
        with suppress(HarmonyError):
            store.save_traceback(run_id, "".join(traceback.format_exception(error)))
    _mark_ended(reporter, "failed")


def _check_space(store: RunStore) -> None:
    free = store.free_bytes()
    if free < MIN_FREE_BYTES:
        raise RunError(
            f"Expected at least {MIN_FREE_BYTES // 2**20} MB free on the disk of {store.root}, "
            f"but got {free / 2**20:.1f} MB. Free some space or choose another runs folder, "
            "then resume."
        )


def _device_name(config: ExperimentConfig, ranks: Ranks, division: Division | None = None) -> str:
    """What it trains on, in words; `ConfigError` for device `cuda` without a GPU."""
    import torch

    if config.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError(
            "Expected a CUDA GPU for device `cuda`, but PyTorch finds none. "
            "Choose `auto` or `cpu`, or install PyTorch for your GPU."
        )
    processes = f" × {ranks.size} processes" if ranks.distributed else ""
    if config.device != "cpu" and torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()}{processes}"
    threads = f", {division}" if division is not None else ""
    return f"CPU{threads}{processes}"
