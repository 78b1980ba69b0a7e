"""The inspection page: what else bears on the tail, and the advice for detection."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import numpy as np
from streamlit.testing.v1 import AppTest

from .conftest import texts
from .test_inspect import errors, handed_in, headers, page

assert page

RNG = np.random.default_rng(0)
LEAKING = "length,ward,label\n" + "".join(
    f"{c + RNG.normal():.3f},w{c},{'abc'[c]}\n"
    for c, n in enumerate((60, 24, 12))
    for _ in range(n)
)
STREET = {
    "images": [{"id": i, "file_name": f"{i:02d}.jpg"} for i in range(40)],
    "categories": [{"id": 0, "name": "car"}, {"id": 1, "name": "<b>tram"}],
    "annotations": [
        {"id": k, "image_id": i, "category_id": c, "bbox": [1, 1, 30, 20]}
        for k, (i, c) in enumerate([*((i, 0) for i in range(40)), (7, 1), (7, 1)])
    ],
}


def test_a_leak_is_the_first_answer_with_what_to_do(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "a.csv", LEAKING)
    assert not at.exception
    assert not errors(at)
    assert "What else bears on the tail?" in headers(at)
    said = texts(at)
    assert "**A column that gives the label away** · found" in said
    assert "'ward' alone" in said
    assert said.index("gives the label away") < said.index("tell the tail apart")
    assert "Ask whether its value is known before the label is" in said


def test_counts_have_no_such_section(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "a.csv", "class,count\ncat,300\nemu,3\n")
    assert not at.exception
    assert not {"What else bears on the tail?", "How often should which image be shown?"} & set(
        headers(at)
    )


def test_repeat_factors_follow_the_threshold(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "street.json", json.dumps(STREET))
    assert not at.exception
    assert "repeat nothing" in texts(at)
    shown = at.number_input(key="inspect-of-repeat").set_value(0.1).run()
    assert not shown.exception
    assert "Repeat factors at t = 0.1: 1 of 2 classes are repeated, up to 2 times" in texts(shown)
    drawn = [block.proto.body for block in shown.get("html")]
    table = next(body for body in drawn if "Repeat factor at t = 0.1" in body)
    assert "&lt;b&gt;tram" in table
    assert "<b>tram" not in table


def test_the_table_of_images_is_read_back() -> None:
    """The file that the page offers names each image once."""
    from harmony_core.inspection.detection.detection import Detection
    from harmony_core.inspection.detection.files import images_csv

    found = Detection(
        ("car", "tram"), 3, np.array([3, 1]), np.array([3, 2]), np.full((2, 3), np.nan),
        "pixels", np.full(2, np.nan), 0.9, "", ("a.jpg", 'b, "c".jpg', "d.jpg"),
        np.array([0, 1, 3, 4]), np.array([0, 0, 1, 0]),
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(images_csv(found))))
    assert [row["image"] for row in rows] == ["a.jpg", 'b, "c".jpg', "d.jpg"]
    assert [float(row["repeat_factor"]) > 1 for row in rows] == [False, True, False]
