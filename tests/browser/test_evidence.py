"""Evidence in a real browser: points and links open the Arena with their experiment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from harmony_core.experiments.link import from_query
from tests.studies.made import write_made

from .conftest import Visit, settled

PLOT = ".js-plotly-plot"
TITLE = re.compile("Clouds, 10")


@pytest.fixture(scope="module", autouse=True)
def made(app_folder: Path) -> None:
    """A study in the runs folder of the app, made up."""
    write_made(app_folder / "runs" / "studies" / "made")


def opened(visit: Visit, **options: Any) -> Any:
    page = visit("/evidence?study=runs%2Fmade&seed=502", **options)
    page.get_by_role("heading", name="Average ranks").wait_for()
    page.locator(PLOT).nth(2).wait_for()
    settled(page)
    return page


def experiment(page: Any) -> Any:
    """The experiment in the address of the Arena, which trains it at once."""
    page.wait_for_url(re.compile("/arena.*run="))
    page.get_by_role("heading", name=TITLE).wait_for()
    query = parse_qs(urlsplit(page.url).query)
    return from_query({name: value for name, value in query.items() if name != "run"})


def test_a_link_of_the_table_opens_the_arena_by_keyboard(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_text("The gains as a table").click()
    link = page.get_by_role("link", name="Open seed 502 of Clouds, factor 10, Harmonized")
    link.focus()
    page.keyboard.press("Enter")
    config = experiment(page)
    assert (config.data.name, config.data.imbalance_factor) == ("clouds", 10)
    assert (config.seeds.data, config.seeds.repeats, config.epochs) == (502, 1, 20)


def test_a_click_on_a_point_opens_the_arena_and_back_leads_here(visit: Visit) -> None:
    page = opened(visit)
    chart = page.locator(PLOT).first
    chart.scroll_into_view_if_needed()
    # The second method's third line: Clouds, factor 10, below the mean and the spirals.
    point = chart.locator(".scatterlayer .trace").nth(1).locator(".points path").nth(2)
    box = point.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    config = experiment(page)
    assert (config.data.name, config.data.imbalance_factor) == ("clouds", 10)
    assert [m.loss for m in config.methods] == ["ce", "balanced_softmax", "harmonized"]
    settled(page)
    page.go_back()  # to the link, before its run was added to the address
    page.wait_for_url(lambda url: "run=" not in url)
    settled(page)
    page.go_back()
    page.get_by_role("heading", name="Average ranks").wait_for()
    settled(page)
    assert "/evidence" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_telephone_scrolls_one_way_in_light_and_dark(visit: Visit, scheme: str) -> None:
    page = opened(visit, color_scheme=scheme)
    page.set_viewport_size({"width": 375, "height": 800})
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth"
        f" && [...document.querySelectorAll('{PLOT}')].every((e) => e.clientWidth <= 375)"
    )
    regions = page.locator(".figures")
    assert regions.count() == 4
    assert all(regions.nth(i).get_attribute("tabindex") == "0" for i in range(4))
    assert not page.get_by_text("Traceback").count()
