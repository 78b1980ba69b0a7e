"""A server for people who sign in: refused, let in, oneself in every browser, and out again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harmony_core.runs.store import RunStore
from tests.free_port import free_port

from .conftest import PATIENCE, POLICY, serving, settled
from .provider import PEOPLE, Provider, provider

BASE = "/harmony"


@pytest.fixture(scope="module")
def people() -> Iterator[Provider]:
    with provider() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signed-in")


@pytest.fixture(scope="module")
def address(folder: Path, people: Provider) -> Iterator[str]:
    """A server under a path that lets in those who have signed in."""
    port = free_port()
    secrets = folder / "secrets.toml"
    secrets.write_text(people.secrets(f"http://127.0.0.1:{port}{BASE}"))
    with serving(
        folder, BASE, f"--secrets.files={secrets}", port=port, HARMONY_REQUIRE_LOGIN="1",
        NO_PROXY="127.0.0.1",
    ) as app:  # fmt: skip
        yield app


@pytest.fixture
def new_browser(browser: Any) -> Iterator[Any]:
    """Opens a page in a browser of its own; in none may the policy have refused anything."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_it() -> Any:
        contexts.append(browser.new_context(viewport={"width": 1400, "height": 900}))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: POLICY in said.text and wrong.append(said.text))
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not wrong


def sign_in(page: Any, name: str) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=name).click()


def entries(page: Any, address: str) -> int:
    """How many experiments Recent lists."""
    page.goto(f"{address}/arena")
    page.get_by_role("tab", name="Recent").click()
    settled(page)
    return int(page.locator("[class*=st-key-history-2]").count())


def test_one_signs_in_trains_finds_it_in_another_browser_and_signs_out(
    address: str, folder: Path, people: Provider, new_browser: Any
) -> None:
    anna = new_browser()
    anna.goto(f"{address}/arena?data=rings&epochs=5")
    anna.get_by_text("This server is for people who have an account").wait_for()
    settled(anna)
    assert anna.get_by_role("link", name="Arena").count() == 0
    assert RunStore(folder / "runs").ids() == []

    sign_in(anna, "anna")  # comes back to the link, which trains on arrival
    anna.wait_for_url(lambda url: url.startswith(f"{address}/arena?") and "run=" in url)
    run = re.search(r"run=([0-9a-z-]+)", anna.url)[1]  # type: ignore[index]
    owner = RunStore(folder / "runs").owner(run)
    assert re.fullmatch(r"[0-9a-f]{32}", owner)
    assert PEOPLE["anna"] not in owner
    assert entries(anna, address) == 1

    elsewhere = new_browser()
    elsewhere.goto(f"{address}/account")
    sign_in(elsewhere, "anna")
    elsewhere.get_by_text("Signed in as anna, with 1 experiments").wait_for()
    assert entries(elsewhere, address) == 1

    ben = new_browser()
    ben.goto(f"{address}/arena?run={run}")
    sign_in(ben, "ben")
    ben.get_by_text("This experiment is not yours").wait_for()
    assert entries(ben, address) == 0

    anna.goto(f"{address}/account")
    anna.get_by_role("button", name="Sign out").click()
    anna.get_by_text("This server is for people who have an account").wait_for()
    assert people.signed_out == 1
    assert not [c for c in anna.context.cookies() if c["name"].startswith("_streamlit_user")]
    anna.goto(f"{address}/arena?run={run}")
    anna.get_by_text("This server is for people who have an account").wait_for()
