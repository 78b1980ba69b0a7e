"""All data sets, as declarations that cost nothing to import."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from ..config import DataConfig
from ..errors import ConfigError
from ..parameters import Parameter, choose, resolve
from .dataset import LongTailedDataset

Progress = Callable[[str, float | None], None]
"""Called with a message and the share done in [0, 1], or ``None`` where that is unknown."""

CUT = ("exponential", "step", "pareto")


@dataclass(frozen=True)
class DatasetSpec:
    """What a data set offers; ``factory`` names ``module:function`` and is imported when used."""

    name: str
    title: str
    summary: str
    kind: str
    parameters: tuple[Parameter, ...]
    factory: str
    default_model: str
    classes: int | None
    """Number of classes where it is fixed."""
    profiles: tuple[str, ...]
    """Profiles that make sense for it; the first is the one to offer."""
    lesson: str = ""
    """What there is to find out with it, in one sentence."""


def _plane(
    name: str, title: str, summary: str, lesson: str, classes: tuple[int, int, int]
) -> DatasetSpec:
    """A 2-D scenario; ``classes`` is (default, low, high)."""
    default, low, high = classes
    return DatasetSpec(
        name=name,
        title=title,
        summary=summary,
        kind="points",
        parameters=(
            Parameter("classes", default, "Number of classes.", low, high),
            Parameter(
                "spread", 1.0, "Width of the clouds; wider clouds overlap more.", 0.25, 2.0
            ),
            Parameter("n_max", 600, "Training samples of the largest class.", 20, 20_000, log=True),
            Parameter("test_per_class", 250, "Test samples of every class.", 20, 5_000, log=True),
        ),
        factory="harmony_core.data.synthetic:load",
        default_model="mlp",
        classes=None,
        profiles=CUT,
        lesson=lesson,
    )


_SPECS = (
    _plane(
        "hard_head",
        "Hard head",
        "A frequent class with a small part of it right at the edge of the rarest class.",
        "Part of the head is as hard as the tail: counting classes alone cannot see it.",
        (5, 3, 9),
    ),
    _plane(
        "clouds",
        "Clouds",
        "Gaussian clouds on a circle, each overlapping its neighbours.",
        "Cross-entropy moves the boundary into the rare class; a margin moves it back.",
        (5, 2, 12),
    ),
)

DATASETS: dict[str, DatasetSpec] = {spec.name: spec for spec in _SPECS}


def build_dataset(
    config: DataConfig, seed: int, progress: Progress | None = None
) -> LongTailedDataset:
    """Load or draw the data set that ``config`` describes; the same seed gives the same data.

    Raises `ConfigError` for names, parameters and profiles that are not declared, `DataError` if
    the data cannot be had or used.
    """
    spec = dataset_spec(config.name)
    choose(config.profile, spec.profiles, f"profile of data set `{spec.name}`")
    params = resolve(config.params, spec.parameters, f"data set `{spec.name}`")
    module, _, attribute = spec.factory.partition(":")
    load = getattr(import_module(module), attribute)
    dataset = load(dataclasses.replace(config, params=params), seed, progress)
    assert isinstance(dataset, LongTailedDataset)
    return dataset


def dataset_spec(name: str) -> DatasetSpec:
    """The declaration of a data set, or `ConfigError` that lists the known ones."""
    if name not in DATASETS:
        raise ConfigError(f"Expected a data set ({', '.join(DATASETS)}), but got {name!r}.")
    return DATASETS[name]
