"""Planted copies, leaks, contradictions, gaps and wrong labels are found, and little else."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from harmony_core.data.long_tail import long_tail_counts, subsample
from harmony_core.inspection import inspect_file
from harmony_core.inspection.quality import Quality, near_images
from harmony_core.inspection.quality.equal import find_equal
from harmony_core.inspection.quality.near_images import near_pairs, unit
from harmony_core.inspection.quality.near_rows import near_rows
from harmony_core.inspection.quality.predictions import by_model
from harmony_core.inspection.quality.suspects import find_suspects
from harmony_core.inspection.report.document import to_document
from harmony_core.readers.sampled_rows import stratified_rows

NAMES = tuple("0123456789")


def digits_tail(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Digits-LT, factor 10: features (690, 64) and labels."""
    digits = load_digits()
    rng = np.random.default_rng(seed)
    rows = subsample(digits.target, long_tail_counts(170, 10, 10, "exponential"), rng)
    return digits.data[rows] / 16.0, digits.target[rows]


def flipped(labels: np.ndarray, share: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    wrong = rng.random(len(labels)) < share
    step = rng.integers(1, 10, wrong.sum())
    noisy = labels.copy()
    noisy[wrong] = (labels[wrong] + step) % 10
    return noisy, wrong


def check(path: Path, **options: Any) -> Quality:
    found = inspect_file(path, **options)
    assert to_document(found)["quality"]
    assert found.quality is not None
    return found.quality


def precision_recall(found: np.ndarray, planted: np.ndarray) -> tuple[float, float]:
    hits = len(np.intersect1d(found, planted))
    return hits / max(len(found), 1), hits / len(planted)


@pytest.mark.parametrize("linear", [False, True])
def test_flipped_labels_are_found(linear: bool) -> None:
    features, labels = digits_tail()
    features = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-9)
    noisy, wrong = flipped(labels, 0.08)
    rows = np.arange(len(noisy)) + 1000
    found = find_suspects(by_model(features, linear=linear), noisy, NAMES, rows, str)
    finding = found.finding
    precision, recall = precision_recall(finding.rows, rows[wrong])
    assert precision >= 0.9
    assert recall >= 0.6
    assert (found.too_few, found.unknown, found.notes) == ((), (), ())
    assert finding.checked.tolist() == np.bincount(noisy).tolist()
    assert finding.counts.sum() == len(finding.rows)
    assert (finding.counts <= finding.checked).all()
    assert "looks like" in finding.examples[0][1]


def test_clean_labels_and_noise_raise_no_alarm() -> None:
    features, labels = digits_tail()
    clean = find_suspects(by_model(features), labels, NAMES, np.arange(len(labels)), str)
    assert clean.finding.total <= 0.01 * len(labels)
    rng = np.random.default_rng(1)
    guess = rng.choice(5, 800, p=[0.5, 0.25, 0.15, 0.07, 0.03])
    nothing = find_suspects(
        by_model(rng.normal(size=(800, 8))), guess, NAMES[:5], np.arange(800), str
    )
    assert nothing.finding.total == nothing.finding.checked.sum() == 0
    assert not nothing.judged
    assert nothing.unknown == (0, 1, 2, 3, 4)
    assert "cannot tell the classes apart" in nothing.notes[0]
    assert "--embeddings" in nothing.notes[0]


def test_classes_too_small_to_judge_are_named() -> None:
    features, labels = digits_tail()
    kept = (labels != 9) | (np.cumsum(labels == 9) <= 9)
    found = find_suspects(by_model(features[kept]), labels[kept], NAMES, np.flatnonzero(kept), str)
    assert found.too_few == (9,)
    assert found.finding.checked[9] == 0
    one = find_suspects(by_model(np.zeros((3, 2))), np.zeros(3, int), ("a",), np.arange(3), str)
    assert (one.finding.total, one.too_few) == (0, (0,))
    assert "Collect more" in one.notes[0]


