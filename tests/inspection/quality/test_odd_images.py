"""Odd sizes stand out from the spread of the set; the set's own variety is not odd."""

from __future__ import annotations

import numpy as np
import pytest

from harmony_core.inspection.quality.odd_images import odd_images
from harmony_core.readers.samples import DecodedImages


def decoded(sizes: list[tuple[int, int]]) -> DecodedImages:
    n = len(sizes)
    grey = np.random.default_rng(0).integers(0, 255, (n, 16, 16)).astype(np.uint8)
    return DecodedImages(
        grey, np.zeros((0, 32, 32, 3), np.uint8), np.ones(n, dtype=bool),
        np.arange(n, dtype=np.uint64), np.array([w for w, _ in sizes], dtype=np.int32),
        np.array([h for _, h in sizes], dtype=np.int32),
    )  # fmt: skip


def test_the_odd_one_of_a_uniform_set_is_named() -> None:
    found = odd_images(decoded([(32, 32)] * 60 + [(400, 400), (32, 90)]))
    assert list(found) == [60, 61]
    assert "400 × 400" in found[60]
    assert "another shape" in found[61]


@pytest.mark.parametrize("large", [27, 33])
def test_two_usual_sizes_are_both_usual(large: int) -> None:
    assert odd_images(decoded([(32, 32)] * (60 - large) + [(256, 256)] * large)) == {}


def test_photographs_of_many_sizes_are_not_odd() -> None:
    rng = np.random.default_rng(0)
    wide = np.exp(rng.normal(6, 0.9, 400)).astype(int)
    high = np.exp(rng.normal(6, 0.9, 400)).astype(int)
    sizes = [(int(w), int(h)) for w, h in zip(wide, high, strict=True)]
    assert len(odd_images(decoded(sizes))) <= 2
    assert list(odd_images(decoded([*sizes, (900_000, 900_000)])))[-1] == 400


def test_blank_images_are_odd_however_many() -> None:
    images = decoded([(32, 32)] * 20)
    images.grey[:12] = 0
    assert len(odd_images(images)) == 12
