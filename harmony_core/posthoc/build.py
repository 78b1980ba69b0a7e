"""Apply a post-hoc step by name."""

from __future__ import annotations

from importlib import import_module

import torch

from ..errors import ConfigError, DataError
from ..parameters import Value, choose
from .head import Head, Trained
from .registry import POSTHOC


def new_head(
    name: str, trained: Trained, generator: torch.Generator | None = None, **parameters: Value
) -> Head:
    """The last layer that the step ``name`` puts in place of the trained one.

    ``generator``, on the CPU, draws the batches of a step that trains; without one they are those
    of seed 0. An unknown name or parameter raises `ConfigError`, which lists the known ones; a
    class without training samples raises `DataError`.
    """
    choose(name, POSTHOC, "post-hoc step")
    spec = POSTHOC[name]
    settings = spec.resolve(parameters)
    _check(trained)
    module, attribute = spec.factory.split(":")
    step = getattr(import_module(module), attribute)
    head = step(trained, generator or torch.Generator().manual_seed(0), **settings)
    if not isinstance(head, Head):
        raise ConfigError(f"Expected {spec.factory} to return a Head, but got {type(head)}.")
    return head


def _check(trained: Trained) -> None:
    if len(trained.features) != len(trained.targets):
        raise DataError(
            "Expected features and labels of the same training samples, but got "
            f"{len(trained.features)} and {len(trained.targets)}. Pass one label for each row."
        )
    empty = (trained.counts == 0).nonzero().flatten().tolist()
    if empty:
        raise DataError(
            "Expected training samples of every class for a post-hoc step, but got none of class "
            f"{empty[0]}. Remove the class, or choose data that has it."
        )
