"""The steps of a slider, and times in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pages._arena.controls import nice_step, steps
from pages._shared.status import age, duration


def test_steps_hold_both_ends_and_the_present_value() -> None:
    assert steps(20, 1000, 37, whole=True) == [20, 37, 50, 100, 200, 500, 1000]
    assert steps(0.001, 0.1, 0.03, whole=False) == [
        0.001,
        0.002,
        0.005,
        0.01,
        0.02,
        0.03,
        0.05,
        0.1,
    ]


def test_steps_from_zero_begin_with_zero() -> None:
    ladder = steps(0.0, 10.0, 1.0, whole=False)
    assert ladder[0] == 0
    assert ladder[-1] == 10
    assert len(ladder) < 25


@pytest.mark.parametrize(("span", "step"), [(1.0, 0.01), (3.0, 0.05), (1.75, 0.02), (0.1, 0.001)])
def test_a_step_is_a_round_number(span: float, step: float) -> None:
    assert nice_step(span) == pytest.approx(step)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3.21, "3.2 s"), (48, "48 s"), (300, "5 min"), (7800, "2 h 10 min")],
)
def test_durations_are_short(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "now"), (250, "4 min"), (3 * 3600 + 60, "3 h"), (86_400 * 12, "12 d")],
)
def test_ages_are_rough(seconds: float, words: str) -> None:
    stamp = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()
    assert age(stamp) == words


@pytest.mark.parametrize("stamp", ["", "yesterday"])
def test_an_unknown_time_has_no_age(stamp: str) -> None:
    assert age(stamp) == ""
