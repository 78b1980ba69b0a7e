"""One value of each loss, worked out by hand."""

from __future__ import annotations

from math import log

import pytest
import torch

from harmony_core.losses import LOSSES, build_loss
from tests.losses.known import known
from tests.losses.oracles.base import HEAD


@pytest.mark.parametrize("name", LOSSES)
def test_value_by_hand(name: str) -> None:
    counts, params, logits, targets, expected = known(name).by_hand
    loss = build_loss(name, counts, **params).double()
    features = torch.tensor([[1.0, -1.0]]).expand(len(targets), 2)
    value = loss(torch.tensor(logits, dtype=torch.float64), torch.tensor(targets), features)
    assert float(value) == pytest.approx(expected, rel=1e-6)


def test_literal_by_hand() -> None:
    # counts (8, 8): u = 1; p = (3, 1)/4, r = (4/3, 4), Σ p r = 2, w = (2/3, 2)
    loss = build_loss("harmonized", (8, 8), preset="literal").double()
    logits = torch.tensor([HEAD, HEAD, HEAD, HEAD[::-1]], dtype=torch.float64)
    value = loss(logits, torch.zeros(4, dtype=torch.int64))
    assert float(value) == pytest.approx((3 * 2 / 3 * log(4 / 3) + 2 * log(4)) / 4, rel=1e-6)
