"""What plays goes on until it is told to stop, and a picture of other settings says so."""

from __future__ import annotations

from .test_lockstep_view import Open, epoch

SAME = (
    "{run: view.store.run, state: 'done', since: view.store.lastEpoch, epochs_total: 8, "
    "record: [], frames: [], stride: 0, options: OPTIONS}"
)
"""A payload without anything new but its options."""


def test_space_plays_and_pauses(open_view: Open) -> None:
    tab = open_view()
    tab.locator(".hv").focus()
    tab.keyboard.press("Home")
    tab.keyboard.press("Space")
    assert tab.locator(".hv-play").get_attribute("aria-label") == "Pause"
    tab.wait_for_function("view.player.epoch >= 2")
    tab.keyboard.press("Space")
    stopped = epoch(tab)
    tab.wait_for_timeout(400)
    assert epoch(tab) == stopped
    assert tab.locator(".hv-play").get_attribute("aria-label") == "Play"


def test_play_starts_over_until_told_otherwise(open_view: Open) -> None:
    tab = open_view()
    tab.evaluate("view.player.seek(7)")
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_function("view.player.epoch === 8")
    tab.wait_for_function("view.player.epoch === 1 && view.player.playing")
    tab.get_by_role("button", name="Loop").click()
    tab.wait_for_function("view.player.epoch === 8 && !view.player.playing")


def test_a_picture_of_other_settings_is_dimmed_and_says_so(open_view: Open) -> None:
    tab = open_view()
    note = tab.locator(".hv-veil")
    assert note.is_hidden()
    asks = "{veil: 'Settings changed', trains: true}"
    tab.evaluate("view.callbacks = {...view.callbacks, train: () => (window.asked = true)}")
    tab.evaluate(f"view.update({{meta: {SAME}, blob: new Uint8Array()}})".replace("OPTIONS", asks))
    assert "Settings changed" in note.inner_text()
    section = tab.locator(".hv-section").first
    assert float(section.evaluate("node => getComputedStyle(node).opacity")) < 0.5
    note.get_by_role("button").click()
    assert tab.evaluate("window.asked")
    tab.evaluate(
        f"view.update({{meta: {SAME}, blob: new Uint8Array()}})".replace("OPTIONS", "{veil: ''}")
    )
    assert note.is_hidden()
    assert section.evaluate("node => getComputedStyle(node).opacity") == "1"
