"""The settings of an experiment, as frozen dataclasses with strict JSON both ways.

`ExperimentConfig` determines a run: the same config gives the same result on a CPU. Types and
ranges are checked here, the names of losses, data sets and models in `experiments.complete`.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .config_format import FORMAT, upgraded
from .errors import ConfigError
from .parameters import Value, check_number, choose, show

SAMPLERS = ("uniform", "square_root", "class_balanced")
DEFERRALS = ("none", "drw", "drs")
MIXES = ("none", "mixup", "remix")
SHARPNESS = ("none", "imbsam")
POSTHOC = ("none", "logit_adjustment", "tau_norm", "ncm", "crt", "lws")
PROFILES = ("exponential", "step", "pareto", "as_is")
SCHEDULES = ("step", "cosine", "constant")
DEVICES = ("auto", "cpu", "cuda")
VARIED = ("data", "init", "order")
DEFERRAL_START = 0.8
"""Deferred re-weighting and re-sampling begin after this share of the epochs (Cao et al. 2019)."""
CLASS_BALANCE = 0.9999
"""β of the effective number of samples in deferred re-weighting (Cui et al. 2019, 1901.05555)."""


OTHER_LOSS = "other"
"""The loss of a recorded method that is none of the registry's: it has a label, and no formula."""


def epoch_after(share: float, epochs: int) -> int:
    """The first 0-based epoch that begins after at least ``share`` of all ``epochs``.

    Both the learning rate and deferral follow this rule, so that at 0.8 they switch together, as in
    the reference recipe (kaidic/LDAM-DRW). Rounding errors of floats do not count.

    >>> epoch_after(0.8, 200), epoch_after(0.55, 100)
    (160, 55)
    """
    return math.ceil(share * epochs - 1e-9)


def deferral_epoch(epochs: int) -> int:
    """The first 0-based epoch with deferral: always the last one if there are 4 or fewer.

    >>> deferral_epoch(200), deferral_epoch(3)
    (160, 2)
    """
    return min(epochs - 1, epoch_after(DEFERRAL_START, epochs))


@dataclass(frozen=True)
class DataConfig:
    """The data set, and how long its tail is.

    ``imbalance_factor`` is the largest class count over the smallest; ``profile="as_is"`` keeps the
    counts of the data set. ``label_noise`` is the share of training labels replaced by another
    class, drawn uniformly; test labels never change.
    """

    name: str = "checkerboard"
    params: Mapping[str, Value] = field(default_factory=dict)
    imbalance_factor: float = 50.0
    profile: str = "exponential"
    label_noise: float = 0.0

    def __post_init__(self) -> None:
        check_number(self.imbalance_factor, "imbalance_factor", 1.0, 100_000.0)
        check_number(self.label_noise, "label_noise", 0.0, 0.9)
        choose(self.profile, PROFILES, "profile")


@dataclass(frozen=True)
class ModelConfig:
    """The network; ``name="auto"`` picks one for the data and the device."""

    name: str = "auto"
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class MethodConfig:
    """A loss with its parameters, and all else in which methods differ.

    ``deferral``: ``drw`` turns on class-balanced weights, ``drs`` class-balanced sampling, for the
    last fifth of the epochs (Cao et al. 2019, arXiv 1906.07413), after uniform ones.
    ``mix``: mixed samples; ``sam``: a sharpness-aware step; ``posthoc``: what is done to the last
    layer after training; ``weight_decay``: in place of that of the optimiser.
    """

    loss: str = "ce"
    params: Mapping[str, Value] = field(default_factory=dict)
    sampler: str = "uniform"
    deferral: str = "none"
    label: str = ""
    mix: str = "none"
    sam: str = "none"
    posthoc: str = "none"
    weight_decay: float | None = None

    def __post_init__(self) -> None:
        choose(self.sampler, SAMPLERS, "sampler")
        choose(self.deferral, DEFERRALS, "deferral")
        choose(self.mix, MIXES, "mix")
        choose(self.sam, SHARPNESS, "sam")
        choose(self.posthoc, POSTHOC, "posthoc")
        if self.weight_decay is not None:
            check_number(self.weight_decay, "weight_decay of a method", 0.0, 1.0)


