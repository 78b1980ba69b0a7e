"""The config of each cell, and what tells whether a run holds it.

A cell is found by the content of a run's config: data, network, optimiser, epochs, seeds, device,
side of the decision grid, and method. Labels and titles do not count, and of a file that the data
come from only the name, so that a study can be moved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any, NamedTuple

from ..config import ExperimentConfig, MethodConfig, Seeds
from ..data import DATASETS
from ..experiments.complete import complete
from .plan import Cell, Setting, Study
from .sources import source_parameter

MOST_METHODS = 16
"""As many methods as one run can train."""


class Held(NamedTuple):
    """A cell within a run."""

    key: str
    repeat: int
    method: int
    """Position in the config's methods."""


def run_config(
    setting: Setting, seed: int, methods: Sequence[MethodConfig], sources: Mapping[str, str]
) -> ExperimentConfig:
    """The config of a run that trains ``methods`` on one seed of a setting."""
    config = setting.config
    data = config.data
    parameter = source_parameter(data.name)
    if parameter is not None and setting.source in sources:
        data = replace(data, params={**data.params, parameter: sources[setting.source]})
    return complete(
        replace(config, data=data, methods=tuple(methods), seeds=Seeds(seed, seed, seed))
    )


def cell_keys(study: Study, sources: Mapping[str, str]) -> list[tuple[Cell, str]]:
    """All cells of a study in its order, each with the key that a run which holds it has too."""
    keys = []
    for setting in study.settings:
        for seed in setting.seeds:
            for start in range(0, len(setting.methods), MOST_METHODS):
                methods = setting.methods[start : start + MOST_METHODS]
                held = held_cells(run_config(setting, seed, methods, sources))
                keys += [
                    (Cell(setting, seed, method), cell.key)
                    for method, cell in zip(methods, held, strict=True)
                ]
    return keys


def held_cells(config: ExperimentConfig) -> Iterator[Held]:
    """The cells that a run with this config holds, by repeat and method."""
    document = config.to_dict()
    for repeat in range(config.seeds.repeats):
        seeds = config.seeds.of_repeat(repeat)
        shared = {
            "data": _without_folder(document["data"]),
            **{name: document[name] for name in ("model", "optim", "epochs", "device")},
            "grid": config.record.grid,
            "seeds": [seeds.data, seeds.init, seeds.order],
        }
        for position, method in enumerate(document["methods"]):
            plain = {name: value for name, value in method.items() if name != "label"}
            key = json.dumps({**shared, "method": plain}, sort_keys=True)
            yield Held(key, repeat, position)


def _without_folder(data: dict[str, Any]) -> dict[str, Any]:
    parameter = source_parameter(data["name"]) if data["name"] in DATASETS else None
    if parameter is None or not data["params"].get(parameter):
        return data
    name = PurePath(str(data["params"][parameter])).name
    return {**data, "params": {**data["params"], parameter: name}}
