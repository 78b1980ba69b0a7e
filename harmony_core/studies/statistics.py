"""What follows from the cells of a study.

For each setting and method the paired differences to the baseline, pooled over settings the same
for each seed's mean over settings; average ranks over settings; and in which part of the classes
the gain is. Axes: s seeds, N settings, k methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..analysis.accuracy import LOWER_IS_BETTER
from ..analysis.summary import SeedValues
from ..arrays import Array
from .comparison import Comparison, compare
from .plan import Setting, Study
from .ranks import Ranks, average_ranks
from .results import CellResult

PARTS = ("head", "medium", "tail", "hard_part")
"""Figures that show where a gain is."""
MARGIN = 0.0015
"""A loss that counts, in [0, 1]: 0.15 points."""


@dataclass(frozen=True)
class Statistics:
    """All that is computed of a study."""

    study: Study
    states: dict[str, int]
    """How many cells there are of each state."""
    values: dict[tuple[str, str], SeedValues] = field(default_factory=dict)
    """The compared figure by setting title and method label, of the seeds that have it."""
    comparisons: tuple[Comparison, ...] = ()
    """Of each setting with each method but the baseline, in the order of the study."""
    family: int = 1
    """How many comparisons the simultaneous intervals of `comparisons` hold for."""
    pooled: tuple[Comparison, ...] = ()
    """Of each method but the baseline, over the settings that have pairs."""
    pooled_settings: dict[str, int] = field(default_factory=dict)
    """Over how many settings each method is pooled."""
    ranks: Ranks | None = None
    parts: tuple[Comparison, ...] = ()
    """`pooled`, and below it `comparisons`, for each of `PARTS` that there is."""

    @property
    def done(self) -> int:
        """How many cells are done."""
        return self.states.get("done", 0)

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return sum(self.states.values())

    def of_method(self, label: str) -> list[Comparison]:
        """The comparisons of one method, by setting."""
        return [c for c in self.comparisons if c.method == label]


class Figures:
    """The figures of a study's cells as arrays over seeds; NaN where there is none."""

    def __init__(self, results: Sequence[CellResult]) -> None:
        self._cells = {
            (r.cell.setting.title, r.cell.method.label, r.cell.seed): r.figures for r in results
        }

    def of(self, setting: Setting, label: str, figure: str, seeds: Sequence[int]) -> Array:
        """(s,) the figure of one method in one setting."""
        cells = [self._cells.get((setting.title, label, seed), {}) for seed in seeds]
        return np.array([cell.get(figure, np.nan) for cell in cells], dtype=float)


def statistics_of(study: Study, results: Sequence[CellResult]) -> Statistics:
    """The statistics of a study from all of its cells; what is not done yet is left out."""
    states: dict[str, int] = {}
    for result in results:
        states[result.state] = states.get(result.state, 0) + 1
    figures = Figures(results)
    others = [label for label in study.labels if label != study.baseline]
    family = sum(len(_compared(study, setting)) for setting in study.settings)
    pooled, pooled_settings = _pooled(study, figures, others, study.figure)
    return Statistics(
        study=study,
        states=states,
        values=_values(study, figures),
        comparisons=_comparisons(study, figures, study.figure, family),
        family=max(family, 1),
        pooled=pooled,
        pooled_settings=pooled_settings,
        ranks=_ranks(study, figures),
        parts=_parts(study, figures, others),
    )


def _values(study: Study, figures: Figures) -> dict[tuple[str, str], SeedValues]:
    found = {}
    for setting in study.settings:
        for method in setting.methods:
            values = figures.of(setting, method.label, study.figure, setting.seeds)
            known = tuple(float(v) for v in values if np.isfinite(v))
            found[setting.title, method.label] = SeedValues(known)
    return found


def _compared(study: Study, setting: Setting) -> list[str]:
    """The labels of a setting that are compared with the baseline, if it has the baseline."""
    labels = [method.label for method in setting.methods]
    return (
        [label for label in labels if label != study.baseline] if study.baseline in labels else []
    )


def _comparisons(
    study: Study, figures: Figures, figure: str, family: int
) -> tuple[Comparison, ...]:
    return tuple(
        compare(
            figures.of(setting, label, figure, setting.seeds),
            figures.of(setting, study.baseline, figure, setting.seeds),
            setting=setting.title,
            method=label,
            figure=figure,
            comparisons=family,
        )
        for setting in study.settings
        for label in _compared(study, setting)
    )


def _pooled(
    study: Study, figures: Figures, others: Sequence[str], figure: str
) -> tuple[tuple[Comparison, ...], dict[str, int]]:
    """Each seed's mean over the settings that have pairs; a seed that lacks one is missing."""
    found, counts = [], {}
    for label in others:
        pairs = []
        having = [s for s in study.settings if label in _compared(study, s)]
        seeds = sorted({seed for setting in having for seed in setting.seeds})
        for setting in having:
            own = figures.of(setting, label, figure, seeds)
            base = figures.of(setting, study.baseline, figure, seeds)
            both = np.isfinite(own) & np.isfinite(base)
            if both.any():
                pairs.append((np.where(both, own, np.nan), np.where(both, base, np.nan)))
        if not pairs:
            continue
        counts[label] = len(pairs)
        found.append(
            compare(
                np.mean([own for own, _ in pairs], axis=0),
                np.mean([base for _, base in pairs], axis=0),
                setting="",
                method=label,
                figure=figure,
                comparisons=len(others),
            )
        )
    return tuple(found), counts


def _parts(study: Study, figures: Figures, others: Sequence[str]) -> tuple[Comparison, ...]:
    found: list[Comparison] = []
    for figure in PARTS:
        pooled, _ = _pooled(study, figures, others, figure)
        family = sum(len(_compared(study, setting)) for setting in study.settings)
        single = [c for c in _comparisons(study, figures, figure, family) if c.seeds]
        found += [*(c for c in pooled if c.seeds), *single]
    return tuple(found)


def _ranks(study: Study, figures: Figures) -> Ranks | None:
    """Ranks of the methods that all settings have, over the settings with values of all of them.

    The value of a setting is the mean over the seeds on which all these methods are done.
    """
    common = [
        label
        for label in study.labels
        if all(label in {m.label for m in setting.methods} for setting in study.settings)
    ]
    rows = []
    for setting in study.settings:
        table = np.array(
            [figures.of(setting, label, study.figure, setting.seeds) for label in common]
        )
        complete = np.isfinite(table).all(axis=0) if len(common) else np.array([False])
        if complete.any():
            rows.append(table[:, complete].mean(axis=1))
    if not rows:
        return None
    sign = -1 if study.figure in LOWER_IS_BETTER else 1
    return average_ranks(sign * np.array(rows), tuple(common))
