"""From counts written down by hand to the numbers in the page, and to the samples behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.plots import hand_made

Open = Callable[..., Any]
PAGE = {"panels": ["density", "heat"]}


def settle(tab: Any) -> None:
    tab.wait_for_function("!view.pending && !view.trailing")


def outline(tab: Any, c: int, row: int, method: int) -> list[float]:
    """The values behind one stepped outline."""
    chart = tab.locator(f".hv-classchart[data-class='{c}']")
    chart.scroll_into_view_if_needed()
    step = chart.locator(".hv-histrow").nth(row).locator(f".hv-step[data-method='{method}']")
    step.wait_for(state="attached")
    return [float(v) for v in (step.get_attribute("data-values") or "").split()]


def test_a_histogram_is_followed_from_the_counts_to_the_page(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    head, tail = hand_made.COUNTS
    # the method without a density borrows the five and two regions of the other
    assert outline(tab, 0, 0, 0) == [4, 3, 0, 3, 10] == head.reshape(5, 2).sum(axis=1).tolist()
    assert outline(tab, 1, 0, 0) == [2, 6] == tail.reshape(2, 5).sum(axis=1).tolist()
    # the other shows the loss's own decayed counts
    assert outline(tab, 0, 0, 1) == [6.5, 3, 0, 1, 8]
    assert outline(tab, 1, 0, 1) == [2, 6]
    # below: count × weight × g, of the epoch, for both; the second counted everything twice
    pull = hand_made.PULLS[0].reshape(5, 2).sum(axis=1)
    np.testing.assert_allclose(outline(tab, 0, 1, 0), pull, rtol=1e-3)
    np.testing.assert_allclose(outline(tab, 0, 1, 1), 2 * pull, rtol=1e-3)
    notes = tab.locator(".hv-classchart figcaption > span").all_inner_texts()
    assert notes == ["N = 20 · 5 regions", "N = 8 · 2 regions"]
    tab.get_by_role("radio", name="Equal bins").click()
    settle(tab)
    assert outline(tab, 0, 0, 0) == head.tolist()
    assert outline(tab, 0, 0, 1) == (2 * head).tolist()


def test_the_outline_is_as_high_as_its_numbers(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    outline(tab, 0, 0, 0)
    path = tab.locator(".hv-classchart[data-class='0'] .hv-step[data-method='0']").first
    d = path.get_attribute("d")
    base = float(d.split("V")[0].split()[1])
    heights = [base - float(part.split("H")[0]) for part in d.split("V")[1:-1]]
    np.testing.assert_allclose(np.array(heights) / heights[-1], [0.4, 0.3, 0, 0.3, 1], atol=0.01)


def test_the_table_says_the_same_as_the_outlines(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    twin = tab.locator(".hv-s-density .hv-twin")
    twin.locator("summary").click()
    twin.locator("tbody tr").first.wait_for()
    rows = [row.split("\t") for row in twin.locator("tbody tr").all_inner_texts()]
    assert len(rows) == 14
    assert rows[0][:6] == ["head", "Plain", "1", "0", "0.2", "4"]
    assert rows[5][:6] == ["head", "Dense", "1", "0", "0.2", "6.5"]
    assert rows[5][7:] == ["0.5", "the loss's density"]
    assert rows[-1][:6] == ["tail, rare", "Dense", "2", "0.5", "1", "6"]


def test_uneven_bins_are_shared_out_and_the_total_stays(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    shared = tab.evaluate("Array.from(rebin([1, 2, 4, 8, 16], 2))")
    assert shared == [1 + 2 + 2, 2 + 8 + 16]
    total = tab.evaluate("Array.from(rebin(Float32Array.from({ length: 50 }, (_, i) => i), 17))")
    assert sum(total) == pytest.approx(1225)


def test_cumulated_values_end_at_the_total(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    outline(tab, 0, 0, 0)
    tab.get_by_role("radio", name="Cumulative").click()
    tab.get_by_role("radio", name="Log").click()
    chart = "view.panel('density').charts.get(0)"
    drawn = tab.evaluate(f"Array.from({chart}.values(1, 0, 'count').drawn)")
    assert drawn == [4, 7, 7, 10, 20]


def listed(tab: Any) -> list[int]:
    items = tab.locator(".hv-side .hv-sample")
    return [int(items.nth(i).get_attribute("data-sample")) for i in range(items.count())]


def press_region(tab: Any, c: int, region: int, many: int) -> None:
    plot = tab.locator(f".hv-classchart[data-class='{c}'] .hv-hist")
    plot.scroll_into_view_if_needed()
    x, width = tab.evaluate(
        f"""() => {{ const chart = view.panel('density').charts.get({c});
        const k = chart.plot.getBoundingClientRect().width / chart.width;
        return [chart.x(0) * k, (chart.x(1) - chart.x(0)) * k]; }}"""
    )
    plot.click(position={"x": x + (region + 0.5) / many * width, "y": 60})


def test_pressing_a_region_lists_its_samples(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    # Dense, head class, 5 regions: g = 0.10 and 0.19 are in the first, 0.21 in the second
    press_region(tab, 0, 0, 5)
    assert listed(tab) == [1, 0]
    side = tab.get_by_role("complementary", name="Samples of the chosen region")
    assert "0 ≤ g < 0.20" in side.inner_text()
    assert "2 of the 4 followed (the class has 20)" in side.inner_text()
    press_region(tab, 0, 1, 5)
    assert listed(tab) == [2]
    # Plain, same region: 0.45 is in the third, nothing in the second
    side.get_by_role("button", name="Plain").click()
    assert listed(tab) == []
    press_region(tab, 0, 4, 5)
    assert listed(tab) == [3, 2]
    press_region(tab, 1, 1, 2)
    assert listed(tab) == [5]
    side.get_by_role("button", name="Dense").click()
    assert listed(tab) == [5]
    side.get_by_role("button", name="Close the list").click()
    assert side.is_hidden()


def test_a_listed_sample_is_selected_everywhere(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    press_region(tab, 0, 4, 5)
    item = tab.locator(".hv-sample").first
    item.click()
    settle(tab)
    assert tab.evaluate("log.at(-1)") == ["selected", 3]
    assert tab.get_by_role("region", name="Selected sample").is_visible()
    assert tab.locator(".hv-sample").first.get_attribute("aria-pressed") == "true"
    assert tab.locator(".hv-sample").first.inner_text().endswith("✗  tail, rare")


def test_a_region_can_be_chosen_without_a_mouse(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    tab.locator(".hv-classchart[data-class='0'] .hv-hist").focus()
    for key in (".", ".", "Enter"):
        tab.keyboard.press(key)
    assert tab.evaluate("view.panel('density').chosen") == {"c": 0, "region": 1}
    assert listed(tab) == [2]


def test_a_method_can_be_taken_out(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    outline(tab, 0, 0, 0)
    tab.locator(".hv-key .hv-chipbutton").first.click()
    assert tab.locator(".hv-step[data-method='0']").first.is_hidden()
    assert not tab.locator(".hv-step[data-method='1']").first.is_hidden()


def test_sixty_classes_are_all_there_found_and_sorted(open_view: Open) -> None:
    tab = open_view("many parts", view=PAGE)
    charts = tab.locator(".hv-classchart")
    assert charts.count() == 60
    made = "[...view.panel('density').charts.values()]"
    drawn = tab.evaluate(f"{made}.filter((chart) => chart.built).length")
    assert 0 < drawn < 60
    charts.last.scroll_into_view_if_needed()
    tab.wait_for_function("view.panel('density').charts.get(59).built")
    tab.get_by_role("searchbox").fill("class 5")
    assert charts.count() == 11
    assert "11 of 60 classes" in tab.locator(".hv-found").inner_text()
    tab.get_by_role("searchbox").fill("")
    tab.get_by_label("Sort").select_option("recall")
    order = [int(charts.nth(i).get_attribute("data-class")) for i in range(60)]
    recall = tab.evaluate(
        """() => { const { method } = view.panel('density');
        return [...Array(60).keys()].map((c) => view.store.value(2, method, 'recall', c)); }"""
    )
    assert [recall[c] for c in order] == sorted(recall)
    assert "2 recorded bins of g are sent as one" in tab.locator(".hv-caption").first.inner_text()


def test_the_heat_map_reads_out_a_cell_and_turns_to_epochs(open_view: Open) -> None:
    tab = open_view("hand", view=PAGE)
    canvas = tab.locator(".hv-heats canvas[role=img]").first
    canvas.scroll_into_view_if_needed()
    left, span, row = tab.evaluate(
        "(({ left, span, rowHeight }) => [left, span, rowHeight])(view.panel('heat'))"
    )
    spot = {"x": left + 0.95 * span, "y": 8 + row / 2}
    canvas.hover(position=spot)
    settle(tab)
    note = tab.locator(".hv-heats .hv-cell").first
    assert note.inner_text() == "head, g from 0.90 to 1.00: 50.0 %"
    canvas.click(position=spot)
    settle(tab)
    assert tab.locator(".hv-s-heat select").input_value() == "0"
    assert tab.get_by_role("radio", name="One class, all epochs").get_attribute("aria-checked")


@pytest.mark.parametrize("name", ["plane parts", "image parts"])
@pytest.mark.parametrize("width", [375, 1400])
def test_density_and_weights_fit_the_screen_and_name_their_buttons(
    open_view: Open, width: int, name: str
) -> None:
    panels = ["density", "heat", "weights", "spread", "effective", "trajectories", "gallery"]
    tab = open_view(name, width=width, view={"panels": panels})
    tab.evaluate("() => { view.select(0); view.panel('density').choose(0, 1); }")
    settle(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    unnamed = tab.evaluate(
        """() => [...document.querySelectorAll('.hv button, .hv [role=img]')]
        .filter((b) => !(b.getAttribute('aria-label') || b.textContent.trim())).length"""
    )
    assert unnamed == 0
