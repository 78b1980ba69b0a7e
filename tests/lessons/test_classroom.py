"""A class in memory: seats, counts, caps, and forgetting."""

from __future__ import annotations

import random
import threading

import pytest

from harmony_core.errors import ConfigError
from harmony_core.lessons.classroom import classes
from harmony_core.lessons.classroom.classes import LONGEST, QUIET, Classroom, Entry
from harmony_core.lessons.classroom.place import CODE, CoursePlace, from_query
from harmony_core.lessons.classroom.tally import tally
from harmony_core.lessons.course.lesson import lessons

COURSE = lessons()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def classroom(clock: Clock) -> Classroom:
    return Classroom(clock, random.Random(1))


def test_a_class_from_its_opening_to_its_end(classroom: Classroom) -> None:
    code, key = classroom.open()
    assert CODE.fullmatch(code)
    assert [classroom.join(code) for _ in range(3)] == [1, 2, 3]
    classroom.add_prediction(code, 1, 1, 80.0)
    classroom.add_prediction(code, 1, 3, 20.0)
    classroom.add_prediction(code, 1, 1, 60.0)  # they thought again
    classroom.add_result(code, 1, 1, 55.0, right=True)
    classroom.add_result(code, 1, 2, 55.0, right=True)  # seat 2 has predicted nothing
    assert classroom.entries(code, key, 1) == [Entry(1, 60.0, True, 55.0), Entry(3, 20.0)]
    assert classroom.seats(code, key) == 3
    assert classroom.predictions(code, key) == {1: 2}
    classroom.end(code, key)
    assert not classroom.is_open(code)
    with pytest.raises(ConfigError, match="has ended or was never there"):
        classroom.join(code)


def test_only_the_teacher_sees_and_ends(classroom: Classroom) -> None:
    code, _ = classroom.open()
    _, other = classroom.open()
    for look in (classroom.seats, classroom.predictions, classroom.end):
        with pytest.raises(ConfigError, match="key of this class"):
            look(code, other)
    assert classroom.is_open(code)


def test_a_quiet_class_and_an_old_one_are_forgotten(classroom: Classroom, clock: Clock) -> None:
    quiet, _ = classroom.open()
    busy, _ = classroom.open()
    for _ in range(5):
        clock.now += QUIET * 0.7
        if classroom.is_open(busy):
            classroom.join(busy)
    assert not classroom.is_open(quiet)
    assert classroom.is_open(busy)
    clock.now += QUIET * 0.7
    assert clock.now > LONGEST
    assert not classroom.is_open(busy)


def test_caps(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "MOST_SEATS", 2)
    monkeypatch.setattr(classes, "MOST_CLASSES", 2)
    code, key = classroom.open()
    classroom.join(code)
    classroom.join(code)
    with pytest.raises(ConfigError, match="is full"):
        classroom.join(code)
    classroom.open()
    with pytest.raises(ConfigError, match="no room"):
        classroom.open()
    for step, seat in ((0, 1), (99, 1), (1, 0), (1, 3)):
        with pytest.raises(ConfigError, match="a step and a seat"):
            classroom.add_prediction(code, step, seat, 1.0)
    with pytest.raises(ConfigError, match="finite"):
        classroom.add_prediction(code, 1, 1, float("nan"))
    classroom.add_prediction(code, 1, 1, "x" * 9999)
    assert len(str(classroom.entries(code, key, 1)[0].guess)) == classes.LONGEST_TEXT


def test_many_students_at_once(classroom: Classroom) -> None:
    code, key = classroom.open()

    def student() -> None:
        seat = classroom.join(code)
        classroom.add_prediction(code, 2, seat, float(seat))
        classroom.add_result(code, 2, seat, 1.0, right=False)

    threads = [threading.Thread(target=student) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.guess for entry in classroom.entries(code, key, 2)] == list(range(1, 31))


def test_counts_of_numbers_choices_and_lines() -> None:
    number, choice, line = COURSE[0], COURSE[7], COURSE[2]
    found = tally(
        number, [Entry(1, 0.0, False, 40.0), Entry(2, 100.0, False, 60.0), Entry(3, 51.0)]
    )
    assert sum(row.count for row in found.predicted) == 3
    assert found.predicted[0].count == found.predicted[-1].count == 1
    assert (found.students, found.finished, found.right) == (3, 2, 0)
    assert (found.mean, found.least, found.most) == (50, 40, 60)
    assert sum(row.count for row in found.results) == 2
    counted = tally(choice, [Entry(1, "same", True, 0.4), Entry(2, "same"), Entry(3, "lift")])
    assert [row.count for row in counted.predicted] == [1, 0, 2]
    assert counted.predicted[2].label == choice.predict.options[2].text
    drawn = tally(line, [Entry(1, 7.0, True, 29.0), Entry(2, "a line")])
    assert drawn.predicted[0].count == 1
    assert drawn.predicted[-1].count == 1
    assert tally(number, []).results == ()


def test_the_link_of_a_place_is_read_back() -> None:
    place = CoursePlace(
        3, frozenset({1, 2}), 7, "hard_head", frozenset({"try", "steps"}), "KITE-MAPLE-07", 4
    )
    assert from_query(place.query(), 11) == place
    assert from_query({}, 11) == CoursePlace()
    assert CoursePlace().query() == {"step": "1"}


@pytest.mark.parametrize(
    "query",
    [
        {"step": "12"},
        {"step": "0"},
        {"step": "one"},
        {"step": "²"},
        {"done": "1.99"},
        {"seed": "-1"},
        {"seed": "123456"},
        {"hide": "everything"},
        {"scenario": "cifar10"},
        {"class": "<script>"},
        {"class": "KITE-MAPLE-07", "seat": "0"},
        {"color": "red"},
    ],
)
def test_a_link_that_is_nonsense_says_so(query: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="Expected"):
        from_query(query, 11)
