"""The editor of points: what is painted is what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Open = Callable[..., Any]
START = [[0, 0.0, 0.0], [1, 1.0, 1.5]]


def board(tab: Any) -> Any:
    return tab.locator(".hv-board canvas")


def press(tab: Any, x: float, y: float, **options: Any) -> None:
    """Press the board at a place of the plane, whose corners are ±2."""
    side = board(tab).bounding_box()["width"]
    at = {"x": (x + 2) / 4 * side, "y": (2 - y) / 4 * side}
    board(tab).click(position=at, **options)


def points(tab: Any) -> list[list[float]]:
    return list(tab.evaluate("view.painter.points"))


def test_painted_points_come_back_when_asked_to_retrain(open_view: Open) -> None:
    tab = open_view("blank", view={"paint": {"points": START, "limit": 300}})
    assert points(tab) == START
    tab.get_by_role("radio", name="c 0").click()
    press(tab, -1, 1)
    press(tab, 1, -1)
    tab.get_by_role("button", name="Retrain with these points").click()
    sent = tab.evaluate("log.find(([kind]) => kind === 'painted')[1]")
    assert sent[:2] == START
    assert [point[0] for point in sent[2:]] == [2, 2]
    for got, (x, y) in zip(sent[2:], [(-1, 1), (1, -1)], strict=True):
        assert got[1:] == [pytest.approx(x, abs=0.02), pytest.approx(y, abs=0.02)]


def test_points_that_are_not_trained_yet_are_told_and_withdrawn(open_view: Open) -> None:
    tab = open_view("blank", view={"paint": {"points": START, "limit": 300}})
    note = tab.locator(".hv-paintside [role=status]").first
    assert "Not trained yet" not in note.inner_text()
    press(tab, -1, 1)
    assert "Not trained yet" in note.inner_text()
    tab.wait_for_function("log.at(-1)?.[0] === 'draft'")
    drafts = "log.filter(([kind]) => kind === 'draft').map(([, points]) => points?.length ?? 0)"
    assert tab.evaluate(drafts) == [3]
    tab.get_by_role("button", name="Undo").click()
    tab.wait_for_function(f"{drafts}.length === 2")
    assert tab.evaluate(drafts) == [3, 0]
    assert "Not trained yet" not in note.inner_text()


def test_points_are_erased_and_had_back(open_view: Open) -> None:
    tab = open_view("blank", view={"paint": {"points": START, "limit": 300}})
    press(tab, 0, 0, modifiers=["Shift"])
    assert points(tab) == [START[1]]
    assert tab.get_by_role("button", name="Retrain").is_disabled()
    tab.get_by_role("button", name="Undo").click()
    assert points(tab) == START
    tab.get_by_role("button", name="Redo").click()
    assert points(tab) == [START[1]]
    tab.get_by_role("button", name="Undo").click()
    tab.get_by_role("radio", name="Eraser").click()
    press(tab, 1, 1.5)
    assert points(tab) == [START[0]]
    board(tab).focus()
    tab.keyboard.press("Control+z")
    assert points(tab) == START


def test_the_board_works_with_keys_and_as_a_list(open_view: Open) -> None:
    tab = open_view("blank", view={"paint": {"points": START, "limit": 3}})
    board(tab).focus()
    tab.keyboard.press("2")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    added = points(tab)[-1]
    assert added[0] == 1
    assert added[1] > 0
    assert added[2] == pytest.approx(0, abs=0.02)
    tab.keyboard.press("Enter")
    assert len(points(tab)) == 3
    assert "The board is full" in tab.locator(".hv-paintside [role=status]").inner_text()
    tab.keyboard.press("Delete")
    assert points(tab) == START
    tab.locator(".hv-paintside summary").click()
    tab.get_by_label("x of point 1", exact=True).fill("-1.5")
    tab.get_by_label("Class of point 1").select_option("2")
    assert points(tab)[0] == [2, -1.5, 0]
    tab.get_by_role("button", name="Remove point 2").click()
    assert points(tab) == [[2, -1.5, 0]]


def test_dragging_paints_along_and_undo_takes_the_whole_stroke(open_view: Open) -> None:
    tab = open_view("blank", view={"paint": {"points": START, "limit": 300}})
    box = board(tab).bounding_box()
    tab.mouse.move(box["x"] + 40, box["y"] + 300)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 240, box["y"] + 300, steps=20)
    tab.mouse.up()
    assert len(points(tab)) > 10
    tab.get_by_role("button", name="Undo").click()
    assert points(tab) == START


def test_a_run_is_painted_over_its_own_samples(open_view: Open) -> None:
    tab = open_view("whole", view={"paint": {"points": None, "limit": 100}})
    assert len(points(tab)) == 75
    note = tab.locator(".hv-paintside [role=status]").inner_text()
    assert "75 of at most 100 points" in note
    assert "150 samples, evenly chosen" in note
    first = tab.evaluate("[...view.store.static.points.slice(0, 2)]")
    assert points(tab)[0][1:] == first
    light = tab.evaluate("view.painter.base.toDataURL()")
    tab.evaluate("view.player.seek(0)")
    tab.wait_for_function("!view.pending && !view.trailing")
    assert tab.evaluate("view.painter.base.toDataURL()") != light


def test_behind_the_points_is_a_method_or_nothing(open_view: Open) -> None:
    tab = open_view("whole", view={"paint": {"points": START, "limit": 100}})
    behind = tab.locator(".hv-paintside label").filter(has_text="Behind").locator("select")
    names = tab.evaluate("() => view.store.methods")
    assert behind.locator("option").all_inner_texts() == [*names, "nothing"]
    drawn = "() => view.painter.base.toDataURL()"
    method = tab.evaluate(drawn)
    behind.select_option("nothing")
    plain = tab.evaluate(drawn)
    assert plain != method
    tab.evaluate("() => view.player.seek(0)")
    tab.wait_for_function("() => !view.pending && !view.trailing")
    assert tab.evaluate(drawn) == plain  # nothing of any method is behind them
    behind.select_option(names[-1])
    assert tab.evaluate(drawn) != plain


def test_a_method_called_none_is_not_taken_for_nothing(open_view: Open) -> None:
    tab = open_view("none", view={"paint": {"points": START, "limit": 100}})
    behind = tab.locator(".hv-paintside label").filter(has_text="Behind").locator("select")
    assert behind.locator("option").all_inner_texts() == ["None", "Both", "nothing"]
    drawn = "() => view.painter.base.toDataURL()"
    behind.select_option("nothing")
    plain = tab.evaluate(drawn)
    behind.select_option("None")
    assert tab.evaluate(drawn) != plain
