"""Scenes and frames that pages draw from, kept once for all visits and never in a visit.

A visit names what it shows; arrays that its widgets or fragments held would stay as long as the
visit, which is after its page was closed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import TypeVar, cast

import numpy as np

from harmony_core.frames import Frame, Scene

from .._shared.backend import store
from .._shared.byte_cache import ByteCache

BUDGET = 64 * 2**20
"""Bytes kept by a server; frames of one epoch of a heavy experiment have 5 to 20 MB."""
T = TypeVar("T")


def kept_scene(run_id: str, repeat: int) -> Scene:
    """The scene of one repeat."""
    return _keep(run_id, "scene", (repeat,), lambda: store().scene(run_id, repeat))


def kept_frames(run_id: str, repeat: int, epoch: int) -> list[Frame]:
    """The frames of one epoch, one for each method."""
    return _keep(run_id, "frames", (repeat, epoch), lambda: store().frames(run_id, repeat, epoch))


def kept_bytes() -> int:
    """How many bytes are kept."""
    return KEPT.bytes


def _keep(run_id: str, kind: str, place: tuple[int, ...], read: Callable[[], T]) -> T:
    record = store().get(run_id)  # one that was trained again has other frames
    key = (store().root, run_id, record.started, record.finished, kind, *place)
    kept = KEPT.get(key)
    if kept is not None:
        return cast(T, kept)
    value = read()
    KEPT.keep(key, value)
    return value


def array_bytes(value: object) -> int:
    """The bytes of all arrays in a dataclass or a sequence of them."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if is_dataclass(value):
        return sum(array_bytes(getattr(value, field.name)) for field in fields(value))
    return sum(map(array_bytes, value)) if isinstance(value, list | tuple) else 0


KEPT: ByteCache[object] = ByteCache(BUDGET, array_bytes, least=1)
"""What all visits share."""
