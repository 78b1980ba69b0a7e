"""The boxes and image names that every format of annotations gives, and the crops cut by them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from harmony_core.errors import DataError
from harmony_core.inspection import analyse_tail
from harmony_core.inspection.detection.crops import crop_contents, why_no_crops
from harmony_core.inspection.pilot.data import pilot_data
from harmony_core.inspection.pilot.options import PilotOptions
from harmony_core.inspection.pilot.pilot import run_pilot
from harmony_core.inspection.pilot.splits import draw_splits
from harmony_core.readers.annotations.find_images import find_images
from harmony_core.readers.images.crop_images import square_around
from harmony_core.readers.messages import silent
from harmony_core.readers.open import read_file

Pack = Callable[..., Path]
Tree = Callable[..., Path]
SIDE = (120, 80)
COLOURS = {"red": (220, 20, 20), "green": (20, 200, 20)}


def scene(seed: int) -> tuple[bytes, list[tuple[str, tuple[int, int, int, int]]]]:
    """A grey image with a red and, in every third, a green rectangle; and where they are."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", SIDE, (120, 120, 120))
    draw = ImageDraw.Draw(image)
    objects = []
    for colour, left in (("red", 5), ("green", 65)):
        if colour == "green" and seed % 3:
            continue
        x, y = left + int(rng.integers(0, 15)), int(rng.integers(0, 40))
        w, h = int(rng.integers(20, 36)), int(rng.integers(12, 38))
        draw.rectangle((x, y, x + w - 1, y + h - 1), fill=COLOURS[colour])
        objects.append((colour, (x, y, w, h)))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue(), objects


Scenes = dict[str, tuple[bytes, list[tuple[str, tuple[int, int, int, int]]]]]


def scenes(n: int = 30) -> Scenes:
    return {f"scene{i:02d}": scene(i) for i in range(n)}


def coco(all_: Scenes) -> dict[str, str | bytes]:
    names = list(COLOURS)
    document: dict[str, Any] = {"images": [], "annotations": [], "categories": []}
    document["categories"] = [{"id": c + 1, "name": n} for c, n in enumerate(names)]
    for i, (stem, (_, objects)) in enumerate(all_.items()):
        document["images"].append(
            {"id": i, "file_name": f"{stem}.png", "width": SIDE[0], "height": SIDE[1]}
        )
        for name, box in objects:
            document["annotations"].append(
                {"id": len(document["annotations"]), "image_id": i, "bbox": list(box)}
                | {"category_id": names.index(name) + 1}
            )
    return {"annotations/instances.json": json.dumps(document)}


def yolo(all_: Scenes) -> dict[str, str | bytes]:
    names = list(COLOURS)
    files: dict[str, str | bytes] = {"data.yaml": f"names: [{', '.join(names)}]\n"}
    for stem, (_, objects) in all_.items():
        files[f"labels/{stem}.txt"] = "".join(
            f"{names.index(n)} {(x + w / 2) / SIDE[0]} {(y + h / 2) / SIDE[1]} "
            f"{w / SIDE[0]} {h / SIDE[1]}\n"
            for n, (x, y, w, h) in objects
        )
    return files


def voc(all_: Scenes) -> dict[str, str | bytes]:
    return {
        f"Annotations/{stem}.xml": "<annotation>"
        + "".join(
            f"<object><name>{n}</name><bndbox><xmin>{x}</xmin><ymin>{y}</ymin>"
            f"<xmax>{x + w}</xmax><ymax>{y + h}</ymax></bndbox></object>"
            for n, (x, y, w, h) in objects
        )
        + "</annotation>"
        for stem, (_, objects) in all_.items()
    }


def labelme(all_: Scenes) -> dict[str, str | bytes]:
    return {
        f"images/{stem}.json": json.dumps(
            {
                "imagePath": f"{stem}.png",
                "shapes": [
                    {"label": n, "points": [[x, y], [x + w, y + h]], "shape_type": "rectangle"}
                    for n, (x, y, w, h) in objects
                ],
            }
        )
        for stem, (_, objects) in all_.items()
    }


def cvat(all_: Scenes) -> dict[str, str | bytes]:
    images = "".join(
        f'<image name="images/{stem}.png">'
        + "".join(
            f'<box label="{n}" xtl="{x}" ytl="{y}" xbr="{x + w}" ybr="{y + h}"/>'
            for n, (x, y, w, h) in objects
        )
        + "</image>"
        for stem, (_, objects) in all_.items()
    )
    return {"annotations.xml": f"<annotations>{images}</annotations>"}


def open_images(all_: Scenes) -> dict[str, str | bytes]:
    lines = ["ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax"]
    for stem, (_, objects) in all_.items():
        for n, (x, y, w, h) in objects:
            sides = (x / SIDE[0], (x + w) / SIDE[0], y / SIDE[1], (y + h) / SIDE[1])
            lines.append(f"{stem},x,{n},1,{','.join(map(str, sides))}")
    return {"train-annotations-bbox.csv": "\n".join(lines)}


FORMATS = [coco, yolo, voc, labelme, cvat, open_images]


