"""Whether the app serves one person on their own machine, or visitors who share a server.

`solo`: everything belongs to whoever sits there. `shared`: what a visitor makes is theirs. A server
that only its own machine reaches is solo unless people sign in, any other one shared; the
environment variable ``HARMONY_MODE`` sets either.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Literal, cast, get_args

from ..errors import ConfigError
from .people import login_required

Mode = Literal["solo", "shared"]
OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Addresses that only programs on the same machine can reach."""
SAID = {
    "solo": "Harmony is solo: all experiments belong to whoever opens the page.",
    "shared": "Harmony is shared: experiments and uploads belong to the visitor who made them.",
}
_lock = threading.Lock()
SERVING: dict[str, str] = {}


def serve_at(address: str | None) -> None:
    """Remember the server's address, without one it listens everywhere; the first call says so."""
    with _lock:
        said = "address" in SERVING
        SERVING["address"] = address or ""
    if not said:
        sys.stderr.write(f"{SAID[mode()]}\n")


def mode() -> Mode:
    """The mode of this server; `shared` until its address is known."""
    chosen = os.environ.get("HARMONY_MODE", "")
    if chosen:
        if chosen not in get_args(Mode):
            raise ConfigError(
                f"Expected HARMONY_MODE to be solo or shared, but got {chosen!r}. "
                "Set one of them, or unset it to go by the server's address."
            )
        return cast(Mode, chosen)
    own = SERVING.get("address") in OWN_MACHINE
    return "solo" if own and not login_required() else "shared"
