"""All data sets, as declarations that are cheap to import."""

from __future__ import annotations

import dataclasses
from importlib import import_module

from ..config import DataConfig
from ..errors import ConfigError
from ..parameters import choose, resolve
from .dataset import LongTailedDataset
from .image_specs import IMAGES
from .painted import PAINTED
from .scenarios import SCENARIOS
from .spec import DatasetSpec, Progress
from .table_specs import TABLE

_SPECS = (*SCENARIOS, PAINTED, *IMAGES, TABLE)

DATASETS: dict[str, DatasetSpec] = {spec.name: spec for spec in _SPECS}
"""All data sets by name, in the order in which lists show them."""


def build_dataset(
    config: DataConfig, seed: int, progress: Progress | None = None
) -> LongTailedDataset:
    """Load or generate the data set that ``config`` describes; the same seed gives the same data.

    Raises `ConfigError` for names, parameters and profiles that are not declared, `DataError` if
    the data cannot be obtained or used.
    """
    spec = dataset_spec(config.name)
    choose(config.profile, spec.profiles, f"the profile of data set `{spec.name}`")
    params = resolve(config.params, spec.parameters, f"data set `{spec.name}`")
    module, _, attribute = spec.factory.partition(":")
    load = getattr(import_module(module), attribute)
    dataset: LongTailedDataset = load(dataclasses.replace(config, params=params), seed, progress)
    return dataset


def dataset_spec(name: str) -> DatasetSpec:
    """The declaration of a data set; `ConfigError` lists the known names if it is not one."""
    if name not in DATASETS:
        raise ConfigError(f"Expected a data set ({', '.join(DATASETS)}), but got {name!r}.")
    return DATASETS[name]