def test_equal_rows_against_pandas() -> None:
    rng = np.random.default_rng(0)
    keys = rng.integers(0, 300, 800).astype(np.uint64)
    codes = rng.integers(-1, 4, 800).astype(np.int32)
    split = rng.integers(-1, 2, 800).astype(np.int8)
    found = find_equal(keys, codes, split, 0, 1)
    frame = pd.DataFrame({"key": keys, "code": codes, "split": split})
    frame = frame[(codes >= 0) & (split >= 0)]
    assert found.duplicates.tolist() == frame.index[frame.duplicated()].tolist()
    labels = frame.groupby("key")["code"].transform("nunique")
    assert found.conflicts.tolist() == frame.index[labels > 1].tolist()
    trained = set(frame.key[frame.split == 0])
    leaks = frame.index[(frame.split == 1) & frame.key.isin(trained)]
    assert found.leaks.tolist() == leaks.tolist()
    for i in found.leaks:
        assert split[found.first_trained[i]] == 0
        assert keys[found.first_trained[i]] == keys[i]


@pytest.fixture
def planted(tmp_path: Path) -> tuple[Path, dict[str, list[int]]]:
    """A table of 1,000 rows with 20 copies, 15 near copies, 12 leaks and 5 contradictions."""
    rng = np.random.default_rng(0)
    n = 1_000
    frame = pd.DataFrame(rng.normal(size=(n, 6)), columns=[f"x{i}" for i in range(6)])
    frame["colour"] = rng.choice(["red", "green", "blue"], n)
    frame["label"] = rng.choice(["head", "middle", "tail"], n, p=[0.8, 0.17, 0.03])
    frame["split"] = ["train"] * 800 + ["test"] * 200
    numbers = [f"x{i}" for i in range(6)]
    copies = list(range(100, 120))
    frame.loc[copies] = frame.loc[range(20)].to_numpy()
    near = list(range(300, 315))
    frame.loc[near] = frame.loc[range(20, 35)].to_numpy()
    frame.loc[near, numbers] += rng.uniform(-0.004, 0.004, (15, 6))
    leaks = list(range(900, 912))
    frame.loc[leaks] = frame.loc[range(40, 52)].to_numpy()
    frame.loc[leaks, "split"] = "test"
    conflicts = list(range(500, 505))
    frame.loc[conflicts] = frame.loc[range(60, 65)].to_numpy()
    frame.loc[conflicts, "label"] = [
        "tail" if v != "tail" else "head" for v in frame.loc[conflicts, "label"]
    ]
    rare = frame.index[(frame.label == "tail") & (frame.index >= 550)][:7]
    frame.loc[rare, "x3"] = np.nan
    path = tmp_path / "planted.parquet"
    frame = frame.astype(dict.fromkeys(numbers, float))
    frame.to_parquet(path)
    where = {
        "exact_duplicates": copies, "near_duplicates": near, "leaks": leaks,
        "conflicts": sorted([*conflicts, *range(60, 65)]),
    }  # fmt: skip
    return path, where


def test_planted_rows_are_found(planted: tuple[Path, dict[str, list[int]]]) -> None:
    path, where = planted
    quality = check(path)
    for name, rows in where.items():
        assert quality.findings[name].rows.tolist() == rows, name
    assert quality.findings["missing_values"].counts.tolist() == [0, 0, 7]
    assert quality.gaps is not None
    assert quality.gaps.counts.sum(axis=0).tolist() == [0, 0, 0, 7, 0, 0, 0]
    sample, words = quality.findings["leaks"].examples[0]
    assert (sample, words) == ("row 901", "equals row 41")
    assert "labelled" in quality.findings["conflicts"].examples[0][1]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "xlsx"])
def test_other_forms_find_the_same(
    planted: tuple[Path, dict[str, list[int]]], tmp_path: Path, suffix: str
) -> None:
    path, where = planted
    frame = pd.read_parquet(path)
    other = tmp_path / f"planted.{suffix}"
    if suffix == "csv":
        frame.to_csv(other, index=False)
    elif suffix == "jsonl":
        frame.to_json(other, orient="records", lines=True, double_precision=15)
    else:
        frame.to_excel(other, index=False)
    quality = check(other)
    for name in ("exact_duplicates", "leaks", "near_duplicates"):
        assert quality.findings[name].rows.tolist() == where[name], name
    assert quality.findings["missing_values"].total == 7


