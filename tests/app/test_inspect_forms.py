"""The inspection page with other kinds of files: annotations, images, arrays, several labels."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from harmony_core.data import build_dataset

from .conftest import control, texts
from .test_inspect import config_of, errors, handed_in, headers, page

assert page


def images_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for i, kind in enumerate(["cat"] * 12 + ["dog"] * 6):
            pixels = np.random.default_rng(i).integers(0, 255, (4, 4, 3)).astype(np.uint8)
            content = io.BytesIO()
            Image.fromarray(pixels).resize((32, 32)).save(content, "PNG")
            archive.writestr(f"{kind}/{i}.png", content.getvalue())
    return out.getvalue()


def arrays() -> bytes:
    rng = np.random.default_rng(0)
    out = io.BytesIO()
    np.savez(out, x=rng.normal(size=(40, 3)), y=np.array([0] * 30 + [1] * 10))
    return out.getvalue()


COCO = json.dumps(
    {
        "images": [{"id": i, "width": 9, "height": 9} for i in range(3)],
        "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "emu"}],
        "annotations": [
            {"image_id": i, "category_id": 1 + (i == 2), "bbox": [1, 1, 3, 3]} for i in range(3)
        ],
    }
)


def test_annotations_show_their_tail_and_say_what_they_cannot(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "instances.json", COCO)
    assert not at.exception
    assert not errors(at)
    said = texts(at)
    assert "COCO annotations, 3 objects" in said
    assert "The images are not in the file" in said
    assert "How often should which image be shown?" in headers(at)
    assert "inspect-run-pilot" not in {button.key for button in at.button}
    assert "Take it with you" in headers(at)


@pytest.mark.parametrize(
    ("name", "content", "data", "counts"),
    [("mine.zip", images_zip(), "images", [10, 5]), ("mine.npz", arrays(), "table", [24, 8])],
)
def test_images_and_arrays_open_in_the_arena(
    page: Callable[[], AppTest],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    content: bytes,
    data: str,
    counts: list[int],
) -> None:
    monkeypatch.setenv("HARMONY_DATA", str(tmp_path))
    at = handed_in(page(), name, content)
    assert not at.exception
    assert not errors(at)
    config = config_of(at)
    assert config.data.name == data
    assert config.data.profile == "as_is"
    assert build_dataset(config.data, 0).train_counts.tolist() == counts


def test_several_labels_can_be_taken_as_one(page: Callable[[], AppTest]) -> None:
    lines = "".join(f'{i % 3},"{t}"\n' for i, t in enumerate(["a;b", "a", "b;c", "c;a"] * 8))
    at = handed_in(page(), "tags.csv", "x,tags\n" + lines)
    assert not at.exception
    assert "Labels per sample" in texts(at)
    assert "read it with the control above" in texts(at)
    assert "--separator" not in texts(at)
    control(at.toggle, "Several labels in a cell").set_value(False).run()
    assert not at.exception
    assert not errors(at)
    assert "Labels per sample" not in texts(at)
    control(at.toggle, "Several labels in a cell").set_value(True).run()
    assert "Labels per sample" in texts(at)


def test_a_guess_takes_one_click(page: Callable[[], AppTest]) -> None:
    lines = "".join(f"{i}.5,{'ab'[i % 3 == 0]},{'pq'[i % 5 == 0]}\n" for i in range(30))
    at = handed_in(page(), "a.csv", "x,colour,label\n" + lines)
    assert control(at.button_group, "Best guesses for the label").value == "label"
    control(at.button_group, "Best guesses for the label").set_value("colour").run()
    assert not at.exception
    assert control(at.selectbox, "Label column").value == "colour"
    assert control(at.button_group, "Best guesses for the label").value == "colour"


def test_the_first_row_can_be_data(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "a.csv", "x,label\n" + "1.5,a\n2.5,b\n" * 9)
    assert "18 rows" in texts(at)
    control(at.toggle, "The first row names the columns").set_value(False).run()
    assert not at.exception
    assert "19 rows" in texts(at)
    assert control(at.selectbox, "Label column").value == "column_2"


def test_counts_can_be_read_as_samples(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "a.csv", "name,count\ncat,3\ndog,3\nemu,1\n")
    assert "counted samples" in texts(at)
    control(at.selectbox, "Label column").set_value("count").run()
    assert not at.exception
    assert "3 rows" in texts(at)


def test_a_column_can_be_named_where_none_looks_like_labels(page: Callable[[], AppTest]) -> None:
    at = handed_in(page(), "a.csv", "a,b\n" + "".join(f"{i}.5,{i % 3}.25\n" for i in range(60)))
    assert len(at.error) == 1
    column = control(at.selectbox, "Column of the labels")
    assert set(column.options) == {"a", "b"}
    at = column.set_value("b").run()
    assert not at.exception
    assert not at.error
    assert control(at.selectbox, "Label column").value == "b"


def test_one_of_two_columns_that_could_be_the_label_takes_one_click(
    page: Callable[[], AppTest],
) -> None:
    lines = "".join(f"{i}.5,{'xy'[i % 3 == 0]},{'pq'[i % 5 == 0]},{i}.25\n" for i in range(60))
    at = handed_in(page(), "a.csv", "a,one,other,b\n" + lines)
    assert "Name it with the control below" in errors(at)
    likely = control(at.button_group, "The likeliest columns")
    assert list(likely.options) == ["one", "other"]
    at = likely.set_value("other").run()
    assert not at.exception
    assert not at.error
    assert control(at.selectbox, "Label column").value == "other"
