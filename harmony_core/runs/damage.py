"""What a resumed experiment checks of its files, and what it trains again because they changed.

Training a repeat again gives the same frames on a CPU, so damage costs time and no result. It
starts again only where damage is proven, keeps the damaged checkpoint, and says so in the record's
``note``; any other error, such as too little memory, leaves everything as it is.
"""

from __future__ import annotations

from ..errors import RunError
from .checkpoints import DamagedCheckpoint
from .record import ExperimentRecord
from .reporter import Reporter
from .store import RunStore


def intact_checkpoint(reporter: Reporter, repeat: int) -> bytes | None:
    """The checkpoint to continue from; None without one, or if it is damaged, which is noted."""
    store, run_id = reporter.store, reporter.record.id
    try:
        return store.checkpoint(run_id, repeat)
    except DamagedCheckpoint:
        store.set_aside_checkpoint(run_id, repeat)
        _note(reporter, repeat, "its checkpoint was damaged (kept as checkpoint.damaged.pt)")
        return None


def frames_are_whole(reporter: Reporter, repeat: int, epoch: int) -> bool:
    """Whether the frames up to ``epoch`` can be read; if not, that is noted."""
    store, record = reporter.store, reporter.record
    damaged = store.damaged_frames(record.id, repeat, record.config.recorded_epochs(epoch))
    if not damaged:
        return True
    store.set_aside_checkpoint(record.id, repeat)
    which = ", ".join(map(str, damaged[:5])) + (", …" if len(damaged) > 5 else "")
    plural = "s" if len(damaged) > 1 else ""
    _note(reporter, repeat, f"the frames of epoch{plural} {which} were missing or damaged")
    return False


def to_mend(store: RunStore, record: ExperimentRecord) -> int:
    """The first repeat of a finished experiment with damaged files; `RunError` if none has."""
    for repeat in range(record.config.seeds.repeats):
        if _is_damaged(store, record, repeat):
            return repeat
    raise RunError(
        f"Expected an experiment that can go on, but {record.id} is done. "
        "Start a new one with its config to repeat it."
    )


def _is_damaged(store: RunStore, record: ExperimentRecord, repeat: int) -> bool:
    if store.damaged_frames(record.id, repeat, record.config.recorded_epochs()):
        return True
    try:
        store.scene(record.id, repeat)
        store.checkpoint(record.id, repeat)
    except (RunError, OSError):
        return True
    return False


def _note(reporter: Reporter, repeat: int, reason: str) -> None:
    earlier = reporter.record.note
    told = f"Repeat {repeat + 1} was trained again from the start, as {reason}."
    reporter.update(note=f"{earlier} {told}".strip())