def test_near_rows_against_all_pairs() -> None:
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(300, 3))
    numbers[200:220] = numbers[:20] + rng.uniform(-0.02, 0.02, (20, 3))
    numbers[5, 1] = numbers[205, 1] = np.nan
    texts = rng.integers(0, 2, 300)
    pairs, chance = near_rows(numbers, texts, rng)
    spread = np.nanstd(numbers, axis=0)
    scaled = np.where(np.isnan(numbers), 1e6, numbers / spread)
    gap = np.abs(scaled[:, None] - scaled[None]).max(axis=2)
    i, j = np.nonzero((gap <= 0.01) & (texts[:, None] == texts[None]))
    assert {tuple(p) for p in pairs.tolist()} == {
        (a, b) for a, b in zip(i, j, strict=True) if a < b
    }
    assert chance < 5


def test_coarse_columns_are_not_called_copies(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"age": rng.integers(18, 90, 900), "height": rng.normal(170, 9, 900).round(1)}
    )
    frame["label"] = rng.choice(["a", "b"], 900)
    frame.to_csv(tmp_path / "a.csv", index=False)
    quality = check(tmp_path / "a.csv")
    assert quality.findings["near_duplicates"].total == 0


def jpeg(pixels: np.ndarray, quality: int = 90) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=quality)
    return out.getvalue()


