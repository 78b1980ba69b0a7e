"""One value of each loss, worked out by hand."""

from __future__ import annotations

from math import log

import pytest
import torch

from harmony_core.losses import LOSSES, build_loss

HALF = [0.0, 0.0]  # p = (1/2, 1/2)
HEAD = [log(3), 0.0]  # p = (3/4, 1/4)
LN2 = log(2)

BY_HAND = {
    # −log ½ and −log ¼
    "ce": ((3, 1), {}, [HALF, HEAD], [0, 1], 1.5 * LN2),
    # u ∝ (1/3, 1): (ln 2 / 3 + 2 ln 2) / (4/3)
    "weighted_ce": ((3, 1), {}, [HALF, HEAD], [0, 1], 1.75 * LN2),
    # u = (1, 2/3) · 6/5: (1.2 ln 2 + 0.8 · 2 ln 2) / 2
    "class_balanced": ((1, 2), {"beta": 0.5}, [HALF, HEAD], [0, 1], 1.4 * LN2),
    # (½² ln 2 + ¾² 2 ln 2) / 2
    "focal": ((3, 1), {}, [HALF, HEAD], [0, 1], 0.6875 * LN2),
    # (1.2 · ½ ln 2 + 0.8 · ¾ · 2 ln 2) / 2
    "cb_focal": ((1, 2), {"beta": 0.5, "gamma": 1.0}, [HALF, HEAD], [0, 1], 0.9 * LN2),
    # g = ½ ½ ¾ ¼ in bins 1 1 2 0 of 3: weights 4/(2·3) twice and 4/3 twice
    "ghm": (
        (3, 1),
        {"bins": 3},
        [HALF, HALF, HEAD, HEAD],
        [0, 1, 1, 0],
        LN2 + log(4 / 3) / 3,
    ),
    # margins (¼, ½) leave (0, 0), and (½ ln 3, 0) for the last: 2 z − 2 m gives p = ½, ½, ¾
    "ldam": (
        (16, 1),
        {"scale": 2.0},
        [[0.25, 0.0], [0.0, 0.5], [0.25 + log(3) / 2, 0.0]],
        [0, 1, 0],
        (2 * LN2 + log(4 / 3)) / 3,
    ),
    # p̃ = (¾, ¼)
    "balanced_softmax": ((3, 1), {}, [HALF, HALF], [0, 1], (log(4 / 3) + log(4)) / 2),
    # p̃ = (9/10, 1/10)
    "logit_adjusted": ((3, 1), {"tau": 2.0}, [HALF, HALF], [0, 1], (log(10 / 9) + log(10)) / 2),
    # Δ = (1, 2): z/Δ = (0, ln 3)
    "vs": ((4, 1), {"gamma": 0.5, "tau": 0.0}, [[0.0, 2 * log(3)]], [1], log(4 / 3)),
    # u = 1, ‖p − y‖₁ = 1, ‖h‖₁ = 2
    "ib": ((1, 1), {"alpha": 1.0}, [HALF], [0], LN2 / 2.001),
    # M = 2; g = ¼ three times and ¾ once: p = (4, 2)/6, r = (3/2, 3), Σ p r = 2, w = (¾, 3/2)
    "harmonized": (
        (8, 8),
        {"alpha": 1.0},
        [HEAD, HEAD, HEAD, HEAD[::-1]],
        [0, 0, 0, 0],
        (3 * 0.75 * log(4 / 3) + 1.5 * log(4)) / 4,
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_value_by_hand(name: str) -> None:
    counts, params, logits, targets, expected = BY_HAND[name]
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
