"""The process that applies post-hoc steps for the app, one request at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..one_process import OneProcess
from .results import Steps


@dataclass(frozen=True)
class PosthocRequest:
    """Steps on one repeat of an experiment."""

    run_id: str
    repeat: int
    steps: str
    """`Steps` as JSON."""

    @classmethod
    def of(cls, run_id: str, repeat: int, steps: Steps) -> PosthocRequest:
        return cls(run_id, repeat, json.dumps(steps, sort_keys=True))


class PosthocProcess(OneProcess[PosthocRequest]):
    """Runs the process for a `PosthocRequest`."""

    purpose = "a process that applies post-hoc steps"

    def command(self, request: PosthocRequest) -> tuple[str, ...]:
        return (
            "harmony_core.runs.posthoc.worker", str(self.root.resolve()),
            request.run_id, str(request.repeat), request.steps,
        )  # fmt: skip

    def broke_off(self, status: int) -> str:
        return (
            f"Expected the post-hoc steps to be applied, but the process ended with status "
            f"{status}. Try again; if that fails too, it has too little memory."
        )


@lru_cache(maxsize=8)
def shared_process(root: Path) -> PosthocProcess:
    """The one of this server process for a runs folder."""
    return PosthocProcess(root)
