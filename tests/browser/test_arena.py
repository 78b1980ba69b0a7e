"""The real app in a real browser: train, reload, stop, resume, share, and refuse a bad upload."""

from __future__ import annotations

import re
from typing import Any

from .conftest import Visit, settled

QUICK = "/arena?data=clouds~n_max-100~test_per_class-20&m=ce&m=harmonized&epochs=4"
LONG = "/arena?data=clouds~n_max-2000~test_per_class-20&m=ce&m=harmonized&epochs=10000"
VIEW = ".st-key-experiment-view canvas"


def train(page: Any) -> str:
    """Press Train and return the id of the run once its first frame is on screen."""
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_selector(VIEW)
    page.wait_for_url(re.compile(r"[?&]run="))
    found = re.search(r"[?&]run=([0-9a-z-]+)", page.url)
    assert found
    return found[1]


def await_state(page: Any, state: str) -> None:
    page.wait_for_selector(f'[data-run-state="{state}"]')


def epoch(page: Any) -> int:
    return int(page.locator("[data-run-epoch]").get_attribute("data-run-epoch"))


def await_epoch_after(page: Any, past: int) -> None:
    page.wait_for_function(
        "past => { const at = document.querySelector('[data-run-epoch]');"
        " return at && Number(at.dataset.runEpoch) > past; }",
        arg=past,
    )


def stop(page: Any) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    await_state(page, "stopped")


def test_train_to_the_end(visit: Visit) -> None:
    page = visit(QUICK)  # trains on arrival
    await_state(page, "done")
    page.get_by_text("After four epochs, on the test set").wait_for()
    page.get_by_role("region", name="Results by method").get_by_text("Harmonized").wait_for()
    page.get_by_text("Repeat it: command line and settings").click()
    page.get_by_text("python -m harmony_core run --data clouds").wait_for()
    assert page.locator(".st-key-stop").count() == 0


def test_reload_in_mid_training_then_stop_and_resume(visit: Visit) -> None:
    page = visit(LONG)
    run = train(page)
    await_epoch_after(page, 2)
    page.reload()
    page.wait_for_selector(VIEW)
    await_state(page, "running")
    before = epoch(page)
    await_epoch_after(page, before)

    second = visit(f"/arena?run={run}")
    second.wait_for_selector(VIEW)
    await_state(second, "running")
    await_epoch_after(second, before)

    stop(page)
    await_state(second, "stopped")
    reached = epoch(page)
    assert reached > before
    settled(page)
    page.get_by_role("button", name="Resume").click()
    await_state(page, "running")
    await_epoch_after(page, reached)
    stop(page)


def test_controls_answer_while_it_trains_and_no_epoch_is_lost(visit: Visit) -> None:
    page = visit(LONG)
    train(page)
    await_epoch_after(page, 2)
    slider = page.get_by_role("slider", name="Imbalance factor")
    for factor in (20, 10, 5):
        slider.focus()
        page.keyboard.press("ArrowLeft")
        page.wait_for_url(re.compile(rf"[?&]factor={factor}(&|$)"))
    await_state(page, "running")
    await_epoch_after(page, epoch(page))
    stop(page)
    shown = page.locator(".st-key-experiment-view .hv").evaluate(
        """async (node, last) => {
          const { store } = node.view;
          while (store.lastEpoch < last) await new Promise((done) => setTimeout(done, 50));
          return store.frames.map((frame) => frame.epoch);
        }""",
        epoch(page),
    )
    assert shown == list(range(epoch(page) + 1))
    settled(page)
    assert slider.count() == 1
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(r"[?&]factor=2(&|$)"))


def test_a_link_opens_the_same_experiment_in_a_fresh_browser(visit: Visit) -> None:
    first = visit("/arena")
    first.locator("label", has_text="Rings").click()
    first.wait_for_url(re.compile("data=rings"))
    second = visit("/arena?" + first.url.partition("?")[2])
    second.get_by_role("heading", name="Rings, 50 to 1").wait_for()
    assert second.get_by_role("radio", name="Rings").is_checked()


def test_home_leads_to_the_arena(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("link", name="Train “Overlapping clusters”").click()
    page.get_by_role("heading", name="Overlapping clusters, 10 to 1").wait_for()
    page.get_by_role("button", name="Train").wait_for()


def test_a_bad_zip_is_explained(visit: Visit) -> None:
    page = visit("/arena?data=images&profile=as_is")
    page.set_input_files(
        "input[type=file]",
        {"name": "mine.zip", "mimeType": "application/zip", "buffer": b"this is no archive"},
    )
    page.get_by_role("alert").get_by_text("Expected a ZIP archive").wait_for()
    assert page.get_by_role("button", name="Train").is_disabled()


def test_a_malformed_link_is_explained(visit: Visit) -> None:
    page = visit("/arena?data=nowhere")
    page.get_by_text("This link could not be used").wait_for()
    page.get_by_role("heading", name="Checkerboard, 50 to 1").wait_for()


def test_a_phone_has_no_sideways_scrolling(visit: Visit) -> None:
    for path in ("/", "/arena"):
        page = visit(path)
        page.set_viewport_size({"width": 375, "height": 800})
        page.reload()
        page.get_by_role("heading", level=1).wait_for()
        assert page.evaluate(
            "document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth"
        )


def test_on_a_slow_line_nothing_jumps_back(visit: Visit) -> None:
    page = visit(QUICK)
    settled(page)
    page.evaluate("window.late = 600")
    page.get_by_role("slider", name="Epochs").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(200)
    page.get_by_role("button", name="Add a method").click()
    page.get_by_label("Method 3").wait_for()
    page.wait_for_timeout(1500)
    page.wait_for_url(lambda url: url.count("&m=") == 3)
    assert page.get_by_label("Method 3").is_visible()
    assert "epochs=5" in page.url
