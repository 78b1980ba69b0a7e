"""The administrator: whoever knows the secret in the environment variable HARMONY_ADMIN_SECRET."""

from __future__ import annotations

import hmac
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache

from ..errors import ConfigError
from .owners import visitor_of

SHORTEST = 16
"""Characters of a secret; a shorter one is as good as none."""
WINDOW = 60.0
"""Seconds for which a wrong attempt counts."""
ATTEMPTS, ATTEMPTS_IN_ALL = 5, 30
"""Wrong attempts in `WINDOW` after which nobody is let in: by one visitor, and by all together."""
NO_SECRET = (
    f"Expected HARMONY_ADMIN_SECRET to hold at least {SHORTEST} characters, but got fewer. Set it "
    "where the server is started, for example to the output of `openssl rand -hex 16`."
)


def admin_mark() -> str:
    """What a session keeps to prove that it knew the present secret; empty without a secret."""
    secret = os.environ.get("HARMONY_ADMIN_SECRET", "")
    return visitor_of(f"admin {secret}") if len(secret) >= SHORTEST else ""


class Gate:
    """Compares what was entered with the secret, in constant time and not too often."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: deque[tuple[float, str]] = deque()

    def enter(self, given: str, visitor_id: str) -> str:
        """The `admin_mark` if ``given`` is the secret, else `ConfigError`."""
        if not admin_mark():
            raise ConfigError(NO_SECRET)
        secret = os.environ["HARMONY_ADMIN_SECRET"]
        with self._lock:
            now = self._clock()
            while self._wrong and now - self._wrong[0][0] >= WINDOW:
                self._wrong.popleft()
            theirs = sum(who == visitor_id for _, who in self._wrong)
            if theirs >= ATTEMPTS or len(self._wrong) >= ATTEMPTS_IN_ALL:
                raise ConfigError(
                    "Expected fewer wrong attempts, but got too many in a minute. "
                    "Wait a minute, then try again."
                )
            if hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode()):
                return admin_mark()
            self._wrong.append((now, visitor_id))
        raise ConfigError(
            "Expected the administrator’s secret, but got something else. "
            "It is in HARMONY_ADMIN_SECRET where the server was started."
        )


@lru_cache(maxsize=1)
def gate() -> Gate:
    """The one of this server."""
    return Gate()
