"""The panels at 1,000 classes: a page of them at a time, found by name, sorted, stepped through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harmony_core.viewer import ARENA, DENSITY, WEIGHTS
from harmony_core.viewer.panels import SAMPLES
from tests.browser.accessibility import problems
from tests.browser.conftest import playwright
from tests.plots.many_classes import make_many

expect = playwright.expect
WORDS = ".hv-scopewords"
OF, SORT, UNDER = (f".hv-scopepart:not(.hv-steps) label:nth-child({i}) select" for i in (1, 2, 3))
NODES = "() => document.querySelectorAll('.hv *').length"
MOST_NODES = 6_000
NOT_OF_A_VIEW = ("landmark-one-main", "page-has-heading-one", "region")
"""What axe-core asks of a whole page, which the view is only a part of."""
SCENE, FRAMES, LABELS = make_many(1_000, methods=2, epochs=2)


def shown(page: Any) -> list[str]:
    """The classes in the first column of the table of all numbers."""
    return list(page.locator(".hv-s-table tbody th").all_inner_texts())


def find(page: Any, name: str) -> None:
    page.get_by_label("Find classes").fill(name)
    page.wait_for_timeout(300)  # it waits for another letter
    page.wait_for_function("() => !view.pending")


@pytest.mark.parametrize(
    "panels", [ARENA, DENSITY, WEIGHTS, SAMPLES], ids=["arena", "density", "weights", "samples"]
)
def test_a_page_of_the_classes_is_drawn_and_accessible(
    open_view: Callable[..., Any], panels: tuple[str, ...]
) -> None:
    page = open_view("thousand", view={"panels": list(panels)})
    assert page.evaluate(NODES) < MOST_NODES
    twins = page.locator(".hv-twin")
    twins.evaluate_all("(nodes) => nodes.forEach((node) => (node.open = true))")
    page.wait_for_function("() => !view.pending")
    assert page.evaluate(NODES) < 2 * MOST_NODES
    twins.evaluate_all("(nodes) => nodes.forEach((node) => (node.open = false))")
    found = problems(page)
    assert [text for text in found if not any(rule in text for rule in NOT_OF_A_VIEW)] == []


def test_the_range_is_said_and_stepped_through(open_view: Callable[..., Any]) -> None:
    page = open_view("thousand", view={"panels": list(ARENA)})
    expect(page.locator(WORDS)).to_contain_text("Classes 1–50 of 1,000, most samples first")
    expect(page.locator(".hv-sparse")).to_have_text("Every 2nd epoch is here.")
    assert shown(page) == list(SCENE.class_names[:50])
    assert page.locator(".hv-legend .hv-class").count() == 50
    before = page.get_by_role("button", name="The 50 classes before")
    after = page.get_by_role("button", name="The next 50 classes")
    assert before.get_attribute("aria-disabled") == "true"
    after.focus()
    page.keyboard.press("Enter")
    expect(page.locator(WORDS)).to_contain_text("Classes 51–100 of 1,000")
    assert shown(page) == list(SCENE.class_names[50:100])
    page.keyboard.press("Enter")  # the new button has the focus
    expect(page.locator(WORDS)).to_contain_text("Classes 101–150 of 1,000")
    page.locator(".hv-steps select").select_option(label="951–1,000")
    assert shown(page) == list(SCENE.class_names[950:])
    assert after.get_attribute("aria-disabled") == "true"
    expect(page.locator(".hv-s-mistakes .hv-part")).to_contain_text("Classes 951–1,000 of 1,000")


def test_a_class_is_found_by_its_name(open_view: Callable[..., Any]) -> None:
    page = open_view("thousand", view={"panels": [*ARENA, *DENSITY, *WEIGHTS]})
    find(page, "00777")
    assert shown(page) == [SCENE.class_names[777]]
    expect(page.locator(WORDS)).to_contain_text("Classes 1–1 of 1 found with “00777” in the name")
    charts = page.locator("figure.hv-classchart")
    expect(charts).to_have_count(1)
    expect(charts).to_have_attribute("data-class", "777")
    for place in (".hv-s-effective .hv-name", ".hv-legend .hv-name"):
        assert set(page.locator(place).all_inner_texts()) == {SCENE.class_names[777]}
    assert page.evaluate("() => [...view.panel('heat').order]") == [777]
    find(page, "no such name")
    expect(page.locator(WORDS)).to_contain_text("Classes none of 0 found")
    assert shown(page) == []
    find(page, "")
    assert len(shown(page)) == 50


def test_all_classes_are_sorted_by_a_number_of_the_epoch(open_view: Callable[..., Any]) -> None:
    page = open_view("thousand", view={"panels": list(ARENA)})
    page.locator(SORT).select_option(label="lowest recall first")
    page.locator(UNDER).select_option(label=LABELS[1])
    expect(page.locator(WORDS)).to_contain_text(f"lowest recall first by {LABELS[1]} at epoch 2")
    recall = FRAMES[2][1].recall
    ranked = sorted(range(1_000), key=lambda c: (round(float(recall[c]), 5), c))[:50]
    assert shown(page) == [SCENE.class_names[c] for c in ranked]
    page.get_by_role("button", name="Sort by training samples").click()
    expect(page.locator(WORDS)).to_contain_text("most samples first")
    page.get_by_role("button", name="Sort by training samples").click()
    expect(page.locator(WORDS)).to_contain_text("fewest samples first")
    assert page.evaluate("() => view.scope.shown.length") == 50
    page.locator(OF).select_option(label="Head: 333")
    expect(page.locator(WORDS)).to_contain_text("of 333 found in the head, of 1,000 in all")


def test_a_sort_by_the_epoch_is_renewed_when_the_playhead_rests(
    open_view: Callable[..., Any],
) -> None:
    page = open_view("thousand", view={"panels": list(ARENA)})
    page.locator(SORT).select_option(label="highest recall first")
    expect(page.locator(WORDS)).to_contain_text("at epoch 2")
    page.get_by_role("button", name="One epoch back").click()
    expect(page.locator(WORDS)).to_contain_text("at epoch 1")


def test_one_class_of_many_is_picked_by_typing(open_view: Callable[..., Any]) -> None:
    page = open_view("thousand", view={"panels": list(SAMPLES)})
    assert page.locator(".hv-scope").is_hidden()
    field = page.locator(".hv-s-trajectories").get_by_role("combobox", name="Class")
    field.click()
    field.fill("00042")
    options = page.locator(".hv-s-trajectories").get_by_role("option")
    assert options.count() == 1
    page.keyboard.press("Enter")
    expect(page.locator(".hv-s-trajectories .hv-found")).to_contain_text(SCENE.class_names[42])
    field.fill("species 000")
    assert options.count() == 12
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    assert SCENE.class_names[42] in field.input_value()


def test_lines_of_many_classes_begin_as_means_of_groups(open_view: Callable[..., Any]) -> None:
    page = open_view("thousand", view={"panels": ["weights"]})
    charts = page.locator(".hv-s-weights .hv-classline")
    assert charts.count() == 3 * len(LABELS)
    said = page.locator(".hv-s-weights svg.hv-plot").first.get_attribute("aria-label")
    assert said is not None
    assert "Head, mean of 333" in said
    page.get_by_role("radio", name="Classes shown").click()
    assert charts.count() == 50 * len(LABELS)


def test_mistakes_of_many_classes_name_the_pairs(open_view: Callable[..., Any]) -> None:
    page = open_view("thousand", view={"panels": list(ARENA)})
    wrong = [int(n) for n in SCENE.test_counts - FRAMES[2][0].confusion.diagonal()]
    worst = max(range(1_000), key=lambda c: (wrong[c], -c))
    first = page.locator(".hv-pairlist").first.locator("li").first
    expect(first).to_contain_text(SCENE.class_names[worst])
    expect(first).to_contain_text(f"{wrong[worst]} of {SCENE.test_counts[worst]}")
    row = page.locator(".hv-s-mistakes tbody tr").first
    expect(row).to_contain_text(f"{100 * FRAMES[2][0].recall[0]:.1f} % right")
    expect(row).to_contain_text(f"→ {SCENE.class_names[1]}")


def test_a_csv_has_all_classes_where_a_table_has_those_shown(open_view: Callable[..., Any]) -> None:
    page = open_view("thousand", view={"panels": [*ARENA, *DENSITY, *WEIGHTS]})
    for panel in ("mistakes", "table", "weights", "effective", "spread", "density", "heat"):
        columns, rows = page.evaluate("(kind) => Object.values(view.panel(kind).data(2))", panel)
        at = columns.index("true class" if panel == "mistakes" else "class")
        assert len({row[at] for row in rows}) > 900, panel
    own = FRAMES[2][1]
    assert own.density is not None
    rows = page.evaluate("() => view.panel('density').data(2, [999]).rows")
    values = [row for row in rows if row[1] == LABELS[1]]
    assert [row[5] for row in values] == pytest.approx(own.density[999, : len(values)], rel=1e-2)
