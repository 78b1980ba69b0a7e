"""Checks of the values of a step: that targets are classes or shares, and rows those of the step.

Reading a value of a GPU makes the host wait for it, so only a few calls are checked there.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import DataError
from ..losses.value_checks import is_checked, may_wait, no_probabilities
from .samples import Samples
from .setting import Setting


def looks(calls: int, device: torch.device) -> bool:
    """Whether the values of the ``calls``-th call, from 1, are checked: on a CPU those of all.

    >>> [calls for calls in range(1, 10) if looks(calls, torch.device("meta"))]
    [1, 2, 4, 8]
    """
    return device.type == "cpu" or (is_checked(calls) and may_wait(device))


def check_targets(samples: Samples) -> None:
    """Raise `DataError` for a label that is not a class, and for shares that do not add up to 1.

    >>> check_targets(Samples(torch.zeros(1, 2), torch.tensor([1]), None, None))
    """
    if samples.shares is not None:
        wrong = no_probabilities(samples.shares)
        wrong = wrong if samples.counted is None else wrong & samples.counted
        if bool(wrong.any()):
            first = [round(float(share), 4) for share in samples.shares[wrong][0][:6]]
            raise DataError(
                "Expected a class for each sample, or shares of the classes with sum 1, but got "
                f"{first} for a sample. Trainings with several labels of one sample, or with "
                "targets that are no classes, cannot be recorded."
            )
        return
    classes = samples.logits.shape[1]
    outside = (samples.targets < 0) | (samples.targets >= classes)
    if bool(outside.any()):
        label = int(samples.targets[outside][0])
        raise DataError(
            f"Expected targets from 0 to {classes - 1}, but got {label}. "
            "If the loop leaves samples with this label out, say so: record(..., ignore_index=…)."
        )


def rows_of(index: object, samples: Samples, setting: Setting, calls: int) -> Tensor | None:
    """The rows (n,) of a step in the training set; `DataError` if they cannot be those.

    ``None`` where no rows are given, or no samples can be followed.
    """
    if index is None or not setting.samples:
        return None
    rows = torch.as_tensor(index).detach().reshape(-1)
    if len(rows) != len(samples.targets):
        raise DataError(
            f"Expected a row for each of the {len(samples.targets):,} samples of the step, but got "
            f"{len(rows):,}. Of samples with several targets, as pixels, give none."
        )
    if looks(calls, samples.logits.device):
        _check_rows(rows, samples, setting)
    return rows


def _check_rows(index: Tensor, samples: Samples, setting: Setting) -> None:
    """Raise `DataError` for rows outside the training set, or of other classes than the step's."""
    rows = index.cpu().numpy()
    outside = (rows < 0) | (rows >= setting.samples)
    if outside.any():
        raise DataError(
            f"Expected rows of the {setting.samples:,} samples of train_targets, but got "
            f"{rows[outside][0]}. Of a subset, give the rows of the subset."
        )
    if samples.shares is not None:
        return
    own, known = samples.targets.cpu().numpy(), setting.targets[rows]
    wrong = own != known
    if samples.counted is not None:
        wrong &= samples.counted.cpu().numpy()
    if wrong.any():
        raise DataError(
            f"Expected row {rows[wrong][0]} to be of class {known[wrong][0]}, as train_targets "
            f"says, but the step has class {own[wrong][0]}. Give rows and targets of the same "
            "training set, in the order of its samples."
        )
