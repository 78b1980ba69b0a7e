"""Who may do what to an experiment: everything in solo mode, to one's own in shared mode."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from ..errors import RunError
from ..runs.store import RunStore

SOLO_VISITOR = "solo"
Action = Literal[
    "look",
    "stop",
    "resume",
    "rename",
    "pin",
    "delete",
    "restore",
    "paint",
    "retrain",
    "posthoc",
    "draw",
]
REFUSED: dict[Action, str] = {
    "look": "to look at",
    "stop": "to stop",
    "resume": "to resume",
    "rename": "to rename",
    "pin": "to pin",
    "delete": "to delete",
    "restore": "to restore",
    "paint": "to paint in",
    "retrain": "to train again",
    "posthoc": "to apply post-hoc steps to",
    "draw": "to draw maps of",
}
"""The end of "Expected an experiment of your own", by action."""
ADVICE = "Press Train to run its settings as an experiment of your own."


@dataclass(frozen=True)
class Visitor:
    """Somebody at a browser."""

    id: str
    """32 hexadecimal digits, or `SOLO_VISITOR`"""
    shared: bool
    """Whether there are others"""
    admin: bool = False


@dataclass(frozen=True)
class OwnedRun:
    """An experiment and the id of the visitor it belongs to; `""` is the operator."""

    id: str
    owner: str


def visitor_of(secret: str) -> str:
    """The visitor id of a browser's token, or of who has signed in: 32 hexadecimal digits."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()[:32]


def owned(store: RunStore, run_id: str) -> OwnedRun:
    """An experiment with its owner."""
    return OwnedRun(run_id, store.owner(run_id))


def may(action: Action, run: OwnedRun, visitor: Visitor) -> bool:
    """Whether a visitor may do this to an experiment; whoever has its link may look at it."""
    if not visitor.shared or visitor.admin or action == "look":
        return True
    return bool(run.owner) and run.owner == visitor.id


def require(action: Action, run: OwnedRun, visitor: Visitor) -> None:
    """Raise `RunError` unless the visitor `may`."""
    if not may(action, run, visitor):
        whose = "another visitor" if run.owner else "the operator of this server"
        raise RunError(
            f"Expected an experiment of your own {REFUSED[action]}, but got one of {whose}. "
            f"{ADVICE}"
        )
