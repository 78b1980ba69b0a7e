"""A link with settings and without a run trains as soon as it is opened, if that takes seconds."""

from __future__ import annotations

import json

import streamlit as st

from harmony_core.config import ExperimentConfig
from harmony_core.data import DATASETS
from harmony_core.data.painted import PAINTED
from harmony_core.errors import HarmonyError
from harmony_core.experiments.complete import complete

from .._session.recording import RecordedRun
from .._session.same_experiment import same_experiment
from .estimate import passes
from .preview import point_counts

QUICK = 1_500_000
"""Samples × methods × epochs × repeats that a small network on points learns in a few seconds."""
_ARRIVED = "arena arrived with"


def trains_on_arrival(config: ExperimentConfig, recorded: RecordedRun | None) -> bool:
    """Whether to train ``config``, with which a visitor has just come; once for each in a visit.

    ``recorded`` is the experiment that the page can play without training it.
    """
    arrived: set[str] = st.session_state.setdefault(_ARRIVED, set())
    name = json.dumps(config.to_dict(), sort_keys=True)
    if name in arrived or not is_quick(config) or is_recorded(config, recorded):
        return False
    arrived.add(name)
    return True


def is_quick(config: ExperimentConfig) -> bool:
    """Whether ``config`` trains in seconds: points, the network suited to them, few of both."""
    spec = DATASETS[config.data.name]
    try:
        wanted = complete(config)
        usual = complete(ExperimentConfig(config.data)).model
        if spec.kind != "points" or wanted.model != usual:
            return False
        if spec.name == PAINTED.name and not wanted.data.params.get("points"):
            return False  # a board to paint on
        samples = sum(n for _, n in point_counts(wanted))
    except HarmonyError:
        return False
    return samples * passes(wanted) * wanted.epochs * wanted.seeds.repeats <= QUICK


def is_recorded(config: ExperimentConfig, recorded: RecordedRun | None) -> bool:
    """Whether ``config`` is the experiment that ships as a recording."""
    return recorded is not None and same_experiment(config, recorded.config)
