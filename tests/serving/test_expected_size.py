"""An upload is priced by the images and classes that it holds."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from harmony_core.config import DataConfig, ExperimentConfig, ModelConfig
from harmony_core.data.uploads import store_upload
from harmony_core.serving.expected_size import expected_bytes, uploaded_classes, uploaded_samples


@pytest.fixture(autouse=True)
def own_uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMONY_UPLOADS", str(tmp_path / "uploads"))


def upload(classes: int) -> ExperimentConfig:
    """400 images in so many folders; their content does not matter to the price."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for i in range(400):
            file.writestr(f"class {i % classes}/{i}.png", b"")
    data = DataConfig("images", {"source": store_upload(buffer.getvalue())}, profile="as_is")
    return ExperimentConfig(data, ModelConfig("small_cnn"))


def test_images_and_classes_are_counted() -> None:
    config = upload(classes=80)
    assert uploaded_samples(config) == 400
    assert uploaded_classes(config) == 80


def test_more_classes_are_expected_to_take_more() -> None:
    few, many = expected_bytes(upload(classes=4)), expected_bytes(upload(classes=200))
    assert 0 < 3 * few < many


def test_what_is_no_archive_is_judged_by_its_bytes() -> None:
    data = DataConfig("images", {"source": store_upload(b"x" * 25_000)}, profile="as_is")
    config = ExperimentConfig(data, ModelConfig("small_cnn"))
    assert uploaded_samples(config) == 10
    assert uploaded_classes(config) is None
    assert expected_bytes(config) > 0


def test_other_data_have_no_upload() -> None:
    assert uploaded_samples(ExperimentConfig()) is None
    assert uploaded_classes(ExperimentConfig()) is None
