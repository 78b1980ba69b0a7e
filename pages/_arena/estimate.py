"""How long training will take on this machine, from the speed of earlier experiments.

Speed is samples × methods per second, evaluation on the test set included, in the newest experiment
on such data with the same network, batch size and device. A sharpness-aware method counts twice.
Without such an experiment there is no estimate.
"""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.errors import HarmonyError
from harmony_core.experiments.complete import complete
from harmony_core.runs.store import RunStore

from .._shared.backend import store
from .._shared.status import duration
from .preview import image_counts

LOOKED_AT = 20
"""Newest experiments searched for a speed."""
WORTH_SAYING = 5.0
"""Shorter trainings, in seconds, need no warning."""


def estimate(config: ExperimentConfig) -> None:
    """One line on how long ``config`` will take, if that is known and long enough."""
    seconds = seconds_for(store(), config)
    if seconds is not None and seconds >= WORTH_SAYING:
        st.caption(
            f":material/schedule: Training takes about **{_rounded(seconds)}** on this machine: "
            "an estimate from the speed of earlier experiments with this network here.",
        )


def seconds_for(runs: RunStore, config: ExperimentConfig) -> float | None:
    """Seconds that ``config`` would take, or None without an earlier experiment to compare."""
    try:
        wanted = complete(config)
    except HarmonyError:
        return None
    pace: float | None = None
    size = sum(n for _, n in image_counts(wanted.data))
    for run in runs.ids()[:LOOKED_AT]:
        if (known := _known(runs, run)) is None:
            continue
        past, rate, samples = known
        if past.data == wanted.data:
            size = size or samples
        if pace is None and _alike(past) == _alike(wanted):
            pace = rate * samples * passes(past)
        if pace and size:
            epochs = wanted.epochs * wanted.seeds.repeats
            return float(epochs * size * passes(wanted) / pace)
    return None


def passes(config: ExperimentConfig) -> int:
    """Forward and backward passes of a step: two where a method is sharpness-aware, else one."""
    return sum(1 if method.sam == "none" else 2 for method in config.methods)


def _alike(config: ExperimentConfig) -> tuple[object, ...]:
    """What two experiments have in common if they train equally fast."""
    params = {key: value for key, value in config.data.params.items() if key != "source"}
    batch = config.optim.batch_size
    return config.data.name, params, config.model, config.device, batch


def _known(runs: RunStore, run: str) -> tuple[ExperimentConfig, float, int] | None:
    """The config, epochs a second and training samples of an experiment that was timed."""
    try:
        record = runs.get(run)
        if record.state not in ("done", "stopped") or record.rate <= 0:
            return None
        return record.config, record.rate, _samples(runs, run)
    except HarmonyError:
        return None


@lru_cache(maxsize=2 * LOOKED_AT)
def _samples(runs: RunStore, run: str) -> int:
    return int(runs.scene(run).train_counts.sum())


def _rounded(seconds: float) -> str:
    """A duration without more digits than an estimate has."""
    step = 5 if seconds < 60 else 60 if seconds < 3600 else 600
    return duration(max(step, round(seconds / step) * step))
