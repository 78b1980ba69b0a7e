"""A lesson trained here and now, small: every text has its numbers, on all data it allows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harmony_core.config import ExperimentConfig, RecordConfig
from harmony_core.errors import RunError
from harmony_core.experiments.complete import complete
from harmony_core.lessons.course.expression import fill
from harmony_core.lessons.course.feedback import feedback
from harmony_core.lessons.course.lesson import Lesson, lessons
from harmony_core.lessons.course.outcome import FILM, Outcome, from_store, load, save
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore

COURSE = lessons()
ALLOWED = [
    (lesson, name) for lesson in COURSE for name in (lesson.scenarios or ("",)) if lesson.scenarios
] + [(COURSE[2], ""), (COURSE[8], "")]


def small(config: ExperimentConfig) -> ExperimentConfig:
    data = replace(config.data, params={**config.data.params, "n_max": 300, "test_per_class": 20})
    record = RecordConfig(grid=16, tracked=40, bins=20)
    return complete(replace(config, data=data, epochs=8, record=record))


def trained(folder: Path, config: ExperimentConfig) -> Outcome:
    store = RunStore(folder)
    run = store.create(config).id
    with pytest.raises(RunError, match="to be finished"):
        from_store(store, store.get(run))
    execute(store, run)
    return from_store(store, store.get(run))


@pytest.mark.parametrize(
    ("lesson", "scenario"), ALLOWED, ids=lambda one: getattr(one, "name", one) or "own"
)
def test_a_lesson_on_data_it_allows(lesson: Lesson, scenario: str, tmp_path: Path) -> None:
    config = small(lesson.with_seed(3, scenario))
    assert config.data.name == (scenario or lesson.config.data.name)
    outcome = trained(tmp_path, config)
    assert len(outcome.film) <= FILM
    assert [row[0].epoch for row in outcome.film][-1] == config.epochs
    guess = {"number": 20.0, "choice": "some", "line": ((-1.0, 0.0), (1.0, 0.0))}
    told = feedback(lesson, outcome, guess[lesson.predict.kind])  # type: ignore[arg-type]
    for text in (told.text, lesson.after, *(f.note + f.latex for f in lesson.formulas)):
        assert "nan" not in fill(text, told.numbers)
    save(tmp_path / "kept.npz", outcome)
    again = feedback(lesson, load(tmp_path / "kept.npz"), guess[lesson.predict.kind])  # type: ignore[arg-type]
    assert again.text == told.text


def test_features_are_judged_by_a_new_last_layer(tmp_path: Path) -> None:
    """On classes that lie far apart, features allow nearly everything that can be known."""
    config = small(COURSE[0].config)
    far = replace(config.data, params={**config.data.params, "spread": 0.3})
    record = replace(config.record, embedding=True, landmarks=400)
    outcome = trained(tmp_path, replace(config, data=far, record=record, epochs=20))
    assert outcome.probes[0][0] > 0.9
    assert outcome.probes[0][0] >= outcome.last[0][0].balanced_accuracy - 0.05
