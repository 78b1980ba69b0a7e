"""Weights of classes and samples: the numbers behind the drawings, and choosing samples there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.plots import hand_made

Open = Callable[..., Any]
PAGE = {"panels": ["weights", "spread", "effective", "trajectories", "gallery"]}


def settle(tab: Any) -> None:
    tab.wait_for_function("!view.pending && !view.trailing")


def test_bars_say_the_effective_number_of_samples_and_the_norms(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    parts = tab.locator(".hv-barpart")
    # (Σw)² / Σw²: 40² / 100 and 80² / 200 for the head, 16² / 40 and 32² / 80 for the tail
    assert parts.nth(0).locator("b").all_inner_texts() == ["16", "32", "6.4", "12.8"]
    assert parts.nth(1).locator("b").all_inner_texts() == ["1.5", "1.5", "0.5", "0.5"]
    ends = tab.evaluate("view.panel('effective').parts[0].at(20)")
    assert tab.locator(".hv-limit").first.get_attribute("style") == f"left: {100 * ends:.2f}%;"


def test_the_box_holds_the_middle_half(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    head = next(b for b in tab.evaluate("view.panel('spread').panels[1].boxes") if b["c"] == 0)
    weights = hand_made.SAMPLE_WEIGHTS[1][hand_made.TARGETS == 0]
    expected = np.quantile(weights, [0, 0.25, 0.5, 0.75, 1])
    got = [head[k] for k in ("least", "low", "middle", "high", "most")]
    np.testing.assert_allclose(got, expected)


def test_galleries_show_the_extremes_and_select(open_view: Open) -> None:
    tab = open_view("plane parts", view=PAGE)
    last = tab.evaluate("Array.from(view.store.raw(8, 2, 'weight'))")
    figure = tab.locator(".hv-gallery figure").nth(2)
    tiles = figure.locator(".hv-tiles").first.locator("button")
    chosen = [int(tiles.nth(i).get_attribute("data-sample")) for i in range(tiles.count())]
    assert [last[i] for i in chosen] == sorted(last, reverse=True)[:8]
    least = figure.locator(".hv-tiles").nth(1).locator("button").first
    assert last[int(least.get_attribute("data-sample"))] == min(last)
    tiles.first.click()
    assert tab.evaluate("view.selected") == chosen[0]
    settle(tab)
    assert tiles.first.get_attribute("aria-pressed") == "true"
    target = tab.evaluate("(s) => view.store.static.targets[s]", chosen[0])
    assert tab.evaluate("view.panel('trajectories').c") == target


def test_a_press_and_the_focus_survive_a_new_picture(open_view: Open) -> None:
    tab = open_view("plane parts", view=PAGE)
    tile = tab.locator(".hv-gallery figure").nth(2).locator("button").first
    tile.hover()
    tab.mouse.down()
    tab.evaluate("view.redraw()")
    settle(tab)
    tab.mouse.up()
    assert tab.evaluate("view.selected") == int(tile.get_attribute("data-sample"))
    settle(tab)
    assert tile.evaluate("(e) => e === document.activeElement")
    tab.keyboard.press("Enter")
    assert tab.evaluate("view.selected") is None


def test_equal_weights_are_said_and_not_ranked(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    first = tab.locator(".hv-gallery figure").first
    assert "All 6 weigh 2.00." in first.inner_text()
    assert first.locator("button").count() == 0


def test_pictures_of_samples_are_their_own(open_view: Open) -> None:
    tab = open_view("image parts", view=PAGE)
    tile = tab.locator(".hv-gallery figure").nth(2).locator(".hv-tilebutton").first
    sample = int(tile.get_attribute("data-sample"))
    pixels = tile.locator("canvas").evaluate(
        "(c) => Array.from(c.getContext('2d').getImageData(0, 0, 8, 8).data)"
    )
    sent = tab.evaluate(
        "(s) => Array.from(view.store.static.thumbs.subarray(s * 192, (s + 1) * 192))", sample
    )
    assert np.array(pixels).reshape(64, 4)[:, :3].ravel().tolist() == sent


@pytest.mark.parametrize(
    "name", ["Mean weight", "Intra part", "Mean g", "Effective share", "Classifier norm", "Recall"]
)
def test_lines_of_classes_can_show_other_numbers(open_view: Open, name: str) -> None:
    tab = open_view("plane parts", view=PAGE)
    lines = tab.locator(".hv-classline")
    assert lines.count() == 3 * 3 * 4
    before = [line.get_attribute("d") for line in (lines.first, lines.nth(4 * 3 * 2))]
    tab.get_by_role("radio", name=name, exact=True).click()
    assert lines.count() == 3 * 4
    assert lines.first.get_attribute("d") not in before
    tab.evaluate("view.player.seek(2)")
    settle(tab)
    assert "epoch 2" in tab.locator(".hv-lines svg[role=img]").first.get_attribute("aria-label")


def test_intra_inter_and_their_product_are_drawn_apart(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    split = "view.panel('weights').rows.map((row) => row.panels.map((p) => [0, 1].map((c) => "
    read = split + "view.panel('weights').drawn[c].read(1, p.m, row.id))))"
    # every sample weighs 2: divided by the inter weights 2, 2 and 4, 1/2
    assert tab.evaluate(read) == [[[1, 1], [0.5, 4]], [[2, 2], [4, 0.5]], [[2, 2], [2, 2]]]
    rows = tab.locator(".hv-linerow")
    titles = rows.locator("> h3").all_inner_texts()
    assert [title.split(":")[0] for title in titles] == [
        "Intra part", "Inter part", "Their product"
    ]  # fmt: skip
    plain, dense = (rows.first.locator("figure").nth(m) for m in (0, 1))
    assert "difficulty changes no weight here" in plain.inner_text()
    assert plain.locator("svg.hv-plot").is_hidden()
    label = dense.locator("svg.hv-plot").get_attribute("aria-label")
    assert label == "Dense, mean intra weight at epoch 2: head 0.5, tail, rare 4."
    twin = tab.locator(".hv-s-weights .hv-twin")
    twin.locator("summary").click()
    twin.locator("tbody tr").first.wait_for()
    heads = twin.locator("thead th").all_inner_texts()
    cells = [row.split("\t") for row in twin.locator("tbody tr").all_inner_texts()]
    names = ("mean weight", "mean intra weight", "inter weight")
    shown = [[row[heads.index(name)] for name in names] for row in cells]
    assert shown == [["2", "1", "2"], ["2", "0.5", "4"], ["2", "1", "2"], ["2", "4", "0.5"]]


def test_a_run_of_before_the_parts_were_recorded_shows_their_product_and_says_so(
    open_view: Open,
) -> None:
    tab = open_view("old parts", view=PAGE)
    assert tab.get_by_role("radio", name="Inter part").count() == 0
    assert tab.get_by_role("radio", name="Mean weight").get_attribute("aria-checked") == "true"
    assert tab.locator(".hv-classline").count() == 2 * 2
    assert "only their product is known" in tab.locator(".hv-s-weights").inner_text()


def test_marks_on_an_axis_differ_also_where_the_values_hardly_do(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    tab.get_by_role("radio", name="Mean weight").click()
    texts = tab.locator(".hv-lines svg.hv-plot").first.locator(".hv-tick").all_text_contents()
    assert len(set(texts)) == len(texts) > 1
    far = "[[0.998, 1, 1.002], [0, 0.5, 1], [1000, 2000], [0.01, 0.1, 1, 10], [-20, 0, 20]]"
    assert tab.evaluate(f"{far}.map(tickTexts)") == [
        ["0.998", "1.000", "1.002"],
        ["0.0", "0.5", "1.0"],
        ["1,000", "2,000"],
        ["0.01", "0.1", "1", "10"],
        ["-20", "0", "20"],
    ]


def test_a_class_table_holds_every_number(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    data = tab.evaluate("toCsv(view.panel('weights').data(1))")
    rows = list(csv.reader(io.StringIO(data)))
    assert rows[1][:4] == ["2", "head", "20", "Plain"]
    row = dict(zip(rows[0], rows[4], strict=True))
    assert row["class"] == "tail, rare"
    assert float(row["effective number / samples"]) == pytest.approx(12.8 / 8)


def test_a_sample_can_be_followed_by_its_path(open_view: Open) -> None:
    tab = open_view("plane parts", view=PAGE)
    canvas = tab.locator(".hv-s-trajectories canvas[role=img]").first
    canvas.focus()
    tab.keyboard.press(".")
    chosen = tab.evaluate("view.selected")
    assert chosen in tab.evaluate("view.panel('trajectories').samples")
    settle(tab)
    weight = tab.evaluate("(s) => view.store.value(8, 0, 'weight', s).toFixed(2)", chosen)
    read = tab.locator(".hv-s-trajectories .hv-cell").first.inner_text()
    assert read == f"selected sample: {weight}"


def test_thumbnails_of_the_last_epoch_are_asked_for_when_training_ends(open_view: Open) -> None:
    tab = open_view("image parts", view=PAGE)
    end = """(tracked) => { const { meta, blob } = payload('image parts'); log.length = 0;
      view.live = view.options.live = true;
      view.store.scene.tracked = tracked;
      view.update({ meta: { ...meta, scene: undefined, since: 3, frames: [],
        options: { live: false } }, blob });
      return log.filter(([kind]) => kind === 'need').length; }"""
    assert tab.evaluate(end, 40) == 0
    assert tab.evaluate(end, 41) == 1
    tab.evaluate("view.update(payload('image parts'))")
    assert tab.evaluate("view.asking") == 0
