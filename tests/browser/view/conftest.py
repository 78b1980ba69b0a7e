"""The view alone on a static page, without Streamlit or a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harmony_core.frames import Frame, Scene
from harmony_core.viewer import ARENA, DENSITY, WEIGHTS, blank_payload, build_payload, parts_of
from tests.plots import hand_made
from tests.plots.many_classes import make_many
from tests.plots.synthetic import make_image_run, make_run, page

EPOCHS = 8


def without_tests(scene: Scene, frames: list[list[Frame]], c: int) -> Any:
    """The run with no test sample of class ``c``."""
    counts = scene.test_counts.copy()
    counts[c] = 0
    made = []
    for row in frames:
        made.append([])
        for frame in row:
            confusion = frame.confusion.copy()
            confusion[c] = 0
            made[-1].append(replace(frame, confusion=confusion))
    return replace(scene, test_counts=counts), made


@pytest.fixture(scope="session")
def view_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that holds payloads of synthetic runs; each test mounts the one it needs."""
    scene, frames, labels = make_run(classes=4, methods=3, epochs=EPOCHS, grid=24, tracked=150)

    def wire(run: str, until: int, state: str, since: int = -1) -> bytes:
        return build_payload(
            run, scene, labels, frames[: until + 1], EPOCHS, state, since=since
        ).wire()

    images = make_image_run(classes=10, methods=2, epochs=3)
    pictures = make_image_run(classes=10, methods=3, epochs=3)
    many = make_image_run(classes=60, methods=2, epochs=2, tracked=300)
    thousand = make_many(1_000, methods=2, epochs=2)
    both = parts_of((*DENSITY, *WEIGHTS))
    untested = without_tests(scene, frames, 3)
    hand = hand_made.scene(), hand_made.frames(), hand_made.LABELS
    bands = {
        "balanced_accuracy": [[[0.5] * 9, [0.4] * 9, [0.7] * 9]] * 3,
        "head": [[[0.6] * 9, [0.5] * 9, [0.75] * 9]] * 3,
        "repeats": 3,
        "note": "Bands: made up. Lines: the seed on screen.",
    }

    def with_all_parts(run: str, data: tuple[Any, Any, Any], last: int) -> bytes:
        return build_payload(run, data[0], data[2], data[1], last, "done", parts=both).wire()

    wires = {
        "plane parts": with_all_parts("plane", (scene, frames, labels), EPOCHS),
        "untested parts": build_payload(
            "untested", untested[0], labels, untested[1], EPOCHS, "done"
        ).wire(),
        "image parts": with_all_parts("pictures", pictures, 3),
        "many parts": with_all_parts("many", many, 2),
        "old parts": with_all_parts("old", (hand[0], hand_made.frames(split=False), hand[2]), 2),
        "thousand": build_payload(
            "thousand",
            thousand[0],
            thousand[2],
            thousand[1],
            2,
            "done",
            parts=parts_of((*ARENA, *DENSITY, *WEIGHTS)),
            sparse="Every 2nd epoch is here.",
        ).wire(),
        "hand": with_all_parts("hand made/7", hand, 2),
        "blank": blank_payload("blank", ["a", "b", "c"], (-2, 2, -2, 2)).wire(),
        "bands": build_payload("run", scene, labels, frames, EPOCHS, "done", bands=bands).wire(),
        "whole": wire("run", EPOCHS, "done"),
        "none": build_payload(
            "none", scene, ["None", "Both"], [row[:2] for row in frames], EPOCHS, "done"
        ).wire(),
        "early": wire("run", 2, "running"),
        "later": wire("run", 5, "running", since=2),
        "end": wire("run", EPOCHS, "done", since=5),
        "gap": wire("run", EPOCHS, "running", since=6),
        "other": wire("other", 1, "running"),
        "images": build_payload("images", images[0], images[2], images[1], 3, "done").wire(),
    }
    path = tmp_path_factory.mktemp("view") / "view.html"
    path.write_text(page(wires, autostart=False), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def view_tabs(browser: Any, view_page: Path) -> Iterator[dict[str, Any]]:
    """Open tabs by width and options, kept for the session because opening one is slow."""
    tabs: dict[str, Any] = {}
    yield tabs
    for tab in tabs.values():
        tab.close()


@pytest.fixture
def open_view(
    browser: Any, view_page: Path, view_tabs: dict[str, Any]
) -> Iterator[Callable[..., Any]]:
    """Mount a payload in a tab; errors on the page's console fail the test."""
    errors: list[str] = []
    used: list[Any] = []

    def on_error(error: Any) -> None:
        errors.append(str(error))

    def on_console(message: Any) -> None:
        if message.type == "error":
            errors.append(message.text)

    def start(
        name: str = "whole", width: int = 1200, view: dict[str, Any] | None = None, **options: Any
    ) -> Any:
        key = f"{width} {options}"
        if key not in view_tabs:
            view_tabs[key] = browser.new_page(viewport={"width": width, "height": 900}, **options)
            view_tabs[key].goto(view_page.as_uri())
            view_tabs[key].wait_for_function("window.ready")
        tab = view_tabs[key]
        if tab not in used:
            used.append(tab)
            tab.on("pageerror", on_error)
            tab.on("console", on_console)
        tab.mouse.move(0, 0)
        tab.evaluate("() => { document.documentElement.removeAttribute('style'); scrollTo(0, 0); }")
        tab.evaluate(
            "([name, view]) => { window.view?.destroy(); log.length = 0; start(name, view); }",
            [name, view or {}],
        )
        tab.wait_for_function("!view.pending && !view.trailing")
        return tab

    yield start
    for tab in used:
        tab.remove_listener("pageerror", on_error)
        tab.remove_listener("console", on_console)
    assert errors == []
