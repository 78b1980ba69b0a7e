"""Scripts for a user's own file: they train on it, on the rows and the split of the run."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from PIL import Image

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.data import build_dataset
from harmony_core.data.uploads import beside, store_upload
from harmony_core.errors import DataError
from harmony_core.experiments.complete import complete
from harmony_core.experiments.method_text import parse_methods
from harmony_core.export import snippet
from harmony_core.training.device_data import DeviceData

ROOT = Path(__file__).parents[2]


def table(path: Path) -> Path:
    """Three clouds, 60, 30 and 12."""
    rng = np.random.default_rng(0)
    lines = ["x,y,kind"]
    for c, n in enumerate((60, 30, 12)):
        lines += [f"{a:.3f},{b:.3f},class {c}" for a, b in rng.normal(3 * c, 1, (n, 2))]
    path.write_text("\n".join(lines))
    return path


def pictures(path: Path) -> Path:
    """Dark and bright squares, 12 and 6."""
    rng = np.random.default_rng(0)
    with ZipFile(path, "w") as archive:
        for name, n, level in (("dark", 12, 40), ("bright", 6, 200)):
            for i in range(n):
                pixels = rng.integers(level - 30, level + 30, (9, 9, 3), dtype=np.uint8)
                out = BytesIO()
                Image.fromarray(pixels).save(out, "PNG")
                archive.writestr(f"{name}/{i}.png", out.getvalue())
    return path


def config_for(data: DataConfig) -> ExperimentConfig:
    return complete(
        ExperimentConfig(data=data, methods=parse_methods("balanced_softmax"), epochs=8)
    )


def run(script: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "train.py").write_text(script, "utf-8")
    return subprocess.run(
        [sys.executable, "-W", "error", "train.py", *words], cwd=folder, capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HOME": str(folder), "PATH": ""},
    )  # fmt: skip


def test_the_script_of_a_table_trains_on_the_file_beside_it(tmp_path: Path) -> None:
    away, here = tmp_path / "away", tmp_path / "here"
    for folder in (away, here):
        folder.mkdir()
    source = table(away / "my clouds.csv")
    data = DataConfig("table", {"source": str(source), "label_column": 2}, 1.0, "as_is")
    script = snippet(config_for(data), 0)
    assert str(away) not in script
    lost = run(script, here)
    assert lost.returncode == 1
    assert "beside the script" in lost.stderr
    assert "Traceback" not in lost.stderr
    source.rename(here / source.name)
    done = run(script, here)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("class 0: 48 training samples, recall ")
    assert lines[2].endswith(" of 2 test samples")
    assert float(lines[3].split()[2]) > 60
    elsewhere = run(script, here, "1", str(here / source.name))
    assert elsewhere.returncode == 0, elsewhere.stderr


def test_the_script_of_an_upload_knows_it_by_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_UPLOADS", str(tmp_path / "uploads"))
    here = tmp_path / "here"
    here.mkdir()
    original = pictures(tmp_path / "any name.zip")
    with open(original, "rb") as content:
        source = store_upload(content)
    (here / "another.zip").write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(DataError, match="no file there has its content"):
        beside(here, source)
    original.rename(here / "renamed.zip")
    assert beside(here, source) == here / "renamed.zip"
    data = DataConfig("images", {"source": source, "size": 8}, 1.0, "as_is")
    done = run(snippet(config_for(data), 0), here, "2")
    assert done.returncode == 0, done.stderr
    assert "bright: 5 training samples, recall" in done.stdout


@pytest.mark.parametrize("kind", ["table", "images"])
def test_the_script_s_samples_are_those_of_the_run(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table(tmp_path / "a.csv") if kind == "table" else pictures(tmp_path / "a.zip")
    monkeypatch.setenv("HARMONY_DATA", str(tmp_path / "cache"))
    data = DataConfig(kind, {"source": str(path)}, 3.0, "exponential", 0.1)
    config = config_for(data)
    config = replace(config, seeds=replace(config.seeds, data=4))
    monkeypatch.setattr(sys, "argv", ["train.py", "1"])
    names: dict[str, object] = {"__name__": "train", "__file__": str(tmp_path / "train.py")}
    exec(snippet(config, 0), names)  # noqa: S102
    train_x, train_y, _, test_y, classes, *black = names["load_data"]()  # type: ignore[operator]
    expected = build_dataset(config.data, 4)
    assert classes == expected.class_names
    assert train_y.tolist() == expected.train_targets.tolist()
    assert test_y.tolist() == expected.test_targets.tolist()
    ready = DeviceData(expected, torch.device("cpu"))
    everything = torch.arange(len(train_y))
    loaded = ready.load(expected.train_inputs)
    torch.testing.assert_close(train_x, ready.batch(loaded, everything, None, None))
    if kind == "images":
        padded = ready.load(expected.train_inputs[:1], pad=True)
        corner = ready.cut(padded, torch.tensor([0]), torch.tensor([[0, 0]]), torch.tensor([False]))
        assert corner[0, 0, 0].tolist() == [0, 0, 0]
        mean, scale = ready.mean[:3], ready.scale[:3]
        torch.testing.assert_close(black[0].flatten(), (0 - mean) * scale)


def test_a_name_of_a_file_cannot_become_code(tmp_path: Path) -> None:
    name = 'a"""\n`b`\\".csv'
    script = snippet(config_for(DataConfig("table", {"source": f"x/{name}"}, 1.0, "as_is")), 0)
    tree = ast.parse(script)
    strings = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    assert name in strings
    assert max(map(len, script.splitlines())) <= 100
