"""The samples of one training step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor


class Batch(NamedTuple):
    """The samples of one step, for m methods."""

    inputs: Tensor
    """(m, n, …), mixed where a method mixes."""
    targets: Tensor
    """(m, n) int64: the labels of the samples, or of the larger part of mixed ones."""
    mixing: Sequence[int] = ()
    """The methods that mix."""
    partners: Tensor | None = None
    """(m, n) int64: the labels of the smaller parts; None if no method mixes."""
    share: Tensor | None = None
    """(m, n) in [0, 1]: the weight of ``targets`` against ``partners``; None if no method mixes."""
