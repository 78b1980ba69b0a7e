"""An experiment of the gallery: a recorded run, its settings, and the results behind it.

They come from the steps of the course, from the recordings of presets beside this file, and from
experiments of one's own.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from ...config import ExperimentConfig
from ...errors import RunError
from ...experiments.method_text import method_labels
from ...experiments.presets import PRESETS
from ...lessons.course.lesson import Lesson
from ...lessons.course.number_tables import OVER_SEEDS, by_class, by_method
from ...lessons.course.outcome import Outcome
from ...plots.html_parts import Counts
from ...runs.record import ExperimentRecord
from ...runs.results import summaries_of
from ...runs.store import RunStore
from ...viewer.panels import parts_of
from ...viewer.payload import Payload, build_payload, unpack_payload
from ..offline import PANELS, packed, results_section, seeds_sentence
from ..recording import record_all
from ..results import data_notes
from .pictures import Picture, class_counts, training_picture
from .shell import table

COURSE, PRESET, OWN = "course", "preset", "own"
COURSE_PANELS = ("plane", "curves", "bars", "table")
"""What can be drawn of the runs of the steps, which keep less than others."""
LEVEL = 9
"""Of gzip: a site is written once and loaded often."""
RECORDINGS = Path(str(files(__package__) / "recordings"))


@dataclass(frozen=True)
class Exhibit:
    """A run to play."""

    name: str
    """Of its files"""
    group: str
    title: str
    look: str
    """What there is to see"""
    config: ExperimentConfig
    payload: Payload
    panels: tuple[str, ...]
    seeds: str
    """Which seed is shown, in words"""
    kept: str
    """Which epochs can be stepped through, in words; empty if all"""
    results: str
    """The results behind the picture as HTML"""
    notes: tuple[str, ...]
    counts: Counts
    picture: Picture

    @property
    def packed(self) -> str:
        """The payload with the view's options as compressed base64."""
        return packed(self.payload, self.panels, LEVEL)

    @property
    def shows_images(self) -> bool:
        """Whether the view has thumbnails or pictures of the data."""
        names = {field["name"] for field in self.payload.meta["static"]}
        return bool(names & {"thumbs", "gallery_pictures"})


def of_step(lesson: Lesson, outcome: Outcome, numbers: Mapping[str, float | str]) -> Exhibit:
    """The recorded run of a step; ``numbers`` are its `facts`."""
    scene, config = outcome.scenes[0], outcome.config
    payload = build_payload(
        lesson.name,
        scene,
        method_labels(config.methods),
        outcome.film,
        config.epochs,
        "done",
        parts=parts_of(COURSE_PANELS),
    )
    seeds = seeds_sentence(config)
    if (repeats := config.seeds.repeats) > 1:
        seeds = f"The run is the first of {repeats} seeds: {_first_seeds(config)}."
    kept, recorded = len(outcome.film), len(outcome.curves[0])
    return Exhibit(
        lesson.name,
        COURSE,
        f"Step {lesson.number}: {lesson.title}",
        lesson.predict.ask,
        config,
        payload,
        COURSE_PANELS,
        seeds,
        f"{kept} of its {recorded} recorded epochs are kept here." if kept < recorded else "",
        f"<h2>The numbers of this run</h2>{number_tables(outcome, numbers)}",
        tuple(data_notes(scene)),
        class_counts(scene),
        training_picture(config, scene),
    )


def of_preset(path: Path) -> Exhibit:
    """A recording that `recordings.py` wrote; a damaged one raises `RunError`."""
    try:
        origin = json.loads(path.with_suffix(".json").read_text("utf-8"))
        payload = unpack_payload(gzip.decompress(path.read_bytes()))
        config = ExperimentConfig.from_dict(origin["config"])
        preset = PRESETS[path.stem]
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise RunError(
            f"Expected a recording of a preset in {path.name}, but got: {error}. "
            "Install Harmony again, or run `python -m harmony_core.export.site.recordings`."
        ) from error
    meta = payload.meta["scene"]
    counts: Counts = tuple(zip(meta["classes"], meta["train_counts"], strict=True))
    measured = f"Measured over ten seeds. {preset.sentence} This one run may differ."
    return Exhibit(
        f"preset-{preset.name}",
        PRESET,
        preset.title,
        preset.look,
        config,
        payload,
        tuple(origin["panels"]),
        seeds_sentence(config),
        origin["kept"],
        "",
        (measured, *meta["notes"]),
        counts,
        training_picture(config),
    )


def of_experiment(store: RunStore, record: ExperimentRecord, max_bytes: int) -> Exhibit:
    """One's own experiment, with as many epochs as fit into ``max_bytes``."""
    scene = store.scene(record.id)
    recording = record_all(
        store, record, PANELS, max_bytes=max_bytes,
        size=lambda payload: len(packed(payload, PANELS, LEVEL)), with_bands=True,
    )  # fmt: skip
    return Exhibit(
        f"own-{record.id}",
        OWN,
        record.title or f"Experiment {record.id}",
        "",
        record.config,
        recording.payload,
        PANELS,
        seeds_sentence(record.config),
        recording.sentence,
        results_section(summaries_of(store, record), scene),
        tuple(data_notes(scene)),
        class_counts(scene),
        training_picture(record.config, scene),
    )


def number_tables(outcome: Outcome, numbers: Mapping[str, float | str]) -> str:
    """The figures of a step's run by method and by class, as HTML."""
    tables = table(by_method(outcome, numbers), marks=True) + table(by_class(outcome))
    if outcome.config.seeds.repeats > 1:
        tables += f'<p class="quiet">{OVER_SEEDS}</p>'
    return tables


def _first_seeds(config: ExperimentConfig) -> str:
    one = config.seeds.of_repeat(0)
    return f"data {one.data}, initial weights {one.init}, order {one.order}"
