"""The course by its controls: every step from a prediction to its check, and the teacher's desk."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from harmony_core.lessons.course.expression import number
from harmony_core.lessons.course.facts import facts
from harmony_core.lessons.course.feedback import feedback, happened
from harmony_core.lessons.course.lesson import Lesson, lessons
from harmony_core.lessons.course.outcome import Outcome
from harmony_core.lessons.course.prepare import prepared
from harmony_core.lessons.glossary.terms import glossary
from harmony_core.runs.store import RunStore
from pages._learn import class_seat as student
from pages._learn import training

from .conftest import FakeQueue, Open, texts
from .course import as_trained

COURSE = lessons()
EVERY = pytest.mark.parametrize("lesson", COURSE, ids=lambda lesson: lesson.name)


@pytest.fixture(autouse=True)
def fresh() -> None:
    """A server without classes and without runs."""
    student.classroom.clear()
    training.runs_by_config.clear()


def predict(at: AppTest, lesson: Lesson, outcome: Outcome, right: bool) -> Any:
    """Make a right or a wrong prediction with the controls and commit to it."""
    known = facts(outcome)
    wanted = lesson.predict
    guess: Any = None
    if wanted.kind == "number":
        truth = number(wanted.truth, known)
        step = wanted.low + wanted.step * round((truth - wanted.low) / wanted.step)
        guess = step if right else (wanted.high if truth < wanted.high / 2 else wanted.low)
        at.slider(key=f"learn-{lesson.name}-guess").set_value(guess)
    elif wanted.kind == "choice":
        true = happened(lesson, known).key
        guess = true if right else next(o.key for o in wanted.options if o.key != true)
        at.radio(key=f"learn-{lesson.name}-guess").set_value(guess).run()
    else:  # the boundary of the network lies deep in the lower class
        low, high = (-1.1, -0.5) if right else (2.0, 2.0)
        at.slider(key=f"learn-{lesson.name}-left").set_value(low)
        at.slider(key=f"learn-{lesson.name}-right").set_value(high)
    at.button(key="learn-commit").click().run()
    assert not at.exception
    return guess


def verdict(at: AppTest) -> str | None:
    found = re.search(r'data-right="(true|false)"', texts(at))
    return found[1] if found else None


def answer(at: AppTest, lesson: Lesson, right: bool) -> int:
    chosen = next(i for i, one in enumerate(lesson.answers) if one.right is right)
    at.radio(key=f"learn-{lesson.name}-check").set_value(chosen).run()
    assert not at.exception
    return chosen


@EVERY
@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
def test_a_step_from_its_prediction_to_its_end(
    open_page: Open, queue: FakeQueue, lesson: Lesson, right: bool
) -> None:
    """Without a worker: the prepared result is there at once, and the feedback quotes it."""
    queue.full = True
    outcome = prepared(lesson)
    at = open_page("learn", step=str(lesson.number))
    assert at.title[0].value == lesson.title
    assert verdict(at) is None
    assert not [e for e in at.radio if e.key and e.key.endswith("-check")]
    guess = predict(at, lesson, outcome, right)
    assert verdict(at) == str(right).lower()
    said = texts(at)
    if guess is not None:
        told = feedback(lesson, outcome, guess)
        assert told.text.strip() in said
        for figure in re.findall(r"\d+\.\d", told.text):
            assert figure in said
    assert "prepared result" in said
    assert said.count('<figure class="one-axis') >= 1
    assert len(at.latex) >= len(lesson.formulas)
    chosen = answer(at, lesson, right)
    box = at.success if right else at.info
    assert lesson.answers[chosen].why in box[0].value
    assert at.query_params["done"] in (str(lesson.number), [str(lesson.number)])


def test_the_whole_course_in_one_visit(open_page: Open, queue: FakeQueue) -> None:
    queue.full = True
    at = open_page("learn")
    at.button(key="learn-begin").click().run()
    for lesson in COURSE:
        assert at.title[0].value == lesson.title
        predict(at, lesson, prepared(lesson), right=False)
        answer(at, lesson, right=True)
        if lesson is not COURSE[-1]:
            at.button(key="learn-next").click().run()
    assert "You have done all" in texts(at)
    assert f"{len(COURSE)} of {len(COURSE)} steps played, 0 predicted right." in texts(at)
    at.button(key="learn-over").click().run()
    assert at.title[0].value == COURSE[0].title
    assert "done" not in at.query_params


def test_the_start_page_says_for_whom_and_how_long(open_page: Open, queue: FakeQueue) -> None:
    queue.full = True
    at = open_page("learn")
    minutes = sum(lesson.minutes for lesson in COURSE)
    for said in ("For whom", "What you need", f"About {minutes} minutes", "What is kept"):
        assert said in texts(at)
    assert "Your predictions</" not in texts(at)
    at.button(key="learn-begin").click().run()
    predict(at, COURSE[0], prepared(COURSE[0]), right=True)
    at.button(key="learn-step-0").click().run()
    assert not at.exception
    assert "1 of 11 steps played, 1 predicted right." in texts(at)
    assert "step" not in at.query_params
    assert at.button(key="learn-begin").label == "Begin with step 1"
    at.button(key="learn-step-1").click().run()
    answer(at, COURSE[0], right=True)
    at.button(key="learn-step-0").click().run()
    assert at.button(key="learn-begin").label == "Continue with step 2"


def test_a_link_that_sends_somewhere_has_no_start_page(open_page: Open) -> None:
    for query in ({"hide": "steps"}, {"seed": "3"}, {"scenario": "clouds"}):
        assert open_page("learn", **query).title[0].value == COURSE[0].title


def test_what_is_on_the_controls_stays_when_another_step_is_opened(open_page: Open) -> None:
    at = open_page("learn", step="1")
    at.slider(key="learn-tail-guess").set_value(65).run()
    at.button(key="learn-step-9").click().run()
    at.radio(key="learn-both-guess").set_value("some").run()
    at.button(key="learn-step-3").click().run()
    at.slider(key="learn-shift-left").set_value(-1.0).run()
    at.button(key="learn-step-1").click().run()
    assert at.slider(key="learn-tail-guess").value == 65
    at.button(key="learn-step-9").click().run()
    assert at.radio(key="learn-both-guess").value == "some"
    at.button(key="learn-step-3").click().run()
    assert at.slider(key="learn-shift-left").value == pytest.approx(-1.0)
    assert not at.exception


def test_a_word_opens_beside_the_text(open_page: Open) -> None:
    at = open_page("learn", step="1")
    said = texts(at)
    for term in COURSE[0].terms:
        (found,) = (one for one in glossary() if one.name == term)
        assert found.sentence in html.unescape(said)
    assert '<div class="glossary-word">' in said


def test_the_feedback_is_of_the_student_s_own_run(
    open_page: Open, queue: FakeQueue, store: RunStore
) -> None:
    """A run with another result than the prepared one is what the feedback quotes."""
    lesson = COURSE[0]
    outcome = prepared(lesson)
    at = open_page("learn", step="1", seed="5")
    at.slider(key="learn-tail-guess").set_value(0)
    at.button(key="learn-commit").click().run()
    (run,) = queue.submitted
    assert store.get(run).config.seeds.data == 5
    assert verdict(at) is None  # it has not been trained yet
    frame = outcome.last[0][0]
    confusion = frame.confusion.copy()
    confusion[-1] = 0
    confusion[-1, 0] = 243
    confusion[-1, -1] = 7
    changed = replace(frame, confusion=confusion)
    film = (*outcome.film[:-1], (changed,))
    as_trained(store, run, replace(outcome, film=film, last=((changed,),)))
    at.run()
    assert not at.exception
    assert verdict(at) == "true"
    assert "3 of 100" in texts(at)  # 7 of 250
    assert "prepared result" not in texts(at)


def test_equal_runs_are_trained_once(open_page: Open, queue: FakeQueue) -> None:
    for _ in range(3):
        at = open_page("learn", step="2")
        at.button(key="learn-commit").click().run()
    assert len(queue.submitted) == 1
    at = open_page("learn", step="2", seed="1")
    at.button(key="learn-commit").click().run()
    assert len(queue.submitted) == 2


def test_a_crowd_sees_the_prepared_result_at_once(open_page: Open, queue: FakeQueue) -> None:
    for seed in range(training.CROWD + 1):
        at = open_page("learn", step="1", seed=str(seed))
        at.button(key="learn-commit").click().run()
    assert len(queue.submitted) == training.CROWD + 1  # they still have runs of their own
    assert verdict(at) is not None
    assert "prepared result" in texts(at)


def test_the_prepared_result_can_be_had_and_left_again(
    open_page: Open, queue: FakeQueue, store: RunStore
) -> None:
    lesson = COURSE[1]
    at = open_page("learn", step="2")
    at.button(key="learn-commit").click().run()
    at.button(key="learn-prepared").click().run()
    assert verdict(at) is not None
    assert "Your own run is at epoch 0" in texts(at)
    as_trained(store, queue.submitted[0], prepared(lesson))
    at.run()
    at.button(key="learn-own").click().run()
    assert not at.exception
    assert "prepared result" not in texts(at)
    at.button(key="learn-again").click().run()
    assert verdict(at) is None
    assert at.button(key="learn-commit")


def test_a_choice_is_needed_before_the_run(open_page: Open) -> None:
    at = open_page("learn", step="9")
    assert at.button(key="learn-commit").disabled


def test_what_a_teacher_hides_is_not_there(open_page: Open, queue: FakeQueue) -> None:
    queue.full = True
    at = open_page("learn", step="9", hide="steps.try.formulas.prepared.pages")
    assert not [b for b in at.button if b.key and b.key.startswith("learn-step-")]
    predict(at, COURSE[8], prepared(COURSE[8]), right=True)
    assert verdict(at) == "true"
    links = [link.proto.page for link in at.get("page_link")]
    assert "arena" not in links
    answer(at, COURSE[8], right=True)
    assert not [b for b in at.button if b.key == "learn-next"]
    assert not [c for c in at.selectbox if c.key == "learn-sample"]
    assert at.query_params["hide"] in ("steps.try.prepared.formulas.pages",) or (
        at.query_params["hide"] == ["steps.try.prepared.formulas.pages"]
    )


def test_a_link_that_is_nonsense_is_reported_and_the_course_begins(open_page: Open) -> None:
    at = open_page("learn", step="99")
    assert not at.exception
    assert "from 1 to 11" in at.warning[0].value
    assert at.title[0].value == COURSE[0].title


def test_the_formula_under_the_microscope(open_page: Open, queue: FakeQueue) -> None:
    queue.full = True
    at = open_page("learn", step="9")
    predict(at, COURSE[8], prepared(COURSE[8]), right=True)
    for name, sign in (("weighted", "u_y"), ("focal", "(1 - p_y)^2"), ("harmonized", r"\log \pi")):
        at.session_state["learn-loss"] = name
        at.run()
        assert not at.exception
        assert any(rf"\boldsymbol{{{sign}}}" in formula.value for formula in at.latex)
    alt = re.search(r'<figure class="lesson-density"><img [^>]*alt="([^"]+)"', texts(at))
    assert alt is not None
    assert "The sample is in region" in alt[1]


def test_the_notes_of_every_step_are_on_the_desk(open_page: Open) -> None:
    said = texts(open_page("teach"))
    for lesson in COURSE:
        assert lesson.notes.aim in said


def test_the_glossary_shows_all_terms_or_one(open_page: Open) -> None:
    at = open_page("glossary")
    said = texts(at)
    for term in glossary():
        assert f'id="{term.slug}"' in said
    at = open_page("glossary", term="long-tail")
    assert at.selectbox(key="glossary-term").value == "long tail"
    assert texts(at).count("<article") == 1
    at.selectbox(key="glossary-term").set_value("margin").run()
    assert 'id="margin"' in texts(at)
    at = open_page("glossary", term="nonsense")
    assert "not in the glossary" in at.warning[0].value
