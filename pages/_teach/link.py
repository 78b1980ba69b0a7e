"""The link for students: the steps it shows, what it fixes, and what it hides.

With a class open, the same controls say what holds for the class, and its link stays short.
"""

from __future__ import annotations

import streamlit as st

from harmony_core.data import DATASETS
from harmony_core.lessons.classroom.place import (
    CODE,
    HIDEABLE,
    MOST_SEED,
    CoursePlace,
    from_query,
)
from harmony_core.lessons.course.lesson import Lesson

from .._learn.class_seat import classroom
from .._shared.messages import messages
from .._shared.widgets import set_widget
from .joining import address, class_address

AS_WRITTEN = "As in each step"
_OF_CLASS = "teach link of class"


def link_desk(course: tuple[Lesson, ...]) -> None:
    """The controls, and the link that they make."""
    code, key = st.query_params.get("class", ""), st.query_params.get("key", "")
    led = classroom().lead(code) if CODE.fullmatch(code) and key else None
    if led is not None and st.session_state.get(_OF_CLASS) != code:
        st.session_state[_OF_CLASS] = code
        _restore(from_query(dict(led.link), len(course)), course)
    place = _controls(course)
    if led is None:
        st.markdown("**The link for your students**")
        st.code(address(place), language=None, wrap_lines=True)
        st.caption("Progress is kept in each student’s own browser. No account is needed.")
        return
    with messages():
        classroom().change_lead(code, key, link=place.query())
        st.markdown(f"**The link into class {code}**")
        st.code(class_address(code), language=None, wrap_lines=True)
        st.caption(
            "What is chosen here holds for everybody in the class, also for those who typed the "
            "code. A change reaches them within seconds."
        )


def _controls(course: tuple[Lesson, ...]) -> CoursePlace:
    numbers = [lesson.number for lesson in course]
    if "teach-chosen" not in st.session_state:
        st.session_state["teach-chosen"] = numbers
    left, right = st.columns(2, gap="large")
    with left:
        chosen = st.pills(
            "Steps that students see",
            numbers,
            selection_mode="multi",
            key="teach-chosen",
            format_func=lambda number: f"{number}. {course[number - 1].title}",
        )
        some = frozenset(chosen) or frozenset(numbers)
        if not chosen:
            st.caption("Nothing is chosen: students see all steps.")
        else:
            minutes = sum(lesson.minutes for lesson in course if lesson.number in some)
            st.caption(f"{len(some)} steps, about {minutes} minutes.")
        fixed = st.toggle(
            "Same seed for everybody",
            key="teach-fixed",
            help="Off: each student of a class has a seed of their own, so results differ.",
        )
        seed = None
        if fixed:
            seed = int(st.number_input("Seed", 0, MOST_SEED, 0, key="teach-seed"))
        free = sorted({name for lesson in course for name in lesson.scenarios})
        titles = {"": AS_WRITTEN, **{name: DATASETS[name].title for name in free}}
        scenario = st.selectbox(
            "Data",
            list(titles),
            key="teach-scenario",
            format_func=titles.__getitem__,
            help="Used in the steps that work with any of these data: "
            + ", ".join(str(lesson.number) for lesson in course if lesson.scenarios)
            + ".",
        )
    with right:
        st.markdown("**Hide from students**")
        hide = {
            name for name, text in HIDEABLE.items() if st.checkbox(text, key=f"teach-hide-{name}")
        }
    return CoursePlace(
        min(some),
        seed=seed,
        scenario=str(scenario),
        hide=frozenset(hide),
        steps=frozenset() if len(some) == len(course) else some,
    )


def _restore(place: CoursePlace, course: tuple[Lesson, ...]) -> None:
    """Make the controls show what holds for the class: it may have been fixed in another visit."""
    steps = sorted(place.steps) or [lesson.number for lesson in course]
    set_widget("teach-chosen", steps)
    set_widget("teach-fixed", place.seed is not None)
    if place.seed is not None:
        set_widget("teach-seed", place.seed)
    set_widget("teach-scenario", place.scenario)
    for name in HIDEABLE:
        set_widget(f"teach-hide-{name}", name in place.hide)
