"""The prose of the course: short, plain, with every place filled and every link that works."""

from __future__ import annotations

import ast
import re
from urllib.parse import parse_qs

import pytest

from harmony_core.experiments.complete import complete
from harmony_core.experiments.link import from_query
from harmony_core.lessons.course.expression import FUNCTIONS, SLOT
from harmony_core.lessons.course.lesson import Lesson, lessons
from harmony_core.lessons.glossary.drawings import PICTURES
from harmony_core.lessons.glossary.terms import find, glossary

COURSE = lessons()
EVERY = pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.name)
MOST_BEFORE, MOST_AFTER = 95, 105
"""Words of prose before and after a run."""
LONGEST_SENTENCE = 28
MEAN_SENTENCE = 12
GRADE = 6
"""Flesch and Kincaid's grade level: years of school in English."""


def sentences(text: str) -> list[list[str]]:
    plain = SLOT.sub("5", text)
    plain = re.sub(r"[*_`$]|\([^)]*\d{4}\)", "", plain)
    found = [re.findall(r"[A-Za-zα-ω’'-]+|\d+", part) for part in re.split(r"[.?!:]\s", plain)]
    return [words for words in found if words]


def syllables(word: str) -> int:
    word = word.lower()
    many = len(re.findall(r"[aeiouy]+", word))
    return max(1, many - (word.endswith("e") and not word.endswith(("le", "ee")) and many > 1))


def said(lesson: Lesson) -> list[str]:
    """All texts of a lesson that are prose."""
    predict = lesson.predict
    return [
        lesson.before, lesson.after, lesson.right, lesson.wrong, lesson.high, lesson.low,
        predict.ask, lesson.ask, lesson.try_text,
        *(part for option in predict.options for part in (option.text, option.said)),
        *(part for answer in lesson.answers for part in (answer.text, answer.why)),
        *(formula.note for formula in lesson.formulas),
    ]  # fmt: skip


def names_in(text: str) -> set[str]:
    """The numbers of a run that the expressions in a text use."""
    nodes = (node for slot in SLOT.finditer(text) for node in ast.walk(ast.parse(slot[1])))
    return {node.id for node in nodes if isinstance(node, ast.Name)} - set(FUNCTIONS)


def test_the_steps_are_numbered_in_order() -> None:
    assert len(COURSE) >= 11
    assert [lesson.number for lesson in COURSE] == list(range(1, len(COURSE) + 1))
    assert all(3 <= lesson.minutes <= 5 for lesson in COURSE)


@EVERY
def test_no_wall_of_text(lesson: Lesson) -> None:
    assert sum(map(len, sentences(lesson.before))) <= MOST_BEFORE
    assert sum(map(len, sentences(lesson.after))) <= MOST_AFTER


@EVERY
def test_sentences_are_short_and_words_are_plain(lesson: Lesson) -> None:
    found = [words for text in said(lesson) for words in sentences(text)]
    longest = max(found, key=len)
    assert len(longest) <= LONGEST_SENTENCE, " ".join(longest)
    words = [word for sentence in found for word in sentence]
    mean = len(words) / len(found)
    assert mean <= MEAN_SENTENCE
    grade = 0.39 * mean + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    assert grade <= GRADE


@EVERY
def test_every_wrong_answer_is_explained(lesson: Lesson) -> None:
    assert len(lesson.answers) >= 3
    for answer in lesson.answers:
        assert len(answer.why.split()) >= 6
    if lesson.predict.kind == "choice":
        for option in lesson.predict.options:
            assert option.said or lesson.wrong, option.key


@EVERY
def test_every_term_is_in_the_glossary(lesson: Lesson) -> None:
    assert lesson.terms
    for term in lesson.terms:
        assert find(term) is not None, term


@EVERY
def test_what_there_is_to_try_can_be_tried(lesson: Lesson) -> None:
    config = complete(from_query(parse_qs(lesson.try_query)))
    assert config.data.name in lesson.try_query
    assert config != lesson.config


@EVERY
def test_the_feedback_speaks_of_the_run(lesson: Lesson) -> None:
    """No feedback is a fixed text: each names at least two numbers of the run or the prediction."""
    predict = lesson.predict
    texts = [lesson.right]
    texts += [lesson.high, lesson.low] if predict.kind == "number" else []
    texts += [lesson.wrong] if predict.kind == "line" else []
    texts += [option.said for option in predict.options]
    for text in texts:
        used = names_in(text)
        assert len(used) >= 2, text


def test_the_notes_of_the_teacher_are_whole() -> None:
    for lesson in COURSE:
        notes = lesson.notes
        assert notes.aim.startswith("Students")
        assert min(len(notes.timing), len(notes.usual), len(notes.discuss)) >= 2
        minutes = sum(int(re.match(r"\d+", text)[0]) for text in notes.timing)  # type: ignore[index]
        assert minutes == lesson.minutes, lesson.title


def test_a_lesson_of_45_minutes_fits() -> None:
    """The steps that the desk names for one lesson leave time to talk."""
    minutes = sum(lesson.minutes for lesson in COURSE if lesson.short)
    assert 30 <= minutes <= 38, "Set `short: true` in fewer or more lesson files."


def test_the_glossary_has_a_sentence_a_picture_and_a_source_for_each_term() -> None:
    terms = glossary()
    assert len(terms) >= 25
    assert len({term.slug for term in terms}) == len(terms)
    for term in terms:
        assert term.picture in PICTURES, term.name
        assert len(term.alt.split()) >= 5, term.name
        assert term.sentence.endswith("."), term.name
        assert term.sentence.count(". ") == 0, term.name
        assert len(term.sentence.split()) <= 34, term.name
        assert term.link.startswith("https://")
    assert {term.picture for term in terms} == set(PICTURES)


def test_claims_that_were_measured_otherwise_are_not_made() -> None:
    """The harmonized loss does not win back the hard part of the head."""
    text = " ".join(" ".join(said(lesson)) for lesson in COURSE)
    assert "It does not win it back." in text
    assert "our reconstruction" in text
    assert "paper’s equation" not in text
    right = [answer for answer in COURSE[8].answers if answer.right]
    assert right[0].text.startswith("It does not win it back")
