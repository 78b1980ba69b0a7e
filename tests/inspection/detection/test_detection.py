"""Repeat factors as the LVIS paper defines them, and what the annotations of each format give."""

from __future__ import annotations

import csv
import io
import json
import math
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harmony_core.cli import main
from harmony_core.errors import DataError
from harmony_core.inspection import inspect_file, read_file
from harmony_core.inspection.detection.detection import Detection, look_at_objects
from harmony_core.inspection.detection.files import (
    IMAGES_FILE,
    classes_csv,
    images_csv,
    sampler_snippet,
)
from harmony_core.inspection.detection.repeat_factors import (
    class_factors,
    image_factors,
    threshold_for,
)
from harmony_core.inspection.process.result_file import load_found, save_found
from harmony_core.inspection.report.document import to_document
from harmony_core.inspection.report.html import report_html

Pack = Callable[..., Path]
Write = Callable[[str, Any], Path]


def street(images: int = 100) -> dict[str, Any]:
    """Two cars in each image, a bus in 4 of the images, a tram of 3 objects in one, no boat."""
    names = ["car", "bus", "tram", "boat"]
    objects = [(i, 0) for i in range(images) for _ in range(2)]
    objects += [(i, 1) for i in range(4)] + [(9, 2)] * 3
    return {
        "images": [
            {"id": i, "file_name": f"{i:03d}.jpg", "width": 200, "height": 100}
            for i in range(images)
        ],
        "categories": [{"id": c, "name": name} for c, name in enumerate(names)],
        "annotations": [
            {"id": k, "image_id": i, "category_id": c, "bbox": [10, 20, 40 - 8 * c, 10 + 30 * c]}
            for k, (i, c) in enumerate(objects)
        ],
    }


@pytest.fixture
def detection(write: Write) -> Detection:
    found = look_at_objects(read_file(write("street.json", json.dumps(street()))))
    assert found is not None
    return found


def test_factors_by_hand() -> None:
    factors = class_factors(np.array([1000, 10, 5, 0]), 10_000, 0.001)
    assert factors[:3].tolist() == pytest.approx([1, 1, math.sqrt(2)])
    assert math.isnan(factors[3])
    starts, classes = np.array([0, 2, 2, 3]), np.array([0, 2, 1])
    assert image_factors(starts, classes, factors).tolist() == pytest.approx([math.sqrt(2), 1, 1])


def test_the_suggested_threshold_shows_the_rarest_class_twice() -> None:
    images_of = np.array([900, 10, 0])
    t = threshold_for(images_of, 1000)
    assert np.nanmax(class_factors(images_of, 1000, t)) == pytest.approx(2)


@pytest.mark.parametrize("t", [0.0, -1.0, 1.5, math.nan])
def test_a_threshold_is_a_share(t: float) -> None:
    with pytest.raises(DataError, match="repeat threshold"):
        class_factors(np.array([1]), 10, t)


def test_images_stand_beside_objects(detection: Detection) -> None:
    assert detection.images == 100
    assert detection.images_of_class.tolist() == [100, 4, 1, 0]
    assert detection.objects.tolist() == [200, 4, 3, 0]
    assert detection.unit == "pixels"
    assert detection.sizes[:3, 1] == pytest.approx([20, math.sqrt(32 * 40), math.sqrt(24 * 70)])
    assert detection.small[:3].tolist() == [1, 0, 0]


def test_advice_at_the_usual_and_at_another_threshold(detection: Detection) -> None:
    usual = " ".join(detection.sentences())
    assert "repeat nothing" in usual
    assert "t = 0.04 would show it 2 times as often" in usual
    more = detection.at(0.04)
    assert more.factors[:3].tolist() == pytest.approx([1, 1, 2])
    factors = more.factors_of_images
    assert factors is not None
    assert np.flatnonzero(factors > 1).tolist() == [9]
    assert "grows from 100 to 101 images, 1 of them" in " ".join(more.sentences())
    assert "Collect images of these first" in usual


