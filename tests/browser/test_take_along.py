"""From an upload to a cleaned file and to a script that trains on it in an empty folder."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .conftest import ROOT, Visit, settled
from .test_inspect import PAGE, hand_in

NAME = "two clouds.csv"


def flipped() -> pd.DataFrame:
    """Two clouds apart, with three labels of the rare class on samples of the frequent one."""
    rng = np.random.default_rng(0)
    parts = [
        pd.DataFrame(rng.normal(6 * c, 1, (n, 2)), columns=["x", "y"]).assign(kind=name)
        for c, (name, n) in enumerate((("common", 150), ("rare", 50)))
    ]
    table = pd.concat(parts, ignore_index=True)
    table.loc[[5, 6, 7], "kind"] = "rare"
    return table


def fetched(page: Any, press: Callable[[], None]) -> bytes:
    """What a button downloads."""
    settled(page)
    with page.expect_download() as download:
        press()
    return Path(download.value.path()).read_bytes()


def run(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "train.py", *words], cwd=folder, capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HOME": str(folder), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_upload_becomes_a_clean_file_and_a_script(visit: Visit, tmp_path: Path) -> None:
    page = visit(PAGE)
    table = flipped()
    hand_in(page, NAME, table.to_csv(index=False).encode())
    page.get_by_role("heading", name="The flagged samples").wait_for()
    page.get_by_role("button", name="Cancel").wait_for(state="detached")
    settled(page)
    page.get_by_role("region", name="What the cleaned copy changes").wait_for()
    flagged = fetched(page, page.get_by_role("button", name="Flagged samples (CSV)").click)
    marks = pd.read_csv(io.BytesIO(flagged))
    assert {5, 6, 7} <= set(marks["index"])
    page.get_by_role("button", name="Write the file").click()
    clean = fetched(page, page.get_by_role("button", name="Download two clouds-clean.csv").click)
    copy = pd.read_csv(io.BytesIO(clean))
    assert list(copy.columns) == list(table.columns)
    assert len(copy) == len(table) - len(marks[marks["check"] == "suspects"])
    script = fetched(page, page.get_by_role("button", name="Training script").click)

    (tmp_path / "train.py").write_bytes(script)
    (tmp_path / NAME).write_bytes(clean)
    assert "of 10 test samples" in run(tmp_path, "--epochs", "20")
    copy.drop(columns="kind").to_csv(tmp_path / "new.csv", index=False)
    told = pd.read_csv(io.StringIO(run(tmp_path, "--predict", "new.csv")))
    assert (told["class"] == copy["kind"]).mean() > 0.95
