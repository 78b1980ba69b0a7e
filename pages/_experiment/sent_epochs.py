"""Which epochs of a run the browser is sent: all, or of many classes what keeps a page light."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from harmony_core.runs.record import ExperimentRecord
from harmony_core.runs.store import RunStore
from harmony_core.viewer.epoch_step import (
    FEW_CLASSES,
    epoch_step,
    kept_epochs,
    sparse_sentence,
)

from .._shared.backend import store


def sent_epochs(record: ExperimentRecord, repeat: int, panels: Sequence[str]) -> list[int]:
    """The recorded epochs that ``panels`` are sent."""
    recorded = store().epochs(record.id, repeat)
    return kept_epochs(recorded, _step(record, repeat, panels), ended=not record.active)


def sparse_words(record: ExperimentRecord, repeat: int, panels: Sequence[str]) -> str:
    """What is said of the epochs left out; empty if none are."""
    classes = len(store().scene(record.id, repeat).class_names)
    return sparse_sentence(_step(record, repeat, panels), classes)


def _step(record: ExperimentRecord, repeat: int, panels: Sequence[str]) -> int:
    recorded = store().epochs(record.id, repeat)
    if not recorded or len(store().scene(record.id, repeat).class_names) <= FEW_CLASSES:
        return 1
    planned = len(record.config.recorded_epochs())
    return _measured(
        store(), record.id, record.started, repeat, recorded[0], planned, tuple(panels)
    )


@lru_cache(maxsize=256)
def _measured(
    runs: RunStore,
    run: str,
    started: str,
    repeat: int,
    epoch: int,
    planned: int,
    panels: tuple[str, ...],
) -> int:
    """The step for a run that began at ``started``; one that is trained again is measured again."""
    return epoch_step(runs.scene(run, repeat), runs.frames(run, repeat, epoch), panels, planned)
