"""What keeps somebody from using a page: what axe-core finds, unclear buttons, sideways scrolls."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)

WIDTHS = ((1400, 900), (768, 900), (375, 800))
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll("[data-testid=stMain]")]
  .filter((box) => box.scrollWidth > box.clientWidth)
  .map((box) => `${box.tagName} scrolls sideways: ${box.scrollWidth} > ${box.clientWidth}`)"""
ROWS = {"row", "listitem", "option"}
NOT_OURS = {
    "Open", "Clear value",
    "Download plot as a PNG", "Zoom", "Pan", "Box Select", "Lasso Select",
    "Zoom in", "Zoom out", "Autoscale", "Reset axes", "Fullscreen",
}  # fmt: skip
"""Streamlit's names for the buttons inside of a selection, and Plotly's for those on a chart."""


def problems(page: Any) -> list[str]:
    """All problems of the page as it is, at each width; it ends at the first of them."""
    found = [f"buttons: {name}" for name in shared_names(page)]
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(DRAWN)
        here = violations(page) + page.evaluate(SIDEWAYS)
        found += [f"at {width} px: {problem}" for problem in here]
    width, height = WIDTHS[0]
    page.set_viewport_size({"width": width, "height": height})
    return found


def violations(page: Any) -> list[str]:
    """Rule, place and HTML of everything that axe-core finds."""
    return [
        f"{violation['id']}: {node['target']} {node['html'][:300]}"
        for violation in axe.Axe().run(page).response["violations"]
        for node in violation["nodes"]
        if not _drop_zone(violation["id"], node["html"])
    ]


def _drop_zone(rule: str, html: str) -> bool:
    """Streamlit's own uploader has the role of a decoration and can be focused by its script."""
    return rule == "presentation-role-conflict" and "stFileUploaderDropzone" in html


def shared_names(page: Any) -> list[str]:
    """Names of more than one button, or of none; in a row or a list the row tells them apart."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    nodes = {node["nodeId"]: node for node in tree}

    def inside_a_row(node: Any) -> bool:
        above = nodes.get(node.get("parentId"))
        return above is not None and (_value(above, "role") in ROWS or inside_a_row(above))

    names = Counter(
        _value(node, "name").strip()
        for node in tree
        if not node["ignored"]
        and _value(node, "role") in ("button", "DisclosureTriangle")
        and not inside_a_row(node)
    )
    return [
        f"{count} are called {name!r}"
        for name, count in names.items()
        if not name or (count > 1 and name not in NOT_OURS)
    ]


def _value(node: Any, field: str) -> str:
    return str(node.get(field, {}).get("value", ""))
