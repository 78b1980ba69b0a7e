"""The marked samples on the page, and labels judged by what the reader brings."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from harmony_core.inspection.process import worker
from harmony_core.inspection.process.job import Status
from harmony_core.inspection.process.worker import Request, explain
from pages._inspect import inspected_file

from .conftest import Open, texts

N = 200
TRUTH = np.repeat([0, 1], [150, 50])
WRONG = [10, 40, 160]
LABELS = np.where(np.isin(np.arange(N), WRONG), 1 - TRUTH, TRUTH)


def table() -> str:
    """Two classes well apart with three wrong labels, and one copied row."""
    rng = np.random.default_rng(0)
    x, y = TRUTH * 8 + rng.normal(size=N), TRUTH * 8 + rng.normal(size=N)
    rows = [f"{a:.5f},{b:.5f},{('head', 'tail')[c]}" for a, b, c in zip(x, y, LABELS, strict=True)]
    return "x,y,label\n" + "\n".join([*rows, rows[5]]) + "\n"


class Here:
    """In place of `Job`: does the work at once, in this process."""

    def __init__(self, request: Request, visitor: str = "") -> None:
        self.request = request
        self.seconds = 5.0
        self.status = Status("running", "Counting classes", 0.25)
        try:
            worker.main(request, lambda _: None)
            self.status = replace(self.status, state="done", stages=2)
        except Exception as error:  # noqa: BLE001 - as the worker does
            self.status = replace(self.status, state="failed", error=explain(error))

    def cancel(self) -> None:
        pass


@pytest.fixture
def page(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bytes], AppTest]:
    monkeypatch.setattr(inspected_file, "Job", Here)

    def open_it(name: str, content: bytes) -> AppTest:
        at = open_page("inspect_data")
        at.default_timeout = 120
        at.file_uploader(key="inspect-upload").set_value((name, content, "text/csv"))
        return at.run()

    return open_it


def marks(at: AppTest) -> Any:
    assert not at.exception
    return at.dataframe[0].value


def npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def test_marks_can_be_filtered_by_check_and_label(page: Callable[[str, bytes], AppTest]) -> None:
    at = page("a.csv", table().encode())
    shown = marks(at)
    assert sorted(shown["Sample"]) == ["row 11", "row 161", "row 41"]
    assert (shown["Score"] < 0.2).all()
    assert "of 201 judged labels are suspect" in texts(at) or "Rare means noisy" in texts(at)
    shown = marks(at.selectbox(key="inspect-of-class").set_value("tail").run())
    assert set(shown["Suggested label"]) == {"head"}
    at.selectbox(key="inspect-of-class").set_value("all").run()
    shown = marks(at.selectbox(key="inspect-of-check").set_value("exact_duplicates").run())
    assert shown["Sample"].tolist() == ["row 201"]
    assert shown["What was found"].tolist() == ["equals row 6"]
    shown = marks(at.selectbox(key="inspect-of-check").set_value("all").run())
    assert {"row 11", "row 41", "row 161", "row 201"} <= set(shown["Sample"])
    assert "equals row 6" in texts(at)


def test_predictions_that_are_brought_judge_instead(page: Callable[[str, bytes], AppTest]) -> None:
    at = page("a.csv", table().encode())
    own = np.tile([0.99, 0.01], (N + 1, 1))
    own[np.append(LABELS, LABELS[5]) == 1] = [0.01, 0.99]
    own[0] = [0.01, 0.99]
    upload = at.file_uploader(key="inspect-of-given")
    at = upload.set_value(("p.npy", npy(own), "application/octet-stream")).run()
    assert marks(at)["Sample"].tolist() == ["row 1"]
    assert any("predictions in p.npy" in caption.value for caption in at.caption)
    at = at.button(key="inspect-of-given-drop").click().run()
    assert len(marks(at)) == 3


def test_what_does_not_fit_is_one_clear_message(page: Callable[[str, bytes], AppTest]) -> None:
    at = page("a.csv", table().encode())
    upload = at.file_uploader(key="inspect-of-given")
    at = upload.set_value(("p.npy", npy(np.ones((3, 2))), "application/octet-stream")).run()
    assert not at.exception
    said = " ".join(error.value for error in at.error)
    assert "one row in p.npy for each of the 201 samples" in said


def test_marked_images_have_pictures(page: Callable[[str, bytes], AppTest]) -> None:
    rng = np.random.default_rng(0)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for i in range(12):
            out = io.BytesIO()
            pixels = rng.integers(0, 255, (32, 32, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(out, "PNG")
            archive.writestr(f"{'cat' if i % 3 else 'dog'}/{i:02}.png", out.getvalue())
        archive.writestr("cat/copy.png", out.getvalue())
    shown = marks(page("a.zip", packed.getvalue()))
    assert len(shown) == 1
    assert shown["Picture"][0].startswith("data:image/png;base64,")
