"""What may follow the view on a page of an experiment, by the name that a page declares."""

from __future__ import annotations

from collections.abc import Callable

from harmony_core.runs.record import ExperimentRecord

from .._shared.page import load
from .downloads import downloads
from .epoch_sections import microscope_now, place_problem, pull_now, sandbox_now
from .experiment_page import ExperimentPage
from .posthoc import posthoc
from .results import results
from .starvation_note import starvation_note

Part = Callable[[ExperimentRecord, ExperimentPage, int], None]
PARTS: dict[str, Part] = {
    "results": lambda record, page, repeat: results(record),
    "posthoc": lambda record, page, repeat: posthoc(record, repeat),
    "starvation_note": lambda record, page, repeat: starvation_note(record, repeat),
    "microscope": lambda record, page, repeat: microscope_now(record, repeat),
    "pull": lambda record, page, repeat: pull_now(record, repeat),
    "sandbox": lambda record, page, repeat: sandbox_now(record, repeat),
    "downloads": downloads,
}
"""The parts; a page may also name one of its own as ``module:function``."""
AFTER_TRAINING = ("results", "posthoc", "starvation_note", "pull")


def below_the_view(record: ExperimentRecord, page: ExperimentPage, repeat: int) -> None:
    """Draw what ``page`` declares, without results while the experiment is still training."""
    place_problem(record, repeat)
    for name in page.below:
        if record.active and name in AFTER_TRAINING:
            continue
        part = PARTS[name] if name in PARTS else load(name)
        part(record, page, repeat)
