"""A histogram from the loss to what is drawn: eight samples, every number worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plots.hand_trained import trained
from tests.plots.synthetic import page

from .test_density import outline


@pytest.fixture(scope="module")
def tab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path: Path = tmp_path_factory.mktemp("trained") / "trained.html"
    path.write_text(
        page({"trained": trained().wire()}, options={"panels": ["density", "heat", "weights"]}),
        encoding="utf-8",
    )
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(path.as_uri())
    opened.wait_for_function("window.ready && !view.pending && !view.trailing")
    yield opened
    opened.close()
    assert errors == []


def test_a_histogram_is_followed_from_the_loss_to_what_is_drawn(tab: Any) -> None:
    # head: g = .05 .15 .05 | .45 | .95 .85 in the fifths 1, 3 and 5; tail: .15 | .85
    for method in (0, 1):
        assert outline(tab, 0, 0, method) == pytest.approx([3, 0, 1, 0, 2])
        assert outline(tab, 1, 0, method) == pytest.approx([1, 0, 0, 0, 1])
    # cross-entropy weighs all alike: count × g
    assert outline(tab, 0, 1, 0) == pytest.approx([0.25, 0, 0.45, 0, 1.8], rel=2e-3)
    assert outline(tab, 1, 1, 0) == pytest.approx([0.15, 0, 0, 0, 0.85], rel=2e-3)
    # equal totals: a region of the head weighs 6 / (3 · count) = 2/3, 2, 1; of the tail 2 / (2 · 1)
    assert outline(tab, 0, 1, 1) == pytest.approx([0.25 * 2 / 3, 0, 0.9, 0, 1.8], rel=2e-3)
    assert outline(tab, 1, 1, 1) == pytest.approx([0.15, 0, 0, 0, 0.85], rel=2e-3)
    # the pixels: the outline steps up in proportion
    step = tab.locator(".hv-classchart[data-class='0'] .hv-histrow").first.locator(".hv-step").first
    d = step.get_attribute("d")
    base = float(d.split("V")[0].split()[1])
    heights = [base - float(part.split("H")[0]) for part in d.split("V")[1:-1]]
    assert [h / heights[0] for h in heights] == pytest.approx([1, 0, 1 / 3, 0, 2 / 3], abs=0.01)
    tab.get_by_role("radio", name="Equal bins").click()
    tab.wait_for_function("!view.pending && !view.trailing")
    assert outline(tab, 0, 0, 1) == pytest.approx([2, 1, 0, 0, 1, 0, 0, 0, 1, 1])


def test_the_heat_map_and_the_class_weights_agree_with_the_loss(tab: Any) -> None:
    share = tab.evaluate("Array.from(view.store.raw(1, 0, 'hist_count'))")
    assert share == [2, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    weights = "['intra_weight', 'inter_weight', 'mean_weight'].map((id) => "
    weights += "view.panel('weights').drawn[0].read(1, 1, id))"
    # (3 · 2/3 + 1 · 2 + 2 · 1) / 6 = 1: the intra balance leaves the class's total alone
    assert tab.evaluate(weights) == pytest.approx([1, 1, 1], rel=1e-5)
