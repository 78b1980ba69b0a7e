"""A test set with very many scores is measured in parts, with the same figures."""

from __future__ import annotations

import math

import pytest

from tests.training.test_steppers import engine, points


def test_parts_give_the_figures_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    config = points(epochs=1)
    whole = [frame for epoch in engine(config).run() for frame in epoch]
    monkeypatch.setattr("harmony_core.training.test_set.MOST_SCORES", 100)
    parts = [frame for epoch in engine(config).run() for frame in epoch]
    for one, other in zip(parts, whole, strict=True):
        assert (one.confusion == other.confusion).all()
        assert one.test_loss == pytest.approx(other.test_loss, rel=1e-5)
        assert one.ece == pytest.approx(other.ece, rel=1e-5)
        assert math.isnan(one.auprc)
        assert math.isfinite(other.auprc)
