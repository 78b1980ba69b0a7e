"""A lesson as a text file: YAML between two lines of ``---``, then two pieces of Markdown.

    ---
    title: Why plain accuracy lies
    …
    ---
    ## Before
    What the student reads before predicting.
    ## After
    What they read beside the result, with [[numbers]] of their own run.

``docs/teaching.md`` lists every key. A file with an unknown or a missing one raises `ConfigError`
that says which file, which key, and what is known.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs

import yaml  # type: ignore[import-untyped]

from ...config import ExperimentConfig
from ...errors import ConfigError
from ...experiments.complete import complete
from ...experiments.link import from_query
from ...viewer.panels import ARENA, PANEL_PARTS
from .part import Part

FOLDER = Path(str(files(__package__) / "texts"))
KINDS = ("number", "choice", "line")
FILE = re.compile(r"(\d\d)-([a-z-]+)\.md")


@dataclass(frozen=True)
class Option:
    """An answer to choose from; the first one whose ``when`` holds is what happened."""

    key: str
    text: str
    when: str = ""
    """A condition on the run's numbers; empty: always."""
    said: str = ""
    """The feedback to a student who chose this one in error."""
    range: tuple[float, ...] = ()
    """From where to where it goes on the axis of the bet; empty if it is no range."""


@dataclass(frozen=True)
class Prediction:
    """What the student commits to before the run."""

    kind: str
    """``number``: a slider; ``choice``; ``line``: a boundary drawn over the data."""
    ask: str
    options: tuple[Option, ...] = ()
    low: float = 0.0
    high: float = 100.0
    step: float = 1.0
    unit: str = ""
    truth: str = ""
    """What a number is compared with: an expression."""
    near: float = 0.0
    """How far off still counts as right; for a line, points of the plane."""
    axis: str = ""
    """What the axis of a number says, if it is not the question."""


@dataclass(frozen=True)
class AxisRow:
    """A number drawn beside others of its kind."""

    name: str
    of: str = ""
    """An expression; empty if ``seeds`` gives the values."""
    seeds: str = ""
    """A name of `seed_values`: one value for each seed, with their mean and its interval."""
    method: str = ""
    """The letter of its method, for the colour."""
    yours: str = ""
    """The key of the option that bets on this row; for a line, any text marks the student's own."""


@dataclass(frozen=True)
class LessonAxis:
    """Numbers of a run to draw on one axis, from ``low`` to ``high`` or further if need be."""

    name: str
    unit: str
    low: float
    high: float
    rows: tuple[AxisRow, ...]
    bet: bool = False
    """Whether the ranges of the options are ranges of this axis."""


@dataclass(frozen=True)
class CourseFormula:
    """One formula with the run's numbers put in."""

    name: str
    latex: str
    note: str = ""


@dataclass(frozen=True)
class CheckAnswer:
    """An answer to the check question, and why it is right or wrong."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Notes:
    """Notes for the teacher; ``timing`` gives minutes and what to do in them."""

    aim: str
    timing: tuple[str, ...]
    usual: tuple[str, ...]
    discuss: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """One step of the course."""

    number: int
    name: str
    title: str
    minutes: int
    terms: tuple[str, ...]
    before: str
    after: str
    query: str
    """The experiment, as the link of the Arena."""
    panels: tuple[str, ...]
    predict: Prediction
    right: str
    wrong: str
    high: str
    low: str
    result: str
    """An expression: the number a class compares."""
    result_name: str
    formulas: tuple[CourseFormula, ...]
    try_text: str
    try_query: str
    ask: str
    answers: tuple[CheckAnswer, ...]
    notes: Notes
    scenarios: tuple[str, ...] = ()
    """Other scenarios a teacher may put in place of the lesson's own."""
    microscope: bool = False
    """Whether the formula under the microscope belongs to this step."""
    axes: tuple[LessonAxis, ...] = ()
    """The numbers that the prediction is about, to draw beside it."""
    short: bool = False
    """Whether this step is part of a lesson of 45 minutes."""

    @property
    def config(self) -> ExperimentConfig:
        """The complete experiment."""
        return complete(from_query(parse_qs(self.query)))

    @property
    def mixed(self) -> tuple[int, ...]:
        """Positions of the answers in the order in which they are shown, the same everywhere."""
        order = list(range(len(self.answers)))
        random.Random(self.name).shuffle(order)
        return tuple(order)

    def with_seed(self, seed: int | None, scenario: str = "") -> ExperimentConfig:
        """The experiment with its seeds moved by ``seed``, on another scenario if it allows it."""
        config = self.config
        if scenario and scenario in self.scenarios and scenario != config.data.name:
            data = replace(config.data, name=scenario, params={})
            config = complete(replace(config, data=data))
        if seed is None:
            return config
        seeds = config.seeds
        moved = {name: getattr(seeds, name) + seed for name in ("data", "init", "order")}
        return replace(config, seeds=replace(seeds, **moved))


def lessons(folder: Path | None = None) -> tuple[Lesson, ...]:
    """All lessons of a folder (`FOLDER`) in order; a file that has changed is read again."""
    folder = folder or FOLDER
    paths = sorted(p for p in folder.glob("*.md") if FILE.fullmatch(p.name))
    if not paths:
        raise ConfigError(f"Expected lessons in {folder.name}/, but got none. Restore the folder.")
    return tuple(_read(path, path.stat().st_mtime_ns) for path in paths)


@lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> Lesson:
    del changed
    return parse(path.name, path.read_text(encoding="utf-8"))


