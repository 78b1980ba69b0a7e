"""Starting an experiment: kept in the store, given to the queue, shown on the page."""

from __future__ import annotations

from harmony_core.config import ExperimentConfig
from harmony_core.experiments.complete import complete
from harmony_core.runs.record import ExperimentRecord

from .._shared.backend import queue, store
from . import draft as drafts


def start(config: ExperimentConfig, title: str = "") -> ExperimentRecord:
    """Train ``config``; the page shows it from now on."""
    record = store().create(complete(config), title)
    queue().submit(record.id)
    drafts.show_run(record.id)
    return store().get(record.id)
