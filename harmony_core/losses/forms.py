"""Read logits and targets, in whatever form they come, as n samples in rows.

What `nn.CrossEntropyLoss` takes: logits (n, c) or (n, c, h, w), with the classes along
``class_dim``; integer targets in their shape without the classes, or probabilities in the whole
shape. With two classes, logits (n,) or with one entry along ``class_dim`` are those of class 1, and
stand for the pair [0, z]. Nothing here waits for the device.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ..errors import DataError
from .options import CallForm
from .over_ranks import distributed
from .samples import Samples, soften


class Called(NamedTuple):
    """A call of a loss."""

    samples: Samples
    shape: torch.Size
    """Of the targets, without the classes."""
    single: bool
    """Whether the logits were those of class 1 alone."""


def read_call(
    classes: int,
    form: CallForm,
    logits: Tensor,
    targets: Tensor,
    features: Tensor | None,
) -> Called:
    """The samples of a call of a loss; raises `DataError` on wrong shapes.

    >>> logits, targets = torch.zeros(2, 3, 5), torch.zeros(2, 5, dtype=torch.int32)
    >>> called = read_call(3, CallForm(), logits, targets, None)
    >>> called.samples.logits.shape, called.samples.targets.shape, called.shape
    (torch.Size([10, 3]), torch.Size([10]), torch.Size([2, 5]))
    """
    if not logits.is_floating_point():
        raise DataError(
            f"Expected logits to be floating point of shape {_wanted(classes, form, '')}, "
            f"but got {logits.dtype} of shape {tuple(logits.shape)}."
        )
    place = _class_axis(logits, form)
    wide = logits if logits.dtype == torch.float64 else logits.float()
    soft, single = (
        None,
        classes == 2 and (wide.ndim == 1 or (place is not None and wide.shape[place] == 1)),
    )
    if single:
        wide, targets, soft = _binary(wide, targets, place)
        place = 1 if place is None else place
    if place is None or wide.ndim < 2 or wide.shape[place] != classes:
        hint = ""
        if wide.ndim > 2 and wide.shape[-1] == classes:
            hint = " If the classes are the last dimension, build the loss with class_dim=-1."
        raise DataError(
            f"Expected logits to be floating point of shape {_wanted(classes, form, '')}, "
            f"but got {logits.dtype} of shape {tuple(logits.shape)}.{hint}"
        )
    shape = wide.shape[:place] + wide.shape[place + 1 :]
    flat = in_rows(wide, place)
    if not len(flat) and not distributed():
        raise DataError("Expected at least 1 sample in the batch, but got 0.")
    if features is not None and features.ndim == wide.ndim and wide.ndim > 2:
        features = in_rows(features, place)
    if soft is not None:
        ignored = None if form.ignore_index is None else (soft == form.ignore_index).reshape(-1)
        one = soft.reshape(-1).to(flat.dtype)
        shares = torch.stack([1 - one, one], 1)
    elif targets.is_floating_point() and targets.shape == wide.shape:
        ignored, shares = None, in_rows(targets, place)
    else:
        samples = _hard(classes, form, targets, shape, Samples(flat, targets, features))
        return Called(samples, shape, single)
    nowhere = torch.zeros(len(flat), dtype=torch.int64, device=flat.device)
    samples = Samples(flat, nowhere, features, ignored)
    return Called(soften(samples, shares, form.label_smoothing), shape, single)


def _hard(
    classes: int, form: CallForm, targets: Tensor, shape: torch.Size, samples: Samples
) -> Samples:
    """The samples with their class indices."""
    if targets.is_floating_point() or targets.is_complex() or targets.shape != shape:
        advice = ""
        if targets.is_floating_point() and targets.shape == shape:
            advice = " Convert class indices by targets.long()."
        raise DataError(
            f"Expected targets to be integers of shape {tuple(shape)}, or probabilities "
            f"of shape {_wanted(classes, form, shape)}, "
            f"but got {targets.dtype} of shape {tuple(targets.shape)}.{advice}"
        )
    if targets.dtype == torch.bool and classes != 2:
        raise DataError(
            f"Expected targets to be integers below {classes}, but got {targets.dtype}."
        )
    labels = targets.reshape(-1).long()
    ignored = None
    if form.ignore_index is not None:
        ignored = labels == form.ignore_index
        labels = labels.masked_fill(ignored, 0)
    samples = samples._replace(targets=labels, ignored=ignored)
    if form.label_smoothing:
        shares = torch.zeros_like(samples.logits).scatter(1, labels[:, None], 1.0)
        samples = soften(samples, shares, form.label_smoothing)
    return samples


def _binary(
    wide: Tensor, targets: Tensor, place: int | None
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Logits [0, z] of two classes; targets without the class's dimension, and soft ones."""
    if place is None:
        wide, place = wide[:, None], 1
    if targets.ndim == wide.ndim and targets.shape[place] == 1:
        targets = targets.squeeze(place)
    pair = torch.cat([torch.zeros_like(wide), wide], place)
    expected = wide.shape[:place] + wide.shape[place + 1 :]
    if targets.shape != expected:
        raise DataError(
            f"Expected targets to be 0 or 1, or probabilities of class 1, of shape "
            f"{tuple(expected)}, but got {targets.dtype} of shape {tuple(targets.shape)}."
        )
    return pair, targets, targets if targets.is_floating_point() else None


def _class_axis(logits: Tensor, form: CallForm) -> int | None:
    """The dimension of the classes from 0 on, or ``None`` if the logits have no such dimension."""
    if not -logits.ndim <= form.class_dim < logits.ndim or logits.ndim < 2:
        return None
    return form.class_dim % logits.ndim


def in_rows(values: Tensor, place: int) -> Tensor:
    """(n, k) from values with k entries along a dimension.

    >>> in_rows(torch.zeros(2, 3, 5), 1).shape
    torch.Size([10, 3])
    """
    if values.ndim == 2 and place == 1:
        return values
    return values.movedim(place, -1).reshape(-1, values.shape[place])


def _wanted(classes: int, form: CallForm, shape: object) -> str:
    """The shape of logits in words."""
    if form.class_dim == 1:
        return f"(n, {classes}) or (n, {classes}, ...)"
    return f"(..., {classes})" if form.class_dim == -1 else f"with {classes} along {form.class_dim}"
