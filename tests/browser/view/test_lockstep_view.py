"""What a reader can do in the view: scrub, play, follow, select, read it as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harmony_core.analysis.intervals import wilson

Open = Callable[..., Any]
EPOCHS = 8


def epoch(tab: Any) -> int:
    return int(tab.evaluate("view.player.epoch"))


def settle(tab: Any) -> None:
    """Wait until the view has drawn what it was last told."""
    tab.wait_for_function("!view.pending && !view.trailing")


def shown(tab: Any) -> str:
    settle(tab)
    return str(tab.locator(".hv-read b").inner_text())


def picture(tab: Any, panel: int = 0) -> str:
    settle(tab)
    return str(tab.evaluate(f"view.main.panels[{panel}].base.toDataURL()"))


def point(tab: Any, sample: int, panel: int = 0) -> tuple[float, float]:
    """Where a sample lies on the screen, from the axes and its coordinates."""
    box = tab.locator(".hv-canvas").nth(panel).bounding_box()
    x, y = tab.evaluate(
        """(s) => { const [a, b, c, d] = view.store.scene.extent, p = view.store.static.points;
           return [(p[2 * s] - a) / (b - a), 1 - (p[2 * s + 1] - c) / (d - c)]; }""",
        sample,
    )
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def lonely(tab: Any) -> int:
    """The sample farthest from its nearest neighbour, so that a click means it."""
    return int(
        tab.evaluate(
            """() => { const p = view.store.static.points, n = p.length / 2;
            const near = (i) => Math.min(...[...Array(n).keys()].filter((j) => j !== i)
              .map((j) => Math.hypot(p[2*i] - p[2*j], p[2*i+1] - p[2*j+1])));
            return [...Array(n).keys()].sort((a, b) => near(b) - near(a))[0]; }"""
        )
    )


def test_keys_move_the_playhead_and_every_panel_follows(open_view: Open) -> None:
    tab = open_view()
    tab.locator(".hv").focus()
    assert epoch(tab) == EPOCHS
    last = picture(tab)
    bar = tab.locator(".hv-group .hv-row b").first.inner_text()
    tab.keyboard.press("Home")
    assert (epoch(tab), shown(tab)) == (0, "0")
    assert picture(tab) != last
    assert tab.locator(".hv-group .hv-row b").first.inner_text() != bar
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowLeft")
    assert (epoch(tab), shown(tab)) == (1, "1")
    tab.keyboard.press("Shift+ArrowRight")
    assert epoch(tab) == EPOCHS
    tab.keyboard.press("ArrowRight")
    assert epoch(tab) == EPOCHS
    assert picture(tab) == last


def test_numbers_on_screen_are_those_of_the_epoch(open_view: Open) -> None:
    tab = open_view()
    tab.evaluate("view.player.seek(3)")
    settle(tab)
    expected = tab.evaluate("(100 * view.store.frames[3].methods[0].accuracy).toFixed(1)")
    assert tab.locator(".hv-plane dd b").first.inner_text() == expected
    rows = tab.locator(".hv-tablebox tbody tr")
    assert rows.count() == 4
    recall = tab.evaluate(
        "[0, 1, 2].map((m) => (100 * view.store.value(3, m, 'recall', 0)).toFixed(1))"
    )
    assert rows.nth(0).locator("td").all_inner_texts()[2:5] == recall


def test_a_recall_says_what_it_rests_on(open_view: Open) -> None:
    """200 test samples of every class: beside the recall, in its tooltip, and with the groups."""
    tab = open_view()
    tab.evaluate("view.player.seek(3)")
    settle(tab)
    cells = tab.locator(".hv-tablebox tbody tr").nth(0).locator("td")
    assert cells.nth(1).inner_text() == "200"
    recall = tab.evaluate("view.store.value(3, 0, 'recall', 0)")
    low, high = (round(100 * end) for end in wilson(200 * recall, 200))
    expected = f"{round(200 * recall)} of 200 test samples; 95 % interval {low} to {high} %"
    assert cells.nth(2).get_attribute("title") == expected
    assert "n = 200" in tab.locator(".hv-group h3").first.inner_text()


def test_a_class_without_test_samples_has_no_recall(open_view: Open) -> None:
    tab = open_view("untested parts")
    cells = tab.locator(".hv-tablebox tbody tr").nth(3).locator("td")
    assert cells.all_inner_texts()[1:3] == ["0", "–"]
    assert cells.nth(2).get_attribute("title") == "no test sample"
    bars = tab.locator(".hv-group").last.locator(".hv-row b")
    assert bars.first.inner_text() == "–"


def test_the_speed_goes_round(open_view: Open) -> None:
    tab = open_view()
    speeds = []
    for _ in range(4):
        tab.locator(".hv-speed").click()
        speeds.append(tab.locator(".hv-speed").inner_text())
    assert speeds == ["2×", "4×", "0.5×", "1×"]


def test_a_fresh_view_begins_where_it_is_told(open_view: Open) -> None:
    tab = open_view()
    tab.evaluate("() => { view.destroy(); start('whole', { epoch: 3, selected: 5 }); }")
    assert epoch(tab) == 3
    assert tab.evaluate("view.selected") == 5


def test_dragging_scrubs_without_telling_the_outside_until_the_end(open_view: Open) -> None:
    tab = open_view()
    box = tab.locator(".hv-track").bounding_box()
    middle = box["y"] + box["height"] / 2
    tab.mouse.move(box["x"] + box["width"] - 2, middle)
    tab.mouse.down()
    for share in (0.8, 0.6, 0.4, 0.25):
        tab.mouse.move(box["x"] + share * box["width"], middle)
    assert epoch(tab) == 2
    tab.wait_for_timeout(500)
    assert tab.evaluate("log") == []
    tab.mouse.up()
    tab.wait_for_function("log.length === 1")
    assert tab.evaluate("log") == [["epoch", 2]]


def test_new_frames_are_appended_and_followed(open_view: Open) -> None:
    tab = open_view("early")
    follow = tab.locator(".hv-follow")
    assert follow.get_attribute("aria-pressed") == "true"
    assert epoch(tab) == 2
    tab.evaluate("view.update(payload('later'))")
    tab.wait_for_function("view.player.epoch === 5")
    tab.evaluate("view.update(payload('later'))")
    assert tab.evaluate("view.store.frames.map((f) => f.epoch)") == [0, 1, 2, 3, 4, 5]
    whole = tab.evaluate("[...view.store.raw(5, 2, 'grid')]")
    tab.evaluate("view.update(payload('whole'))")
    assert tab.evaluate("[...view.store.raw(5, 2, 'grid')]") == whole
    assert tab.evaluate("log") == []


def test_a_dragged_playhead_stays_while_frames_arrive(open_view: Open) -> None:
    tab = open_view("early")
    tab.locator(".hv").focus()
    tab.keyboard.press("ArrowLeft")
    assert tab.locator(".hv-follow").get_attribute("aria-pressed") == "false"
    tab.evaluate("view.update(payload('later'))")
    tab.wait_for_timeout(200)
    assert epoch(tab) == 1
    tab.locator(".hv-follow").click()
    tab.wait_for_function("view.player.epoch === 5")
    tab.evaluate("view.update(payload('end'))")
    assert tab.locator(".hv-follow").is_hidden()
    tab.wait_for_function("view.player.epoch === 8 && !view.player.follow")


def test_a_gap_asks_once_for_what_is_missing(open_view: Open) -> None:
    tab = open_view("early")
    tab.evaluate("view.update(payload('gap')); view.update(payload('gap'))")
    assert tab.evaluate("log") == [["need", "run", 2]]
    assert tab.evaluate("view.store.lastEpoch") == 2
    tab.evaluate("view.update(payload('later')); view.update(payload('end'))")
    epochs = tab.evaluate("view.store.frames.map((f) => f.epoch)")
    assert epochs == list(range(EPOCHS + 1))


def test_a_payload_without_news_draws_nothing(open_view: Open) -> None:
    tab = open_view("early")
    drawn = tab.evaluate("""async () => {
      const before = view.drawn;
      const { meta, blob } = payload('later');
      const nothing = { ...meta, frames: [] };
      const after = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
        () => done(view.drawn - before))));
      const counts = [];
      for (const more of [{}, { state: 'stopped' }]) {
        view.update({ meta: { ...nothing, ...more }, blob });
        counts.push(await after());
      }
      return counts;
    }""")
    assert drawn == [0, 1]
    assert tab.locator(".hv-state").get_attribute("data-state") == "stopped"


def test_what_follows_a_training_leaves_the_page_time_and_arrives(open_view: Open) -> None:
    tab = open_view("early")
    tab.evaluate("view.pause = 0; view.cost = 20; view.update(payload('later'))")
    tab.wait_for_function("view.player.epoch === 5")
    assert tab.evaluate("view.pause") > 0
    tab.evaluate("view.update(payload('end'))")
    tab.wait_for_function("view.player.epoch === 8 && !view.clock")


def test_a_fresh_mount_of_later_frames_asks_and_waits(open_view: Open) -> None:
    tab = open_view("later")
    assert tab.evaluate("log") == [["need", "run", -1]]
    assert tab.get_by_role("status").inner_text().startswith("Loading")
    tab.evaluate("view.update(payload('whole'))")
    assert tab.locator(".hv-plane").count() == 3


def test_another_run_replaces_the_first(open_view: Open) -> None:
    tab = open_view("whole")
    tab.evaluate("view.select(3)")
    tab.evaluate("view.update(payload('other'))")
    now = tab.evaluate("[view.store.run, view.store.lastEpoch, view.selected]")
    assert now == ["other", 1, None]


def test_a_clicked_sample_is_shown_for_every_method(open_view: Open) -> None:
    tab = open_view()
    sample = lonely(tab)
    tab.mouse.click(*point(tab, sample, panel=1))
    assert tab.evaluate("log[0]") == ["selected", sample]
    settle(tab)
    dock = tab.get_by_role("region", name="Selected sample")
    assert dock.locator("tbody tr").count() == 3
    expected = tab.evaluate(
        "(s) => [0, 1, 2].map((m) => view.store.value(8, m, 'weight', s).toFixed(2))", sample
    )
    assert dock.locator("tbody tr td:last-child").all_inner_texts() == expected
    tab.keyboard.press("Escape")
    settle(tab)
    assert dock.is_hidden()
    assert tab.evaluate("log.at(-1)") == ["selected", None]


def test_a_sample_can_be_chosen_without_a_mouse(open_view: Open) -> None:
    tab = open_view()
    tab.locator(".hv-canvas canvas").first.focus()
    tab.keyboard.press("Enter")
    hardest = tab.evaluate("Math.max(...view.store.raw(8, 0, 'grad'))")
    assert tab.evaluate("view.store.raw(8, 0, 'grad')[view.selected]") == hardest
    first = tab.evaluate("view.selected")
    tab.keyboard.press(".")
    assert tab.evaluate("view.selected") != first


def test_hovering_shows_a_card_and_leaving_hides_it(open_view: Open) -> None:
    tab = open_view()
    tab.mouse.move(*point(tab, lonely(tab)))
    card = tab.locator(".hv-float")
    assert "Training sample" in card.inner_text()
    tab.mouse.move(2, 2)
    assert card.is_hidden()


def test_a_class_can_be_singled_out(open_view: Open) -> None:
    tab = open_view()
    item = tab.locator(".hv-class").nth(2)
    item.click()
    assert item.get_attribute("aria-pressed") == "true"
    assert tab.locator(".hv-dim").count() == 3
    item.click()
    assert tab.locator(".hv-dim").count() == 0


def test_the_table_sorts_by_any_column(open_view: Open) -> None:
    tab = open_view()
    button = tab.get_by_role("button", name="Sort by recall (%) of Cross-entropy")
    button.click()
    texts = tab.locator(".hv-tablebox tbody tr td:nth-child(4)").all_inner_texts()
    assert texts == sorted(texts, key=float, reverse=True)
    button.click()
    texts = tab.locator(".hv-tablebox tbody tr td:nth-child(4)").all_inner_texts()
    assert texts == sorted(texts, key=float)
    assert tab.locator("th[aria-sort=ascending]").count() == 1


def test_another_number_can_be_drawn(open_view: Open) -> None:
    tab = open_view()
    tab.get_by_role("radio", name="Balanced accuracy").focus()
    before = tab.locator(".hv-plot .hv-line").first.get_attribute("d")
    tab.keyboard.press("ArrowRight")
    assert tab.locator("[role=radio][aria-checked=true]").inner_text() == "Head recall"
    assert tab.locator(".hv-plot .hv-line").first.get_attribute("d") != before
    assert epoch(tab) == EPOCHS


def test_pressing_the_curves_moves_the_playhead(open_view: Open) -> None:
    tab = open_view()
    tab.locator(".hv-plot").click(position={"x": 55, "y": 100})
    assert epoch(tab) == 0


def test_images_show_confusion_and_read_out_a_cell(open_view: Open) -> None:
    tab = open_view("images")
    assert tab.get_by_role("heading", name="Which classes each method confuses").count() == 1
    assert tab.locator(".hv-plane").count() == 2
    box = tab.locator(".hv-canvas").first.bounding_box()
    left, top, cell = tab.evaluate("[view.main.left, view.main.top, view.main.cell]")
    tab.mouse.move(box["x"] + left + 1.5 * cell, box["y"] + top + 0.5 * cell)
    share = tab.evaluate("(100 * view.store.value(3, 0, 'confusion', 1)).toFixed(1)")
    settle(tab)
    read = tab.locator(".hv-cell").first.inner_text()
    assert read == f"airplane → automobile: {share} % of n = 200"


def test_the_dark_palette_comes_with_a_dark_surface(open_view: Open) -> None:
    tab = open_view()
    light = picture(tab)
    tab.evaluate(
        """() => { const s = document.documentElement.style;
        s.setProperty('--st-background-color', '#12161c');
        s.setProperty('--st-text-color', '#e7ebf1'); }"""
    )
    tab.wait_for_function("document.querySelector('.hv').dataset.mode === 'dark'")
    assert picture(tab) != light


@pytest.mark.parametrize("name", ["whole", "images"])
@pytest.mark.parametrize("width", [375, 768, 1400])
def test_nothing_spills_over_the_edge(open_view: Open, width: int, name: str) -> None:
    tab = open_view(name, width=width)
    tab.evaluate("view.select(0)")
    settle(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [tab.locator(".hv-canvas").nth(i).bounding_box() for i in range(2)]
    side_by_side = abs(boxes[0]["y"] - boxes[1]["y"]) < 2
    assert side_by_side == (width > 520)


def test_reduced_motion_stops_a_view_that_would_play_by_itself(open_view: Open) -> None:
    calm = open_view("whole", reduced_motion="reduce")
    moving = open_view("whole")
    for tab in (calm, moving):
        tab.evaluate("() => { view.destroy(); start('whole', { autoplay: true }); }")
    moving.wait_for_function("view.player.epoch === 3")
    assert calm.evaluate("[view.player.playing, view.player.epoch]") == [False, EPOCHS]


def test_the_whole_view_is_readable_without_sight(open_view: Open) -> None:
    tab = open_view()
    canvas = tab.locator(".hv-canvas canvas[role=img]").first
    assert "balanced accuracy" in canvas.get_attribute("aria-label")
    slider = tab.get_by_role("slider", name="Epoch")
    assert slider.get_attribute("aria-valuetext") == "epoch 8 of 8"
    unnamed = tab.evaluate(
        """() => [...document.querySelectorAll('.hv button')]
        .filter((b) => !(b.getAttribute('aria-label') || b.textContent.trim())).length"""
    )
    assert unnamed == 0
