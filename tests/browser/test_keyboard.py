"""Without a mouse, and on a phone: the way to Train, and the drawer with the pages."""

from __future__ import annotations

import re
from typing import Any

from pages._shared.page import load
from tests.app.declared_pages import listed_pages

from .conftest import Visit, settled

NEAR = 10
FOCUS = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const box = at.getBoundingClientRect();
  const seen = box.right > 0 && box.left < innerWidth && box.width > 0;
  const words = at.innerText?.trim().split("\\n").pop() ?? "";
  return [words, at.closest(".st-key-train") !== null, seen];
}"""
DRAWER = "[data-testid=stSidebar]"


def tab(page: Any) -> tuple[str, bool, bool]:
    """Press Tab: the text of what then has the focus, if it is Train, and if it is on screen."""
    page.keyboard.press("Tab")
    text, is_train, seen = page.evaluate(FOCUS)
    return text, is_train, seen


def on_a_phone(visit: Visit, path: str) -> Any:
    page = visit(path)
    page.set_viewport_size({"width": 375, "height": 800})
    page.reload()
    page.get_by_role("heading", level=1).first.wait_for()
    settled(page)
    return page


def test_train_is_near_by_keyboard(visit: Visit) -> None:
    page = visit("/arena")
    settled(page)
    page.locator(".st-key-train button").wait_for()
    assert tab(page)[0] == "Skip to main content"
    page.keyboard.press("Enter")
    reached = [tab(page) for _ in range(NEAR - 2)]
    assert any(is_train for _, is_train, _ in reached), reached


def test_a_closed_drawer_is_not_in_the_way_of_the_keyboard(visit: Visit) -> None:
    page = on_a_phone(visit, "/arena")
    page.locator(f"{DRAWER}[data-collapsed=true]").wait_for(state="attached")
    page.locator(".st-key-train button").wait_for()
    reached = [tab(page) for _ in range(NEAR)]
    assert any(is_train for _, is_train, _ in reached), reached
    assert all(seen for *_, seen in reached), reached


def test_the_drawer_closes_when_a_page_is_chosen_on_a_phone(visit: Visit) -> None:
    page = on_a_phone(visit, "/")
    for name in ("Arena", "Learn"):
        page.get_by_test_id("stExpandSidebarButton").click()
        page.locator(f"{DRAWER}[data-collapsed=false]").wait_for()
        page.locator(DRAWER).get_by_role("link", name=name).click()
        page.wait_for_url(re.compile(rf"/{name.lower()}"))
        page.locator(f"{DRAWER}[data-collapsed=true]").wait_for(state="attached")
        settled(page)


def test_the_sidebar_stays_on_a_wide_screen(visit: Visit) -> None:
    page = visit("/arena")
    page.locator(f"{DRAWER}[data-collapsed=false]").wait_for()
    page.get_by_test_id("stTopNav").get_by_role("link", name="Home").click()
    page.get_by_role("heading", name="Watch a network").wait_for()
    page.go_back()
    page.get_by_test_id("stSidebar").get_by_text("Which data?").wait_for()
    page.locator(f"{DRAWER}[data-collapsed=false]").wait_for()


def test_the_bar_hides_no_page_behind_a_menu(visit: Visit) -> None:
    pages = [load(f"pages.{name}:PAGE") for name in listed_pages()]
    titles = [page.title for page in pages if page.listed]
    page = visit("/arena")
    page.locator(f"{DRAWER}[data-collapsed=false]").wait_for()
    settled(page)

    def shown() -> list[str]:
        links = page.get_by_test_id("stTopNavLink")
        return [text.split("\n")[-1] for text in links.all_inner_texts()]

    assert shown() == titles
    page.get_by_test_id("stSidebar").hover()
    page.get_by_test_id("stSidebarCollapseButton").locator("button").click()
    page.locator(f"{DRAWER}[data-collapsed=true]").wait_for(state="attached")
    assert shown() == titles
