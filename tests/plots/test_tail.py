"""The figures of the tail and of the pilot hold what they were given, at every size and theme."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from harmony_core.plots.pilot import class_recall, gains, gradient_density
from harmony_core.plots.tail import group_shares, lorenz, printable, rank_frequency


def drawn(figure: go.Figure) -> dict[str, go.Figure]:
    return {trace.name: trace for trace in figure.data}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_few_classes_are_bars_with_names(theme: str) -> None:
    figure = rank_frequency(
        np.array([500, 40, 3]), ["cat", "<b>dog</b>", "a" * 40], np.array([0, 1, 2]),
        fits={"power law": np.array([480.0, 41.0, 4.0])}, theme=theme,
    )  # fmt: skip
    traces = drawn(figure)
    assert {name: list(traces[name].y) for name in ("head", "medium", "tail")} == {
        "head": [500], "medium": [40], "tail": [3],
    }  # fmt: skip
    assert list(traces["power law"].y) == [480.0, 41.0, 4.0]
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.xaxis.ticktext[1] == "&lt;b&gt;dog&lt;/b&gt;"
    assert len(figure.layout.xaxis.ticktext[2]) == 22
    assert rank_frequency(np.array([5]), ["a"], np.array([1])).layout.yaxis.type == "linear"


def test_ten_thousand_classes_are_a_thinned_line_that_keeps_its_ends() -> None:
    c = 10_000
    sizes = np.arange(c, 0, -1)
    groups = np.repeat([0, 1, 2], [100, 900, 9_000])
    figure = rank_frequency(sizes, [f"class {i}" for i in range(c)], groups, unit="objects")
    x = np.concatenate([trace.x for trace in figure.data])
    y = np.concatenate([trace.y for trace in figure.data])
    assert len(x) <= 1_500
    assert (x[0], x[-1]) == (1, c)
    assert (y == sizes[x - 1]).all()
    assert figure.layout.xaxis.type == "log"
    assert "objects" in figure.layout.yaxis.title.text


def test_lorenz_curves_are_thinned_too() -> None:
    classes = np.linspace(0, 1, 9_001)
    figure = lorenz({"<i>mine</i>": (classes, classes**2), "other": (classes[:5], classes[:5])})
    own = figure.data[1]
    assert own.name == "&lt;i&gt;mine&lt;/i&gt;"
    assert len(own.x) <= 1_500
    assert (own.x[0], own.y[-1]) == (0, 1)


def test_groups_show_shares_of_classes_and_samples() -> None:
    figure = group_shares((3, 4, 3), (0.8, 0.18, 0.02))
    assert [list(t.x) for t in figure.data] == [[0.8, 0.3], [0.18, 0.4], [0.02, 0.3]]
    patterns = {t.marker.pattern.shape for t in figure.data}
    assert len(patterns) == 3


def test_gains_have_their_intervals() -> None:
    low, mean, high = (np.array([v, v + 0.1]) for v in (-0.02, 0.03, 0.07))
    figure = gains(["a", "b"], {"tail": (mean, low, high), "head": (mean, low, high)})
    first = figure.data[0]
    assert first.y == pytest.approx([3, 3])
    assert first.error_y.array == pytest.approx([4, 4])
    assert first.error_y.arrayminus == pytest.approx([5, 5])
    assert len({t.marker.symbol for t in figure.data}) == 2


@pytest.mark.parametrize("c", [1, 5, 200])
def test_recall_and_density_at_any_number_of_classes(c: int) -> None:
    names = [f"class {i}" for i in range(c)]
    recalls = class_recall(names, {"ce": np.linspace(1, 0, c)})
    assert len(recalls.data[0].y) == c
    density = np.full((c, 20), 0.05)
    heat = gradient_density(names, density)
    assert heat.data[0].z.shape == (c, 20)
    assert heat.data[0].z.max() == pytest.approx(5)
    assert len(heat.layout.yaxis.ticktext) <= 40
    assert heat.layout.height <= 640


def test_text_from_a_file_is_shown_as_it_is() -> None:
    assert printable("a<b>&c\u202e") == "a&lt;b&gt;&amp;c�"
