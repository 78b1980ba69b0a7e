"""Build a loss by name."""

from __future__ import annotations

from importlib import import_module

from ..errors import ConfigError
from ..parameters import Value, choose
from .base import Loss
from .options import OPTION_NAMES
from .registry import LOSSES


def build_loss(name: str, class_counts: object, **params: Value | None) -> Loss:
    """The loss ``name`` for a data set with ``class_counts`` (c,) training samples.

    ``preset`` may name one of the loss's presets; other parameters override it. The options of
    `nn.CrossEntropyLoss` (`Options`) may be among them. Unknown names and parameters raise a
    `ConfigError` that lists the known ones.

    >>> import torch
    >>> loss = build_loss("focal", [30, 10], gamma=1.0)
    >>> loss(torch.zeros(1, 2), torch.tensor([0]))  # ½ log 2
    tensor(0.3466)
    """
    choose(name, LOSSES, "loss")
    spec = LOSSES[name]
    options = {option: params.pop(option) for option in OPTION_NAMES if option in params}
    settings = spec.resolve(params)
    module, attribute = spec.factory.split(":")
    loss = getattr(import_module(module), attribute)(class_counts, **settings, **options)
    if not isinstance(loss, Loss):
        raise ConfigError(f"Expected {spec.factory} to build a Loss, but got {type(loss)}.")
    return loss
