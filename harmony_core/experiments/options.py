"""From a config file and flags to a complete `ExperimentConfig`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from ..config import RECIPES, DataConfig, ExperimentConfig
from ..data import DATASETS
from ..errors import ConfigError
from ..parameters import Value
from .complete import complete
from .method_text import parse_methods, parse_pairs


def config_from(given: Any) -> ExperimentConfig:
    """The config of ``given`` (an `argparse.Namespace`): its file, changed by its flags, complete.

    Naming another data set or network than the file drops the parameters of the one in the file.
    """
    config = read_config(given.config) if given.config else ExperimentConfig()
    pairs = _pairs(given.data_param, "the data")
    if given.source is not None:
        pairs["source"] = given.source
    data = _renamed(config.data, given.data, pairs)
    data = _changed(
        data,
        imbalance_factor=given.imbalance_factor,
        profile=given.profile,
        label_noise=given.label_noise,
    )
    data = _with_fitting_profile(data, given)
    model = _renamed(config.model, given.model, _pairs(given.model_param, "the model"))
    if given.data is not None and given.data != config.data.name and given.model is None:
        model = _renamed(model, "auto", {})
    optim = RECIPES[given.recipe]() if given.recipe else config.optim
    seeds = _changed(
        config.seeds, data=given.seed, init=given.seed, order=given.seed, repeats=given.repeats
    )
    return complete(
        _changed(
            config,
            data=data,
            model=model,
            methods=parse_methods(given.methods) if given.methods is not None else None,
            optim=_changed(optim, batch_size=given.batch_size, lr=given.lr),
            epochs=given.epochs,
            seeds=seeds,
            device=given.device,
            record=_changed(
                config.record,
                every=given.record_every,
                embedding=None if given.features is None else given.features == "yes",
            ),
        )
    )


def read_config(name: str) -> ExperimentConfig:
    """The config in a JSON file."""
    try:
        text = Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Expected a config file, but {name} cannot be read: "
            f"{getattr(error, 'strerror', None) or error}. "
            "`export ID --config FILE` writes one."
        ) from error
    return ExperimentConfig.from_json(text)


def _changed(part: Any, **values: Any) -> Any:
    """``part`` with the values that are given, that is, not None."""
    return dataclasses.replace(part, **{k: v for k, v in values.items() if v is not None})


def _renamed(part: Any, name: str | None, pairs: dict[str, Value]) -> Any:
    """A data or model config under ``name``, ``pairs`` over the parameters that still apply."""
    kept = part.params if name in (None, part.name) else {}
    return dataclasses.replace(part, name=name or part.name, params={**kept, **pairs})


def _with_fitting_profile(data: DataConfig, given: Any) -> DataConfig:
    """``data`` with a profile that suits its data set, where none was named.

    A data set newly chosen without an imbalance factor keeps the one it prefers: one's own images
    stay as they are, and are cut to a longer tail only where a factor asks for it.
    """
    spec = DATASETS.get(data.name)
    if spec is None or given.profile is not None:
        return data
    if given.data is not None and given.imbalance_factor is None and given.config is None:
        return dataclasses.replace(data, profile=spec.profiles[0])
    if data.profile in spec.profiles:
        return data
    return dataclasses.replace(data, profile=spec.profiles[0])


def _pairs(texts: list[str] | None, owner: str) -> dict[str, Value]:
    pairs: dict[str, Value] = {}
    for text in texts or ():
        pairs.update(parse_pairs(text, owner))
    return pairs
