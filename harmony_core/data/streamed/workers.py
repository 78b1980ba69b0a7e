"""Processes that decode images: how many, and how they are started."""

from __future__ import annotations

import multiprocessing
import os
from typing import Any

from ...errors import ConfigError
from ...readers.threads import cores

WORTH_A_START = 3_000
"""Images from which processes are worth their start, which takes seconds."""
MOST_WORKERS = 8


def workers_for(images: int) -> int:
    """How many processes decode: ``HARMONY_DECODERS`` if it is set, else one for each core, 8 at
    most, and none for few images."""
    given = os.environ.get("HARMONY_DECODERS", "")
    if given:
        if not given.isdigit() or int(given) > 256:
            raise ConfigError(
                f"Expected HARMONY_DECODERS to be a whole number from 0 to 256, but got {given!r}."
            )
        return int(given)
    return min(cores(), MOST_WORKERS) if images >= WORTH_A_START else 0


def start_context() -> Any:
    """Processes that inherit no thread of this one: a fork of many threads may hang."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "harmony_core.data.streamed.loader"])
    return context
