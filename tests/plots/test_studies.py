"""The figures of a study hold what they were given."""

from __future__ import annotations

import numpy as np
import pytest

from harmony_core.plots.studies import critical_difference_diagram, forest


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_forest_has_each_gain_with_its_interval(theme: str) -> None:
    gain = np.array([[0.02, -0.01], [0.03, np.nan]])
    low = np.array([[0.01, -0.03], [np.nan, np.nan]])
    high = np.array([[0.03, 0.01], [np.nan, np.nan]])
    figure = forest(["<b>a</b>", "b"], ["M", "N"], gain, low, high, "base", theme)
    first, second = figure.data
    assert first.x.tolist() == pytest.approx([2.0, 3.0])
    assert first.error_x.array[0] == pytest.approx(1.0)
    assert first.error_x.arrayminus[0] == pytest.approx(1.0)
    assert first.marker.symbol == ("circle", "circle-open")  # one seed has no interval
    assert second.marker.symbol[0] == "square-open"
    assert np.isnan(second.x[1])
    assert figure.layout.yaxis.ticktext[0] == "&lt;b&gt;a&lt;/b&gt;"
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]  # from top to bottom
    assert "base" in figure.layout.xaxis.title.text


def test_a_bar_joins_what_is_not_distinguishable() -> None:
    figure = critical_difference_diagram(
        ["A", "B", "C"], [1.2, 1.9, 2.9], 1.0, [["A", "B"], ["B", "C"]]
    )
    ranks, scale, *bars = figure.data
    assert list(ranks.x) == [1.2, 1.9, 2.9]
    assert scale.x[1] - scale.x[0] == pytest.approx(1.0)
    assert [tuple(bar.x) for bar in bars] == [(1.2, 1.9), (1.9, 2.9)]
    heights = [bar.y[0] for bar in bars]
    assert not set(heights) & set(ranks.y)
    assert len(set(heights)) == 2
    assert figure.layout.yaxis.ticktext == ("A", "B", "C")


def test_nothing_to_show_is_an_empty_figure() -> None:
    assert not forest([], [], np.empty((0, 0)), np.empty((0, 0)), np.empty((0, 0)), "x").data
