"""Labels judged by predictions or embeddings that a person brings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harmony_core.cli import main
from harmony_core.errors import DataError
from harmony_core.inspection import inspect_file
from harmony_core.inspection.quality import Quality

NAMES = ["ash", "birch", "cedar"]
N = 120


@pytest.fixture
def table(tmp_path: Path) -> tuple[Path, np.ndarray, list[int]]:
    """A table whose only column says nothing, the truth as probabilities, and the wrong rows."""
    rng = np.random.default_rng(0)
    truth = rng.choice(3, N, p=[0.6, 0.3, 0.1])
    probabilities = np.full((N, 3), 0.02)
    probabilities[np.arange(N), truth] = 0.96
    wrong = [3, 50, 90]
    labels = truth.copy()
    labels[wrong] = (truth[wrong] + 1) % 3
    path = tmp_path / "trees.csv"
    frame = pd.DataFrame({"x": rng.normal(size=N), "species": [NAMES[i] for i in labels]})
    frame.to_csv(path, index=False)
    return path, probabilities, wrong


def judged(path: Path, **options: Any) -> Quality:
    quality = inspect_file(path, **options).quality
    assert quality is not None
    return quality


@pytest.mark.parametrize("suffix", ["npy", "npz", "csv", "parquet"])
def test_predictions_of_every_form_judge(
    table: tuple[Path, np.ndarray, list[int]], tmp_path: Path, suffix: str
) -> None:
    path, probabilities, wrong = table
    file = tmp_path / f"p.{suffix}"
    frame = pd.DataFrame(probabilities, columns=NAMES)[["cedar", "ash", "birch"]]
    if suffix == "npy":
        np.save(file, probabilities.astype(np.float16))
    elif suffix == "npz":
        np.savez(file, other=np.zeros((2, 2)), pred_probs=probabilities)
    elif suffix == "csv":
        frame.to_csv(file, index=False)
    else:
        frame.to_parquet(file)
    quality = judged(path, probs=file)
    finding = quality.findings["suspects"]
    assert finding.rows.tolist() == wrong
    assert finding.checked.sum() == N
    order = "named like the classes" if suffix in ("csv", "parquet") else "in order: 'ash', 'birch'"
    assert any(order in note for note in quality.notes)


def test_embeddings_judge_where_the_columns_cannot(
    table: tuple[Path, np.ndarray, list[int]], tmp_path: Path
) -> None:
    path, probabilities, wrong = table
    noise = np.random.default_rng(1).normal(size=(N, 3))
    np.save(tmp_path / "e.npy", 1_000 * probabilities + 10 * noise)
    assert "suspects" not in judged(path).findings
    quality = judged(path, embeddings=tmp_path / "e.npy")
    assert set(wrong) <= set(quality.findings["suspects"].rows.tolist())
    assert any("embeddings in e.npy (3 numbers)" in note for note in quality.notes)


def test_labels_without_features_can_be_judged(
    table: tuple[Path, np.ndarray, list[int]], tmp_path: Path
) -> None:
    path, probabilities, wrong = table
    labels = pd.read_csv(path)[["species"]]
    labels.to_csv(tmp_path / "labels.csv", index=False)
    np.save(tmp_path / "p.npy", probabilities)
    quality = judged(tmp_path / "labels.csv", probs=tmp_path / "p.npy")
    assert quality.findings["suspects"].rows.tolist() == wrong
    assert quality.flagged is not None
    assert sorted(quality.flagged.sample) == ["row 4", "row 51", "row 91"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.full((N - 1, 3), 1 / 3), "one row in p.npy for each of the 120 samples"),
        (np.full((N, 4), 1 / 4), "for each of the 3 classes ('ash', 'birch', 'cedar'), but got 4"),
        (np.full((N, 3), 2.0), "apply softmax first"),
        (np.tile([1.5, -0.5, 0.0], (N, 1)), "row 1 has 1.5, -0.5, 0"),
        (np.full((N, 3), np.nan), "row 1 holds a missing or infinite one"),
        (np.zeros((N, 3, 1)), "two axes"),
        (np.full((N, 3), "a"), "array of numbers"),
        (np.array([{"a": 1}] * N), "objects are never loaded"),
    ],
)
def test_what_does_not_fit_is_refused(
    table: tuple[Path, np.ndarray, list[int]], tmp_path: Path, values: np.ndarray, said: str
) -> None:
    np.save(tmp_path / "p.npy", values, allow_pickle=True)
    with pytest.raises(DataError) as refused:
        inspect_file(table[0], probs=tmp_path / "p.npy")
    assert said in str(refused.value)


def test_text_and_missing_files_are_refused(
    table: tuple[Path, np.ndarray, list[int]], tmp_path: Path
) -> None:
    (tmp_path / "p.csv").write_text("a,b\n" + "x,0.5\n" * N)
    with pytest.raises(DataError, match="numbers in all columns"):
        inspect_file(table[0], embeddings=tmp_path / "p.csv")
    with pytest.raises(DataError, match="to be a file"):
        inspect_file(table[0], probs=tmp_path / "none.npy")
    with pytest.raises(DataError, match="but got both"):
        inspect_file(table[0], probs=tmp_path / "p.csv", embeddings=tmp_path / "p.csv")


def test_the_shell_takes_them(
    table: tuple[Path, np.ndarray, list[int]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, probabilities, _ = table
    np.save(tmp_path / "p.npy", probabilities)
    assert main(["inspect", str(path), "--probs", str(tmp_path / "p.npy"), "--quiet"]) == 0
    assert "Suspect labels: 3 of 120 judged labels" in capsys.readouterr().out
    np.save(tmp_path / "p.npy", probabilities[:5])
    assert main(["inspect", str(path), "--probs", str(tmp_path / "p.npy"), "--quiet"]) == 2
    assert "one row in p.npy" in capsys.readouterr().err