def parse(file: str, text: str) -> Lesson:
    """The lesson in ``text``, whose file name gives its number and name."""
    named = FILE.fullmatch(file)
    parts = re.split(r"^---\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if named is None or len(parts) != 3 or parts[0].strip():
        raise ConfigError(
            f"Expected {file} to be named like 03-shift.md and to begin with YAML between two "
            "lines of ---, but it does not. See docs/teaching.md."
        )
    try:
        head = yaml.safe_load(parts[1])
    except yaml.YAMLError as error:
        raise ConfigError(
            f"Expected the head of {file} to be YAML, but got: {str(error)[:200]}. "
            "Put quotation marks around texts with a colon."
        ) from error
    return _lesson(Part(file, "head", head), int(named[1]), named[2], _sections(file, parts[2]))


def _lesson(head: Part, number: int, name: str, sections: tuple[str, str]) -> Lesson:
    feedback = head.part("feedback")
    result, attempt = head.part("result"), head.part("try")
    check, notes = head.part("check"), head.part("teacher")
    lesson = Lesson(
        number=number,
        name=name,
        title=head.text("title"),
        minutes=int(head.number("minutes")),
        terms=head.texts("terms"),
        before=sections[0],
        after=sections[1],
        query=head.text("run"),
        panels=head.texts("panels"),
        predict=_prediction(head.part("predict")),
        right=feedback.text("right"),
        wrong=feedback.text("wrong", ""),
        high=feedback.text("high", ""),
        low=feedback.text("low", ""),
        result=result.text("of"),
        result_name=result.text("name"),
        formulas=tuple(
            CourseFormula(part.text("name"), part.text("latex"), part.text("note", ""))
            for part in head.parts("formulas")
        ),
        try_text=attempt.text("text"),
        try_query=attempt.text("run"),
        ask=check.text("ask"),
        answers=tuple(
            CheckAnswer(part.text("text"), part.text("why"), part.flag("right"))
            for part in check.parts("answers")
        ),
        notes=Notes(
            notes.text("aim"), notes.texts("timing"), notes.texts("usual"), notes.texts("discuss")
        ),
        scenarios=head.texts("scenarios", ()),
        microscope=head.flag("microscope"),
        axes=tuple(_axis(part) for part in head.parts("axes", ())),
        short=head.flag("short"),
    )
    for part in (feedback, result, attempt, check, notes, head):
        part.done()
    _sound(lesson, head.file)
    return lesson


def _prediction(part: Part) -> Prediction:
    kind = part.text("kind")
    if kind not in KINDS:
        raise ConfigError(
            f"Expected `kind` of {part.where} to be one of {', '.join(KINDS)}, but got {kind!r}."
        )
    options = tuple(
        Option(
            one.text("key"),
            one.text("text"),
            one.text("when", ""),
            one.text("said", ""),
            one.range("range"),
        )
        for one in (part.parts("options") if kind == "choice" else ())
    )
    numbers = {
        name: part.number(name)
        for name in ("low", "high", "step")
        if kind == "number"
    }  # fmt: skip
    made = Prediction(
        kind,
        part.text("ask"),
        options,
        unit=part.text("unit", ""),
        truth=part.text("truth") if kind == "number" else "",
        near=part.number("near") if kind != "choice" else 0.0,
        axis=part.text("axis", "") if kind == "number" else "",
        **numbers,
    )
    part.done()
    return made


def _axis(part: Part) -> LessonAxis:
    rows = []
    for row in part.parts("rows"):
        texts = {key: row.text(key, "") for key in ("of", "seeds", "method", "yours")}
        rows.append(AxisRow(row.text("name"), **texts))
    low, high = part.number("low"), part.number("high")
    return LessonAxis(
        part.text("name"), part.text("unit", ""), low, high, tuple(rows), part.flag("bet")
    )


def _sound(lesson: Lesson, file: str) -> None:
    """Check what spans several keys."""
    problems = [
        f"a panel among {', '.join(ARENA)}, not {panel!r}"
        for panel in lesson.panels
        if panel not in PANEL_PARTS
    ]
    if sum(answer.right for answer in lesson.answers) != 1:
        problems.append("exactly one right answer in `check`")
    if lesson.predict.kind == "choice":
        if len({option.key for option in lesson.predict.options}) < 2:
            problems.append("at least two options with keys of their own in `predict`")
        if lesson.predict.options and lesson.predict.options[-1].when:
            problems.append("a last option in `predict` without `when`, for every other case")
    elif lesson.predict.kind == "number" and not (lesson.high and lesson.low):
        problems.append("`high` and `low` in `feedback` of a predicted number")
    elif lesson.predict.kind == "line" and not lesson.wrong:
        problems.append("`wrong` in `feedback` of a drawn line")
    for axis in lesson.axes:
        if not axis.rows or any(bool(row.of) == bool(row.seeds) for row in axis.rows):
            problems.append("rows with either `of` or `seeds` in `axes`")
        if axis.high <= axis.low:
            problems.append("`high` above `low` in `axes`")
    if problems:
        raise ConfigError(f"Expected {'; '.join(problems)} in {file}. See docs/teaching.md.")


def _sections(file: str, body: str) -> tuple[str, str]:
    found = re.fullmatch(r"\s*## Before\n(.*?)\n## After\n(.*)", body, re.DOTALL)
    if found is None:
        raise ConfigError(
            f"Expected {file} to have the sections `## Before` and `## After`, in this order, but "
            "it does not."
        )
    return found[1].strip(), found[2].strip()
