"""Build a loss by name."""

from __future__ import annotations

from importlib import import_module

from ..errors import ConfigError
from ..parameters import Value, choose
from .base import Loss
from .registry import LOSSES


def build_loss(name: str, class_counts: object, **params: Value) -> Loss:
    """The loss ``name`` for a data set with ``class_counts`` (c,) training samples.

    ``preset`` may name one of the loss's presets; other parameters override it. Unknown names and
    parameters raise a `ConfigError` that lists the known ones.

    >>> import torch
    >>> loss = build_loss("focal", [30, 10], gamma=1.0)
    >>> loss(torch.zeros(1, 2), torch.tensor([0]))  # ½ log 2
    tensor(0.3466)
    """
    choose(name, LOSSES, "loss")
    for foreign in ("ignore_index", "label_smoothing"):
        if foreign in params:
            raise ConfigError(
                f"Expected no {foreign}, which no loss here takes. Leave ignored samples out "
                "before the loss, and train with hard labels."
            )
    spec = LOSSES[name]
    settings = spec.resolve(params)
    module, attribute = spec.factory.split(":")
    loss = getattr(import_module(module), attribute)(class_counts, **settings)
    if not isinstance(loss, Loss):
        raise ConfigError(f"Expected {spec.factory} to build a Loss, but got {type(loss)}.")
    return loss
