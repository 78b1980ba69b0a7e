"""The server's first and last moments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from anyio import to_thread

from harmony_core.runs import jobs
from harmony_core.serving.tidy import tidy_up

from .._shared.backend import store

BEFORE_SERVING = ("pandas", "pyarrow", "plotly.graph_objects", "plotly.io")
"""Two visits that import these at once can meet them half imported."""
SECONDS_TO_FINISH = 8.0
"""For experiments that train to write a checkpoint: container runtimes kill a server after 10."""


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Import what pages share and remove what killed servers left; at the end, checkpoint runs."""
    del app
    for name in BEFORE_SERVING:
        await to_thread.run_sync(import_module, name)
    over = tidy_up(store())
    try:
        yield
    finally:
        over.set()
        await to_thread.run_sync(jobs.shut_down_all, SECONDS_TO_FINISH)
