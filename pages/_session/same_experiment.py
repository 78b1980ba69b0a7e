"""Whether two configs train the same, whatever they record and run on."""

from __future__ import annotations

from harmony_core.config import ExperimentConfig
from harmony_core.errors import HarmonyError
from harmony_core.experiments.complete import complete


def same_experiment(a: ExperimentConfig, b: ExperimentConfig) -> bool:
    """Whether both train the same, whatever device and recording."""
    try:
        return _essence(a) == _essence(b)
    except HarmonyError:
        return False


def _essence(config: ExperimentConfig) -> tuple[object, ...]:
    full = complete(config)
    return full.data, full.model, full.methods, full.optim, full.epochs, full.seeds
