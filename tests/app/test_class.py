"""A class by its controls: the teacher's desk, the projector, and the students' pages."""

from __future__ import annotations

import html

import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.lessons.course.facts import facts
from harmony_core.lessons.course.lesson import lessons
from harmony_core.lessons.course.prepare import prepared
from harmony_core.runs.store import RunStore
from pages._learn import class_seat as student
from pages._learn import training

from .conftest import FakeQueue, Open, texts
from .course import as_trained

COURSE = lessons()


@pytest.fixture(autouse=True)
def fresh() -> None:
    """A server without classes and without runs."""
    student.classroom.clear()
    training.runs_by_config.clear()


def opened(open_page: Open) -> tuple[AppTest, str, str]:
    """A teacher's desk with a class, its code and its key."""
    desk = open_page("teach")
    desk.button(key="teach-open").click().run()
    code, key = (
        (v if isinstance(v := desk.query_params[k], str) else v[0]) for k in ("class", "key")
    )
    return desk, code, key


def joined(open_page: Open, code: str, **query: str) -> AppTest:
    return open_page("learn", **{"class": code}, **query)


def commit(at: AppTest, value: float = 20) -> None:
    at.slider(key="learn-tail-guess").set_value(value)
    at.button(key="learn-commit").click().run()
    assert not at.exception


def said_in(at: AppTest) -> str:
    """What the page says, messages too."""
    boxes = [box.value for kind in (at.info, at.warning, at.error) for box in kind]
    return "\n".join([texts(at), *boxes])


def test_a_class_from_both_sides(open_page: Open, queue: FakeQueue, store: RunStore) -> None:
    desk, code, key = opened(open_page)
    students = [joined(open_page, code) for _ in range(3)]
    for value, at in zip((20, 20, 90), students, strict=True):
        assert any(f"class {code}" in caption.value for caption in at.caption)
        commit(at, value)
    records = [store.get(run) for run in queue.submitted]
    assert [record.config.seeds.data for record in records] == [1, 2, 3]
    assert {record.class_code for record in records} == {code}
    as_trained(store, queue.submitted[0], prepared(COURSE[0]))
    students[0].run()
    desk.run()
    assert "3 joined · 3 predicted here · 1 finished" in texts(desk)
    assert texts(desk).count('class="class-mark class-guess" style') == 3
    assert texts(desk).count('class="class-mark class-result" style') == 1
    entries = student.classroom().entries(code, key, 1)
    assert [entry.guess for entry in entries] == [20, 20, 90]
    assert entries[0].result == pytest.approx(float(facts(prepared(COURSE[0]))["last_A"]))
    assert entries[1].result is None


def test_runs_of_a_class_are_in_no_list(open_page: Open, queue: FakeQueue, store: RunStore) -> None:
    _, code, _ = opened(open_page)
    commit(joined(open_page, code))
    commit(open_page("learn", step="1"))
    of_class, alone = queue.submitted
    assert store.get(of_class).config.seeds.data == 1
    arena = open_page("arena")
    keys = {button.key for button in arena.button}
    assert f"open-{alone}" in keys
    assert f"open-{of_class}" not in keys


def test_a_seat_is_not_in_the_link_and_not_given_to_another_browser(open_page: Open) -> None:
    _, code, key = opened(open_page)
    first = joined(open_page, code, step="1")
    assert "seat" not in first.query_params
    assert "seed" not in first.query_params
    other = joined(open_page, code, step="1", seat="1")
    assert "Seat 1 of this link belongs to another browser. You have seat 2." in said_in(other)
    commit(other)
    assert [entry.seat for entry in student.classroom().entries(code, key, 1)] == [2]


def test_the_steps_that_a_teacher_chose_are_those_that_students_see(open_page: Open) -> None:
    desk, code, _ = opened(open_page)
    desk.toggle(key="teach-hold").set_value(True).run()
    early = joined(open_page, code)
    desk.get("button_group")[0].set_value([3, 7, 9]).run()
    assert not desk.exception
    led = student.classroom().lead(code)
    assert led is not None
    assert (led.screen, led.hold) == (3, 3)  # step 1, where they were held, is not among them
    early.run()
    late = joined(open_page, code)
    for at in (early, late):
        assert at.title[0].value == COURSE[2].title
        assert "Step 3, number 1 of 3 here" in texts(at)
        steps = {b.key for b in at.button if b.key and b.key.startswith("learn-step-")}
        assert steps == {"learn-step-0", "learn-step-3", "learn-step-7", "learn-step-9"}
    again = open_page("teach", **{k: desk.query_params[k] for k in ("class", "key")})
    assert again.get("button_group")[0].value == [3, 7, 9]  # a reload does not undo it
    assert [o.split(".")[0] for o in again.selectbox(key="teach-look").options] == ["3", "7", "9"]


