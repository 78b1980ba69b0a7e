"""What the values of a call show of a mistake: logits that are no cosines, shares that are none.

To look at a value, the host has to wait for the device. So only a few calls are looked at, the 1st,
2nd, 4th, 8th and so on; none where a step is compiled or captured in a CUDA graph.
"""

from __future__ import annotations

import torch

from ..errors import DataError
from .samples import Samples

COSINE_TOLERANCE = 0.05
"""How far a cosine may exceed 1: more than bfloat16 rounds."""
SHARE_TOLERANCE = 0.02
"""How far the shares of a sample may be from 1 in total: more than half precision rounds."""


def may_look(samples: Samples) -> bool:
    """Whether a value may be looked at here.

    >>> may_look(Samples(torch.zeros(1, 2), torch.tensor([0])))
    True
    """
    if torch.compiler.is_compiling() or samples.logits.is_meta:
        return False
    return not (samples.logits.is_cuda and torch.cuda.is_current_stream_capturing())


def check_cosines(owner: str, samples: Samples, scale: float) -> None:
    """Raise `DataError` if a logit of a sample that counts is no cosine; NaN is let through.

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


def check_shares(samples: Samples) -> None:
    """Raise `DataError` if the soft targets of a sample are no probabilities.

    >>> plain = Samples(torch.zeros(1, 2), torch.tensor([0]))
    >>> check_shares(plain._replace(given=torch.tensor([[0.25, 0.75]])))
    """
    if samples.given is None:
        return
    total = samples.given.sum(1)
    wrong = ((total - 1).abs() > SHARE_TOLERANCE) | (samples.given < -SHARE_TOLERANCE).any(1)
    if samples.ignored is not None:
        wrong = wrong & ~samples.ignored
    if bool(wrong.any()):
        first = samples.given[wrong][0][:6]
        raise DataError(
            "Expected the soft targets of a sample to be probabilities with sum 1, but got "
            f"{[round(float(share), 4) for share in first]} for a sample. Several labels of one "
            "sample are another problem: see nn.BCEWithLogitsLoss."
        )
