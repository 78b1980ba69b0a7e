"""Beside each recall: how many test samples it rests on, and the interval that they leave."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from harmony_core.analysis.intervals import wilson
from harmony_core.cli import main

Capture = pytest.CaptureFixture[str]
SIZES = {"many": 150, "some": 30, "one": 1}


@pytest.fixture
def trained(tmp_path: Path, capsys: Capture) -> str:
    """What `run` prints of a table with 30, 6 and 0 test rows of a class."""
    rng = np.random.default_rng(0)
    lines = ["x,y,label"]
    for c, (name, size) in enumerate(SIZES.items()):
        lines += [f"{x:.5f},{y:.5f},{name}" for x, y in rng.normal(2 * c, 1, (size, 2))]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    assert main([
        "run", "--data", "table", "--source", str(path), "--methods", "ce", "--epochs", "2",
        "--quiet", "--device", "cpu",
    ]) == 0  # fmt: skip
    return capsys.readouterr().out


def shell(capsys: Capture, *words: str) -> str:
    assert main(words) == 0
    return capsys.readouterr().out


def test_run_says_what_the_test_set_is_and_where_it_is_small(trained: str) -> None:
    assert "Final epoch, test set of 36 samples, 0 to 30 of a class, one seed" in trained
    assert "20 % of every class, 36 rows in all." in trained
    assert "No test sample of 'one': trained, but left out" in trained
    assert "Fewer than 30 test samples: some (6). A recall measured on 6 may be off by" in trained


def test_show_has_test_samples_and_intervals(trained: str, capsys: Capture) -> None:
    lines = shell(capsys, "show", "latest").splitlines()
    (head,) = (line for line in lines if line.startswith("Recall % of class"))
    assert head.split("  ")[0] == "Recall % of class"
    assert "Training samples" in head
    assert "Test samples" in head
    rows = {line.split()[0]: line.split() for line in lines if line.split()[:1] and
            line.split()[0] in SIZES}  # fmt: skip
    assert rows["many"][1:3] == ["120", "30"]
    assert rows["one"][1:] == ["1", "0", "–"]
    low, high = wilson(float(rows["many"][3]) / 100 * 30, 30)
    assert rows["many"][4] == f"({100 * low:.0f}–{100 * high:.0f})"


def test_the_document_has_them_too(trained: str, capsys: Capture) -> None:
    found = json.loads(shell(capsys, "show", "latest", "--json"))
    assert [c["test_count"] for c in found["classes"]] == [30, 0, 6]
    assert [c["name"] for c in found["classes"]] == ["many", "one", "some"]
    many, one, some = found["methods"][0]["recall"]
    assert many["test_interval"] == pytest.approx(wilson(many["mean"] * 30, 30))
    assert (one["mean"], one["test_interval"]) == (None, [None, None])
    mean = (many["mean"] + some["mean"]) / 2
    assert found["methods"][0]["balanced_accuracy"]["mean"] == pytest.approx(mean)
    assert len(found["notes"]) == 3


def test_the_tables_have_them_too(trained: str, tmp_path: Path, capsys: Capture) -> None:
    curves = list(csv.DictReader(io.StringIO(shell(capsys, "export", "latest", "--csv", "-"))))
    assert [curves[-1][f"test samples {name}"] for name in SIZES] == ["30", "6", "0"]
    assert curves[-1]["recall one"] == ""
    shell(capsys, "export", "latest", "--csv", f"{tmp_path}/tables/")
    text = (tmp_path / "tables" / "classes.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    last = {row["class"]: row for row in rows[-3:]}
    low, high = wilson(float(last["some"]["recall"]) * 6, 6)
    assert float(last["some"]["recall_low"]) == pytest.approx(low, abs=1e-4)
    assert float(last["some"]["recall_high"]) == pytest.approx(high, abs=1e-4)
    assert (last["one"]["test_count"], last["one"]["recall_low"]) == ("0", "")
