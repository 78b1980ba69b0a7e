"""Record a training in a loop outside Harmony as an experiment that the app opens.

    with harmony_core.record("runs", classes=names, epochs=90) as run:
        criterion = run.watch(criterion)
        for epoch in range(90):
            ...                          # the loop as it is
            run.epoch()

`record` begins a `Recording`. `recording.lightning` and `recording.hugging_face` have callbacks,
and `join` puts several recordings into one experiment, to be compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["Recording", "join", "record"]

if TYPE_CHECKING:
    from .joining import join
    from .recording import Recording, record

_MODULES = {"Recording": "recording", "record": "recording", "join": "joining"}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        from importlib import import_module

        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