def scene(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (6, 6, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((40, 40), Image.Resampling.BICUBIC))


def test_planted_images_are_found(pack: Callable[..., Path]) -> None:
    entries: dict[str, bytes] = {}
    for i in range(60):
        entries[f"train/{'head' if i < 45 else 'tail'}/{i:02}.jpg"] = jpeg(scene(i)[4:36, 4:36])
    for i in range(20):
        entries[f"test/{'head' if i < 10 else 'tail'}/{i:02}.jpg"] = jpeg(
            scene(100 + i)[4:36, 4:36]
        )
    entries["train/head/copy.jpg"] = entries["train/head/03.jpg"]
    entries["train/tail/other.jpg"] = entries["train/head/07.jpg"]
    entries["train/head/pressed.jpg"] = jpeg(scene(9)[4:36, 4:36], 40)
    brighter = np.clip(scene(11)[4:36, 4:36].astype(int) + 25, 0, 255).astype(np.uint8)
    entries["train/head/bright.jpg"] = jpeg(brighter)
    entries["test/tail/leak.jpg"] = entries["train/tail/50.jpg"]
    entries["test/tail/shifted.jpg"] = jpeg(scene(51)[4:36, 5:37])
    entries["train/tail/broken.jpg"] = entries["train/tail/52.jpg"][:200]
    entries["train/tail/blank.jpg"] = jpeg(np.full((32, 32, 3), 200, np.uint8))
    entries["train/head/large.jpg"] = jpeg(np.kron(scene(70), np.ones((6, 6, 1), np.uint8)))
    quality = check(pack("a.zip", entries))

    def marked(name: str) -> set[str]:
        return {sample for sample, _ in quality.findings[name].examples}

    assert marked("exact_duplicates") == {"train/head/copy.jpg"}
    assert marked("conflicts") == {"train/tail/other.jpg"}
    assert quality.findings["conflicts"].total == 2
    assert marked("near_duplicates") == {"train/head/bright.jpg", "train/head/pressed.jpg"} or (
        quality.findings["near_duplicates"].total == 2
    )
    assert marked("leaks") == {"test/tail/leak.jpg", "test/tail/shifted.jpg"}
    assert marked("unreadable") == {"train/tail/broken.jpg"}
    assert marked("odd") == {"train/tail/blank.jpg", "train/head/large.jpg"}
    assert quality.findings["unreadable"].counts.tolist() == [0, 1]


def test_near_images_against_all_pairs() -> None:
    pictures = [scene(i // 2)[i % 2 : 32 + i % 2, :32] for i in range(120)]
    grey = np.stack([np.asarray(Image.fromarray(p).convert("L").reduce(2)) for p in pictures])
    grey[7] = 90
    values = unit(grey.reshape(120, 256))
    full = np.corrcoef(grey.reshape(120, 256)[np.arange(120) != 7])
    assert np.abs(values @ values.T - np.insert(np.insert(full, 7, 0, 0), 7, 0, 1)).max() < 1e-5
    i, j = np.nonzero(values @ values.T >= 0.96)
    expected = {(a, b) for a, b in zip(i.tolist(), j.tolist(), strict=True) if a < b}
    assert {tuple(p) for p in near_pairs(grey).tolist()} == expected
    assert len(expected) >= 40
    assert not any(7 in pair for pair in expected)
    among = np.arange(31, 101)
    inside = {(2 * a, 2 * b) for a, b in expected if a in among and b in among}
    found = near_pairs(np.repeat(grey, 2, axis=0), 2 * among)
    assert {tuple(p) for p in found.tolist()} == inside
    assert 20 <= len(inside) < len(expected)


def test_more_pairs_than_anybody_looks_at_end_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    grey = np.tile(rng.integers(0, 255, (1, 16, 16)), (600, 1, 1)).astype(np.uint8)
    monkeypatch.setattr(near_images, "ROWS", 50)
    monkeypatch.setattr(near_images, "COLUMNS", 100)
    monkeypatch.setattr(near_images, "MOST_PAIRS", 1_000)
    pairs = near_pairs(grey)
    assert 1_000 < len(pairs) <= 1_000 + 50 * 100
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert (near_pairs(grey) == pairs).all()


def test_likeness_is_not_called_copying(tmp_path: Path) -> None:
    digits = load_digits()
    small = (digits.images[:300] * 15).astype(np.uint8)
    np.savez(tmp_path / "small.npz", x=small, y=digits.target[:300])
    quality = check(tmp_path / "small.npz", judge=False)
    assert quality.findings["near_duplicates"].total == 0
    assert "fewer than 16 pixels" in quality.notes[0]
    large = np.kron(small, np.ones((1, 3, 3), np.uint8))
    np.savez(tmp_path / "large.npz", x=large, y=digits.target[:300])
    quality = check(tmp_path / "large.npz", judge=False)
    assert quality.findings["near_duplicates"].total > 15
    assert "may be likeness" in quality.notes[0]


def test_rare_classes_are_kept_whole() -> None:
    codes = np.repeat([0, 1, 2, 3, -1], [900, 400, 30, 5, 50])
    rows = stratified_rows(codes, 335, np.random.default_rng(0))
    assert np.bincount(codes[rows]).tolist() == [150, 150, 30, 5]
    assert (np.diff(rows) > 0).all()


def test_what_cannot_be_checked_is_said(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("label\n" + "a\n" * 5 + "b\n")
    assert "only labels" in check(tmp_path / "labels.csv").notes[0]
    lines = "".join(f'{i % 3},"{t}"\n' for i, t in enumerate(["a;b", "a", "b;c", "c;a"] * 5))
    (tmp_path / "tags.csv").write_text("x,tags\n" + lines)
    assert "equal an earlier one" in check(tmp_path / "tags.csv").notes[0]


def test_pretrained_features_are_used_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torchvision = pytest.importorskip("torchvision")
    import torch

    from harmony_core.inspection import image_features as features

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    images = np.stack([scene(i)[:32, :32] for i in range(12)])
    own = features.image_features(images, lambda *_: None)
    assert features.pretrained_weights() is None
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    torch.save(torchvision.models.resnet18().state_dict(), folder / features.RESNET)
    better = features.image_features(images, lambda *_: None)
    assert own.shape == better.shape == (12, 8)
    assert not np.allclose(own, better)


def test_equal_keys_are_found_among_many() -> None:
    from harmony_core.data.copies import equal_keys
    from harmony_core.inspection.quality.equal import find_equal

    rng = np.random.default_rng(0)
    keys = rng.integers(0, 2**63, 5_000).astype(np.uint64)
    keys[[10, 4_000, 4_999]] = keys[7]
    codes = np.zeros(len(keys), np.int32)
    codes[4_999] = -1
    found = find_equal(keys, codes, None, -1, -1)
    assert found.duplicates.tolist() == [10, 4_000]
    assert found.first[:-1].tolist() == equal_keys(keys)[:-1].tolist()
    assert found.first[-1] == 4_999
