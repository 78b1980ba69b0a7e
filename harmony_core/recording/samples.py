"""What a criterion is called with, brought to one form: logits (n, c) and a class for each sample.

Axes: n samples, c classes. A criterion may be called with (n, c) and (n,), with a class dimension
anywhere, as (n, c, h, w) and (n, h, w) or (b, t, c) and (b, t), with shares of classes in place of
classes, as mixup gives them, or with one logit for each sample of two classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ..errors import DataError
from ..losses.forms import in_rows


@dataclass(frozen=True)
class Samples:
    """The samples of one call, detached."""

    logits: Tensor
    """(n, c) float32 or wider."""
    targets: Tensor
    """(n,) int64; of shares the class with the largest, and 0 where the sample is ignored."""
    shares: Tensor | None
    """(n, c) probabilities q; ``None`` if the targets are classes."""
    counted: Tensor | None
    """(n,) bool: False where the target is ``ignore_index``; ``None`` without ignored samples."""
    features: Tensor | None = None
    """(n, d) the last layer's input, if the criterion is called with it."""


def samples_of(
    logits: Tensor,
    targets: Tensor,
    class_dim: int = 1,
    ignore_index: int | None = None,
    features: Tensor | None = None,
) -> Samples:
    """The samples of a call, ``class_dim`` being the dimension of the classes in ``logits``.

    ``features`` come as the logits do, or as (n, d). One logit z for each sample is log p₁/p₀, the
    same as the two logits (0, z). Raises `DataError` for shapes that do not fit together.

    >>> z, y = torch.zeros(2, 3, 5), torch.tensor([[0, 1, -100], [4, 4, 4]])
    >>> found = samples_of(z, y, class_dim=-1, ignore_index=-100)
    >>> tuple(found.logits.shape), int(found.counted.sum())
    ((6, 5), 5)
    """
    if not logits.is_floating_point():
        raise _misfit("floating-point logits", logits, targets)
    plain = logits.detach()
    plain = plain if plain.dtype == torch.float64 else plain.float()
    known = plain.ndim > 1 and -plain.ndim <= class_dim < plain.ndim
    inputs = None if features is None else features.detach()
    if inputs is not None and known and inputs.ndim == plain.ndim > 2:
        inputs = in_rows(inputs, class_dim)
    if plain.ndim == 1 or (known and plain.shape[class_dim] == 1):
        return _binary(plain, targets, ignore_index, inputs)
    if not known:
        raise _misfit(f"logits with a dimension {class_dim} of classes", logits, targets)
    found = in_rows(plain, class_dim)
    if targets.shape == plain.shape and targets.is_floating_point():
        shares = in_rows(targets.detach().to(plain.dtype), class_dim)
        return Samples(found, shares.argmax(1), shares, None, inputs)
    if targets.shape != plain.movedim(class_dim, -1).shape[:-1] or targets.is_floating_point():
        raise _misfit("a class for each sample, or a share of every class", logits, targets)
    classes = targets.detach().reshape(-1).to(torch.int64)
    counted = None
    if ignore_index is not None:
        counted = classes != ignore_index
        classes = torch.where(counted, classes, 0)
    return Samples(found, classes, None, counted, inputs)


def smoothed(samples: Samples, smoothing: float) -> Tensor:
    """(n, c) the shares of classes that a criterion with this label smoothing trains towards."""
    c = samples.logits.shape[1]
    own = samples.shares
    if own is None:
        own = F.one_hot(samples.targets, c).to(samples.logits.dtype)
    return own * (1 - smoothing) + smoothing / c


def _binary(
    logits: Tensor, targets: Tensor, ignore_index: int | None, features: Tensor | None
) -> Samples:
    flat = logits.reshape(-1)
    if targets.numel() != flat.numel():
        raise _misfit("a target for each logit", logits, targets)
    both = torch.stack([torch.zeros_like(flat), flat], dim=1)
    own, counted = targets.detach().reshape(-1), None
    if ignore_index is not None:
        counted = own != ignore_index
        own = torch.where(counted, own, 0)
    if not own.is_floating_point():
        return Samples(both, own.to(torch.int64), None, counted, features)
    shares = torch.stack([1 - own, own], dim=1).to(both.dtype)
    return Samples(both, shares.argmax(1), shares, counted, features)


def _misfit(wanted: str, logits: Tensor, targets: Tensor) -> DataError:
    return DataError(
        f"Expected {wanted} in a step that is recorded, but got logits of {_shape(logits)} and "
        f"targets of {_shape(targets)}. Name the dimension of the classes with `class_dim`, or "
        "hand (n, c) logits and (n,) targets to `run.step`."
    )


def _shape(value: Tensor) -> str:
    return f"{value.dtype} {tuple(value.shape)}"
