"""The pages to print and their pictures."""

from __future__ import annotations

import html.parser
import re
import xml.etree.ElementTree as ET

import pytest

from harmony_core.lessons.classroom.worksheet import answer_key, prose, worksheet
from harmony_core.lessons.course.lesson import Lesson, lessons
from harmony_core.lessons.course.prepare import prepared
from harmony_core.lessons.glossary.drawings import INKS, PICTURES, picture

COURSE = lessons()
LINK = "https://example.org/learn?steps=1.3&hide=try"


def data_of(lesson: Lesson) -> tuple[str, str]:
    return f"data:image/svg+xml,{lesson.name}", f"The data of <{lesson.name}>"


class Tags(html.parser.HTMLParser):
    """Counts what is opened and what is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def whole(page: str) -> str:
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert "@page" in page
    assert not re.search(r'(?:src|href)="(?!data:)', page)  # nothing from elsewhere
    return page


def test_the_worksheet_asks_and_does_not_tell() -> None:
    page = whole(worksheet(COURSE, data_of, LINK))
    for lesson in COURSE:
        assert lesson.title in page
        assert lesson.predict.ask in page.replace("&#x27;", "'").replace("&quot;", '"')
        assert f'src="data:image/svg+xml,{lesson.name}"' in page
        assert f"The data of &lt;{lesson.name}&gt;" in page
    assert ">Name</p>" in page
    assert LINK.replace("&", "&amp;") in page
    assert "class=right" not in page
    assert COURSE[0].answers[0].why not in page
    assert "[[" not in page


def test_the_key_has_numbers_answers_and_notes() -> None:
    page = whole(answer_key(COURSE, prepared))
    for lesson in COURSE:
        assert lesson.notes.discuss[0].replace("’", "’") in page.replace("&#x27;", "'")
    assert page.count("class=right") == len(COURSE)
    assert "[[" not in page


def test_some_steps_only() -> None:
    page = worksheet(COURSE[2:3], data_of, LINK)
    assert COURSE[2].title in page
    assert COURSE[0].title not in page


def test_markup_of_a_teacher_stays_text() -> None:
    assert prose("a **b** <script> *c*\n\nd") == (
        "<p>a <strong>b</strong> &lt;script&gt; <em>c</em></p><p>d</p>"
    )


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("shade", ["light", "dark"])
def test_every_picture_is_an_svg_with_its_inks(name: str, shade: str) -> None:
    svg = picture(name, INKS[shade])
    assert "@" not in svg
    root = ET.fromstring(svg)
    assert len(list(root)) >= 2
