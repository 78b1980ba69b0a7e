"""Learning rates and the start of deferral are those of the reference recipe."""

from __future__ import annotations

import pytest

from harmony_core.config import (
    OptimConfig,
    deferral_epoch,
    epoch_after,
    quick_recipe,
    reference_recipe,
)
from harmony_core.training.schedule import learning_rate


def test_reference_schedule_hits_the_published_rates() -> None:
    recipe = reference_recipe()
    rates = {e: learning_rate(recipe, e, 0, 10, 200) for e in (0, 4, 5, 159, 160, 179, 180, 199)}
    expected = {0: 0.02, 4: 0.1, 5: 0.1, 159: 0.1, 160: 1e-3, 179: 1e-3, 180: 1e-5, 199: 1e-5}
    assert rates == pytest.approx(expected)


def test_cosine_falls_from_the_full_rate_to_almost_zero() -> None:
    recipe = quick_recipe()
    rates = [learning_rate(recipe, e, s, 5, 20) for e in range(2, 20) for s in range(5)]
    assert rates[0] == recipe.lr
    assert rates == sorted(rates, reverse=True)
    assert 0 < rates[-1] < 0.001 * recipe.lr
    flat = OptimConfig(schedule="constant", warmup_epochs=0)
    assert learning_rate(flat, 7, 3, 5, 20) == flat.lr


def test_deferral_covers_the_last_fifth() -> None:
    assert [deferral_epoch(e) for e in (1, 5, 10, 200)] == [0, 4, 8, 160]


@pytest.mark.parametrize("share", [0.8, 0.55, 0.07])
def test_a_share_of_the_epochs_is_exact(share: float) -> None:
    """Against whole numbers, as 0.55 * 100 is a little above 55."""
    for epochs in range(1, 2001):
        assert epoch_after(share, epochs) == -(-round(100 * share) * epochs // 100)


def test_the_rate_falls_in_the_epoch_in_which_deferral_begins() -> None:
    recipe = OptimConfig(warmup_epochs=0)
    for epochs in range(5, 301):
        rates = [learning_rate(recipe, e, 0, 1, epochs) for e in range(epochs)]
        first = next(e for e, rate in enumerate(rates) if rate < recipe.lr)
        assert first == deferral_epoch(epochs)
    for epochs, falls in ((60, (48, 54)), (100, (80, 90)), (200, (160, 180))):  # as they were
        rates = [learning_rate(recipe, e, 0, 1, epochs) for e in range(epochs)]
        assert tuple(e for e in range(1, epochs) if rates[e] < rates[e - 1]) == falls
