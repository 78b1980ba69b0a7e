"""The shell command that repeats an experiment."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping

from ..config import RECIPES, ExperimentConfig
from ..data import DATASETS
from ..errors import HarmonyError
from ..models import MODELS
from ..parameters import Parameter, Value
from .complete import check_trainable, complete, without_usual_record
from .method_text import format_methods
from .options import config_from

FILE = "experiment.json"
FLAGS = (
    "data", "data_param", "source", "imbalance_factor", "profile", "label_noise", "model",
    "model_param", "methods", "epochs", "batch_size", "lr", "recipe", "seed", "repeats", "device",
    "record_every", "features",
)  # fmt: skip


def command_line(config: ExperimentConfig) -> str:
    """Flags if they say it all, else the config as a file."""
    flags = _flags(config)
    if not _says_all(flags, config):
        return f"python -m harmony_core run {FILE}"
    words = [
        f"--{name.replace('_', '-')} {shlex.quote(str(text))}"
        for name, value in flags.items()
        for text in (value if isinstance(value, list) else [value])
    ]
    return " ".join(["python -m harmony_core run", *words])


def _flags(config: ExperimentConfig) -> dict[str, object]:
    """The flags that differ from the command's own defaults, and what says what it is about."""
    check_trainable(config)
    usual, config = ExperimentConfig(), without_usual_record(config)
    features = {None: None, True: "yes", False: "no"}[config.record.embedding]
    data, seeds, optim = config.data, config.seeds, config.optim
    recipe = min(RECIPES, key=lambda name: _distance(config, name))
    base = RECIPES[recipe]()
    given: dict[str, tuple[object, object]] = {
        "imbalance_factor": (data.imbalance_factor, usual.data.imbalance_factor),
        "profile": (data.profile, usual.data.profile),
        "label_noise": (data.label_noise, usual.data.label_noise),
        "batch_size": (optim.batch_size, base.batch_size),
        "lr": (optim.lr, base.lr),
        "recipe": (recipe, "quick"),
        "seed": (seeds.data, usual.seeds.data),
        "repeats": (seeds.repeats, usual.seeds.repeats),
        "device": (config.device, usual.device),
        "record_every": (config.record.every, usual.record.every),
        "features": (features, None),
    }
    flags: dict[str, object] = {"data": data.name}
    if pairs := _pairs(data.params, DATASETS[data.name].parameters):
        flags["data_param"] = pairs
    flags |= {name: value for name, (value, default) in given.items() if value != default}
    if config.model.name in MODELS and config.model.name != DATASETS[data.name].default_model:
        flags["model"] = config.model.name
    if config.model.name in MODELS and (
        pairs := _pairs(config.model.params, MODELS[config.model.name].parameters)
    ):
        flags["model"] = config.model.name
        flags["model_param"] = pairs
    return {**flags, "methods": format_methods(config.methods), "epochs": config.epochs}


def _distance(config: ExperimentConfig, recipe: str) -> int:
    base, optim = RECIPES[recipe](), config.optim
    return sum(getattr(base, name) != value for name, value in vars(optim).items())


def _pairs(params: Mapping[str, Value], declared: tuple[Parameter, ...]) -> list[str]:
    defaults = {parameter.name: parameter.default for parameter in declared}
    texts = {True: "true", False: "false"}
    return [
        f"{name}={texts[value] if isinstance(value, bool) else value}"
        for name, value in params.items()
        if value != defaults.get(name)
    ]


def _says_all(flags: Mapping[str, object], config: ExperimentConfig) -> bool:
    """Whether the command would read the flags back as this very config."""
    nothing: dict[str, object] = dict.fromkeys(FLAGS)
    try:
        read = config_from(argparse.Namespace(**{"config": None, **nothing, **flags}))
        return read == complete(config)
    except HarmonyError:
        return False
