"""A lesson is one text file: the course, the desk and the printed sheets know a new one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harmony_core.lessons.classroom.worksheet import answer_key, worksheet
from harmony_core.lessons.course import lesson as lesson_file
from harmony_core.lessons.course import prepare
from harmony_core.lessons.course.lesson import lessons
from harmony_core.lessons.course.prepare import path_of, prepared

from .conftest import Open, texts

TITLE = "What a long tail is, again"


@pytest.fixture(autouse=True)
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The course with its first step once more, under another name, as the last one."""
    first, last = lessons()[0], lessons()[-1]
    folder = tmp_path / "course"
    shutil.copytree(lesson_file.FOLDER, folder / "texts")
    text = (folder / "texts" / f"01-{first.name}.md").read_text("utf-8")
    name = f"{last.number + 1:02d}-tail-again"
    (folder / "texts" / f"{name}.md").write_text(text.replace(first.title, TITLE, 1), "utf-8")
    shutil.copytree(prepare.FOLDER, folder / "runs")
    shutil.copy(path_of(first), folder / "runs" / f"{name}.npz")
    monkeypatch.setattr(lesson_file, "FOLDER", folder / "texts")
    monkeypatch.setattr(prepare, "FOLDER", folder / "runs")


def test_the_course_has_it(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMONY_LESSONS", "prepared")
    number = len(lessons())
    at = open_page("learn", step=str(number))
    assert not at.exception
    assert at.title[0].value == TITLE
    assert f"Step {number} of {number}" in texts(at)
    assert at.button(key=f"learn-step-{number}").help == TITLE
    at.slider(key="learn-tail-again-guess").set_value(50)
    at.button(key="learn-commit").click().run()
    assert not at.exception
    assert 'data-right="' in texts(at)


def test_the_desk_has_it(open_page: Open) -> None:
    at = open_page("teach")
    assert not at.exception
    short = [str(lesson.number) for lesson in lessons() if lesson.short]
    assert short[-1] == str(len(lessons()))
    assert f"Steps {', '.join(short[:-1])} and {short[-1]} fill a lesson of 45" in texts(at)
    (steps,) = at.get("button_group")
    assert TITLE in " ".join(map(str, steps.options))


def test_it_is_printed() -> None:
    course = lessons()
    assert TITLE in worksheet(course, lambda _: ("data:,", "data"), "https://example.org/learn")
    assert TITLE in answer_key(course, prepared)
