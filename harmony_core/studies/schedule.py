"""The runs that train what a study lacks.

The methods that one seed of a setting lacks are trained in one run, so that they share data,
initial weights and order, and perceptrons their computation. A run that was interrupted goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..config import ExperimentConfig
from ..runs.store import clean_title
from .cells import MOST_METHODS, run_config
from .results import CellResult, Results


@dataclass(frozen=True)
class PlannedRun:
    """A run to be trained, or continued if it has an id."""

    config: ExperimentConfig
    title: str
    run_id: str = ""
    attempt: int = 1

    @property
    def cells(self) -> int:
        """How many cells it trains."""
        return len(self.config.methods)

    def one_by_one(self) -> list[PlannedRun]:
        """A new run for each method, at the next attempt."""
        return [
            replace(
                self,
                config=replace(self.config, methods=(method,)),
                run_id="",
                attempt=self.attempt + 1,
            )
            for method in self.config.methods
        ]


def plan_runs(
    cells: Sequence[CellResult], results: Results, sources: Mapping[str, str]
) -> list[PlannedRun]:
    """Runs that train those of ``cells`` that are not done, seed by seed over all settings."""
    missing: dict[str, CellResult] = {}
    for result in cells:
        if result.state != "done":
            missing.setdefault(result.key, result)
    planned = []
    for record, keys in results.unfinished():
        if keys and all(key in missing for key in keys):
            for key in keys:
                del missing[key]
            planned.append(PlannedRun(record.config, record.title, record.id))
    titles = list(dict.fromkeys(result.cell.setting.title for result in cells))
    groups: dict[tuple[int, int, str], list[CellResult]] = {}
    for key, result in missing.items():
        setting, seed = result.cell.setting, result.cell.seed
        alone = "" if setting.together else key
        groups.setdefault((seed, titles.index(setting.title), alone), []).append(result)
    for _, group in sorted(groups.items(), key=lambda item: item[0][:2]):
        setting, seed = group[0].cell.setting, group[0].cell.seed
        for start in range(0, len(group), MOST_METHODS):
            methods = [result.cell.method for result in group[start : start + MOST_METHODS]]
            config = run_config(setting, seed, methods, sources)
            planned.append(PlannedRun(config, clean_title(f"{setting.title}, seed {seed}")))
    return planned
