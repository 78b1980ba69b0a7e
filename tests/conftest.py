"""What all tests share: one thread for the numerics, runs in a folder that goes away, one browser.

torch reads the number of threads when it is first imported, which is after this file.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CI = os.environ.get("CI") == "true"

collect_ignore = ["fixtures"]  # scripts that earlier versions exported train when they are imported

os.environ.setdefault("OMP_NUM_THREADS", "1")
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if CI else "default")


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Put ``__main__`` back: `AppTest` replaces it, and spawned processes run its file again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests by their folder.

    On a machine nobody watches they get a second try, which the summary tells of.
    """
    for item in items:
        if Path(__file__).parent / "browser" in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CI:
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With ``-n``: one test at a time to whoever is free, but all browser tests to one process."""
    from xdist.scheduler import LoadScopeScheduling

    class OneServer(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "browser" if nodeid.startswith("tests/browser/") else nodeid

    return OneServer(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything has to be there (``CI=true``), a browser test that is skipped has failed.

    One that says by ``skipif`` what it needs beside the repository may be skipped for it.
    """
    report = yield
    stated = any(marker.args and marker.args[0] for marker in item.iter_markers("skipif"))
    if CI and report.skipped and item.get_closest_marker("browser") and not stated:
        report.outcome = "failed"
        report.longrepr = f"Expected the browser tests to run, but got: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def runs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runs folder of the test's own, which `RunStore` takes without being told."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("HARMONY_RUNS", str(folder))
    return folder


@pytest.fixture(scope="session")
def browser_path() -> str | None:
    """The system's Chromium, or ``None`` for the one that Playwright installed."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)
