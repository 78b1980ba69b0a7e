"""Some images of each class before a training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harmony_core.config import DataConfig
from harmony_core.data.cache import cache_root, save_arrays
from harmony_core.data.cifar import ARCHIVES
from harmony_core.data.cifar_names import CIFAR_NAMES
from harmony_core.data.glimpse import glimpse


def test_images_of_a_folder_come_with_the_names_of_their_classes(tmp_path: Path) -> None:
    for name, shade in (("cats", 40), ("dogs", 200)):
        (tmp_path / name).mkdir()
        for i in range(4):
            Image.new("RGB", (40, 40), (shade, shade, i)).save(tmp_path / name / f"{i}.png")
        (tmp_path / name / "0.png").write_bytes(b"damaged")
    found = dict(glimpse(DataConfig("images", {"source": str(tmp_path)}), 3))
    assert {name: images.shape for name, images in found.items()} == {
        "cats": (2, 32, 32, 3),
        "dogs": (2, 32, 32, 3),
    }
    assert found["cats"][0, 0, 0].tolist() == [40, 40, 1]
    assert found["dogs"][1, 0, 0].tolist() == [200, 200, 2]


def test_cifar_is_shown_from_the_cache_and_never_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_DATA", str(tmp_path))
    assert glimpse(DataConfig("cifar10-lt"), 2) == ()
    names = CIFAR_NAMES["cifar10-lt"]
    targets = np.arange(30) % 10
    images = np.full((30, 32, 32, 3), targets[:, None, None, None], dtype=np.uint8)
    arrays = {"names": np.array(names), "train_inputs": images, "train_targets": targets}
    save_arrays(cache_root() / f"{ARCHIVES['cifar10-lt'].md5}.npz", arrays)
    found = glimpse(DataConfig("cifar10-lt"), 2)
    assert tuple(name for name, _ in found) == names
    assert all((shown == c).all() and len(shown) == 2 for c, (_, shown) in enumerate(found))


def test_the_names_are_those_of_the_archive() -> None:
    assert {name: len(set(names)) for name, names in CIFAR_NAMES.items()} == {
        name: archive.classes for name, archive in ARCHIVES.items()
    }
