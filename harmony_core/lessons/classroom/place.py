"""Where a student is in the course, and what a teacher fixed for them, as the query of a link.

    ?step=3&steps=1.3.7&done=1.2&seed=7&scenario=moons&hide=steps.try&class=KITE-MAPLE-07

``steps`` are the steps to show, if not all; ``done`` those finished; ``seed`` moves all seeds;
``scenario`` replaces the data in the steps that allow it; ``hide`` names controls of `HIDEABLE`;
``class`` joins a class. ``seat`` was a student's number there: earlier links hold it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...data import DATASETS
from ...data.scenarios.scenario import ScenarioSpec
from ...errors import ConfigError
from ...parameters import choose
from .classes import MOST_SEATS

HIDEABLE = {
    "steps": "The list of steps: students stay at the one of the link",
    "try": "The link to the Arena below each result",
    "prepared": "The button that shows a prepared result at once",
    "formulas": "The formulas, for a class without mathematics",
    "pages": "The other pages of the app in the bar at the top",
}
KEYS = ("step", "steps", "done", "seed", "scenario", "hide", "class", "seat")
MOST_SEED = 9999
CODE = re.compile(r"[A-Z]{3,8}-[A-Z]{3,8}-[0-9]{2}")


def typed_code(text: str) -> str:
    """The code of a class as somebody typed it, or ``""`` if it is none.

    >>> typed_code(" kite maple 07"), typed_code("kite")
    ('KITE-MAPLE-07', '')
    """
    code = "-".join(re.findall(r"[A-Z]+|[0-9]+", text.upper()))
    return code if CODE.fullmatch(code) else ""


@dataclass(frozen=True)
class CoursePlace:
    """The step a student is at, and what the link fixed for them."""

    step: int = 1
    """0 is the start page of the course"""
    done: frozenset[int] = field(default_factory=frozenset)
    seed: int | None = None
    scenario: str = ""
    hide: frozenset[str] = field(default_factory=frozenset)
    code: str = ""
    seat: int = 0
    """0 before a class is joined"""
    steps: frozenset[int] = field(default_factory=frozenset)
    """The steps to show; empty: all"""

    def has(self, step: int) -> bool:
        """Whether a step is among those to show."""
        return not self.steps or step in self.steps

    def query(self) -> dict[str, str]:
        """The query of the link: the step, and all that differs from the default."""
        own = (
            self.code and self.seat and self.seed == self.seat
        )  # the seed of a seat goes with the seat
        query = {
            "step": str(self.step) if self.step else "",
            "steps": ".".join(map(str, sorted(self.steps))),
            "done": ".".join(map(str, sorted(self.done))),
            "seed": "" if self.seed is None or own else str(self.seed),
            "scenario": self.scenario,
            "hide": ".".join(name for name in HIDEABLE if name in self.hide),
            "class": self.code,
        }
        return {key: text for key, text in query.items() if text}


def from_query(query: Mapping[str, str], steps: int) -> CoursePlace:
    """The place in a course of ``steps`` that a link names; raises `ConfigError` for any other."""
    unknown = sorted(set(query) - set(KEYS))
    if unknown:
        raise ConfigError(
            f"Expected the link to have only {', '.join(KEYS)}, but got {unknown[0][:40]!r}. "
            "Leave it out."
        )
    hide = frozenset(filter(None, query.get("hide", "").split(".")))
    for name in hide:
        choose(name, tuple(HIDEABLE), "`hide` of the link")
    scenario = query.get("scenario", "")
    if scenario:
        known = [name for name, spec in DATASETS.items() if isinstance(spec, ScenarioSpec)]
        choose(scenario, known, "`scenario` of the link")
    code = query.get("class", "")
    if code and not CODE.fullmatch(code):
        raise ConfigError(
            f"Expected the class in the link to look like KITE-MAPLE-07, but got {code[:40]!r}. "
            "Ask your teacher for the link."
        )
    bare = set(query) <= {"done"}  # whoever was sent somewhere sees no start page first
    chosen = _numbers(query, "steps", steps)
    step = _whole(query["step"], "step", 1, steps) if "step" in query else 0 if bare else 1
    return CoursePlace(
        min(chosen) if step and chosen and step not in chosen else step,
        _numbers(query, "done", steps),
        _whole(query["seed"], "seed", 0, MOST_SEED) if "seed" in query else None,
        scenario,
        hide,
        code,
        _whole(query["seat"], "seat", 1, MOST_SEATS) if code and "seat" in query else 0,
        chosen,
    )


def _numbers(query: Mapping[str, str], key: str, steps: int) -> frozenset[int]:
    return frozenset(_whole(text, key, 1, steps) for text in query.get(key, "").split(".") if text)


def _whole(text: str, key: str, low: int, high: int) -> int:
    if text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high:
        return int(text)
    raise ConfigError(
        f"Expected `{key}` of the link to be a whole number from {low} to {high}, "
        f"but got {text[:40]!r}."
    )
