"""The experiment in the Arena that shows what a cell of a study shows, with all epochs.

It has the data, the network, the optimiser, the epochs, the seeds and the device of the study;
only what is recorded differs: every epoch, and as many samples as usual. So what it ends with is
what the study counted.
"""

from __future__ import annotations

from dataclasses import replace

from ..config import ExperimentConfig, MethodConfig, RecordConfig, Seeds
from ..experiments.method_text import method_label
from .plan import Setting, Study

MOST_METHODS = 4
"""As many methods as the Arena compares side by side."""
MOST_REPEATS = 100


def cell_experiment(
    study: Study, setting: Setting, label: str, seed: int | None
) -> ExperimentConfig | None:
    """The experiment of a method in a setting, on one seed or, for None, on all of its seeds.

    All methods of the setting take part, or if they are many the baseline and this one. None if
    the seeds of a setting cannot be repeats of one experiment.
    """
    first, repeats = (seed, 1) if seed is not None else (setting.seeds[0], len(setting.seeds))
    if seed is None and list(setting.seeds) != list(range(first, first + repeats)):
        return None
    if repeats > MOST_REPEATS:
        return None
    methods = setting.methods
    if len(methods) > MOST_METHODS:
        methods = tuple(m for m in methods if m.label in (study.baseline, label))
    usual = RecordConfig()
    grid = max(usual.grid, setting.config.record.grid)
    return replace(
        setting.config,
        methods=tuple(map(_without_needless_label, methods)),
        seeds=Seeds(first, first, first, repeats=repeats),
        record=replace(usual, grid=grid),
    )


def _without_needless_label(method: MethodConfig) -> MethodConfig:
    plain = replace(method, label="")
    return plain if method_label(plain) == method.label else method
