"""Experiments: kept in a folder each, and run by worker processes, a shell or torchrun."""

from __future__ import annotations

from .jobs import JobQueue, shared_queue
from .record import ExperimentRecord
from .store import RunStore

__all__ = ["ExperimentRecord", "JobQueue", "RunStore", "shared_queue"]
