"""Bands and sentences over seeds, against SciPy and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from harmony_core.analysis.boundary import disagreement
from harmony_core.analysis.seeds import METRICS, Curves, band_of, frame_metrics, sentences
from harmony_core.analysis.summary import MethodSummary, SeedValues
from harmony_core.errors import ConfigError
from tests.plots.synthetic import make_run

VALUE = st.one_of(st.just(math.nan), st.floats(0, 1))


@given(arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 5)), elements=VALUE))
def test_a_band_is_the_interval_of_each_epoch_s_known_values(values: np.ndarray) -> None:
    n, mean, low, high, least, most = band_of(values)
    for e in range(values.shape[1]):
        known = values[:, e][np.isfinite(values[:, e])]
        assert n[e] == len(known)
        if not len(known):
            assert np.isnan([mean[e], low[e], high[e], least[e], most[e]]).all()
            continue
        assert (least[e], most[e]) == (known.min(), known.max())
        assert mean[e] == pytest.approx(known.mean(), abs=1e-12)
        if len(known) == 1:
            assert math.isnan(low[e])
            assert math.isnan(high[e])
        elif np.ptp(known) > 1e-6:
            expected = stats.t.interval(0.95, len(known) - 1, known.mean(), stats.sem(known))
            assert (low[e], high[e]) == pytest.approx(expected)


def test_a_band_by_hand() -> None:
    # 0.5, 0.6, 0.7: s = 0.1, t(2 degrees) = 4.3027, half = 4.3027 · 0.1 / √3 = 0.2484.
    n, mean, low, high, least, most = band_of(np.array([[0.5], [0.6], [0.7]]))
    assert (n[0], mean[0], least[0], most[0]) == (3, pytest.approx(0.6), 0.5, 0.7)
    assert (low[0], high[0]) == (pytest.approx(0.3516, abs=1e-4), pytest.approx(0.8484, abs=1e-4))


def test_curves_keep_repeats_epochs_and_methods_apart() -> None:
    scene, frames, labels = make_run(classes=5, methods=2, epochs=3)
    curves = Curves(labels)
    for repeat, last in ((0, 3), (1, 3), (2, 1)):  # the third seed still trains
        for row in frames[: last + 1]:
            for frame in row:
                object.__setattr__(frame, "repeat", repeat)
                object.__setattr__(frame, "test_loss", 1.0 + repeat + 0.1 * frame.epoch)
                curves.add(scene, frame)
    band = curves.band("test_loss", method=1)
    assert band.label == labels[1]
    assert band.epochs.tolist() == [0, 1, 2, 3]
    assert band.repeats.tolist() == [3, 3, 2, 2]
    assert band.mean == pytest.approx([2.0, 2.1, 1.7, 1.8])
    assert band.lowest == pytest.approx([1.0, 1.1, 1.2, 1.3])
    assert band.highest == pytest.approx([3.0, 3.1, 2.2, 2.3])
    assert [b.label for b in curves.bands("tail")] == labels
    assert curves.metrics == list(METRICS)
    with pytest.raises(ConfigError, match="metric"):
        curves.band("accuracy", 0)


def test_metrics_are_those_of_the_frame() -> None:
    scene, frames, _ = make_run(classes=5)
    frame = frames[-1][0]
    found = frame_metrics(scene, frame)
    assert list(found) == ["balanced_accuracy", "head", "medium", "tail", "ece", "many_shot",
                           "medium_shot", "few_shot", "disagreement", "hard_part",
                           "test_loss"]  # fmt: skip
    assert found["tail"] == pytest.approx(frame.recall[3:].mean())
    assert found["disagreement"] == disagreement(scene, frame.grid_class)
    assert math.isnan(found["hard_part"])
    object.__setattr__(frame, "grid_class", None)
    assert math.isnan(frame_metrics(scene, frame)["disagreement"])


def summary(label: str, **values: tuple[float, ...]) -> MethodSummary:
    figures = {n: SeedValues(values.get(n, ())) for n in METRICS}
    return MethodSummary(label, figures, ())


def test_sentences_count_seeds_by_any_figure() -> None:
    a = summary("A", balanced_accuracy=(0.5, 0.6, 0.7), tail=(0.1, 0.2, 0.3))
    b = summary("B", balanced_accuracy=(0.4, 0.5, 0.8), tail=(0.5, 0.6, 0.1))
    assert sentences([a, b])[0].startswith(
        "A is ahead of B in 2 of 3 seeds, by 3.3 points on average"
    )
    assert sentences([a, b], "tail")[0].startswith("Tail recall: B is ahead of A in 2 of 3 seeds")
    assert sentences([summary("A")]) == []
    with pytest.raises(ConfigError, match="figure to compare by"):
        sentences([a, b], "ece")
