"""Payloads of runs that have ended, kept so that a tab of one opens at once."""

from __future__ import annotations

from collections.abc import Callable

from harmony_core.runs.record import ExperimentRecord
from harmony_core.viewer.payload import Payload

from .._shared.byte_cache import ByteCache

BUDGET = 64 * 2**20
"""Bytes kept by a server; one payload of the default experiment has 0.1 to 0.4 MB, one of very many
classes up to 32 MB."""
_kept: ByteCache[Payload] = ByteCache(BUDGET, lambda payload: len(payload.blob))


def whole_run(
    record: ExperimentRecord,
    name: str,
    panels: tuple[str, ...],
    build: Callable[[], Payload | None],
) -> Payload | None:
    """What ``build`` returned when these panels of this run were last opened, or returns now."""
    key = (name, record.state, record.started, record.finished, record.epoch, panels)
    payload = _kept.get(key) or build()
    if payload is not None:
        _kept.keep(key, payload)
    return payload
