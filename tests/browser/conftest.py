"""The real app on a free port with a runs folder of its own, and a Chromium to look at it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.free_port import free_port

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
PATIENCE = 60_000
"""Milliseconds that anything may take on a busy machine."""
PHOTOS = (
    Path(os.environ.get("HARMONY_TEST_DATA", ROOT.parent / "shared" / "data"))
    / "cifar10-lt100-jpeg.zip"
)
needs_photos = pytest.mark.skipif(
    not PHOTOS.is_file(), reason=f"{PHOTOS.name} is not in HARMONY_TEST_DATA"
)
FAILED = pytest.StashKey[bool]()
POLICY = "Content Security Policy"
"""In what a browser says of something that the policy of the page does not allow."""
Visit = Callable[..., Any]
LATE = """
const Line = window.WebSocket;
let turn = Promise.resolve();
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const late = (hear) => (event) => {
  if (!window.late) return hear(event);
  const due = performance.now() + window.late;
  turn = turn.then(() => pause(due - performance.now())).then(() => hear(event));
};
window.WebSocket = class extends Line {
  set onmessage(hear) { super.onmessage = late(hear); }
  addEventListener(kind, hear, ...rest) {
    super.addEventListener(kind, kind === "message" ? late(hear) : hear, ...rest);
  }
};
"""
"""Lets `window.late` hold back what the server sends, by so many milliseconds: a slow line.

Once slow it stays slow, as messages must keep their order.
"""


@pytest.fixture(scope="session")
def browser(browser_path: str | None) -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        try:
            chromium = driver.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        except playwright.Error as error:
            pytest.skip(f"no Chromium can be started: {str(error).splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def app_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the served app keeps its runs and uploads."""
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="session")
def app(app_folder: Path) -> Iterator[str]:
    """The address of the app, served for all tests of the session."""
    with serving(app_folder) as address:
        yield address


@contextmanager
def serving(
    folder: Path, base: str = "", *options: str, port: int | None = None, **settings: str
) -> Iterator[str]:
    """The app, served on a free port with a folder of its own and more of an environment.

    ``base`` is the path under which it is served.
    """
    port = port or free_port()
    address = f"http://127.0.0.1:{port}{base}"
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.headless=true",
        f"--server.port={port}", "--server.address=127.0.0.1", f"--server.baseUrlPath={base}",
        *options,
    ]  # fmt: skip
    environment = {
        **os.environ,
        "HARMONY_RUNS": str(folder / "runs"),
        "HARMONY_UPLOADS": str(folder / "uploads"),
        **settings,
    }
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _await_health(server, address, folder / "server.log")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Leave with a test how it went, for what its fixtures do at the end."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def visit(
    app: str, app_folder: Path, browser: Any, request: pytest.FixtureRequest
) -> Iterator[Visit]:
    """Open a path of the app in a fresh browser; afterwards no page may have raised an error.

    Nor may one have tried to load what its policy forbids.
    """
    contexts: list[Any] = []
    errors: list[str] = []

    def open_it(path: str = "/arena", context: Any = None, **options: Any) -> Any:
        if context is None:
            context = browser.new_context(viewport={"width": 1400, "height": 900}, **options)
            contexts.append(context)
        page = context.new_page()
        page.add_init_script(LATE)
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: POLICY in said.text and errors.append(said.text))
        page.goto(app + path)
        return page

    yield open_it
    for context in contexts:
        if request.node.stash.get(FAILED, False):
            for page in context.pages:
                sys.stderr.write(_screen(page, app_folder / "server.log"))
        context.close()
    assert not errors


def settled(page: Any) -> None:
    """Wait until nothing is being drawn: an element that is replaced meanwhile forgets a click."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")


def slide(page: Any, place: str, steps: int, step: float) -> float:
    """Move the slider at ``place`` by so many steps with the keyboard; what it says then."""
    thumb = page.locator(place)
    wanted = float(thumb.input_value()) + steps * step
    for _ in range(3 * abs(steps) + 3):  # a slider that is drawn anew meanwhile loses a press
        missing = round((wanted - float(thumb.input_value())) / step)
        if not missing:
            break
        thumb.press("ArrowRight" if missing > 0 else "ArrowLeft")
    page.wait_for_function(
        "([place, value]) => Number(document.querySelector(place)?.value) === value",
        arg=[place, wanted],
    )
    page.wait_for_timeout(1000)  # a slider sends its value when it has come to rest
    settled(page)
    return wanted


def _screen(page: Any, log: Path) -> str:
    """What a failed test leaves on the screen, and the end of what the server said."""
    said = log.read_text(errors="replace")[-3000:]
    try:
        state = page.locator("[data-testid=stApp]").get_attribute(
            "data-test-script-state", timeout=5000
        )
        text = page.inner_text("body", timeout=5000)[:6000]
    except playwright.Error as error:
        return f"{page.url}: {error}\nServer: {said}"
    return f"{page.url} ({state})\n{text}\nServer: {said}"


def _await_health(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"The app did not start:\n{log.read_text(errors='replace')[-2000:]}")
