"""A class in memory: seats, counts, caps, and forgetting."""

from __future__ import annotations

import random
import threading

import pytest

from harmony_core.errors import ConfigError
from harmony_core.lessons.classroom import classes
from harmony_core.lessons.classroom.classes import LONGEST, QUIET, Classroom, Entry
from harmony_core.lessons.classroom.place import CODE, CoursePlace, from_query
from harmony_core.lessons.classroom.spread import spread
from harmony_core.lessons.classroom.table import class_csv
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
    assert [classroom.join(code, browser) for browser in "abcb"] == [1, 2, 3, 2]
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
        classroom.join(code, "d")


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
            classroom.join(busy, "a")
    assert not classroom.is_open(quiet)
    assert classroom.is_open(busy)
    clock.now += QUIET * 0.7
    assert clock.now > LONGEST
    assert not classroom.is_open(busy)


def test_caps(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "MOST_SEATS", 2)
    monkeypatch.setattr(classes, "MOST_CLASSES", 2)
    code, key = classroom.open()
    classroom.join(code, "a")
    classroom.join(code, "b")
    with pytest.raises(ConfigError, match="is full"):
        classroom.join(code, "c")
    assert classroom.join(code, "a") == 1
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


def test_a_visitor_has_a_few_classes_and_others_theirs(classroom: Classroom, clock: Clock) -> None:
    first, key = classroom.open("anna", most=2)
    clock.now += 60
    second, _ = classroom.open("anna", most=2)
    refusal = r"at most 2 of your classes to be open, .* End one first"
    with pytest.raises(ConfigError, match=refusal):
        classroom.open("anna", most=2)
    other, _ = classroom.open("ben", most=2)
    classroom.join(second, "a")
    assert [(one.code, one.owner, one.seats, one.age) for one in classroom.opened()] == [
        (first, "anna", 0, 60),
        (second, "anna", 1, 0),
        (other, "ben", 0, 0),
    ]
    classroom.end(first, key)
    classroom.open("anna", most=2)
    clock.now += QUIET + 1
    assert classroom.opened() == []
    classroom.open("anna", most=1)


def test_many_students_at_once(classroom: Classroom) -> None:
    code, key = classroom.open()

    def student(browser: str) -> None:
        seat = classroom.join(code, browser)
        classroom.add_prediction(code, 2, seat, float(seat))
        classroom.add_result(code, 2, seat, 1.0, right=False)

    threads = [threading.Thread(target=student, args=(str(i),)) for i in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.guess for entry in classroom.entries(code, key, 2)] == list(range(1, 31))


def test_looking_at_a_class_does_not_keep_it(classroom: Classroom, clock: Clock) -> None:
    code, key = classroom.open()
    for _ in range(3):
        clock.now += QUIET * 0.4
        assert clock.now > QUIET or classroom.lead(code) is not None
        if classroom.is_open(code):
            classroom.seats(code, key)
            classroom.projected(code)
    assert not classroom.is_open(code)
    assert classroom.is_over(code)
    assert classroom.projected(code) is None


def test_a_class_is_led_by_its_teacher_alone(classroom: Classroom) -> None:
    code, key = classroom.open()
    classroom.change_lead(code, key, hold=2, wait=True, screen=2, link={"steps": "1.2"})
    led = classroom.lead(code)
    assert led is not None
    assert [led.opens(step) for step in (1, 2, 3)] == [True, True, False]
    assert not led.tells(2)
    classroom.change_lead(code, key, show=2)
    shown = classroom.lead(code)
    assert shown is not None
    assert (shown.hold, shown.tells(2), shown.tells(1)) == (2, True, False)
    with pytest.raises(ConfigError, match="key of this class"):
        classroom.change_lead(code, "guessed", hold=0)


