"""Cross-entropy is the base of all oracles."""

from __future__ import annotations

from tests.losses.oracles.base import HALF, HEAD, LN2, ByHand, Known, Oracle

KNOWN = {
    # −log ½ and −log ¼
    "ce": Known(
        Oracle,
        ByHand((3, 1), {}, [HALF, HEAD], [0, 1], 1.5 * LN2),
        by_difficulty=False,
    ),
}
