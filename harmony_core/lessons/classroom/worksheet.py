"""Pages to print: a worksheet for students, and for the teacher its key and notes."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Sequence

from ..course.expression import SLOT, fill
from ..course.feedback import Feedback, feedback, happened
from ..course.lesson import Lesson
from ..course.outcome import Outcome
from .qr import qr_svg

STYLE = """
@page { size: A4; margin: 18mm 16mm; }
body { font: 11pt/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  color: #111; background: #fff; max-width: 46rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 18pt; margin: 0 0 .3rem; } h2 { font-size: 13.5pt; margin: 1.6rem 0 .4rem; }
h3 { font-size: 11pt; margin: .9rem 0 .2rem; } p, ul, ol { margin: 0 0 .5rem; }
.quiet { color: #555; font-size: 9.5pt; } section { break-inside: avoid; }
section + section { border-top: 1px solid #bbb; margin-top: 1.2rem; }
.boxes { list-style: none; padding: 0; } .boxes li::before { content: "\\2610\\00a0"; }
.boxes li.right::before { content: "\\2611\\00a0"; }
.boxes li.right { font-weight: 700; }
.line { border-bottom: 1px solid #888; height: 1.7rem; }
.why { display: block; margin-left: 1.4rem; font-weight: 400; color: #333; }
.top { display: flex; justify-content: space-between; gap: 1.5rem; align-items: center; }
.top > div { flex: 1; min-width: 0; overflow-wrap: anywhere; } .top img { width: 30mm; }
.field { border-bottom: 1px solid #888; height: 1.7rem; color: #555; }
figure { margin: .6rem 0; } figure img { display: block; width: 70mm; max-width: 100%;
  background: #fff; border: 1px solid #bbb; } figcaption { color: #555; font-size: 9.5pt; }
@media screen and (prefers-color-scheme: dark) { body { color: #e7ebf1; background: #12161c; }
  .quiet, .why { color: #a3adbb; } }
@media print { body { padding: 0; max-width: none; } a { color: inherit; text-decoration: none; } }
"""
LINES = 3


Picture = Callable[[Lesson], tuple[str, str]]
"""The data of a step: an address that holds the picture itself (``data:``), and its words."""


def worksheet(lessons: Sequence[Lesson], picture: Picture, link: str) -> str:
    """The worksheet of these steps as one HTML page, with the link to the course."""
    parts = [_student(lesson, picture(lesson)) for lesson in lessons]
    lead = "Predict first and write it down. Then run, look, and write down what came out."
    return _page("Harmony: learning from a long tail", lead, parts, _name_and_link(link))


def answer_key(lessons: Sequence[Lesson], prepared: Callable[[Lesson], Outcome]) -> str:
    """The key to `worksheet`, with the notes; numbers are those of the prepared runs."""
    parts = [_teacher(lesson, prepared(lesson)) for lesson in lessons]
    lead = (
        "Numbers are those of the prepared runs. A class with seeds of its own will see others, "
        "which is part of the lesson."
    )
    return _page("Answer key and notes", lead, parts)


def expected(lesson: Lesson, outcome: Outcome) -> Feedback:
    """The feedback on ``outcome`` for some prediction or other."""
    predict = lesson.predict
    guess: object = predict.low
    if predict.kind == "choice":
        guess = predict.options[0].key
    elif predict.kind == "line":
        guess = ((-1.0, 0.0), (1.0, 0.0))
    return feedback(lesson, outcome, guess)  # type: ignore[arg-type]


def _name_and_link(link: str) -> str:
    code = base64.b64encode(qr_svg(link).encode()).decode()
    return (
        '<div class="top"><div><p class="field">Name</p><p class="field">Date</p>'
        f"<p>Open <strong>{html.escape(link)}</strong></p></div>"
        f'<img src="data:image/svg+xml;base64,{code}" alt="QR code of the link"></div>'
    )


def _student(lesson: Lesson, picture: tuple[str, str]) -> str:
    predict = lesson.predict
    source, words = picture
    if predict.kind == "choice":
        space = _boxes([(option.text, False, "") for option in predict.options])
    elif predict.kind == "number":
        space = (
            f"<p>I predict: ____________ {html.escape(predict.unit)} &nbsp; "
            f"(between {predict.low:g} and {predict.high:g})</p>"
        )
    else:
        space = "<p>Draw your line on the screen, and into the picture above.</p>"
    return (
        _head(lesson)
        + prose(lesson.before)
        + f'<figure><img src="{html.escape(source)}" alt="{html.escape(words)}">'
        + f"<figcaption>{html.escape(words)}</figcaption></figure>"
        + f"<h3>Predict</h3><p>{html.escape(predict.ask)}</p>{space}"
        + f"<h3>Run and look</h3><p>What came out ({html.escape(lesson.result_name)}): ____________"
        "</p><p>What surprised you, and why did it come out so?</p>"
        + _lines(LINES)
        + f"<h3>Check yourself</h3><p>{html.escape(lesson.ask)}</p>"
        + _boxes([(lesson.answers[i].text, False, "") for i in lesson.mixed])
    )


def _teacher(lesson: Lesson, outcome: Outcome) -> str:
    feedback = expected(lesson, outcome)
    came = feedback.happened
    if lesson.predict.kind == "choice":
        came = happened(lesson, feedback.numbers).text
    notes = lesson.notes
    answers = [lesson.answers[i] for i in lesson.mixed]
    return (
        _head(lesson)
        + f"<p><strong>Aim.</strong> {html.escape(notes.aim)}</p>"
        + "<h3>Timing</h3>" + _list(notes.timing)
        + "<h3>What came out in the prepared run</h3>"
        + f"<p>{html.escape(came)}. {html.escape(lesson.result_name.capitalize())}: "
        f"{feedback.result:.1f}.</p>" + prose(fill(lesson.after, feedback.numbers))
        + "<h3>What students usually answer</h3>" + _list(notes.usual)
        + "<h3>To discuss</h3>" + _list(notes.discuss)
        + f"<h3>Check</h3><p>{html.escape(lesson.ask)}</p>"
        + _boxes([(one.text, one.right, one.why) for one in answers])
    )  # fmt: skip


def prose(text: str) -> str:
    """The Markdown of a lesson as HTML: paragraphs, ``**bold**`` and ``*slanted*``."""
    paragraphs = []
    for block in re.split(r"\n\s*\n", text.strip()):
        safe = html.escape(SLOT.sub("…", " ".join(block.split())), quote=False)
        safe = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", safe)
        safe = re.sub(r"\*(.+?)\*", r"<em>\1</em>", safe)
        paragraphs.append(f"<p>{safe}</p>")
    return "".join(paragraphs)


def _head(lesson: Lesson) -> str:
    return (
        f"<h2>{lesson.number}. {html.escape(lesson.title)}</h2>"
        f'<p class="quiet">About {lesson.minutes} minutes</p>'
    )


def _boxes(rows: Sequence[tuple[str, bool, str]]) -> str:
    items = "".join(
        f"<li{' class=right' if right else ''}>{html.escape(text)}"
        + (f'<span class="why">{html.escape(why)}</span>' if why else "")
        + "</li>"
        for text, right, why in rows
    )
    return f'<ul class="boxes">{items}</ul>'


def _list(texts: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(text)}</li>" for text in texts) + "</ul>"


def _lines(count: int) -> str:
    return '<div class="line"></div>' * count


def _page(title: str, lead: str, parts: Sequence[str], top: str = "") -> str:
    body = "".join(f"<section>{part}</section>" for part in parts)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style><body><h1>{html.escape(title)}</h1>"
        f'<p class="quiet">{html.escape(lead)}</p>{top}{body}</body></html>'
    )
