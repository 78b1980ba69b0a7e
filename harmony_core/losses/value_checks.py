"""Checks of the values of a call: that cosines are in [−1, 1], and soft targets probabilities.

Reading a value makes the host wait for the device. So only a few calls are checked, the 1st, 2nd,
4th, 8th and so on, and none while a step is compiled or captured in a CUDA graph.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import DataError
from .samples import Samples

COSINE_TOLERANCE = 0.05
"""How far a cosine may exceed 1: more than bfloat16 rounds."""
SHARE_TOLERANCE = 0.02
"""How far the shares of a sample may be from 1 in total: more than half precision rounds."""


def is_checked(calls: int) -> bool:
    """Whether the values of the ``calls``-th call, from 1, are checked.

    >>> [calls for calls in range(1, 10) if is_checked(calls)]
    [1, 2, 4, 8]
    """
    return calls & (calls - 1) == 0


def may_wait(device: torch.device) -> bool:
    """Whether the host may wait for a device now; not while a CUDA graph is captured.

    >>> may_wait(torch.device("cpu"))
    True
    """
    return device.type != "cuda" or not torch.cuda.is_current_stream_capturing()


def may_look(samples: Samples) -> bool:
    """Whether the values of a call may be read here.

    >>> may_look(Samples(torch.zeros(1, 2), torch.tensor([0])))
    True
    """
    if torch.compiler.is_compiling() or samples.logits.is_meta:
        return False
    return may_wait(samples.logits.device)


def check_cosines(owner: str, samples: Samples, scale: float) -> None:
    """Raise `DataError` if a logit of a sample that counts is not a cosine; NaN passes.

    >>> check_cosines("LDAMLoss", Samples(torch.tensor([[1.0, -1.0]]), torch.tensor([0])), 30.0)
    """
    outside = samples.logits.detach().abs()
    if samples.ignored is not None:
        outside = outside.masked_fill(samples.ignored[:, None], 0.0)
    if not bool((outside > 1 + COSINE_TOLERANCE).any()):
        return
    largest = float(outside.nan_to_num(0.0).max())
    classes = samples.logits.shape[1]
    raise DataError(
        f"Expected the logits of {owner} to be cosines in [-1, 1], but got one of size "
        f"{largest:.3g}. Its margin means nothing on unbounded logits, and the training diverges. "
        "Replace the network's last layer, nn.Linear(features, classes), by\n"
        "    from harmony_core.heads import CosineClassifier\n"
        f"    head = CosineClassifier(features, {classes})\n"
        f"without a scale of its own: the loss multiplies the cosines by {scale:g}."
    )


def no_probabilities(shares: Tensor) -> Tensor:
    """(n,) bool: the samples whose shares (n, c) are not probabilities with sum 1.

    >>> no_probabilities(torch.tensor([[0.25, 0.75], [1.0, 1.0]]))
    tensor([False,  True])
    """
    return ((shares.sum(1) - 1).abs() > SHARE_TOLERANCE) | (shares < -SHARE_TOLERANCE).any(1)


def check_shares(samples: Samples) -> None:
    """Raise `DataError` if the soft targets of a sample are not probabilities.

    >>> plain = Samples(torch.zeros(1, 2), torch.tensor([0]))
    >>> check_shares(plain._replace(given=torch.tensor([[0.25, 0.75]])))
    """
    if samples.given is None:
        return
    wrong = no_probabilities(samples.given)
    if samples.ignored is not None:
        wrong = wrong & ~samples.ignored
    if bool(wrong.any()):
        first = samples.given[wrong][0][:6]
        raise DataError(
            "Expected the soft targets of a sample to be probabilities with sum 1, but got "
            f"{[round(float(share), 4) for share in first]} for a sample. Several labels of one "
            "sample are another problem: see nn.BCEWithLogitsLoss."
        )
