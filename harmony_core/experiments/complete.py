"""Everything that can be chosen, and the one place that says whether a choice is possible.

Imports no torch: a page can check a config and name what is wrong before any work starts.
"""

from __future__ import annotations

from dataclasses import replace

from ..config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig
from ..data import DATASETS
from ..errors import ConfigError
from ..losses import LOSSES
from ..models import MODELS
from ..parameters import choose, resolve

USUAL_LANDMARKS = 500
"""Samples whose features are recorded where nobody asked for them: a map that is quick to draw."""


def complete(config: ExperimentConfig) -> ExperimentConfig:
    """The config with every default filled in and every name checked.

    Unknown names and parameters, a model that does not take the data, and settings that contradict
    each other raise `ConfigError`. Completing twice changes nothing.
    """
    check_trainable(config)
    choose(config.data.name, DATASETS, "data")
    dataset = DATASETS[config.data.name]
    choose(config.data.profile, dataset.profiles, f"the profile of data `{dataset.name}`")
    data = replace(
        config.data,
        params=resolve(config.data.params, dataset.parameters, f"data `{dataset.name}`"),
    )
    choose(config.model.name, ("auto", *MODELS), "model")
    name = dataset.default_model if config.model.name == "auto" else config.model.name
    spec = MODELS[name]
    if dataset.kind not in spec.kinds:
        fitting = ", ".join(m.name for m in MODELS.values() if dataset.kind in m.kinds)
        raise ConfigError(
            f"Expected a model for {dataset.kind} ({fitting}), but got {name!r}. "
            f"Data `{dataset.name}` gives {dataset.kind}."
        )
    model = replace(
        config.model,
        name=name,
        params=resolve(config.model.params, spec.parameters, f"model `{name}`"),
    )
    methods = tuple(_complete_method(method) for method in config.methods)
    record = config.record
    if record.embedding is None:
        record = _usual_record(record, keeps_features(config.data))
    return replace(config, data=data, model=model, methods=methods, record=record)


def check_trainable(config: ExperimentConfig) -> None:
    """Raise `ConfigError` if ``config`` describes a training that another loop made."""
    if config.recorded is not None:
        raise ConfigError(
            "Expected an experiment that can be trained here, but got one that was recorded from "
            f"{config.recorded.loop}. Its data, model and optimiser are that loop's own: run the "
            "loop again to train it again."
        )


def keeps_features(data: DataConfig) -> bool:
    """Whether an experiment on ``data`` records features for the embedding unless told otherwise.

    >>> keeps_features(DataConfig("moons")), keeps_features(DataConfig("cifar100-lt"))
    (True, False)
    """
    spec = DATASETS.get(data.name)
    return spec is not None and (spec.kind == "points" or spec.features)


def _usual_record(record: RecordConfig, keeps: bool) -> RecordConfig:
    if not keeps:
        return replace(record, embedding=False)
    return replace(record, embedding=True, landmarks=min(record.landmarks, USUAL_LANDMARKS))


def without_usual_record(config: ExperimentConfig) -> ExperimentConfig:
    """``config`` that leaves features to the default where that comes to the same."""
    left = replace(config.record, embedding=None, landmarks=RecordConfig().landmarks)
    if _usual_record(left, keeps_features(config.data)) != config.record:
        return config
    return replace(config, record=left)


def _complete_method(method: MethodConfig) -> MethodConfig:
    choose(method.loss, LOSSES, "loss")
    if method.deferral == "drs" and method.sampler != "uniform":
        raise ConfigError(
            "Expected deferral `drs` with the uniform sampler, which it replaces late in training, "
            f"but got sampler {method.sampler!r}. Use one of the two."
        )
    spec = LOSSES[method.loss]
    return replace(method, params=resolve(method.params, spec.parameters, f"loss `{method.loss}`"))
