"""The link from a point of a study to the Arena with the experiment behind it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from harmony_core.errors import ConfigError
from harmony_core.experiments.link import Query, to_query
from harmony_core.studies.cell_experiment import cell_experiment
from harmony_core.studies.comparison import Comparison

from .chosen import ALL, TYPICAL, Chosen

ARENA = "pages/arena.py"


@dataclass(frozen=True)
class ArenaLink:
    """The query of an experiment, and what it opens in words."""

    query: Query
    title: str

    @property
    def address(self) -> str:
        """Relative to this page, as the app may be served below a path."""
        return f"arena?{urlencode(self.query, doseq=True)}"


def arena_link(chosen: Chosen, found: Comparison) -> ArenaLink | None:
    """The experiment behind a comparison of one setting; None if there is none to open."""
    study = chosen.result.study
    setting = next((s for s in study.settings if s.title == found.setting), None)
    if setting is None or not found.seeds:
        return None
    seed: int | None = None
    if chosen.seed == TYPICAL:
        seed = chosen.result.typical_seed(setting, found.method, chosen.figure)
    elif chosen.seed != ALL:
        seed = int(chosen.seed)
        if seed not in setting.seeds:
            return None
    config = cell_experiment(study, setting, found.method, seed)
    if config is None:
        return None
    try:
        query = to_query(config)
    except ConfigError:  # a label that no link can hold
        return None
    return ArenaLink(query, "all seeds" if seed is None else f"seed {seed}")
