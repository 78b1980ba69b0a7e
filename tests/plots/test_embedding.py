"""The figure, its words and the HTML file, from small made-up pictures."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from harmony_core.analysis.embedding.motion import changed
from harmony_core.analysis.embedding.result import (
    EmbeddingFrame,
    Fidelity,
    Landmarks,
    Panel,
    Share,
    save_embedding,
)
from harmony_core.analysis.embedding.settings import EmbeddingSettings
from harmony_core.config import ExperimentConfig, RecordConfig
from harmony_core.errors import ConfigError, RunError
from harmony_core.export.embedding_page import MAX_BYTES, embedding_page, export_embedding_html
from harmony_core.frames import Scene
from harmony_core.plots.embedding.all_epochs import all_epochs_figure
from harmony_core.plots.embedding.figure import embedding_figure
from harmony_core.plots.embedding.marks import Colouring, class_palette, region_image
from harmony_core.plots.embedding.overlay import adapt_to_touch
from harmony_core.plots.embedding.text import caption, panel_title
from harmony_core.plots.embedding.traces import PER_PANEL
from harmony_core.runs.embedding.store import embedding_path

N = 40
RNG = np.random.default_rng(2)
HOSTILE = "<script>alert(1)</script>"


def marks(classes: int = 3, names: tuple[str, ...] = ()) -> Landmarks:
    targets = np.arange(N) % classes
    return Landmarks(targets, np.arange(N) >= 10, np.arange(classes, 0, -1) * 10, names)


def panel(method: int = 0, label: str = "CE", classes: int = 3, **changes: Any) -> Panel:
    positions = RNG.normal(size=(N, 2)).astype(np.float32)
    region = np.zeros((120, 120), dtype=np.uint8)
    region[60:] = 1
    purity = np.full((120, 120), 255, dtype=np.uint8)
    purity[:, :30] = 0
    agreement = {
        "all": Share(27, 30), "tail": Share(8, 10), "errors": Share(1, 4),
        "clear": Share(20, 20), "pale": Share(3, 6),
    }  # fmt: skip
    fields: dict[str, Any] = {
        "label": label,
        "method": method,
        "positions": positions,
        "predicted": (np.arange(N) % classes).astype(np.uint16),
        "confidence": np.full(N, 0.75, dtype=np.float16),
        "map_class": (np.arange(N) % classes).astype(np.uint16),
        "map_purity": np.full(N, 200, dtype=np.uint8),
        "region_class": region,
        "region_purity": purity,
        "extent": (-4.0, 4.0, -3.0, 3.0),
        "radius": 1.4,
        "fidelity": Fidelity(agreement, 0.97, 0.825, {"all": 0.3, "head": 0.5, "tail": 0.1}, 0.021),
        "kept": np.full(N, 255, dtype=np.uint8),
    }
    return Panel(**{**fields, **changes})


def frame(epoch: int = 5, panels: int = 2, **changes: Any) -> EmbeddingFrame:
    made = tuple(panel(i, f"method {i}", **changes) for i in range(panels))
    return EmbeddingFrame(epoch, EmbeddingSettings(), made)


def test_every_panel_has_its_traces_its_regions_and_the_same_range() -> None:
    figure = embedding_figure(frame(panels=4), marks())
    assert sum(len(trace.x) == N for trace in figure.data) == 4
    assert len(figure.layout.images) == 4
    ranges = {tuple(figure.layout[f"xaxis{i}"].range) for i in ("", 2, 3, 4)}
    assert ranges == {(-4.0, 4.0)}
    assert figure.layout.yaxis4.domain[1] < figure.layout.yaxis.domain[0]


def test_rims_mark_errors_and_rings_mark_disagreement() -> None:
    predicted = (np.arange(N) % 3).astype(np.uint16)
    predicted[20:23] = (predicted[20:23] + 1) % 3
    map_class = predicted.copy()
    map_class[30] = (map_class[30] + 1) % 3
    one = frame(panels=1, predicted=predicted, map_class=map_class)
    _, rims, rings, *_ = embedding_figure(one, marks()).data[:PER_PANEL]
    np.testing.assert_allclose(rims.x, one.panels[0].positions[20:23, 0])
    np.testing.assert_allclose(rings.y, one.panels[0].positions[[30], 1])


def story() -> list[EmbeddingFrame]:
    """Three pictures of one network that calls 2 samples otherwise in each than in the one before;
    in the last, one of them is called as in the first again."""
    predicted = [(np.arange(N) % 3).astype(np.uint16)]
    for rows in ([5, 20], [20, 31]):
        following = predicted[-1].copy()
        following[rows] = (following[rows] + 1) % 3
        predicted.append(following)
    predicted[2][20] = predicted[0][20]
    return [frame(epoch, 1, predicted=p) for epoch, p in zip((0, 4, 9), predicted, strict=True)]


@pytest.mark.parametrize(
    ("changes", "marked", "told"),
    [("before", [20, 31], "epoch 4"), ("first", [5, 31], "epoch 0"), ("none", [], "")],
)
def test_crosses_mark_changed_predictions(changes: str, marked: list[int], told: str) -> None:
    *past, last = story()
    figure = embedding_figure(last, marks(), past=past, changes=changes)
    crosses = figure.data[4]
    np.testing.assert_allclose(crosses.x, last.panels[0].positions[marked, 0])
    assert crosses.marker.symbol == "x-thin"
    title = figure.layout.annotations[0].text
    names = [trace.name for trace in figure.data[PER_PANEL:]]
    if marked:
        assert f"× 2 of 40 changed since {told}" in title
        assert any("prediction differs" in name for name in names)
    else:
        assert "changed since" not in title
        assert not any("prediction differs" in name for name in names)


def test_a_film_marks_changes_epoch_by_epoch_and_the_caption_counts_them() -> None:
    frames = story()
    figure = embedding_figure(frames, marks())
    assert [len(still.data[4]["x"]) for still in figure.frames] == [0, 2, 2]
    text = caption(frames[2], marks(), frames[0])
    assert "differs from that at epoch 0: 2." in text
    assert "cross" not in caption(frames[2], marks())
    several = caption(frame(3), marks(), frame(1))
    assert "0 under method 0 and 0 under method 1" in several


def test_crosses_shrink_where_most_has_changed() -> None:
    first, second = frame(0, 1), frame(1, 1)
    few, all_of_them = second.panels[0].predicted.copy(), (second.panels[0].predicted + 1) % 3
    few[0] = (few[0] + 1) % 3
    sizes = []
    for predicted in (few, all_of_them):
        now = replace(second, panels=(replace(second.panels[0], predicted=predicted),))
        figure = embedding_figure([first, now], marks())
        assert figure.frames[1].data[4].marker.size == figure.data[4].marker.size
        sizes.append(figure.data[4].marker.size)
    assert sizes[0] > sizes[1]


def test_a_network_that_diverged_has_changed_nothing() -> None:
    before, after = story()[0].panels[0], story()[1].panels[0]
    gone = replace(after, region_purity=np.zeros_like(after.region_purity))
    assert changed(before, after).sum() == 2
    assert not changed(before, gone).any()
    with pytest.raises(ConfigError, match="Expected changes since before, first, none"):
        embedding_figure(frame(), marks(), changes="later")


def test_training_samples_are_hollow_and_dots_carry_their_number() -> None:
    dots = embedding_figure(frame(panels=1), marks()).data[0]
    assert [s.endswith("-open") for s in dots.marker.symbol] == [True] * 10 + [False] * 30
    assert dots.customdata[17].tolist() == [17, 75]
    assert "training" in dots.text[0]
    assert "test" in dots.text[39]


def test_a_slider_runs_through_the_epochs_and_opens_at_the_last() -> None:
    frames = [frame(epoch) for epoch in (0, 2, 7)]
    figure = embedding_figure(frames, marks())
    assert [f.name for f in figure.frames] == ["0", "2", "7"]
    assert figure.layout.sliders[0].active == 2
    np.testing.assert_allclose(figure.data[0].x, frames[2].panels[0].positions[:, 0])
    paths = figure.frames[1].data[3]
    assert np.isfinite(paths.x).sum() == 12 * 2
    for one in figure.frames:
        assert len(one.data) == len(one.traces) == 2 * PER_PANEL
        assert len(one.layout.images) == 2


def test_regions_become_a_picture_with_the_right_side_up() -> None:
    source = region_image(panel(), ["#ff0000", "#0000ff", "#00ff00"])
    image = Image.open(io.BytesIO(base64.b64decode(source.split(",")[1])))
    pixels = np.asarray(image)
    assert pixels.shape == (120, 120, 4)
    assert pixels[0, 119, :3].tolist() == [0, 0, 255]
    assert pixels[119, 119, :3].tolist() == [255, 0, 0]
    assert pixels[0, 119, 3] > 100
    assert pixels[0, 0, 3] == 0
    image.close()


def test_many_classes_are_coloured_by_group_until_some_are_highlighted() -> None:
    many = marks(30)
    assert len(set(class_palette(many, Colouring(), "light"))) == 3
    shown = class_palette(many, Colouring(highlight=(4, 9)), "light")
    assert len({shown[4], shown[9], shown[0]}) == 3
    assert shown[0] == shown[1]
    legend = embedding_figure(frame(panels=1, classes=30), many).data[PER_PANEL:]
    assert [trace.name for trace in legend][:3] == ["head", "medium", "tail"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("by", ["class", "group", "correct", "value"])
def test_every_colouring_in_both_themes(by: str, theme: str) -> None:
    values = RNG.uniform(size=(2, N))
    values[0, 0] = np.nan
    figure = embedding_figure(
        frame(), marks(), colouring=Colouring(by, values, "gradient norm"), theme=theme
    )
    json.loads(figure.to_json())
    assert len(figure.data[0].marker.color) == N


def test_on_a_phone_the_scale_of_colours_takes_no_width() -> None:
    values = RNG.uniform(size=(2, N))
    wide = embedding_figure(frame(), marks(), colouring=Colouring("value", values, "g"))
    small = embedding_figure(
        frame(), marks(), colouring=Colouring("value", values, "g"), columns=1, width=340
    )
    height = small.layout.height
    adapt_to_touch(small)
    (scale,) = (trace.marker.colorbar for trace in small.data if trace.marker.showscale)
    assert scale.orientation == "h"
    assert small.layout.margin.r < wide.layout.margin.r
    assert small.layout.height > height
    assert small.layout.dragmode is False


def test_what_cannot_be_drawn_says_why() -> None:
    with pytest.raises(ConfigError, match="same methods"):
        embedding_figure([frame(panels=1), frame(panels=2)], marks())
    with pytest.raises(ConfigError, match="colour by"):
        embedding_figure(frame(), marks(), colouring=Colouring("value"))


def test_the_caption_has_this_pictures_numbers() -> None:
    text = caption(frame(), marks())
    for part in ("40, 30 of them", "λ = 0.3", "25 % of the picture", "one of 30 test samples",
                 "90 % of them", "80 % in the tail", "25 % where the network is wrong",
                 "50 %, against 100 %", "2.1 % of the map's radius", "mean nothing"):  # fmt: skip
        assert part in text
    assert "aligned with each other" not in caption(frame(panels=1), marks())
    empty = frame(panels=1, fidelity=Fidelity(), notes=("NaN or infinity: diverged.",))
    assert "diverged" in caption(empty, marks())
    assert "NaN or infinity" in panel_title(empty.panels[0])


def test_a_title_holds_the_figures() -> None:
    title = panel_title(panel())
    for part in ("<b>CE</b>", "map agrees 90 % (74–97)", "balanced accuracy 82.5 %", "trust 0.97"):
        assert part in title


def test_the_page_is_whole_and_escaped() -> None:
    hostile = marks(names=(HOSTILE, "b", "c"))
    few = [EmbeddingFrame(e, EmbeddingSettings(), (panel(0, HOSTILE),)) for e in range(2)]
    page = embedding_page(few, hostile, HOSTILE)
    assert HOSTILE not in page
    assert "Plotly.newPlot" in page
    assert 'src="http' not in page
    assert "These numbers are of epoch 1." in page


def test_too_many_epochs_are_thinned_to_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [frame(epoch, panels=1) for epoch in range(30)]
    whole = len(embedding_figure(frames, marks()).to_json())
    assert whole < MAX_BYTES
    monkeypatch.setattr("harmony_core.export.embedding_page.MAX_BYTES", whole // 3)
    page = embedding_page(frames, marks(), "x")
    assert "of 30 recorded epochs are in this file" in page


def crowd(n: int, panels: int, epochs: int) -> tuple[list[EmbeddingFrame], Landmarks]:
    """Pictures of ``n`` samples that all move between two epochs."""
    rng = np.random.default_rng(5)
    landmarks = Landmarks(np.arange(n) % 10, np.arange(n) % 4 > 0, np.arange(10, 0, -1) * 100)
    region = rng.integers(0, 10, size=(6, 6)).repeat(20, 0).repeat(20, 1).astype(np.uint8)

    def one(method: int) -> Panel:
        labels = np.where(rng.uniform(size=(2, n)) < 0.2, 0, landmarks.targets).astype(np.uint16)
        return panel(
            method, f"method {method}", positions=rng.normal(size=(n, 2)).astype(np.float32),
            predicted=labels[0], map_class=labels[1], confidence=np.full(n, 0.5, np.float16),
            region_class=region,
        )  # fmt: skip

    frames = [
        EmbeddingFrame(epoch, EmbeddingSettings(), tuple(one(m) for m in range(panels)))
        for epoch in range(epochs)
    ]
    return frames, landmarks


def test_four_methods_of_two_thousand_samples_are_thinned_to_five_megabytes() -> None:
    frames, landmarks = crowd(2000, 4, 24)
    whole, kept = all_epochs_figure(frames, landmarks)
    assert len(whole.to_json()) <= MAX_BYTES == 5_000_000
    assert 2 < len(kept) < 24
    assert (kept[0].epoch, kept[-1].epoch) == (0, 23)
    assert [step.label for step in whole.layout.sliders[0].steps] == [str(f.epoch) for f in kept]
    page = embedding_page(frames[-9:], landmarks, "x")
    assert "recorded epochs are in this file" not in page  # nine fit as they are


def test_ten_thousand_samples_of_four_methods_make_one_figure_that_a_browser_can_draw() -> None:
    frames, landmarks = crowd(10_000, 4, 2)
    figure = embedding_figure(frames[1], landmarks, past=frames[:1])
    assert len(figure.to_json()) < MAX_BYTES
    assert {trace.type for trace in figure.data[: 4 * PER_PANEL : PER_PANEL]} == {"scattergl"}
    assert figure.data[3].type == "scatter"  # a path
    small = embedding_figure(frame(panels=4), marks())
    assert {trace.type for trace in small.data} == {"scatter"}


class FakeStore:
    """Just what the export asks of a store."""

    def __init__(self, root: Path, epochs: list[int]) -> None:
        self.root, self._epochs = root, epochs

    def get(self, _id: str) -> Any:
        config = ExperimentConfig(epochs=2, record=RecordConfig(embedding=True))
        return SimpleNamespace(id="run-1", title="My <run>", config=config)

    def scene(self, _id: str, _repeat: int = 0) -> Scene:
        found = marks()
        empty = np.zeros(0, dtype=np.int64)
        return Scene(
            "images", ("a", "b", "c"), np.array([5, 3, 2]), np.array([10, 10, 10]), empty, empty,
            empty.astype(bool), np.zeros((0, 1)), landmark_index=np.arange(N),
            landmark_targets=found.targets, landmark_inputs=np.zeros((N, 4, 4, 1), dtype=np.uint8),
        )  # fmt: skip

    def epochs(self, _id: str, _repeat: int = 0) -> list[int]:
        return self._epochs

    def frames(self, _id: str, _repeat: int, _epoch: int) -> list[Any]:
        raise AssertionError("stored pictures need no frames")


def test_the_export_uses_stored_pictures(tmp_path: Path) -> None:
    store = FakeStore(tmp_path, [0, 1, 2])
    source = tmp_path / "run-1" / "repeat-0" / "frames"
    folder = embedding_path(tmp_path, "run-1", 0, EmbeddingSettings())
    source.mkdir(parents=True)
    folder.mkdir(parents=True)
    for epoch in range(3):
        (source / f"{epoch:05d}.npz").touch()
        save_embedding(folder / f"{epoch:05d}.npz", frame(epoch))
    out = export_embedding_html(store, store.get("run-1"), tmp_path / "out.html")
    page = out.read_text("utf-8")
    assert "My &lt;run&gt;" in page
    assert "method 1" in page


def test_an_experiment_without_epochs_says_so(tmp_path: Path) -> None:
    store = FakeStore(tmp_path, [])
    with pytest.raises(RunError, match="recorded an epoch"):
        export_embedding_html(store, store.get("run-1"), tmp_path / "out.html")