@dataclass(frozen=True)
class OptimConfig:
    """SGD and its learning-rate schedule.

    The step schedule multiplies the rate by ``decay`` at each fraction of the epochs in
    ``decay_at``, after a linear warm-up; `reference_recipe` and `quick_recipe` are the two presets.
    """

    lr: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 2e-4
    batch_size: int = 128
    schedule: str = "step"
    warmup_epochs: int = 5
    decay_at: tuple[float, ...] = (0.8, 0.9)
    decay: float = 0.01

    def __post_init__(self) -> None:
        check_number(self.lr, "lr", 1e-6, 100.0)
        check_number(self.momentum, "momentum", 0.0, 0.9999)
        check_number(self.weight_decay, "weight_decay", 0.0, 1.0)
        check_number(self.batch_size, "batch_size", 1, 65_536, whole=True)
        check_number(self.warmup_epochs, "warmup_epochs", 0, 10_000, whole=True)
        check_number(self.decay, "decay", 0.0, 1.0)
        choose(self.schedule, SCHEDULES, "schedule")
        for share in self.decay_at:
            check_number(share, "decay_at", 0.0, 1.0)


def reference_recipe() -> OptimConfig:
    """The field's CIFAR-LT recipe (kaidic/LDAM-DRW): SGD 0.1, ×0.01 at 80 % and again at 90 %."""
    return OptimConfig()


def quick_recipe(batch_size: int = 64) -> OptimConfig:
    """A preset for trainings of seconds: SGD 0.05, momentum 0.9, cosine to zero, short warm-up.

    Half the reference rate: at 0.1, LDAM, which scales its logits by 30, often fails to train.
    """
    return OptimConfig(
        lr=0.05,
        weight_decay=5e-4,
        batch_size=batch_size,
        schedule="cosine",
        warmup_epochs=2,
        decay_at=(),
    )


RECIPES: dict[str, Callable[[], OptimConfig]] = {
    "quick": quick_recipe,
    "reference": reference_recipe,
}


@dataclass(frozen=True)
class Seeds:
    """Seeds of the data, the initial weights and the order of batches.

    The experiment runs ``repeats`` times; repeat r adds r to the seeds named in ``vary``.
    """

    data: int = 0
    init: int = 0
    order: int = 0
    repeats: int = 1
    vary: tuple[str, ...] = VARIED

    def __post_init__(self) -> None:
        check_number(self.repeats, "repeats", 1, 100, whole=True)
        for name in VARIED:
            high = 2**31 - self.repeats  # so that the seed of the last repeat is valid
            check_number(getattr(self, name), f"seed `{name}`", 0, high, whole=True)
        for name in self.vary:
            choose(name, VARIED, "vary")

    def of_repeat(self, repeat: int) -> Seeds:
        """The seeds of one repeat, with ``repeats=1``."""
        seeds = {n: getattr(self, n) + (repeat if n in self.vary else 0) for n in VARIED}
        return Seeds(**seeds, repeats=1, vary=self.vary)


@dataclass(frozen=True)
class RecordConfig:
    """What a run records: a frame ``every`` so many epochs, with a decision grid of side ``grid``.

    Weight and gradient norm of ``tracked`` training samples, stratified by class, are recorded, and
    histograms of gradient norms with ``bins`` bins; with ``embedding`` also penultimate features
    and logits of up to ``landmarks`` samples. None leaves both to `experiments.complete`,
    which records fewer samples, where that costs little.
    """

    every: int = 1
    grid: int = 80
    tracked: int = 2000
    bins: int = 50
    embedding: bool | None = None
    landmarks: int = 2000

    def __post_init__(self) -> None:
        check_number(self.every, "record `every`", 1, 10_000, whole=True)
        check_number(self.grid, "record `grid`", 8, 400, whole=True)
        check_number(self.tracked, "record `tracked`", 0, 20_000, whole=True)
        check_number(self.bins, "record `bins`", 2, 200, whole=True)
        check_number(self.landmarks, "record `landmarks`", 10, 20_000, whole=True)


@dataclass(frozen=True)
class RecordedConfig:
    """What is known of a training by a loop outside Harmony, as `recording` wrote it down.

    ``loop`` says whose loop it was, ``data`` and ``model`` name what it trained on, in the user's
    words. Such an experiment cannot be trained here: data, model and optimiser are the loop's own.
    """

    loop: str = "a loop of its own"
    data: str = ""
    model: str = ""


