"""Take a screenshot of every step of the course, before and after its run.

    python scripts/shoot_lessons.py pictures                       # all, light theme, 1200 px wide
    python scripts/shoot_lessons.py pictures --dark --width 375 --steps 3 9

Needs Chromium. Starts the app on a free port with a temporary folder of runs. Prints the height of
each page, and how much it is wider than the window, which should not happen.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._served_app import chromium, served  # noqa: E402
from harmony_core.lessons.course.lesson import Lesson, lessons  # noqa: E402

IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
ANSWER = "[class*='-check'] label"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
MAIN = '[data-testid="stMain"]'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--width", type=int, default=1200)
    parser.add_argument("--steps", type=int, nargs="*", default=[])
    parser.add_argument(
        "--browser", default=None, help="path of Chromium (default: the installed one)"
    )
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with (
        sync_playwright() as driver,
        served() as (address, _),
        chromium(driver, chosen.browser) as browser,
    ):
        page = browser.new_page(
            viewport={"width": chosen.width, "height": 900},
            color_scheme="dark" if chosen.dark else "light",
        )
        page.set_default_timeout(60_000)
        for lesson in lessons():
            if not chosen.steps or lesson.number in chosen.steps:
                name = f"{lesson.number:02d}-{'dark' if chosen.dark else 'light'}-{chosen.width}"
                shoot(page, address, lesson, chosen.folder / name)


def shoot(page: Page, address: str, lesson: Lesson, stem: Path) -> None:
    """Two screenshots of one step: with its question, and with its answer."""
    page.goto(f"{address}/learn?step={lesson.number}")
    page.get_by_role("heading", name=lesson.title).wait_for()
    page.wait_for_selector(".st-key-learn-commit button:visible")
    if lesson.predict.kind == "choice":
        page.locator(f".st-key-learn-{lesson.name}-guess label").nth(1).click()
    page.wait_for_selector(".st-key-learn-commit button:not([disabled]):visible")
    page.wait_for_selector(IDLE)
    page.wait_for_timeout(800)
    whole(page, Path(f"{stem}-a.png"))
    page.click(".st-key-learn-commit button:visible")
    page.wait_for_selector(".verdict")
    page.wait_for_selector(IDLE)
    page.locator(f".st-key-learn-{lesson.name}-check label").nth(1).click()
    page.wait_for_selector(IDLE)
    page.wait_for_timeout(1500)
    whole(page, Path(f"{stem}-b.png"))


def whole(page: Page, path: Path) -> None:
    """A screenshot of the whole page."""
    size = page.viewport_size or {"width": 1200, "height": 900}
    high = page.evaluate(f"document.querySelector('{MAIN}').scrollHeight") + 60
    page.set_viewport_size({"width": size["width"], "height": int(high)})
    page.wait_for_timeout(500)
    page.screenshot(path=path)
    wider = page.evaluate(WIDER)
    print(f"{path.name}: {int(high)} px high" + (f", {wider} px too wide" if wider > 0 else ""))
    page.set_viewport_size(size)


if __name__ == "__main__":
    main()
