"""Where a student is in the course, and what a teacher fixed for them, as the query of a link.

    ?step=3&done=1.2&seed=7&scenario=moons&hide=steps.try&class=KITE-MAPLE

``done`` are the steps finished; ``seed`` moves all seeds; ``scenario`` replaces the data
in the steps that allow it; ``hide`` names controls of `HIDEABLE`; ``class`` joins a class, where
``seat`` is the student's number there, kept over a reload.
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
    "try": "The door to the Arena below each result",
    "prepared": "The button that shows a prepared result at once",
    "formulas": "The formulas, for a class without mathematics",
    "pages": "The other pages of the app in the bar at the top",
}
KEYS = ("step", "done", "seed", "scenario", "hide", "class", "seat")
MOST_SEED = 9999
CODE = re.compile(r"[A-Z]{3,8}-[A-Z]{3,8}-[0-9]{2}")


@dataclass(frozen=True)
class CoursePlace:
    """The step a student is at, and what the link fixed for them."""

    step: int = 1
    done: frozenset[int] = field(default_factory=frozenset)
    seed: int | None = None
    scenario: str = ""
    hide: frozenset[str] = field(default_factory=frozenset)
    code: str = ""
    seat: int = 0
    """0 before a class is joined"""

    def query(self) -> dict[str, str]:
        """The query of the link: the step, and all that differs from the default."""
        query = {
            "step": str(self.step),
            "done": ".".join(map(str, sorted(self.done))),
            "seed": "" if self.seed is None else str(self.seed),
            "scenario": self.scenario,
            "hide": ".".join(name for name in HIDEABLE if name in self.hide),
            "class": self.code,
            "seat": str(self.seat) if self.code and self.seat else "",
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
    done = (_whole(text, "done", 1, steps) for text in query.get("done", "").split(".") if text)
    return CoursePlace(
        _whole(query.get("step", "1"), "step", 1, steps),
        frozenset(done),
        _whole(query["seed"], "seed", 0, MOST_SEED) if "seed" in query else None,
        scenario,
        hide,
        code,
        _whole(query["seat"], "seat", 1, MOST_SEATS) if code and "seat" in query else 0,
    )


def _whole(text: str, key: str, low: int, high: int) -> int:
    if text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high:
        return int(text)
    raise ConfigError(
        f"Expected `{key}` of the link to be a whole number from {low} to {high}, "
        f"but got {text[:40]!r}."
    )