def test_a_link_of_chosen_steps_without_a_class(open_page: Open) -> None:
    at = open_page("teach")
    at.get("button_group")[0].set_value([4, 6])
    at.toggle(key="teach-fixed").set_value(True).run()
    at.number_input(key="teach-seed").set_value(12)
    at.checkbox(key="teach-hide-try").check().run()
    assert at.code[0].value.endswith("/learn?step=4&steps=4.6&seed=12&hide=try")
    pupil = open_page("learn", step="4", steps="4.6", seed="12", hide="try")
    assert not pupil.warning
    assert pupil.title[0].value == COURSE[3].title
    pupil.button(key="learn-step-0").click().run()
    assert "all 2 steps" in texts(pupil)
    assert COURSE[4].title not in texts(pupil)


def test_a_class_that_is_held_waits(open_page: Open, queue: FakeQueue) -> None:
    queue.full = True
    desk, code, _ = opened(open_page)
    desk.toggle(key="teach-hold").set_value(True).run()
    at = joined(open_page, code)
    at.button(key="learn-step-2").click().run()
    assert "holds the class at step 1" in said_in(at)
    assert not [b for b in at.button if b.key == "learn-commit"]
    at.button(key="learn-to-class").click().run()
    assert at.title[0].value == COURSE[0].title
    commit(at)
    desk.run()
    assert "1 joined · 1 predicted here · 1 finished" in texts(desk)  # the prepared result counts
    at.radio(key="learn-tail-check").set_value(0).run()
    assert at.button(key="learn-next").disabled
    desk.selectbox(key="teach-look").set_value(2).run()
    at.run()
    assert not at.button(key="learn-next").disabled
    at.button(key="learn-next").click().run()
    assert at.title[0].value == COURSE[1].title
    assert "holds the class" not in said_in(at)


def test_results_wait_until_they_are_shown(
    open_page: Open, queue: FakeQueue, store: RunStore
) -> None:
    desk, code, _ = opened(open_page)
    desk.toggle(key="teach-wait").set_value(True).run()
    at = joined(open_page, code)
    commit(at)
    as_trained(store, queue.submitted[0], prepared(COURSE[0]))
    at.run()
    assert "your run is done. Your teacher shows what came out" in said_in(at)
    assert 'class="verdict' not in texts(at)
    screen = open_page("teach", **{"class": code, "view": "screen"})
    assert "1 joined · 1 predicted · 1 finished" in texts(screen)
    assert '<figure class="class-axis' not in texts(screen)
    desk.run()
    assert '<figure class="class-axis' in texts(desk)
    desk.button(key="teach-show").click().run()
    for page in (at, screen):
        page.run()
        assert not page.exception
    assert 'class="verdict' in texts(at)
    assert '<figure class="class-axis' in texts(screen)


def test_the_projector_has_the_code_the_question_and_no_key(open_page: Open) -> None:
    desk, code, key = opened(open_page)
    desk.selectbox(key="teach-look").set_value(9).run()
    screen = open_page("teach", **{"class": code, "view": "screen"})
    assert screen.title[0].value == COURSE[8].title
    shown = texts(screen)
    assert code in shown
    assert html.escape(COURSE[8].predict.ask) in shown
    assert "data:image/svg+xml" in shown
    assert key not in shown
    assert "key" not in screen.query_params
    assert not screen.button


def test_a_code_is_typed(open_page: Open) -> None:
    _, code, _ = opened(open_page)
    at = open_page("learn")
    at.text_input(key="learn-code").set_value("kite maple 99x").run()
    assert "No class with this code" in said_in(at)
    at.text_input(key="learn-code").set_value(code.lower().replace("-", " ")).run()
    assert any(f"class {code}, seat 1" in caption.value for caption in at.caption)
    assert at.title[0].value == COURSE[0].title


def test_the_end_of_a_class_reaches_its_students(
    open_page: Open, queue: FakeQueue, store: RunStore
) -> None:
    desk, code, _ = opened(open_page)
    at = joined(open_page, code)
    commit(at)
    as_trained(store, queue.submitted[0], prepared(COURSE[0]))
    at.run()
    queue.release()
    desk.button(key="teach-end").click().run()
    assert f"Class {code} has ended" in said_in(desk)
    assert not student.classroom().is_open(code)
    at.button(key="learn-step-2").click().run()
    assert f"Class {code} has ended" in said_in(at)
    assert "You are in class" not in said_in(at)
    assert "class" not in at.query_params
    at.button(key="learn-step-1").click().run()
    assert 'class="verdict' in texts(at)  # what they did is still theirs
    assert "has ended" not in said_in(at)


def test_the_key_of_a_class_is_needed(open_page: Open) -> None:
    code, _ = student.classroom().open()
    at = open_page("teach", **{"class": code, "key": "guessed"})
    assert not at.exception
    assert "key of this class" in at.error[0].value
    assert "joined" not in texts(at)


def test_a_class_that_is_over_does_not_stop_a_student(open_page: Open) -> None:
    at = open_page("learn", step="1", **{"class": "KITE-MAPLE-07"})
    assert not at.exception
    assert "has ended, or was never there" in said_in(at)
    commit(at)
