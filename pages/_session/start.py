"""Starting an experiment: stored, queued, and shown on the page."""

from __future__ import annotations

from harmony_core.config import ExperimentConfig
from harmony_core.experiments.complete import complete
from harmony_core.runs.record import ExperimentRecord

from .._shared.backend import queue, store
from . import draft
from .address_bar import show_run_only


def start(config: ExperimentConfig, title: str = "") -> ExperimentRecord:
    """Train ``config`` and show it on this page."""
    record = store().create(complete(config), title)
    queue().submit(record.id)
    draft.show_run(record.id)
    return store().get(record.id)


def start_in_place_of(record: ExperimentRecord, config: ExperimentConfig) -> None:
    """Train ``config`` under the title of ``record``, and open it on this page as the draft too."""
    started = start(config, record.title)
    draft.adopt(started.id)
    show_run_only(started.id)
