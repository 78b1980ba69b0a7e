"""The inspection in a real browser: a real ZIP of photographs, a pilot, hostile files, a phone."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from .conftest import PATIENCE, PHOTOS, Visit, needs_photos, settled

PAGE = "/inspect_data"
FIELD = "[data-testid=stFileUploaderDropzoneInput]"


def hand_in(page: Any, name: str, content: bytes) -> None:
    page.locator(FIELD).wait_for(state="attached")
    settled(page)
    page.locator(FIELD).set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def kept(app_folder: Path) -> list[Path]:
    """Everything in the folders of visits but the locks."""
    sessions = app_folder / "uploads" / "sessions"
    return [path for path in sessions.glob("*/*/**/*") if path.is_file()]


@needs_photos
def test_a_real_zip_of_photographs(visit: Visit, app_folder: Path) -> None:
    page = visit(PAGE)
    page.locator(FIELD).wait_for(state="attached")
    settled(page)
    page.locator(FIELD).set_input_files(PHOTOS)
    page.get_by_role("heading", name="How long is the tail?").wait_for()
    page.get_by_text("100 times").wait_for()
    page.get_by_text("CIFAR-10-LT, factor 100 is closest").wait_for()
    page.get_by_role("region", name="What the checks found").wait_for()
    page.get_by_role("button", name="Cancel").wait_for(state="detached")
    settled(page)
    row = page.get_by_role("row", name="Unreadable")
    assert row.get_by_role("cell").first.inner_text() == "0"
    assert any(path.name == PHOTOS.name for path in kept(app_folder))
    page.get_by_role("button", name="Remove the file").click()
    page.get_by_role("heading", name="How long is the tail?").wait_for(state="detached")
    settled(page)
    assert not any(path.name == PHOTOS.name for path in kept(app_folder))


def clouds() -> bytes:
    """Two classes that overlap, 60 to 15."""
    rng = np.random.default_rng(0)
    lines = ["x,y,label"]
    for name, n, middle in (("common", 60, 0.0), ("rare", 15, 1.5)):
        lines += [f"{a:.3f},{b:.3f},{name}" for a, b in rng.normal(middle, 1, (n, 2))]
    return "\n".join(lines).encode()


def test_a_pilot_then_the_arena(visit: Visit, app_folder: Path) -> None:
    page = visit(PAGE)
    hand_in(page, "clouds.csv", clouds())
    page.get_by_role("region", name="What the checks found").wait_for()
    page.get_by_role("button", name="Cancel").wait_for(state="detached")
    settled(page)
    page.get_by_text("Quick, 3 seeds").click()
    settled(page)
    page.get_by_role("button", name="Run the pilot").click()
    page.get_by_role("region", name="The pilot in figures").wait_for(timeout=3 * PATIENCE)
    settled(page)
    headline = page.locator(".st-key-inspect-verdict .headline").inner_text()
    assert headline.startswith(("Choose ", "No clear winner", "Collect more"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Report").click()
    report = Path(download.value.path()).read_text(encoding="utf-8")
    assert "The pilot in figures" in report
    assert "clouds.csv" in report
    settled(page)
    page.get_by_role("button", name="Open in the Arena").click()
    page.get_by_role("heading", name="Your table").wait_for()


def test_hostile_files_leave_the_server_alive_and_a_phone_scrolls_one_way(visit: Visit) -> None:
    page = visit(PAGE)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/1.png", b"\0" * (8 << 20))
    hand_in(page, "bomb.zip", bomb.getvalue())
    page.get_by_text("packed more tightly").wait_for()
    page.get_by_role("button", name="Remove bomb.zip").click()
    page.get_by_text("packed more tightly").wait_for(state="detached")
    hand_in(page, "photo.csv", b"\x89PNG\r\n\x1a\n" + b"x" * 99)
    page.get_by_text("got one image").wait_for()
    assert not page.get_by_text("Traceback").count()
    page.get_by_text("Only counts").click()
    page.get_by_role("textbox").fill("cat, 900\ndog, 30\nemu, 3")
    page.get_by_role("button", name="Look at the tail").click()
    page.get_by_role("heading", name="How long is the tail?").wait_for()
    page.get_by_role("heading", name="Take it with you").wait_for()
    settled(page)
    page.set_viewport_size({"width": 375, "height": 800})
    page.get_by_role("heading", name="Take it with you").wait_for()
    assert page.evaluate(
        "document.querySelector('[data-testid=stMain]').scrollWidth <= window.innerWidth"
    )
