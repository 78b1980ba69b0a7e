"""Classes in the memory of the server: who predicted what, and what came out; no names, no disk.

A class has a code for its students and a key for its teacher. A student is a seat number, given in
the order of arrival, and the random number that their browser holds; a teacher is the id of the
visitor who opened the class. Nothing else is known of them. A class is forgotten when its teacher
ends it, when nobody has used it for `QUIET` seconds, or after `LONGEST` seconds.
Looking at it is not using it.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
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
    happened: str = ""
    """The key of the option that came true, in a step with options."""
    at: str = field(default="", compare=False)
    """When it was predicted, UTC, ISO 8601."""


@dataclass(frozen=True)
class Lead:
    """How a teacher leads a class; by default everybody goes on alone."""

    hold: int = 0
    """The step beyond which nobody goes; 0: none"""
    wait: bool = False
    """Whether results wait until the teacher shows them"""
    shown: frozenset[int] = frozenset()
    """The steps whose results the teacher has shown"""
    screen: int = 1
    """The step on the projector"""
    link: tuple[tuple[str, str], ...] = ()
    """What the teacher fixed for everybody, as the query of a link; empty: what each link says"""

    def opens(self, step: int) -> bool:
        """Whether students may be at a step."""
        return not self.hold or step <= self.hold

    def tells(self, step: int) -> bool:
        """Whether students see what came out at a step."""
        return not self.wait or step in self.shown


@dataclass(frozen=True)
class Projected:
    """What may be seen of a class by anybody in the room."""

    lead: Lead
    seats: int
    predicted: int
    finished: int
    entries: tuple[Entry, ...]
    """Empty while the results wait"""


@dataclass(frozen=True)
class OpenClass:
    """A class as the server's administrator sees it."""

    code: str
    owner: str
    """The id of the visitor who opened it"""
    seats: int
    age: float
    """Seconds"""


