"""What a study consists of: methods, settings and seeds, and which of them is the baseline."""

from __future__ import annotations

from dataclasses import dataclass

from ..config import ExperimentConfig, MethodConfig
from ..data.registry import DATASETS

AS_IS = "as_is"
"""The profile that keeps the counts of the data, so that there is no factor to name."""


@dataclass(frozen=True)
class Setting:
    """One data set at one imbalance factor, and how it is trained."""

    name: str
    config: ExperimentConfig
    """All but methods and seeds, which `cells.run_config` fills in."""
    methods: tuple[MethodConfig, ...]
    """Each with the label under which results show it, unique within the study."""
    seeds: tuple[int, ...]
    source: str = ""
    """The name under which the data's file is given, or empty."""
    together: bool = True
    """Whether the methods of a seed are trained in one run."""

    @property
    def factor(self) -> float | None:
        """The imbalance factor; None where the data keep their counts."""
        data = self.config.data
        return None if data.profile == AS_IS else data.imbalance_factor

    @property
    def title(self) -> str:
        """What users read, unique within the study: "Split common class, factor 50".

        A setting without a name of its own has that of its data, which is shown as their title.
        """
        data = self.config.data.name
        name = DATASETS[data].title if self.name == data else self.name
        return name if self.factor is None else f"{name}, factor {self.factor:g}"


@dataclass(frozen=True)
class Cell:
    """One method on one seed of one setting."""

    setting: Setting
    seed: int
    method: MethodConfig


@dataclass(frozen=True)
class Study:
    """A study as its file describes it."""

    title: str
    baseline: str
    """The label of the method that the others are compared with."""
    figure: str
    """The figure by which they are compared."""
    methods: tuple[MethodConfig, ...]
    """All methods of all settings, in the order of the file, those of single settings last."""
    settings: tuple[Setting, ...]
    get: str = ""
    """How to get the data that a setting needs, for a message."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all methods."""
        return tuple(method.label for method in self.methods)
