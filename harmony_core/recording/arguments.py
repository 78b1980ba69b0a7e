"""What a watched criterion is called with, by position or by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from torch import Tensor

from ..errors import DataError


class Arguments(NamedTuple):
    """The arguments of a criterion."""

    logits: Tensor
    targets: Tensor
    features: Tensor | None = None


def arguments_of(
    call: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any]
) -> Arguments:
    """The arguments of a call; raises `DataError` unless it had logits and targets.

    >>> import torch
    >>> named = {"target": torch.tensor([1]), "input": torch.zeros(1, 2)}
    >>> arguments_of(torch.nn.CrossEntropyLoss().forward, (), named).targets
    tensor([1])
    """
    found = _in_order(call, given, named)
    if len(found) < 2:
        raise DataError(
            "Expected a criterion that is called with logits and targets, but got "
            f"{len(found)} argument. Leave it unwatched, and call `run.step`."
        )
    logits, targets, *more = found
    if not isinstance(logits, Tensor) or not isinstance(targets, Tensor):
        raise DataError(
            "Expected a criterion that is called with tensors of logits and targets, but got "
            f"{type(logits).__name__} and {type(targets).__name__}. Leave it unwatched, and "
            "call `run.step`."
        )
    return Arguments(logits, targets, more[0] if more and isinstance(more[0], Tensor) else None)


def _in_order(
    call: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any]
) -> list[Any]:
    """The arguments of a call in the order of its parameters, though some come by name."""
    if not named:
        return list(given)
    try:
        signature = inspect.signature(call)
        bound = signature.bind(*given, **named).arguments
    except (TypeError, ValueError):  # a callable without a signature
        return [*given, *named.values()]
    found: list[Any] = []
    for name, value in bound.items():
        kind = signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            found.extend(value)
        elif kind is inspect.Parameter.VAR_KEYWORD:
            found.extend(value.values())
        else:
            found.append(value)
    return found
