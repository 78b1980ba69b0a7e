"""The figures of the tail and of the pilot hold what they were given, at every size and theme."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from harmony_core.plots.pilot import class_recall, estimates, gradient_density
from harmony_core.plots.plotly_text import plotly_text
from harmony_core.plots.tail import group_shares, lorenz, rank_frequency


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


def test_estimates_have_their_intervals_and_one_shape_a_family() -> None:
    mean, low, high = (np.array([v, v + 1, v]) for v in (3.0, -2.0, 7.0))
    figure = estimates(
        ["a<b>", "a, balanced", "c"], ["one", "one", "two"], (mean, low, high), title="gain",
        marked=[False, True, False], zero=True,
    )  # fmt: skip
    first, second = figure.data
    assert first.x == pytest.approx([3, 4])
    assert first.error_x.array == pytest.approx([4, 4])
    assert first.error_x.arrayminus == pytest.approx([5, 5])
    assert first.marker.line.width == (0, 2.5)
    assert first.marker.symbol != second.marker.symbol
    assert [a.text for a in figure.layout.annotations] == ["a&lt;b&gt;", "<b>a, balanced</b>", "c"]
    assert len(figure.layout.shapes) == 1


def test_intervals_of_recalls_stand_on_their_values() -> None:
    recalls = {"ce": np.array([0.9, 0.5]), "other": np.array([0.8, np.nan])}
    ends = {name: (values - 0.1, values + 0.05) for name, values in recalls.items()}
    figure = class_recall(["a", "b"], recalls, ends)
    assert figure.data[0].error_y.array == pytest.approx([5, 5])
    assert figure.data[0].error_y.arrayminus == pytest.approx([10, 10])
    assert figure.data[0].x[0] < figure.data[1].x[0]


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
    assert plotly_text("a<b>&c\u202e") == "a&lt;b&gt;&amp;c�"