@pytest.mark.parametrize("form", FORMATS)
def test_objects_are_cut_out_of_every_format(form: Callable[[Scenes], Any], pack: Pack) -> None:
    """Each crop shows its own colour: names, boxes and files go together."""
    all_ = scenes()
    images = {f"images/{stem}.png": content for stem, (content, _) in all_.items()}
    contents = read_file(pack("a.zip", {**form(all_), **images}))
    assert why_no_crops(contents) == ""
    crops = crop_contents(contents)
    assert crops.images is not None
    assert crops.labels.codes is not None
    assert dict(zip(crops.labels.names, crops.labels.train_counts.tolist(), strict=True)) == {
        "red": 30,
        "green": 10,
    }
    decoded = crops.images.decode(np.arange(40), lambda _: None)
    assert decoded.readable.all()
    middle = decoded.thumbnails[:, 14:18, 14:18].mean(axis=(1, 2))
    seen = np.where(middle[:, 0] > middle[:, 1], "red", "green")
    assert seen.tolist() == [crops.labels.names[c] for c in crops.labels.codes]
    assert (decoded.width >= 19).all()
    crops.images.close()


def test_crops_of_one_image_belong_together(tree: Tree) -> None:
    all_ = scenes(6)
    images = {f"images/{stem}.png": content for stem, (content, _) in all_.items()}
    crops = crop_contents(read_file(tree({**coco(all_), **images})))
    assert crops.together is not None
    assert np.bincount(crops.together).tolist() == [2, 1, 1, 2, 1, 1]
    assert any("stay on one side" in note for note in crops.notes)


def test_a_damaged_image_or_a_box_outside_is_left_out(tree: Tree) -> None:
    all_ = scenes(6)
    images: dict[str, Any] = {f"images/{s}.png": content for s, (content, _) in all_.items()}
    images["images/scene01.png"] = b"not a picture"
    name, document = next(iter(coco(all_).items()))
    parsed = json.loads(str(document))
    parsed["annotations"][0]["bbox"] = [119.5, 0, 30, 30]
    crops = crop_contents(read_file(tree({name: json.dumps(parsed), **images})))
    assert crops.images is not None
    decoded = crops.images.decode(np.arange(8), lambda _: None, np.arange(8) < 4)
    assert decoded.readable.tolist() == [False, True, False, *[True] * 5]
    assert decoded.thumbnails.shape == (4, 32, 32, 3)


def test_annotations_alone_say_what_to_upload(pack: Pack, tmp_path: Path) -> None:
    all_ = scenes(4)
    alone = read_file(pack("a.zip", coco(all_)))
    assert "in one ZIP" in why_no_crops(alone)
    with pytest.raises(DataError, match="together with their images"):
        crop_contents(alone)
    document = tmp_path / "a.json"
    document.write_text(str(next(iter(coco(all_).values()))))
    assert "in one ZIP" in why_no_crops(read_file(document))


def test_images_of_other_names_and_annotations_without_boxes_are_said(pack: Pack) -> None:
    all_ = scenes(4)
    images = {f"images/other{i}.png": content for i, (content, _) in enumerate(all_.values())}
    assert "named like" in why_no_crops(read_file(pack("a.zip", {**coco(all_), **images})))
    name, document = next(iter(coco(all_).items()))
    parsed = json.loads(str(document))
    for item in parsed["annotations"]:
        del item["bbox"]
    assert "no boxes" in why_no_crops(read_file(pack("b.zip", {name: json.dumps(parsed)})))


def test_files_are_found_by_name_and_folder() -> None:
    files = [("images", "train", "a.jpg"), ("images", "val", "a.jpg"), ("images", "b.v1.png")]
    names = ["labels/train/a", "a.jpg", "b.v1", "/data/upload/b.v1.png?d=x", "c"]
    assert find_images(names, files) == [0, -1, 2, 2, -1]


@pytest.mark.parametrize(
    ("box", "square"),
    [
        ((10, 10, 20, 20), (10, 10, 30, 30)),
        ((90, 70, 40, 5), (90, 67.5, 100, 77.5)),
        ((0, 0, 100, 10), (0, 0, 100, 80)),
        ((-50, 0, 51, 10), None),
        ((float("nan"), 0, 1, 1), None),
    ],
)
def test_squares_around_boxes(box: Any, square: Any) -> None:
    assert square_around(box, 100, 80) == square


def test_the_pilot_runs_on_crops_and_keeps_images_on_one_side(tree: Tree) -> None:
    all_ = scenes(36)
    images = {f"images/{stem}.png": content for stem, (content, _) in all_.items()}
    contents = read_file(tree({**coco(all_), **images}))
    tail = analyse_tail(contents.labels.train_counts, None)
    options = PilotOptions(seeds=3, methods=("logistic",), seconds=300)
    found = run_pilot(contents, tail, options, curve=False)
    assert dict(zip(found.names, found.totals.tolist(), strict=True)) == {"red": 36, "green": 12}
    assert found.trial("logistic").values["balanced_accuracy"].mean() > 0.9
    assert "of crops" in found.described
    data = pilot_data(crop_contents(contents), silent)
    crops = crop_contents(contents)
    assert crops.together is not None
    for split in draw_splits(data.codes, data.copies, data.given_test, splits=3, folds=3):
        train, test = (set(crops.together[data.rows[at]]) for at in (split.train, split.test))
        assert not train & test


def test_the_pilot_on_annotations_alone_says_what_to_upload(pack: Pack) -> None:
    contents = read_file(pack("a.zip", coco(scenes(4))))
    tail = analyse_tail(contents.labels.train_counts, None)
    with pytest.raises(DataError, match="in one ZIP"):
        run_pilot(contents, tail)
