"""The start page of the course, and a page for every step."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from ...config import ExperimentConfig
from ...experiments.complete import complete
from ...experiments.link import from_query
from ...lessons.classroom.record import HEADS
from ...lessons.classroom.worksheet import prose
from ...lessons.course.lesson import Lesson
from ...lessons.course.outcome import Outcome
from ...lessons.course.words import FOR_WHOM, NEEDED, TITLE, WAY, how_long
from ...lessons.glossary.terms import find
from ...plots.html_parts import count_bars
from .exhibit import Exhibit, number_tables
from .formulas import with_gaps
from .microscope import microscope
from .shell import formula_box, page, picture, repeat, template

RUNS = (
    "They were trained beforehand and recorded, and are the same for everybody. Each page says "
    "how many seeds it shows."
)
KEPT = "Your predictions, in this browser. Nothing is sent to anybody."
HEIGHT_STEP = 0.05
"""Of the sliders that move the ends of a line."""


def file_of(lesson: Lesson) -> str:
    """The page of a step, named as the lesson's text is."""
    return f"{lesson.number:02d}-{lesson.name}.html"


def index_page(course: Sequence[Lesson], words: str) -> str:
    """The course before its first step; ``words`` say what the picture of step 1 shows."""
    minutes = sum(lesson.minutes for lesson in course)
    known = (
        ("For whom", FOR_WHOM),
        ("What you need", NEEDED),
        ("How long", how_long(minutes, len(course))),
        ("The runs", RUNS),
        ("What is kept", KEPT),
    )
    content = template(
        "index.html",
        title=html.escape(TITLE),
        way=html.escape(WAY),
        facts="".join(
            f"<div><dt>{name}</dt><dd>{html.escape(text)}</dd></div>" for name, text in known
        ),
        first=file_of(course[0]),
        picture=picture(course[0].name, words),
        words=html.escape(words),
        heads="".join(f'<th scope="col">{html.escape(head)}</th>' for head in HEADS),
        steps="".join(
            f'<li value="{one.number}" data-step="{one.name}"><a href="{file_of(one)}">'
            f'{html.escape(one.title)}</a> <span class="quiet">{one.minutes} minutes</span></li>'
            for one in course
        ),
    )
    return page("index", f"{TITLE} · Harmony", content)


def step_page(
    course: Sequence[Lesson],
    lesson: Lesson,
    outcome: Outcome,
    numbers: Mapping[str, float | str],
    exhibit: Exhibit,
    slots: list[list[object]],
) -> str:
    """A step, with its run as ``exhibit``; the gaps of its formulas are appended to ``slots``."""
    following = next((one for one in course if one.number > lesson.number), None)
    data = picture(lesson.name, exhibit.picture.words)
    if lesson.predict.kind == "line":
        data = '<div class="board" id="board"></div>'
    content = template(
        "step.html",
        where=f"Step {lesson.number} of {len(course)}",
        minutes=str(lesson.minutes),
        title=html.escape(lesson.title),
        steps=_steps(course, lesson),
        before=_linked(prose(lesson.before)),
        terms=" ".join(map(_term, lesson.terms)),
        data=data,
        counts=count_bars(exhibit.counts) + '<p class="quiet">Training samples of each class.</p>',
        controls=_controls(lesson, exhibit.picture.extent),
        recorded=html.escape(recorded(outcome)),
        formulas="".join(
            f"<h3>{html.escape(formula.name)}</h3>"
            + formula_box(formula.name, with_gaps(formula.latex, slots))
            + f'<p class="quiet" data-note="{i}"></p>'
            for i, formula in enumerate(lesson.formulas)
        ),
        tables=number_tables(outcome, numbers),
        microscope=microscope(outcome) if lesson.microscope else "",
        repeat=repeat(tried(lesson), f"try-{lesson.name}"),
        ask=html.escape(lesson.ask),
        answers=_radios(
            "answer", [(str(i), lesson.answers[i].text) for i in lesson.mixed], "answers"
        ),
        next=file_of(following) if following else "index.html",
        next_title=html.escape(f"Next: {following.title}" if following else "To your predictions"),
        **{"try": _inline(lesson.try_text)},
    )
    title = f"{lesson.number}. {lesson.title} · Harmony"
    return page("step", title, content, step=lesson.name, here="index")