@dataclass(frozen=True)
class ExperimentConfig:
    """One experiment: the same data, initial weights and batch order under each of its methods.

    With ``recorded`` it describes a training by another loop: then only methods, epochs and record
    mean something, and nothing else is written to JSON.
    """

    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    methods: tuple[MethodConfig, ...] = (
        MethodConfig("ce"),
        MethodConfig("balanced_softmax"),
        MethodConfig("harmonized"),
    )
    optim: OptimConfig = field(default_factory=quick_recipe)
    epochs: int = 60
    seeds: Seeds = field(default_factory=Seeds)
    device: str = "auto"
    record: RecordConfig = field(default_factory=RecordConfig)
    recorded: RecordedConfig | None = None

    def __post_init__(self) -> None:
        check_number(self.epochs, "epochs", 1, 10_000, whole=True)
        choose(self.device, DEVICES, "device")
        if not 1 <= len(self.methods) <= 16:
            raise ConfigError(f"Expected 1 to 16 methods, but got {len(self.methods)}.")

    def records(self, epoch: int) -> bool:
        """Whether ``epoch`` leaves frames: every n-th does, and the last one."""
        return epoch % self.record.every == 0 or epoch == self.epochs

    def recorded_epochs(self, last: int | None = None) -> list[int]:
        """The epochs up to ``last``, or of the whole training, that leave frames."""
        until = self.epochs if last is None else last
        return [epoch for epoch in range(until + 1) if self.records(epoch)]

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary, from which `from_dict` builds an equal config."""
        values: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        if self.recorded is None:  # earlier versions read a config without the key
            del values["recorded"]
        else:
            kept = {name: values[name] for name in ("recorded", "methods", "epochs", "record")}
            data = {"name": self.data.name, "profile": self.data.profile}
            values = {**kept, "data": data, "model": {"name": self.model.name}}
        return {"format": FORMAT, **values}

    def to_json(self) -> str:
        """The config as JSON, with sorted keys."""
        return json.dumps(self.to_dict(), indent=2, sort_keys=True)

    @classmethod
    def from_dict(cls, values: object) -> ExperimentConfig:
        """Build a config; an unknown key or a wrong type raises `ConfigError`.

        Without ``format`` the values mean what they meant in format 1 (`config_format`).
        """
        return typing.cast(ExperimentConfig, _build(cls, upgraded(values), "config"))

    @classmethod
    def from_json(cls, text: str) -> ExperimentConfig:
        """Build a config from JSON; anything wrong with it raises `ConfigError`."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"Expected the config to be valid JSON, but got: {error}.") from error
        return cls.from_dict(values)


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    """The types of a dataclass's fields, cached: a list of experiments needs them often."""
    return typing.get_type_hints(kind)


def _build(kind: Any, value: object, path: str) -> object:
    """``value`` from JSON as ``kind``: a dataclass, a tuple, a mapping of scalars, or a scalar."""
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, Mapping):
            raise ConfigError(f"Expected `{path}` to be an object, but got {show(value)}.")
        hints = _hints(typing.cast(type, kind))
        for key in value:
            if key not in hints:
                raise ConfigError(
                    f"Expected a key of `{path}` ({', '.join(hints)}), but got {show(key)}."
                )
        return kind(**{k: _build(hints[k], v, f"{path}.{k}") for k, v in value.items()})  # type: ignore[operator]
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ConfigError(f"Expected `{path}` to be a list, but got {show(value)}.")
        item = typing.get_args(kind)[0]
        return tuple(_build(item, v, f"{path}[{i}]") for i, v in enumerate(value))
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        return _build(next(k for k in typing.get_args(kind) if k is not type(None)), value, path)
    elif origin is not None:
        if not isinstance(value, Mapping):
            raise ConfigError(f"Expected `{path}` to be an object, but got {show(value)}.")
        return {str(k): _scalar(v, f"{path}.{k}") for k, v in value.items()}
    return _typed(kind, value, path)


def _scalar(value: object, path: str) -> Value:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return check_number(value, f"`{path}`", whole=isinstance(value, int))
    raise ConfigError(
        f"Expected `{path}` to be a number, text or true/false, but got {show(value)}."
    )


def _typed(kind: type, value: object, path: str) -> Value:
    if kind is bool or kind is str:
        if isinstance(value, kind):
            return typing.cast(Value, value)
        wanted = "true or false" if kind is bool else "text"
        raise ConfigError(f"Expected `{path}` to be {wanted}, but got {show(value)}.")
    return check_number(value, f"`{path}`", whole=kind is int)
