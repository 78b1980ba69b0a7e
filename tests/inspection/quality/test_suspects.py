"""Every label is judged: at any size, in every split, without help from copies, and not blindly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harmony_core.inspection import inspect_file
from harmony_core.inspection.quality import Quality
from harmony_core.inspection.quality.bagged_trees import out_of_bag
from harmony_core.inspection.quality.copies import copy_groups
from harmony_core.inspection.quality.noise import noise
from harmony_core.inspection.quality.out_of_fold import out_of_fold
from harmony_core.readers import limits
from harmony_core.readers.sampled_rows import natural_rows


def clusters(
    rows: int, distance: float = 3.2, classes: int = 6, factor: float = 30, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Features (n, 8) in a cluster for each of some long-tailed classes."""
    rng = np.random.default_rng(seed)
    share = factor ** (-np.arange(classes) / (classes - 1))
    codes = rng.choice(classes, rows, p=share / share.sum())
    centres = rng.normal(size=(classes, 8)) * distance * 0.42
    return centres[codes] + rng.normal(size=(rows, 8)), codes


def written(path: Path, features: np.ndarray, codes: np.ndarray, **columns: object) -> Path:
    frame = pd.DataFrame(features, columns=[f"x{i}" for i in range(features.shape[1])])
    frame.assign(label=[f"c{c}" for c in codes], **columns).to_parquet(path)
    return path


def checked(path: Path, **options: object) -> Quality:
    quality = inspect_file(path, **options).quality  # type: ignore[arg-type]
    assert quality is not None
    return quality


def test_all_of_many_rows_are_judged_and_most_flips_found(tmp_path: Path) -> None:
    features, codes = clusters(7_000, distance=4.5)
    rng = np.random.default_rng(1)
    wrong = rng.random(7_000) < 0.1
    noisy = np.where(wrong, (codes + rng.integers(1, 6, 7_000)) % 6, codes)
    quality = checked(written(tmp_path / "a.parquet", features, noisy))
    finding = quality.findings["suspects"]
    assert finding.checked.sum() == 7_000
    assert wrong[finding.rows].mean() >= 0.9
    assert wrong[finding.rows].sum() >= 0.8 * wrong.sum()
    good = wrong[finding.rows]
    assert (finding.suggested == codes[finding.rows])[good].mean() >= 0.95
    assert ((finding.scores >= 0) & (finding.scores <= 0.2)).all()
    rare = np.isin(np.arange(6), (4, 5))
    share = finding.counts[rare].sum() / np.isin(noisy, (4, 5)).sum()
    assert quality.share("suspects", rare) == pytest.approx(share)


def test_labels_of_the_test_split_are_judged_too(tmp_path: Path) -> None:
    features, codes = clusters(1_200, distance=8)
    wrong = np.arange(1_000, 1_200, 10)
    noisy = codes.copy()
    noisy[wrong] = (codes[wrong] + 1) % 6
    split = ["train"] * 1_000 + ["test"] * 200
    quality = checked(written(tmp_path / "a.parquet", features, noisy, split=split))
    assert len(np.intersect1d(wrong, quality.findings["suspects"].rows)) >= 0.8 * len(wrong)
    assert quality.flagged is not None
    at = [i for i, check in enumerate(quality.flagged.check) if check == "suspects"]
    assert {quality.flagged.split[i] for i in at} == {"test"}


def test_copies_do_not_vouch_for_one_another(tmp_path: Path) -> None:
    features, codes = clusters(900, distance=6)
    wrong = np.arange(0, 900, 30)
    noisy = codes.copy()
    noisy[wrong] = (codes[wrong] + 1) % 6
    copies = np.repeat(wrong, 4)
    quality = checked(
        written(
            tmp_path / "a.parquet",
            np.concatenate([features, features[copies]]),
            np.concatenate([noisy, noisy[copies]]),
        )
    )
    found = set(quality.findings["suspects"].rows.tolist())
    planted = {*wrong.tolist(), *range(900, 900 + len(copies))}
    assert len(found & planted) >= 0.75 * len(planted)


@pytest.mark.parametrize("predict", [out_of_bag, out_of_fold])
def test_predictions_never_come_from_a_copy(predict: object) -> None:
    rng = np.random.default_rng(0)
    features = np.repeat(rng.normal(size=(150, 3)), 2, axis=0).astype(np.float32)
    codes = np.repeat(rng.integers(0, 2, 150), 2)  # labels that only a copy could tell
    groups = np.repeat(np.arange(150), 2)
    said = predict(features, codes, groups)  # type: ignore[operator]
    assert said.shape == (300, 2)
    assert np.allclose(said.sum(axis=1), 1, atol=1e-4)
    assert (said.argmax(axis=1) == codes).mean() < 0.62
    assert np.allclose(said[::2], said[1::2])
    assert (predict(features, codes, groups) == said).all()  # type: ignore[operator]


def test_groups_join_equal_and_near_samples() -> None:
    keys = np.array([5, 6, 5, 7, 8, 9])
    groups = copy_groups(keys, np.array([[0, 3], [3, 4]]))
    assert len(set(groups[[0, 2, 3, 4]])) == 1
    assert len(set(groups.tolist())) == 3


def test_hard_data_are_judged_but_rare_classes_not_marked_wholesale(tmp_path: Path) -> None:
    features, codes = clusters(3_000, distance=1.2, factor=60)
    found = inspect_file(written(tmp_path / "a.parquet", features, codes))
    quality = found.quality
    assert quality is not None
    finding = quality.findings["suspects"]
    assert quality.agreement < 0.7
    assert finding.total <= 0.1 * 3_000
    assert (finding.counts < 0.5 * np.bincount(codes)).all()
    assert quality.unknown
    assert all(finding.checked[c] == finding.counts[c] == 0 for c in quality.unknown)
    said = " ".join(quality.notes)
    assert "cannot tell them from other classes" in said
    assert "What would help" in said
    assert "a reason to look" in said
    assert not any("Rare means noisy" in line for line in noise(quality, found.tail))


def test_of_very_many_rows_the_same_share_of_every_class_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    features, codes = clusters(4_000, distance=6)
    noisy = codes.copy()
    noisy[::12] = np.random.default_rng(1).permutation(codes[::12])
    monkeypatch.setattr(limits, "SUSPECT_ROWS", 1_000)
    monkeypatch.setattr("harmony_core.inspection.quality.tables.FEWEST_JUDGED", 500)
    quality = checked(written(tmp_path / "a.parquet", features, noisy))
    finding = quality.findings["suspects"]
    counts = np.bincount(noisy)
    assert finding.checked.tolist() == np.maximum(np.round(counts / 4), 50).astype(int).tolist()
    assert any("of 4,000 rows were judged, the same share" in note for note in quality.notes)
    largest = counts == counts.max()
    assert quality.share("suspects", largest) == pytest.approx(
        finding.counts.max(where=largest, initial=0) / round(counts.max() / 4), abs=0.002
    )


def test_a_sample_in_natural_proportions_keeps_a_floor() -> None:
    codes = np.repeat([0, 1, 2, -1], [6_000, 3_000, 30, 500])
    rows = natural_rows(codes, 900, np.random.default_rng(0))
    assert np.bincount(codes[rows]).tolist() == [598, 299, 30]
    assert (np.diff(rows) > 0).all()
