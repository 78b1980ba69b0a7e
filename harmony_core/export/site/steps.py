"""What the browser needs of a step: its recorded numbers, and its texts and conditions as trees."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...analysis.intervals import mean_interval
from ...errors import ConfigError
from ...lessons.course.expression import template, tree
from ...lessons.course.facts import LETTERS, seed_values
from ...lessons.course.lesson import AxisRow, Lesson
from ...lessons.course.outcome import Outcome

Seeds = Mapping[str, tuple[float, ...]]


def given(kind: str, name: str, value: object) -> str:
    """A script that gives the page ``value``: a page on disk may not fetch, but it runs scripts."""
    words = ", ".join(_json(word) for word in (kind, name, value))
    return f"harmonySite.give({words});\n"


def step_data(
    lesson: Lesson,
    outcome: Outcome,
    numbers: Mapping[str, float | str],
    slots: list[list[object]],
) -> dict[str, Any]:
    """Everything of a step that depends on the prediction; ``slots`` are the gaps of its formulas.

    ``numbers`` are the `facts` of the recorded run, at full precision.
    """
    seeds = seed_values(outcome)
    texts = {"right": lesson.right, "wrong": lesson.wrong, "high": lesson.high, "low": lesson.low}
    return {
        "number": lesson.number,
        "name": lesson.name,
        "panels": list(lesson.panels),
        "facts": dict(numbers),
        "predict": _predict(lesson),
        "texts": {name: template(text) for name, text in texts.items()},
        "result": tree(lesson.result),
        "after": template(lesson.after),
        "slots": slots,
        "notes": [template(formula.note) for formula in lesson.formulas],
        "axes": [
            {
                "name": axis.name,
                "unit": axis.unit,
                "low": axis.low,
                "high": axis.high,
                "bet": axis.bet,
                "rows": [_row(row, seeds, lesson) for row in axis.rows],
            }
            for axis in lesson.axes
        ],
        "answers": [{"why": one.why, "right": one.right} for one in lesson.answers],
        "plane": _plane(outcome) if lesson.predict.kind == "line" else None,
    }


def _predict(lesson: Lesson) -> dict[str, Any]:
    predict = lesson.predict
    return {
        "kind": predict.kind,
        "ask": predict.ask,
        "low": predict.low,
        "high": predict.high,
        "step": predict.step,
        "unit": predict.unit,
        "near": predict.near,
        "axis": predict.axis,
        "truth": tree(predict.truth) if predict.truth else None,
        "options": [
            {
                "key": option.key,
                "text": option.text,
                "when": tree(option.when) if option.when else None,
                "said": template(option.said),
                "range": list(option.range),
            }
            for option in predict.options
        ],
    }


def _row(row: AxisRow, seeds: Seeds, lesson: Lesson) -> dict[str, Any]:
    return {
        "name": template(row.name),
        "of": tree(row.of) if row.of else None,
        "seeds": _seeded(row.seeds, seeds, lesson) if row.seeds else None,
        "method": LETTERS.index(row.method) if row.method else None,
        "yours": row.yours,
    }


def _seeded(name: str, seeds: Seeds, lesson: Lesson) -> dict[str, Any]:
    values = seeds.get(name, ())
    if not values:
        raise ConfigError(
            f"Expected a number of every seed in `axes` of step {lesson.number}, but got {name!r}. "
            f"Use one of: {', '.join(sorted(seeds))}."
        )
    mean = sum(values) / len(values)
    interval = mean_interval(values) if len(values) > 1 else (mean, mean)
    return {"values": list(values), "mean": mean, "interval": [float(v) for v in interval]}


def _plane(outcome: Outcome) -> dict[str, Any]:
    """The decisions of the network and of Bayes, and the balanced density, by cell of the plane."""
    scene, frame = outcome.scenes[0], outcome.last[0][0]
    if scene.extent is None or frame.grid_class is None or scene.bayes_class is None:
        raise ConfigError("Expected a lesson with a drawn line to have two classes in the plane.")
    return {
        "extent": [float(v) for v in scene.extent],
        "side": len(frame.grid_class),
        "network": "".join(map(str, frame.grid_class.ravel().tolist())),
        "best": "".join(map(str, scene.bayes_class.ravel().tolist())),
        "density": scene.bayes_density.ravel().astype(float).tolist(),  # type: ignore[union-attr]
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
