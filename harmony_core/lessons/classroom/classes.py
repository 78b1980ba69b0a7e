"""Classes in the memory of the server: who predicted what, and what came out; no names, no disk.

A class has a code for its students and a key for its teacher. A student is a seat number, given in
the order of arrival, and nothing else is known of them. A class is forgotten when its teacher ends
it, when nobody has used it for `QUIET` seconds, or after `LONGEST` seconds.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import SystemRandom, compare_digest, token_urlsafe

from ...errors import ConfigError

QUIET = 3 * 3600.0
LONGEST = 12 * 3600.0
MOST_CLASSES = 100
MOST_SEATS = 300
MOST_STEPS = 40
LONGEST_TEXT = 40
WORDS = (
    "AMBER", "BIRCH", "CEDAR", "CLOUD", "CORAL", "DELTA", "EAGLE", "EMBER", "FJORD", "GRAPE",
    "HAZEL", "HERON", "KITE", "LEMON", "LILAC", "LOTUS", "MANGO", "MAPLE", "OCEAN", "OLIVE",
    "OTTER", "PEARL", "PLUM", "RAVEN", "RIVER", "ROBIN", "SAGE", "SWAN", "TULIP", "WREN",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """What one seat predicted at one step, and the result it got."""

    seat: int
    guess: float | str
    right: bool | None = None
    result: float | None = None


@dataclass
class _Class:
    key: str
    opened: float
    used: float
    seats: int = 0
    entries: dict[int, dict[int, Entry]] = field(default_factory=dict)


class Classroom:
    """All classes of a server; safe to use from many threads at once."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, rng: random.Random | None = None
    ) -> None:
        self._clock = clock
        self._rng = rng or SystemRandom()
        self._lock = threading.Lock()
        self._classes: dict[str, _Class] = {}

    def open(self) -> tuple[str, str]:
        """A new class: the code for students, the key for the teacher."""
        with self._lock:
            self._forget()
            if len(self._classes) >= MOST_CLASSES:
                raise ConfigError(
                    f"Expected fewer than {MOST_CLASSES} classes at a time, but this server has "
                    "no room. End one that is over, or come back later."
                )
            while True:
                words = self._rng.sample(WORDS, 2)
                code = f"{words[0]}-{words[1]}-{self._rng.randrange(100):02d}"
                if code not in self._classes:
                    break
            now = self._clock()
            self._classes[code] = _Class(token_urlsafe(16), now, now)
            return code, self._classes[code].key

    def is_open(self, code: str) -> bool:
        """Whether a class is still open."""
        with self._lock:
            self._forget()
            return code in self._classes

    def join(self, code: str) -> int:
        """A seat in a class, counted from 1."""
        with self._lock:
            group = self._open_class(code)
            if group.seats >= MOST_SEATS:
                raise ConfigError(
                    f"Expected at most {MOST_SEATS} students, but class {code} is full. "
                    "Work without the class: leave it out of the link."
                )
            group.seats += 1
            return group.seats

    def has_seat(self, code: str, seat: int) -> bool:
        """Whether a seat was given in a class that is still open."""
        with self._lock:
            return 1 <= seat <= self._open_class(code).seats

    def add_prediction(self, code: str, step: int, seat: int, guess: float | str) -> None:
        """Note a prediction; a second one of the same seat replaces the first."""
        with self._lock:
            group = self._open_class(code)
            if not (1 <= step <= MOST_STEPS and 1 <= seat <= group.seats):
                raise ConfigError("Expected a step and a seat of this class. Open its link again.")
            if isinstance(guess, str):
                guess = guess[:LONGEST_TEXT]
            elif not math.isfinite(guess):
                raise ConfigError("Expected a finite prediction. Predict again.")
            group.entries.setdefault(step, {})[seat] = Entry(seat, guess)

    def add_result(self, code: str, step: int, seat: int, result: float, *, right: bool) -> None:
        """Note what came out for a seat that has predicted."""
        with self._lock:
            entries = self._open_class(code).entries.get(step, {})
            if seat in entries and math.isfinite(result):
                entries[seat] = Entry(seat, entries[seat].guess, right, result)

    def entries(self, code: str, key: str, step: int) -> list[Entry]:
        """What the class said and saw at a step, by seat; for the teacher."""
        with self._lock:
            group = self._for_teacher(code, key)
            return [group.entries.get(step, {})[s] for s in sorted(group.entries.get(step, {}))]

    def seats(self, code: str, key: str) -> int:
        """How many students have joined."""
        with self._lock:
            return self._for_teacher(code, key).seats

    def predictions(self, code: str, key: str) -> dict[int, int]:
        """How many have predicted, by step."""
        with self._lock:
            return {s: len(e) for s, e in sorted(self._for_teacher(code, key).entries.items()) if e}

    def end(self, code: str, key: str) -> None:
        """Forget a class."""
        with self._lock:
            self._for_teacher(code, key)
            del self._classes[code]

    def _open_class(self, code: str) -> _Class:
        self._forget()
        group = self._classes.get(code)
        if group is None:
            raise ConfigError(
                f"Expected an open class, but {code} has ended or was never there. "
                "Ask your teacher for a new link, or go on without the class."
            )
        group.used = self._clock()
        return group

    def _for_teacher(self, code: str, key: str) -> _Class:
        group = self._open_class(code)
        if not compare_digest(group.key.encode(), key.encode("utf-8", "replace")):
            raise ConfigError(
                "Expected the key of this class, but got another. Open it from the teacher’s desk."
            )
        return group

    def _forget(self) -> None:
        now = self._clock()
        for code, group in list(self._classes.items()):
            if now - group.used > QUIET or now - group.opened > LONGEST:
                del self._classes[code]
