"""The embedding in a real browser: recorded from the page, drawn live, chosen with the lasso."""

from __future__ import annotations

from typing import Any

from .conftest import Visit, settled
from .test_arena import QUICK, await_state, train

MAPS = ".st-key-embedding-picture .js-plotly-plot"

STILL = """where => new Promise(done => {
  const place = () => JSON.stringify(document.querySelector(where)?.getBoundingClientRect());
  const before = place();
  setTimeout(() => done(before !== undefined && place() === before), 700);
})"""
"""Whether what is drawn has come to rest: a figure redrawn meanwhile forgets the mouse."""


def lasso(page: Any, share: float) -> None:
    """Draw around the left ``share`` of the first map."""
    settled(page)
    page.locator(MAPS).scroll_into_view_if_needed()
    page.wait_for_function(STILL, arg=f"{MAPS} .nsewdrag")
    box = page.locator(f"{MAPS} .nsewdrag").first.bounding_box()
    x, y, w, h = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + 2, y + 2)
    page.mouse.down()
    for a, b in ((share, 0.01), (share, 0.99), (0.01, 0.99), (0.01, 0.02)):
        page.mouse.move(x + w * a, y + h * b, steps=5)
    page.mouse.up()


def chosen(page: Any) -> int:
    return int(page.locator("[data-chosen]").get_attribute("data-chosen"))


def test_record_it_look_at_it_and_choose_with_the_lasso(visit: Visit) -> None:
    page = visit(QUICK)
    train(page)
    await_state(page, "done")
    page.locator(".st-key-views").get_by_role("link", name="Embedding").click()
    page.get_by_role("button", name="Train it again and record features").click()
    await_state(page, "done")
    page.get_by_text("Each dot is a real sample").first.wait_for()
    page.locator(".st-key-emb-epoch").wait_for()  # after the last epoch alone, all of them
    page.get_by_text("How to read this map").click()
    page.get_by_role("region", name="How far each map can be trusted, epoch 4").wait_for()

    lasso(page, 0.98)
    page.wait_for_selector("[data-chosen]")
    many = chosen(page)
    assert many > 0
    page.get_by_role("region", name="Classes of the chosen samples").wait_for()
    slider = page.locator(".st-key-emb-epoch").get_by_role("slider")
    page.evaluate("window.late = 500")  # what is sent meanwhile says the old epoch
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
        page.wait_for_timeout(250)
    page.get_by_role("region", name="How far each map can be trusted, epoch 2").wait_for()
    settled(page)
    page.get_by_role("region", name="How far each map can be trusted, epoch 2").wait_for()
    assert "epoch=2" in page.url
    page.evaluate("window.late = 0")
    assert chosen(page) == many
    page.get_by_role("button", name="Clear the choice").click()
    page.wait_for_selector("[data-chosen]", state="detached")

    page.set_viewport_size({"width": 375, "height": 800})
    page.get_by_role("heading", name="Look closer").wait_for()
    assert page.evaluate(
        "document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth"
    )


def test_a_newcomer_sees_recorded_maps_move_on_one_scrubber(visit: Visit) -> None:
    page = visit("/embedding")
    page.locator(MAPS).first.wait_for()
    page.get_by_text("Recorded example").wait_for()
    now = page.locator("[class*=st-key-emb-epoch-], .st-key-emb-epoch").get_by_role("slider")
    page.wait_for_function(EPOCH_IS, arg="60")
    play = page.get_by_role("button", name="Play")
    play.wait_for()  # it has come to the end
    page.evaluate(WATCH)
    play.click()
    page.wait_for_function(EPOCH_IS, arg="24")
    assert page.locator(MAPS).count() == now.count() == 1
    assert page.locator(f"{MAPS} .slider-container").count() == 0
    assert page.evaluate("window.blank") == 0


EPOCH_IS = """epoch => document.querySelector('[class*=st-key-emb-epoch] input')
  ?.getAttribute('aria-valuetext') === epoch"""
WATCH = """() => {
  window.blank = 0;
  setInterval(() => {
    if (!document.querySelector('.st-key-embedding-picture .js-plotly-plot .main-svg'))
      window.blank += 1;
  }, 20);
}"""
"""Counts the looks at which there was no map."""
