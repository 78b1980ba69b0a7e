"""What a teacher may write, and what they are told when it cannot be read."""

from __future__ import annotations

import pytest

from harmony_core.errors import ConfigError
from harmony_core.lessons.course.expression import fill, holds, number, written
from harmony_core.lessons.course.lesson import FOLDER, lessons, parse
from harmony_core.lessons.glossary.terms import glossary

NAME = "01-tail.md"
TEXT = (FOLDER / NAME).read_text(encoding="utf-8")
FACTS: dict[str, float | str] = {"tail_A": 40.04, "tail_B": 60.0, "name_last": "E", "zero": 0.0}


def test_arithmetic_in_a_text() -> None:
    text = "From [[tail_A]] to [[tail_B:0]], [[tail_B - tail_A:2]] more in [[name_last]]."
    assert fill(text, FACTS) == "From 40.0 to 60, 19.96 more in E."
    assert number("max(tail_A, tail_B) / 2 ** 2", FACTS) == 15


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("tail_A < tail_B", True),
        ("0 < tail_A < 40", False),
        ("tail_A > 50 or tail_B > 50", True),
        ("not (tail_A > 50) and tail_B >= 60", True),
        ("abs(tail_A - tail_B) != 0", True),
    ],
)
def test_conditions(text: str, true: bool) -> None:
    assert holds(text, FACTS) is true


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "tail_A.__class__",
        "[x for x in (1, 2)]",
        "'a' * 9",
        "lambda: 1",
        "open('x')",
        "max(tail_A, key=abs)",
        "1 if tail_A else 2",
        "tail_C",
        "tail_A +",
        "tail_A / zero",
        "name_last",
        "1" * 300,
        "(" * 150,
    ],
)
def test_nothing_but_arithmetic(text: str) -> None:
    with pytest.raises(ConfigError, match="Expected"):
        number(text, FACTS)


def test_numbers_as_texts_show_them() -> None:
    assert written(-0.04) == "0.0"
    assert written(-1.25, 2) == "−1.25"
    assert written(1234.5, 0) == "1,234"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: What a long tail is", "titel: What a long tail is", "to have `title`"),
        ("minutes: 4", "minutes: 4\nsubtitle: more", "but got subtitle"),
        ("minutes: 4", "minutes: four", "`minutes` of `head` in 01-tail.md to be a number"),
        ("kind: number", "kind: guess", "one of number, choice, line"),
        ("panels: [plane, bars]", "panels: [plane, pie]", "not 'pie'"),
        ("panels: [plane, bars]", "panels: plane", "a list of texts"),
        ("      right: true\n", "", "exactly one right answer"),
        ("## After", "## Afterwards", "sections `## Before` and `## After`"),
        ("title: What a long tail is", "title: What: a long tail is", "to be YAML"),
        ("near: 10", "near: 10\n  fair: 3", "but got fair"),
        ("  low: >-\n    You said", "  lower: >-\n    You said", "but got lower"),
    ],
)
def test_a_mistake_is_named(old: str, new: str, told: str) -> None:
    assert old in TEXT
    with pytest.raises(ConfigError) as caught:
        parse(NAME, TEXT.replace(old, new, 1))
    assert told in str(caught.value)
    assert NAME in str(caught.value)


@pytest.mark.parametrize("name", ["tail.md", "1-tail.md", "01 tail.md"])
def test_a_file_has_a_number_and_a_name(name: str) -> None:
    with pytest.raises(ConfigError, match="named like"):
        parse(name, TEXT)


def test_an_edited_file_is_read_again(tmp_path) -> None:  # type: ignore[no-untyped-def]
    import os

    path = tmp_path / NAME
    path.write_text(TEXT, encoding="utf-8")
    assert lessons(tmp_path)[0].title == "What a long tail is"
    path.write_text(TEXT.replace("What a long tail is", "Tails"), encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert lessons(tmp_path)[0].title == "Tails"


def test_a_folder_without_lessons_says_so(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError, match="Expected lessons"):
        lessons(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "- name: x\n  sentence: y.",
        "- name: x\n  sentence: y.\n  picture: density\n  alt: a\n  source: s\n  arxiv: '12'",
        "- just words",
        "a: [",
    ],
)
def test_a_glossary_entry_that_is_not_whole_is_named(tmp_path, text: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "glossary.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="Expected"):
        glossary(path)


def test_seeds_and_scenarios_of_a_teacher() -> None:
    lesson = lessons()[0]
    assert lesson.with_seed(None) == lesson.config
    seeds = lesson.with_seed(7).seeds
    assert (seeds.data, seeds.init, seeds.order) == (7, 7, 7)
    assert lesson.with_seed(None, "hard_head").data.name == "hard_head"
    assert lesson.with_seed(None, "spirals") == lesson.config
    several = lessons()[10].with_seed(3).seeds
    assert several.repeats == 5
    assert several.data == 3