def test_the_projector_shows_nothing_that_waits(classroom: Classroom) -> None:
    code, key = classroom.open()
    seat = classroom.join(code, "a")
    classroom.add_prediction(code, 1, seat, 20.0)
    classroom.change_lead(code, key, wait=True)
    seen = classroom.projected(code)
    assert seen is not None
    assert (seen.seats, seen.predicted, seen.finished, seen.entries) == (1, 1, 0, ())
    classroom.change_lead(code, key, show=1)
    seen = classroom.projected(code)
    assert seen is not None
    assert [entry.guess for entry in seen.entries] == [20.0]


def test_numbers_choices_and_lines_of_a_class() -> None:
    number, choice, line = COURSE[0], COURSE[8], COURSE[2]
    found = spread(
        number, [Entry(1, 0.0, False, 40.0), Entry(2, 100.0, False, 60.0), Entry(3, 51.0)]
    )
    assert (found.guesses, found.results) == ((0.0, 100.0, 51.0), (40.0, 60.0))
    assert sum(row.predicted for row in found.rows) == 3
    assert found.rows[0].predicted == found.rows[-1].predicted == 1
    assert sum(row.came_out for row in found.rows) == 2
    assert (found.students, found.finished, found.right) == (3, 2, 0)
    assert "Results from 40 to 60, 50 on average." in found.said
    counted = spread(
        choice, [Entry(1, "none", True, 0.4, "none"), Entry(2, "none"), Entry(3, "more")]
    )
    said = {option.key: option.text for option in choice.predict.options}
    by_label = {row.label: (row.predicted, row.came_out) for row in counted.rows}
    assert (by_label[said["none"]], by_label[said["more"]]) == ((2, 1), (1, 0))
    assert len(by_label) == len(choice.predict.options)
    assert counted.guesses == ()
    drawn = spread(line, [Entry(1, 7.0, True, 29.0), Entry(2, "a line")])
    assert (drawn.guesses, drawn.results) == ((7.0,), (29.0,))
    assert spread(number, []).results == ()


def test_the_results_as_csv_hold_no_formula() -> None:
    rows = class_csv(
        COURSE,
        {
            1: [Entry(1, 20.0, True, 12.345678, at="2026-01-01T10:00:00+00:00"), Entry(2, 30.0)],
            3: [Entry(2, "=HYPERLINK(1)")],
            9: [Entry(1, "none", True, 0.4, "none")],
        },
    ).splitlines()
    assert rows[0].startswith("step,title,seat,prediction,unit,result,")
    assert rows[1].startswith(f"1,{COURSE[0].title},1,20,of 100,12.3457,")
    assert rows[1].endswith(",yes,2026-01-01T10:00:00+00:00")
    assert ",2,30,of 100,," in rows[2]
    assert ",2,'=HYPERLINK(1)," in rows[3]
    option = next(o.text for o in COURSE[8].predict.options if o.key == "none")
    assert rows[4].count(option) == 2  # predicted, and came out
    assert len(rows) == 5


def test_the_link_of_a_place_is_read_back() -> None:
    place = CoursePlace(
        3,
        frozenset({1, 2}),
        7,
        "hard_head",
        frozenset({"try", "steps"}),
        "KITE-MAPLE-07",
        steps=frozenset({3, 5}),
    )
    assert place.query()["steps"] == "3.5"
    assert from_query(place.query(), 11) == place
    assert from_query({}, 11) == CoursePlace(step=0)
    assert CoursePlace().query() == {"step": "1"}
    assert from_query({"steps": "5.3"}, 11).step == 3
    assert from_query({"steps": "5.3", "step": "4"}, 11).step == 3


def test_a_link_passed_on_holds_neither_a_seat_nor_its_seed() -> None:
    assert CoursePlace(1, seed=4, code="KITE-MAPLE-07", seat=4).query() == {
        "step": "1", "class": "KITE-MAPLE-07",
    }  # fmt: skip
    old = from_query({"class": "KITE-MAPLE-07", "seat": "4"}, 11)
    assert old.seat == 4


@pytest.mark.parametrize(
    "query",
    [
        {"step": "12"},
        {"step": "0"},
        {"step": "one"},
        {"step": "²"},
        {"done": "1.99"},
        {"steps": "1.12"},
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
