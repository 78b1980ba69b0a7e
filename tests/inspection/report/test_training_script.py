"""The training script: it trains what is recommended, in an empty folder, and predicts."""

from __future__ import annotations

import ast
import csv
import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harmony_core.inspection import inspect_file
from harmony_core.inspection.analyse import Inspection
from harmony_core.inspection.pilot.contestants import CONTESTANTS
from harmony_core.inspection.pilot.plan import Recipe
from harmony_core.inspection.pilot.verdict import Recommendation
from harmony_core.inspection.report.training_script import script_method, training_script

ROOT = Path(__file__).parents[3]
NAME = 'my "clouds" \\ é.csv'


def clouds(path: Path) -> Path:
    """Three clouds, 100, 50 and 20, with a column of text and gaps."""
    rng = np.random.default_rng(0)
    parts = []
    for c, n in enumerate((100, 50, 20)):
        part = pd.DataFrame(rng.normal(4 * c, 1, (n, 2)), columns=["x", "y"])
        part["colour"] = rng.choice(["red", "blue"], n)
        part["kind"] = f"class {c}"
        parts.append(part)
    table = pd.concat(parts)
    table.iloc[::9, 1] = np.nan
    table.to_csv(path, index=False)
    return path


def advised(found: Inspection, method: str, loss: str = "") -> Inspection:
    advice = Recommendation("method", method, "headline", (), loss=loss)
    return replace(found, recommendation=advice)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", *words], cwd=folder, capture_output=True, text=True,
        env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HOME": str(folder), "PATH": ""},
    )  # fmt: skip


@pytest.mark.parametrize("method", ["network_ldam_drw", "logistic_balanced", "logistic_adjusted"])
def test_it_trains_saves_and_predicts_in_an_empty_folder(tmp_path: Path, method: str) -> None:
    away, here = tmp_path / "away", tmp_path / "here"
    away.mkdir()
    here.mkdir()
    found = advised(inspect_file(clouds(away / NAME), quality=False), method)
    (here / "train.py").write_text(training_script(found, away / NAME, beside=True), "utf-8")
    assert CONTESTANTS[method].label in (here / "train.py").read_text().splitlines()[0]
    lost = run(here, "train.py")
    assert lost.returncode == 1
    assert "Traceback" not in lost.stderr
    (away / NAME).rename(here / NAME)
    network = method.startswith("network")
    done = run(here, "train.py", *(["--epochs", "60"] if network else []))
    assert done.returncode == 0, done.stderr
    assert "class 2: 16 training samples, recall " in done.stdout
    assert "of 4 test samples (" in done.stdout
    accuracy = next(line for line in done.stdout.splitlines() if line.startswith("balanced"))
    assert float(accuracy.split()[2]) > 80
    saved = here / ("model.pt" if network else "model.npz")
    if network:
        import torch

        assert torch.load(saved, weights_only=True)["classes"] == ["class 0", "class 1", "class 2"]
    else:
        with np.load(saved, allow_pickle=False) as arrays:
            assert len(arrays["codes"]) == 136
    whole = pd.read_csv(here / NAME)
    whole.drop(columns="kind").to_csv(here / "new.csv", index=False)
    told = run(here, "train.py", "--predict", "new.csv", "--out", "told.csv")
    assert told.returncode == 0, told.stderr
    rows = list(csv.DictReader(io.StringIO((here / "told.csv").read_text())))
    assert [row["sample"] for row in rows[:2]] == ["row 1", "row 2"]
    right = np.mean([row["class"] for row in rows] == whole["kind"].to_numpy())
    assert right > 0.9
    again = run(
        here, "-c",
        "from train import predict\n"
        "names, shares = predict([{'x': 8.0, 'y': 8.0, 'colour': 'red'},"
        " {'x': '0', 'y': '0.5', 'colour': 'blue', 'more': 1}])\n"
        "print(names, shares.sum(axis=1).round(6).tolist())",
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert again.stdout.strip() == "['class 2', 'class 0'] [1.0, 1.0]"
    short = run(here, "-c", "from train import predict\npredict([{'x': 1.0, 'y': 2.0}])")
    assert "Expected the column 'colour' in every row" in short.stderr


def test_images_train_a_network_and_new_ones_need_no_class(
    tmp_path: Path, pack: Callable[..., Path], picture: Callable[..., bytes]
) -> None:
    entries = {f"{c}/{i}.png": picture(i % 3 + 10 * (c == "b")) for c in "ab" for i in range(9)}
    path = pack("a.zip", entries)
    found = inspect_file(path, quality=False)
    source = training_script(advised(found, "logistic_balanced", "network_ldam_drw"), path)
    assert "This script trains a network" in source
    (tmp_path / "train.py").write_text(source, "utf-8")
    done = run(tmp_path, "train.py", "--epochs", "2")
    assert done.returncode == 0, done.stderr
    assert "balanced accuracy" in done.stdout
    (tmp_path / "new").mkdir()
    for i in range(2):
        (tmp_path / "new" / f"{i}.png").write_bytes(picture(i))
    for new in ("new", "new/1.png"):
        told = run(tmp_path, "train.py", "--predict", new)
        assert told.returncode == 0, told.stderr
        assert len(told.stdout.splitlines()) == (3 if new == "new" else 2)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    return inspect_file(clouds(tmp_path_factory.mktemp("plain") / "a.csv"), quality=False)


@pytest.mark.parametrize("method", list(CONTESTANTS))
def test_every_contestant_has_a_script(plain: Inspection, method: str) -> None:
    source = training_script(advised(plain, method), 'a"""b\n.csv')
    tree = ast.parse(source)
    about = ast.get_docstring(tree) or ""
    resampled = CONTESTANTS[method].remedy == "resampled"
    assert f'pip install ".[{"inspect,resample" if resampled else "inspect"}]"' in about
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    assert ("LOSS" in names) is (CONTESTANTS[method].family == "network")
    strings = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    assert str(Path('a"""b\n.csv').absolute()) in strings
    assert max(map(len, source.replace(str(Path.cwd()), "").splitlines())) <= 100


def test_without_a_pilot_the_plain_network_is_trained(plain: Inspection) -> None:
    assert script_method(plain).name == "network"
    assert script_method(advised(plain, "")).name == "network"
    assert script_method(advised(plain, "forest_smote")).name == "forest_smote"


def test_the_network_has_the_recipe_of_the_pilot(plain: Inspection) -> None:
    recipe = Recipe(0.1, 1e-05, 96, 32, 1_234)
    trial = SimpleNamespace(name="network", recipe=f"{recipe.describe()}; enough")
    options = SimpleNamespace(test_share=0.25)
    pilot: Any = SimpleNamespace(trials=(trial,), options=options, metric="accuracy")
    source = training_script(replace(advised(plain, "network"), pilot=pilot), "a.csv")
    names: dict[str, Any] = {}
    wanted = {"RATE", "DECAY", "BATCH", "EPOCHS", "MODEL_SETTINGS", "TEST_SHARE"}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in wanted:
            names[ast.unparse(node.targets[0])] = ast.literal_eval(node.value)
    assert names == {
        "RATE": 0.1, "DECAY": 1e-05, "BATCH": 32, "EPOCHS": 1_234, "TEST_SHARE": 0.25,
        "MODEL_SETTINGS": {"depth": 1, "hidden": 96},
    }  # fmt: skip
    assert "96 hidden units" in source
