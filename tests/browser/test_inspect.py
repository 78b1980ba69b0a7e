"""The inspection in a real browser: a real ZIP of photographs, a pilot, hostile files, a phone."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from .conftest import PATIENCE, PHOTOS, Visit, needs_photos, settled

PAGE = "/inspect_data"
FIELD = "[data-testid=stFileUploaderDropzoneInput] >> nth=0"


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


def choose_methods(page: Any, *labels: str) -> None:
    page.get_by_text("All options of the pilot").click()
    methods = page.get_by_role("combobox", name="Methods")
    for label in labels:
        methods.click()
        methods.press_sequentially(label)
        exactly = re.compile(f"^{label}$")
        page.get_by_role("option").filter(has_text=exactly).click()
        methods.press("Escape")
        settled(page)


def cost(page: Any) -> str:
    """What the cheapest method costs."""
    return page.get_by_role("region", name="Cost of each method").locator("td").first.inner_text()


def edit_first_cost(page: Any, value: str) -> None:
    """The cost of the answer "rare" where "common" is true: the third column, the first row."""
    grid = page.locator(".st-key-inspect-costs").get_by_test_id("stDataFrame")
    box = grid.bounding_box()
    assert box is not None
    grid.dblclick(position={"x": box["width"] * 0.85, "y": 52})
    cell = page.locator("#portal input")
    cell.fill(value)
    cell.press("Enter")


def test_a_pilot_then_the_arena(visit: Visit, app_folder: Path) -> None:
    page = visit(PAGE)
    hand_in(page, "clouds.csv", clouds())
    page.get_by_role("region", name="What the checks found").wait_for()
    page.get_by_role("button", name="Cancel").wait_for(state="detached")
    settled(page)
    choose_methods(page, "logistic regression", "logistic regression, balanced weights")
    page.get_by_role("button", name="Run the pilot").click()
    table = page.get_by_role("region", name="The pilot in figures")
    table.wait_for(timeout=3 * PATIENCE)
    settled(page)
    headline = page.locator(".st-key-inspect-verdict .headline").inner_text()
    assert headline.startswith(("Use logistic regression", "Collect more"))
    assert table.get_by_role("row").count() == 4  # a head, a family, two methods
    assert "★" in table.inner_text()
    before = cost(page)
    edit_first_cost(page, "100")
    page.wait_for_function(
        "was => !document.querySelector('[aria-label=\"Cost of each method\"]').innerText"
        ".includes(was)", arg=before, timeout=PATIENCE,
    )  # fmt: skip
    settled(page)
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


def test_controls_show_how_each_file_was_read_on_a_slow_line(visit: Visit) -> None:
    page = visit(PAGE)
    settled(page)
    page.evaluate("window.late = 300")
    faces = "".join(
        f"{i % 3},{i} {i + 1},{'Training' if i % 4 else 'PublicTest'}\n" for i in range(80)
    )
    for name, content, label, split, header in (
        ("faces.csv", "emotion,pixels,Usage\n" + faces, "emotion", "Usage", True),
        ("bare.csv", "1.5,2.5,cat\n3.5,4.5,dog\n" * 9, "column_3", "(no split)", False),
        ("leaves.csv", "x,colour,label\n" + "1.5,red,a\n2.5,blue,b\n" * 9, "label", None, True),
    ):
        hand_in(page, name, content.encode())
        page.get_by_text(f"{name} ·").wait_for()
        page.get_by_role("button", name="Cancel").wait_for(state="detached")
        settled(page)
        assert chosen(page, "Label column") == label, name
        assert split in (None, chosen(page, "Column that says train or test")), name
        switch = page.get_by_role("switch", name="The first row names the columns")
        assert switch.is_checked() is header, name
    guesses = page.get_by_role("radiogroup", name="Best guesses for the label")
    assert guesses.get_by_role("radio").all_inner_texts()[:2] == ["label", "colour"]
    guesses.get_by_role("radio", name="colour").click()
    page.wait_for_function(
        "() => document.querySelector('input[aria-label~=Label]')?.value === 'colour'"
    )
    settled(page)
    assert guesses.get_by_role("radio", name="colour").is_checked()


def chosen(page: Any, label: str) -> str:
    """What a select box shows."""
    return str(page.get_by_role("combobox", name=label).input_value())