def test_many_objects_in_few_images_are_said(write: Write) -> None:
    document = street()
    document["annotations"] += [
        {"id": 900 + k, "image_id": 1, "category_id": 3, "bbox": [0, 0, 9, 9]} for k in range(60)
    ]
    found = look_at_objects(read_file(write("a.json", json.dumps(document))))
    assert found is not None
    assert any("'boat' has 60 objects in only 1 images" in line for line in found.sentences())


def test_only_training_images_count(pack: Pack) -> None:
    entries = {
        "train/_annotations.coco.json": json.dumps(street(50)),
        "valid/_annotations.coco.json": json.dumps(
            {**street(0), "images": [{"id": 9, "file_name": "z.jpg"}]}
            | {"annotations": [{"id": 1, "image_id": 9, "category_id": 3, "bbox": [0, 0, 9, 9]}]}
        ),
    }
    found = look_at_objects(read_file(pack("a.zip", entries)))
    assert found is not None
    assert found.images == 50
    assert found.images_of_class.tolist() == [50, 4, 1, 0]


def test_tables_to_take_along(detection: Detection) -> None:
    rows = list(csv.DictReader(io.StringIO(classes_csv(detection.at(0.04)))))
    assert [row["name"] for row in rows] == ["boat", "tram", "bus", "car"]
    assert (rows[0]["repeat_factor"], rows[1]["repeat_factor"]) == ("", "2")
    images = list(csv.DictReader(io.StringIO(images_csv(detection.at(0.04)))))
    assert len(images) == 100
    assert (images[9]["image"], images[9]["repeat_factor"]) == ("009.jpg", "2")


def test_images_without_names_have_no_table(write: Write) -> None:
    document = street()
    for image in document["images"]:
        del image["file_name"]
    found = look_at_objects(read_file(write("a.json", json.dumps(document))))
    assert found is not None
    assert found.factors_of_images is None
    with pytest.raises(DataError, match="name their images"):
        images_csv(found)


def test_the_sampler_shows_images_as_often_as_their_factor(
    detection: Detection, tmp_path: Path
) -> None:
    found = detection.at(0.09)  # tram 3, bus 1.5
    script = tmp_path / "repeat_factor_sampler.py"
    script.write_text(sampler_snippet(found), encoding="utf-8")
    (tmp_path / IMAGES_FILE).write_text(images_csv(found), encoding="utf-8", newline="")
    code = runpy.run_path(str(script))
    factors = code["read_factors"](tmp_path / IMAGES_FILE)
    sampler = code["RepeatFactorSampler"]([factors[f"{i:03d}.jpg"] for i in range(100)])
    epochs = np.array([np.bincount(list(sampler), minlength=100) for _ in range(200)])
    assert (epochs[:, 9] == 3).all()
    assert (epochs[:, 50] == 1).all()
    assert set(epochs[:, 0]) == {1, 2}
    assert 1.3 < epochs[:, 0].mean() < 1.7
    assert len(sampler) == 104


def test_shell_report_json_and_result_file(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("street.json", json.dumps(street()))
    table = tmp_path / "images.csv"
    flags = ["--repeat-threshold", "0.04", "--repeat-factors", str(table), "--quiet"]
    assert main(["inspect", str(path), *flags]) == 0
    out = capsys.readouterr().out
    assert "Repeat factors at t = 0.04" in out
    assert "No pilot on crops: The images are not in the file." in out
    assert "009.jpg,2" in table.read_text()
    found = inspect_file(path)
    document = to_document(found)
    assert document["detection"]["classes"][1]["name"] == "tram"
    tram = next(row for row in document["classes"] if row["name"] == "tram")
    assert (tram["training_images"], tram["repeat_factor"]) == (1, 1.0)
    assert "Repeat factor at t = 0.001" in report_html(found)
    save_found(tmp_path / "found.npz", found)
    assert to_document(load_found(tmp_path / "found.npz"))["detection"] == document["detection"]


@pytest.mark.parametrize(
    ("flags", "says"),
    [(["--repeat-threshold", "2"], "a share of the"), (["--repeat-factors", "x.csv"], "CSV")],
)
def test_flags_that_do_not_fit(
    flags: list[str], says: str, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write("a.csv", "x,label\n" + "1,a\n2,b\n" * 9)
    assert main(["inspect", str(table), *flags, "--quiet"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert says in err
