"""The sentence about a finished experiment is true of its numbers, and says how sure they are."""

from __future__ import annotations

import numpy as np

from harmony_core.analysis.summary import MethodSummary, SeedValues
from harmony_core.analysis.takeaway import takeaway

UNEVEN, EVEN = np.array([90, 30, 3]), np.array([30, 30, 30])


def method(label: str, accuracy: tuple[float, ...], head: float, tail: float) -> MethodSummary:
    n = len(accuracy)
    values = {"balanced_accuracy": accuracy, "head": (head,) * n, "tail": (tail,) * n}
    return MethodSummary(label, {name: SeedValues(v) for name, v in values.items()}, ())


def test_one_seed_is_said_to_be_one_seed() -> None:
    said = takeaway([method("A", (0.8,), 0.99, 0.5), method("B", (0.9,), 0.95, 0.8)], UNEVEN)
    assert said == (
        "On one seed, B ends with the highest balanced accuracy, 90.0 %, 10.0 points above A. "
        "One seed cannot tell a gain from luck. Compared with A, B recognises 30.0 points more of "
        "the rarest classes and 4.0 points less of the most frequent ones."
    )


def test_what_looks_equal_is_a_tie() -> None:
    a, b, c = (
        method(name, (value,), 0.9, 0.6) for name, value in (("A", 0.9), ("B", 0.90003), ("C", 0.7))
    )
    assert (
        takeaway([a, b], UNEVEN)
        == "On one seed, all methods end at 90.0 % balanced accuracy: a tie."
    )
    assert "A and B tie at the highest balanced accuracy, 90.0 %." in takeaway([a, b, c], UNEVEN)
    assert "luck" not in takeaway([a, b, c], UNEVEN)


def test_a_distance_of_no_tenth_of_a_point_is_a_tie_on_either_side_of_a_rounding() -> None:
    a, b = method("A", (0.90049,), 0.9, 0.6), method("B", (0.90051,), 0.9, 0.6)
    assert takeaway([a, b], UNEVEN).startswith(
        "On one seed, all methods end at 90.0 to 90.1 % balanced accuracy: a tie."
    )
    three = takeaway([a, b, method("C", (0.7,), 0.9, 0.6)], UNEVEN)
    assert "A and B tie at the highest balanced accuracy, 90.0 to 90.1 %." in three
    assert "above" not in three


def test_several_seeds_are_clear_or_not() -> None:
    a = method("A", (0.80, 0.81, 0.79), 0.9, 0.6)
    clear = takeaway([a, method("B", (0.90, 0.91, 0.89), 0.9, 0.6)], UNEVEN)
    assert clear.startswith("Over 3 seeds, B ends")
    assert "The difference is clear" in clear
    assert "as much of the rarest classes and as much of the most frequent ones" in clear
    assert "no clear difference" in takeaway([a, method("B", (0.9, 0.7, 0.85), 0.9, 0.6)], UNEVEN)


def test_even_data_have_no_rare_classes() -> None:
    two = [method("A", (0.8,), 0.99, 0.5), method("B", (0.9,), 0.95, 0.8)]
    assert "rarest" not in takeaway(two, EVEN)
    assert "rarest" in takeaway(two[:1], UNEVEN)
    assert takeaway([], EVEN) == ""
