"""Two browsers on a shared server: neither changes what the other one has made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harmony_core.runs.store import RunStore
from harmony_core.serving.owners import visitor_of

from .conftest import PATIENCE, serving, settled

TOKENS = {"anna": "a" * 32, "ben": "b" * 32}
TRAIN = ".st-key-train button"
OWNERS_ONLY = (
    ".st-key-stop",
    ".st-key-resume",
    "[class*=st-key-paint-]",
    "[class*=st-key-posthoc-start]",
)


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def shared(shared_folder: Path) -> Iterator[str]:
    """The address of a shared server."""
    with serving(shared_folder, HARMONY_MODE="shared") as address:
        yield address


@pytest.fixture
def pages(shared: str, browser: Any) -> Iterator[dict[str, Any]]:
    """A page of Anna's browser and one of Ben's."""
    contexts, opened = [], {}
    for name, token in TOKENS.items():
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        context.add_cookies([{"name": "harmony_visitor", "value": token, "url": shared}])
        contexts.append(context)
        opened[name] = context.new_page()
        opened[name].set_default_timeout(PATIENCE)
    yield opened
    for context in contexts:
        context.close()


def entries(page: Any) -> int:
    """How many experiments Recent lists."""
    page.get_by_role("tab", name="Recent").click()
    settled(page)
    return int(page.locator("[class*=st-key-history-2]").count())


def test_anothers_run_is_opened_by_its_link_and_left_as_it_is(
    shared: str, shared_folder: Path, pages: dict[str, Any]
) -> None:
    anna, ben = pages["anna"], pages["ben"]
    anna.goto(f"{shared}/arena?data=rings&epochs=5")  # trains on arrival
    anna.wait_for_url(re.compile("run="))
    run = re.search(r"run=([0-9a-z-]+)", anna.url)[1]  # type: ignore[index]
    store = RunStore(shared_folder / "runs")
    assert store.owner(run) == visitor_of(TOKENS["anna"])
    assert entries(anna) == 1

    ben.goto(f"{shared}/arena?run={run}")
    ben.get_by_text("This experiment is not yours").wait_for()
    settled(ben)
    for place in OWNERS_ONLY:
        assert ben.locator(place).count() == 0
    assert entries(ben) == 0
    ben.locator(TRAIN).click()
    ben.wait_for_function("run => !location.search.includes(run)", arg=run)
    assert entries(ben) == 1
    assert entries(anna) == 1


def test_a_class_is_led_and_ended_with_its_key_alone(shared: str, pages: dict[str, Any]) -> None:
    desk, ben = pages["anna"], pages["ben"]
    desk.goto(f"{shared}/teach")
    desk.get_by_role("tab", name="Class").click()
    desk.locator(".st-key-teach-open button").click()
    desk.wait_for_url(re.compile("class=[A-Z]"))
    code = re.search(r"class=([A-Z0-9-]+)", desk.url)[1]  # type: ignore[index]
    for query in (f"class={code}", f"class={code}&key=guessed"):
        ben.goto(f"{shared}/teach?{query}")
        ben.get_by_role("tab", name="Class").click()
        desk_of_ben = ben.get_by_role("tabpanel", name="Class")
        desk_of_ben.get_by_text("Expected the key of this class").wait_for()
        settled(ben)
        assert ben.locator(".st-key-teach-ending").count() == 0