def tried(lesson: Lesson) -> ExperimentConfig:
    """The experiment that a step suggests to try."""
    return complete(from_query(parse_qs(lesson.try_query)))


def recorded(outcome: Outcome) -> str:
    """Which run the page shows, and how much of it."""
    kept, epochs = len(outcome.film), len(outcome.curves[0])
    repeats = outcome.config.seeds.repeats
    which = f"the first of {repeats} seeds" if repeats > 1 else "one seed"
    return (
        f"This run was trained beforehand: {which}, {outcome.config.epochs} epochs, of which "
        f"{kept} can be stepped through{'' if kept < epochs else ', all that were recorded'}."
    )


def _steps(course: Sequence[Lesson], here: Lesson) -> str:
    links = [
        f'<a href="{file_of(one)}" data-step="{one.name}" title="{html.escape(one.title)}"'
        f"{' aria-current=step' if one is here else ''}>{one.number}</a>"
        for one in course
    ]
    return '<a href="index.html">Start</a>' + "".join(links)


def _controls(lesson: Lesson, extent: Sequence[float]) -> str:
    predict = lesson.predict
    ask = html.escape(predict.ask)
    if predict.kind == "choice":
        options = [(option.key, option.text) for option in predict.options]
        return (
            f'<fieldset><legend class="ask">{ask}</legend>{_radios("guess", options, "options")}'
            "</fieldset>"
        )
    if predict.kind == "number":
        unit = f", {html.escape(predict.unit)}" if predict.unit else ""
        # it begins at its low end: the middle would look like a hint
        return (
            f'<p class="ask" id="ask">{ask}</p><label class="slider"><span>Your prediction{unit}'
            f'</span><input type="range" name="guess" min="{predict.low:g}" max="{predict.high:g}" '
            f'step="{predict.step:g}" value="{predict.low:g}" aria-describedby="ask">'
            f"<output>{predict.low:g}</output></label>"
        )
    low, high = round(extent[2], 1), round(extent[3], 1)
    level = round(extent[3] * 0.6 / HEIGHT_STEP) * HEIGHT_STEP
    shape = html.escape(",".join(f"{v:.6g}" for v in extent))
    sliders = "".join(
        f'<label class="slider"><span>Height of the {side} end</span><input type="range" '
        f'name="{side}" min="{low:g}" max="{high:g}" step="{HEIGHT_STEP:g}" value="{level:g}">'
        f"<output>{level:g}</output></label>"
        for side in ("left", "right")
    )
    return f'<p class="ask">{ask}</p><div id="ends" data-extent="{shape}">{sliders}</div>'


def _radios(name: str, options: Sequence[tuple[str, str]], kind: str) -> str:
    rows = "".join(
        f'<label><input type="radio" name="{name}" value="{html.escape(key)}"> '
        f"<span>{html.escape(text)}</span></label>"
        for key, text in options
    )
    return f'<div class="{kind} choices">{rows}</div>'


def _term(name: str) -> str:
    term = find(name)
    if term is None:
        return html.escape(name)
    return f'<a class="term" href="glossary.html#{term.slug}">{html.escape(term.name)}</a>'


def _linked(text: str) -> str:
    """Words in bold that the glossary has, as links to it."""

    def link(match: re.Match[str]) -> str:
        term = find(html.unescape(match[1]).lower()) or find(html.unescape(match[1]))
        if term is None:
            return match[0]
        return f'<a href="glossary.html#{term.slug}">{match[0]}</a>'

    return re.sub(r"<strong>(.+?)</strong>", link, text)


def _inline(text: str) -> str:
    return prose(text).removeprefix("<p>").removesuffix("</p>")
