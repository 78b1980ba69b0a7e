"""Files that the reader saves, and bands over seeds."""

from __future__ import annotations

import csv
import io
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.plots import hand_made

Open = Callable[..., Any]
ALL = ["density", "heat", "weights", "spread", "effective", "trajectories", "gallery"]
SVG = "{http://www.w3.org/2000/svg}"


def save(tab: Any, panel: str, kind: str) -> tuple[str, bytes]:
    button = tab.locator(f".hv-s-{panel} .hv-save").get_by_role("button", name=kind.upper())
    with tab.expect_download() as waiting:
        button.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_the_csv_holds_what_the_panel_shows_at_this_epoch(open_view: Open) -> None:
    tab = open_view("hand", view={"panels": ALL})
    tab.evaluate("view.player.seek(0)")
    name, content = save(tab, "density", "csv")
    assert name == "hand-made-7_density_epoch-1.csv"
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    plain = [row for row in rows if row["class"] == "head" and row["method"] == "Plain"]
    assert [float(row["samples"]) for row in plain] == [4, 3, 0, 3, 10]
    pull = hand_made.PULLS[0].reshape(5, 2).sum(axis=1)
    np.testing.assert_allclose([float(row["count × weight × g"]) for row in plain], pull, rtol=1e-3)
    assert {row["class"] for row in rows} == {"head", "tail, rare"}
    name, content = save(tab, "gallery", "csv")
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    dense = [row for row in rows if row["method"] == "Dense"]
    assert [row["training sample"] for row in dense][:2] == ["13", "34"]
    assert [float(row["weight"]) for row in dense] == [1.5, 1.25, 0.75, 0.5, 0.5, 0.5]


@pytest.mark.parametrize("panel", ALL)
def test_every_figure_saves_as_svg_with_its_texts(open_view: Open, panel: str) -> None:
    tab = open_view("plane parts", view={"panels": ALL})
    name, content = save(tab, panel, "svg")
    assert name == f"plane_{panel}_epoch-8.svg"
    root = ET.fromstring(content)  # of our own making
    texts = [" ".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    title = tab.locator(f".hv-s-{panel} h2").inner_text()
    assert title in texts
    assert "plane · epoch 8" in texts
    assert "SVG" not in texts
    drawn = len(list(root.iter(f"{SVG}path"))) + len(list(root.iter(f"{SVG}image")))
    assert drawn >= 3
    for image in root.iter(f"{SVG}image"):
        assert image.get("href", "").startswith("data:image/png;base64,")


def test_a_png_is_twice_the_size_and_not_empty(open_view: Open) -> None:
    tab = open_view("whole")
    width, height = tab.evaluate(
        """() => { const section = document.querySelector('.hv-s-plane');
        section.classList.add('hv-saving');
        const { width, height } = drawSvg(section, view.theme, '');
        section.classList.remove('hv-saving');
        return [width, height]; }"""
    )
    name, content = save(tab, "plane", "png")
    assert name == "run_plane_epoch-8.png"
    assert struct.unpack(">II", content[16:24]) == (2 * width, 2 * height)
    assert len(content) > 20_000


def test_a_saved_view_looks_as_before(open_view: Open) -> None:
    tab = open_view("image parts", view={"panels": ALL})
    before = tab.locator(".hv-s-spread").bounding_box()
    save(tab, "density", "svg")
    assert tab.locator(".hv-saving").count() == 0
    assert tab.locator(".hv-s-spread").bounding_box() == before


def test_bands_are_drawn_with_a_sentence_and_whiskers(open_view: Open) -> None:
    tab = open_view("bands")
    shades = tab.locator(".hv-shade")
    assert shades.count() == 3
    numbers = tab.evaluate(
        """() => { const c = view.panel('curves');
        return [c.y(40), c.y(70)].map((v) => v.toFixed(1)); }"""
    )
    d = shades.first.get_attribute("d")
    assert all(f" {v}" in d for v in numbers)
    assert "Bands: made up." in tab.locator(".hv-bandnote").inner_text()
    whisker = tab.locator(".hv-group").first.locator(".hv-whisker").first
    assert whisker.evaluate("(w) => [w.style.left, w.style.width]") == ["50%", "25%"]
    assert tab.locator(".hv-group").nth(2).locator(".hv-whisker").first.is_hidden()
    _, content = save(tab, "curves", "csv")
    row = list(csv.DictReader(io.StringIO(content.decode(), newline="")))[-1]
    assert [row["mean over seeds"], row["low"], row["high"]] == ["0.5", "0.4", "0.7"]


def test_bands_wider_than_the_plot_are_cut_at_its_edge_and_said_to_go_on(open_view: Open) -> None:
    tab = open_view("bands")
    tab.evaluate(
        """() => { const wide = [[1], [-90], [90]].map(([v]) => Array(9).fill(v));
        view.store.bands.test_loss = [wide, wide, wide]; view.rebuild(); }"""
    )
    tab.get_by_role("radio", name="Test loss").click()
    heights, low, high, lines = tab.evaluate(
        """() => { const c = view.panel('curves');
        const ys = [...c.plot.querySelectorAll('.hv-shade')].flatMap((shade) =>
          shade.getAttribute('d').match(/[\\d.-]+ [\\d.-]+/g).map((p) => Number(p.split(' ')[1])));
        return [ys, c.y(c.low), c.y(c.high), c.high - c.low]; }"""
    )
    assert len(heights) == 3 * 18
    assert min(heights) == pytest.approx(high, abs=0.06)
    assert max(heights) == pytest.approx(low, abs=0.06)
    assert lines < 20
    assert "beyond the edge" in tab.locator(".hv-bandnote").inner_text()


def test_saved_whiskers_have_their_caps(open_view: Open) -> None:
    tab = open_view("bands")
    shown = tab.locator(".hv-whisker:visible s").count()
    assert shown == 2 * 3
    _, content = save(tab, "bars", "svg")
    caps = [r for r in ET.fromstring(content).iter(f"{SVG}rect") if r.get("width") == "1.50"]
    assert len(caps) == shown


def test_without_several_seeds_there_are_no_bands(open_view: Open) -> None:
    tab = open_view("whole")
    assert tab.locator(".hv-shade").count() == 0
    assert tab.locator(".hv-whisker").count() == 0


def test_the_shift_at_the_tail_has_its_sign(open_view: Open) -> None:
    tab = open_view("whole")
    lost, taken = tab.evaluate(
        "['tail_lost', 'tail_taken'].map((name) => view.store.scalar(8, 0, name))"
    )
    shown = tab.locator(".hv-shift b").first.inner_text()
    assert float(shown.replace("−", "-")) == pytest.approx(100 * (taken - lost), abs=0.051)
    assert "gives up" in tab.locator(".hv-shift").first.get_attribute("title")
