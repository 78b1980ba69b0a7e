"""The order that the names of classes declare: numbers, ranges, number words and grades."""

from __future__ import annotations

import re

_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen", "twenty",
)  # fmt: skip
SCALES: tuple[tuple[str, ...], ...] = (
    ("very low", "low", "medium", "high", "very high"),
    ("very small", "small", "medium", "large", "very large"),
    ("none", "minimal", "mild", "moderate", "severe", "critical"),
    ("very poor", "poor", "fair", "good", "very good", "excellent"),
    ("very bad", "bad", "ok", "good", "very good", "excellent"),
    ("never", "rarely", "sometimes", "often", "always"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("unacc", "acc", "good", "vgood"),
)
"""Grades from the lowest to the highest; a file may use some of them."""
_SAME = {"average": "medium", "mid": "medium", "middle": "medium", "big": "large", "okay": "ok"}
_NUMBER = re.compile(
    r"^([<>≤≥=~ ]*)(-?\d+(?:\.\d+)?)(?:\s*(?:-|–|to|\.\.)\s*-?\d+(?:\.\d+)?)?\s*\+?$"
)
OTHERS = 1
"""Classes that may stand outside the order, such as ``draw`` beside a number of moves."""


def class_order(names: tuple[str, ...]) -> tuple[list[int], str]:
    """Positions of the classes from the lowest to the highest, and the kind of their order.

    Empty if the names declare none; at most `OTHERS` classes are left out of it.

    >>> class_order(("10", "9", "11")), class_order(("low", "high", "medium"))
    (([1, 0, 2], 'numbers'), ([0, 2, 1], 'grades'))
    >>> class_order(("cat", "dog"))
    ([], '')
    """
    plain = [re.sub(r"[\s_-]+", " ", name).strip().lower() for name in names]
    plain = [_SAME.get(word, word) for word in plain]
    readings: list[tuple[str, list[float | None]]] = [
        ("numbers", [_number(name.strip().lower()) for name in names]),
        ("number words", [_place(word, _WORDS) for word in plain]),
        *(("grades", [_place(word, scale) for word in plain]) for scale in SCALES),
    ]
    for kind, values in readings:
        known = [(v, i) for i, v in enumerate(values) if v is not None]
        enough = len(known) >= max(len(names) - OTHERS, 3)
        if enough and len({v for v, _ in known}) == len(known):
            return [i for _, i in sorted(known)], kind
    return [], ""


def _place(word: str, scale: tuple[str, ...]) -> float | None:
    return float(scale.index(word)) if word in scale else None


def _number(name: str) -> float | None:
    found = _NUMBER.match(name)
    if found is None:
        return None
    # "<18" comes before "18-25", and ">65" after "26-65".
    return float(found[2]) + 0.5 * ((">" in found[1]) - ("<" in found[1]))