@dataclass
class _Class:
    key: str
    owner: str
    opened: float
    used: float
    lead: Lead = field(default_factory=Lead)
    seats: dict[str, int] = field(default_factory=dict)
    """By the random number that a browser holds"""
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
        self._over: set[str] = set()

    def open(self, owner: str = "", most: float = math.inf) -> tuple[str, str]:
        """A new class of a visitor: the code for students, the key for the teacher.

        `ConfigError` if the visitor has ``most`` open, or all visitors `MOST_CLASSES`.
        """
        with self._lock:
            self._forget()
            if sum(group.owner == owner for group in self._classes.values()) >= most:
                raise ConfigError(
                    f"Expected at most {most:g} of your classes to be open, but got another one. "
                    "End one first: the teacher’s desk lists them."
                )
            if len(self._classes) >= MOST_CLASSES:
                raise ConfigError(
                    f"Expected fewer than {MOST_CLASSES} classes at a time, but this server has "
                    "no room. End one that is over, or come back later."
                )
            while True:
                words = self._rng.sample(WORDS, 2)
                code = f"{words[0]}-{words[1]}-{self._rng.randrange(100):02d}"
                if code not in self._classes and code not in self._over:
                    break
            now = self._clock()
            self._classes[code] = _Class(token_urlsafe(16), owner, now, now)
            return code, self._classes[code].key

    def is_open(self, code: str) -> bool:
        """Whether a class is still open."""
        with self._lock:
            self._forget()
            return code in self._classes

    def is_over(self, code: str) -> bool:
        """Whether a class was opened here and has ended."""
        with self._lock:
            self._forget()
            return code in self._over

    def opened(self) -> list[OpenClass]:
        """All open classes, the oldest first."""
        with self._lock:
            self._forget()
            now = self._clock()
            return [
                OpenClass(code, group.owner, len(group.seats), now - group.opened)
                for code, group in self._classes.items()
            ]

    def key(self, code: str) -> str:
        """The key of a class, for who may have it; `serving.class_owners` decides that."""
        with self._lock:
            return self._known(code).key

    def any_open(self) -> bool:
        """Whether any class is open."""
        with self._lock:
            self._forget()
            return bool(self._classes)

    def join(self, code: str, browser: str) -> int:
        """The seat of a browser in a class, counted from 1: the one it has, or a new one."""
        with self._lock:
            group = self._open_class(code)
            if browser in group.seats:
                return group.seats[browser]
            if len(group.seats) >= MOST_SEATS:
                raise ConfigError(
                    f"Expected at most {MOST_SEATS} students, but class {code} is full. "
                    "Work without the class: leave it out of the link."
                )
            group.seats[browser] = len(group.seats) + 1
            return group.seats[browser]

    def lead(self, code: str) -> Lead | None:
        """How a class is led; None if it is not open."""
        with self._lock:
            self._forget()
            group = self._classes.get(code)
            return group.lead if group else None

    def change_lead(
        self,
        code: str,
        key: str,
        *,
        hold: int | None = None,
        wait: bool | None = None,
        show: int | None = None,
        screen: int | None = None,
        link: Mapping[str, str] | None = None,
    ) -> None:
        """Lead a class otherwise; ``show`` adds a step to those whose results are shown."""
        with self._lock:
            group = self._for_teacher(code, key)
            group.used = self._clock()
            old = group.lead
            group.lead = replace(
                old,
                hold=old.hold if hold is None else hold,
                wait=old.wait if wait is None else wait,
                shown=old.shown if show is None else old.shown | {show},
                screen=old.screen if screen is None else screen,
                link=old.link if link is None else tuple(sorted(link.items())),
            )

    def projected(self, code: str) -> Projected | None:
        """What is on the projector; None if the class is not open."""
        with self._lock:
            self._forget()
            group = self._classes.get(code)
            if group is None:
                return None
            entries = _by_seat(group, group.lead.screen)
            finished = sum(entry.result is not None for entry in entries)
            told = tuple(entries) if group.lead.tells(group.lead.screen) else ()
            return Projected(group.lead, len(group.seats), len(entries), finished, told)

    def add_prediction(self, code: str, step: int, seat: int, guess: float | str) -> None:
        """Note a prediction; a second one of the same seat replaces the first."""
        with self._lock:
            group = self._open_class(code)
            if not (1 <= step <= MOST_STEPS and 1 <= seat <= len(group.seats)):
                raise ConfigError("Expected a step and a seat of this class. Open its link again.")
            if isinstance(guess, str):
                guess = guess[:LONGEST_TEXT]
            elif not math.isfinite(guess):
                raise ConfigError("Expected a finite prediction. Predict again.")
            group.entries.setdefault(step, {})[seat] = Entry(
                seat, guess, at=datetime.now(UTC).isoformat(timespec="seconds")
            )

    def add_result(
        self,
        code: str,
        step: int,
        seat: int,
        result: float,
        *,
        right: bool,
        happened: str = "",
    ) -> None:
        """Note what came out for a seat that has predicted."""
        with self._lock:
            entries = self._open_class(code).entries.get(step, {})
            if seat in entries and math.isfinite(result):
                entries[seat] = replace(
                    entries[seat], right=right, result=result, happened=happened[:LONGEST_TEXT]
                )

    def entries(self, code: str, key: str, step: int) -> list[Entry]:
        """What the class said and saw at a step, by seat; for the teacher."""
        with self._lock:
            return _by_seat(self._for_teacher(code, key), step)

    def seats(self, code: str, key: str) -> int:
        """How many students have joined."""
        with self._lock:
            return len(self._for_teacher(code, key).seats)

    def predictions(self, code: str, key: str) -> dict[int, int]:
        """How many have predicted, by step."""
        with self._lock:
            return {s: len(e) for s, e in sorted(self._for_teacher(code, key).entries.items()) if e}

    def end(self, code: str, key: str) -> None:
        """Forget a class."""
        with self._lock:
            self._for_teacher(code, key)
            self._drop(code)

    def _open_class(self, code: str) -> _Class:
        group = self._known(code)
        group.used = self._clock()
        return group

    def _known(self, code: str) -> _Class:
        self._forget()
        group = self._classes.get(code)
        if group is None:
            raise ConfigError(
                f"Expected an open class, but {code} has ended or was never there. "
                "Ask your teacher for a new link, or go on without the class."
            )
        return group

    def _for_teacher(self, code: str, key: str) -> _Class:
        group = self._known(code)
        if not compare_digest(group.key.encode(), key.encode("utf-8", "replace")):
            raise ConfigError(
                "Expected the key of this class, but got another. Open it from the teacher’s desk."
            )
        return group

    def _forget(self) -> None:
        now = self._clock()
        for code, group in list(self._classes.items()):
            if now - group.used > QUIET or now - group.opened > LONGEST:
                self._drop(code)

    def _drop(self, code: str) -> None:
        del self._classes[code]
        self._over.add(code)


def _by_seat(group: _Class, step: int) -> list[Entry]:
    found = group.entries.get(step, {})
    return [found[seat] for seat in sorted(found)]
