"""The files that version 0.1.0 wrote, and comparisons with what today's version makes of them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

OLD = Path(__file__).parents[1] / "fixtures" / "v0_1_0"
RUNS: dict[str, str] = json.loads((OLD / "runs.json").read_text("utf-8"))
"""Name in these tests → id of the run folder."""
WRITTEN_AT = 1_700_000_000
"""Modification time of all copies: Git does not keep the times of files."""


def read_json(name: str) -> Any:
    return json.loads((OLD / name).read_text("utf-8"))


CONSTANT = {"alpha": 0.3, "anneal": 0.0, "difficulty": "margin", "anchor": "class"}
"""Parameters of the harmonized loss that 0.1.0 did not have, or with another default."""
CONSTANT_FORM = {"anneal": 0.0, "difficulty": "margin", "anchor": "class"}
EQUAL_CLASSES = {"holdout": "smallest", "test_share": 0.2}
"""Settings of one's own tables and images that 0.1.0 did not have: its test sets were balanced."""
LATER = {"mix": "none", "sam": "none", "posthoc": "none", "weight_decay": None}
"""Settings of methods that 0.1.0 did not have, off."""


def method_today(old: dict[str, Any]) -> dict[str, Any]:
    """A method as 0.1.0 wrote it, as it is written today."""
    constant = CONSTANT if old["loss"] == "harmonized" else {}
    return {**old, **LATER, "params": {**constant, **old["params"]}}


def typed_today(old: dict[str, Any], text: str) -> dict[str, Any]:
    """The method that a command of 0.1.0 names today: a command takes the defaults of its version.

    Only the defaults of the harmonized loss have changed.
    """
    defaults: dict[str, Any] = {}
    if old["loss"] == "harmonized":
        plain = {"anneal": 1.0, "difficulty": "plain", "anchor": "boundary"}
        defaults = CONSTANT_FORM if "@literal" in text else plain
        if old["params"].get("alpha") == 0.3 and "alpha=0.3" not in text:
            defaults["alpha"] = 0.5
    return {**old, **LATER, "params": {**old["params"], **defaults}}


def label_today(old: str) -> str:
    """The label of a method of 0.1.0: what is called harmonized without more is annealed now."""
    return re.sub(r"^Harmonized(?! constant)\b", "Harmonized constant", old)


def config_today(old: dict[str, Any]) -> dict[str, Any]:
    """A config as 0.1.0 wrote it, as it is written today."""
    data = old["data"]
    later = {
        "table": {"header": "auto", **EQUAL_CLASSES},
        "images": {"stream": "auto", "crops": "padded", **EQUAL_CLASSES},
    }
    if data["name"] in later:
        data = {**data, "params": {**data["params"], **later[data["name"]]}}
    methods = [method_today(method) for method in old["methods"]]
    return {**old, "format": 4, "data": data, "methods": methods}


def take(name: str, folder: Path) -> str:
    """Copy an old run folder into the runs folder ``folder``; its id."""
    run_id = RUNS[name]
    shutil.copytree(OLD / "runs" / run_id, folder / run_id)
    for path in (folder / run_id).rglob("*"):
        os.utime(path, (WRITTEN_AT, WRITTEN_AT))
    return run_id


def content(folder: Path) -> dict[str, str]:
    """Path → digest of every file below ``folder``; locks are left out."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def assert_holds(new: Any, old: Any, *skipped: str, where: str = "") -> None:
    """``new`` has every key of ``old`` with the same value; it may have more.

    Numbers agree to 6 digits. Sentences (texts with a space) may be reworded, except names, titles
    and labels. Keys in ``skipped`` are not compared.
    """
    if isinstance(old, dict):
        assert isinstance(new, dict), where
        for key, value in old.items():
            if key not in skipped:
                assert key in new, f"{where}.{key}"
                assert_holds(new[key], value, *skipped, where=f"{where}.{key}")
    elif isinstance(old, list):
        assert isinstance(new, list), where
        assert len(new) == len(old), where
        for i, (a, b) in enumerate(zip(new, old, strict=True)):
            assert_holds(a, b, *skipped, where=f"{where}[{i}]")
    elif isinstance(old, str) and where.endswith(".label"):
        assert new in (old, label_today(old)), where
    elif isinstance(old, float):
        assert new == pytest.approx(old, rel=1e-6, abs=1e-9), where
    elif isinstance(old, str) and " " in old and not where.endswith((".name", "title", "label")):
        assert isinstance(new, str), where
    else:
        assert new == old, where


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def assert_same_cells(new: str, old: str) -> None:
    """Two CSV texts have the same header and the same cells, but the new one may have columns after
    them; numbers agree to 5 digits.
    """
    rows, before = table(new), table(old)
    assert list(rows[0])[: len(before[0])] == list(before[0])
    assert len(rows) == len(before)
    for a, b in zip(rows, before, strict=True):
        for key, value in b.items():
            if key == "method":
                assert a[key] in (value, label_today(value))
            elif value == "":
                assert a[key] == value
            else:
                assert float(a[key]) == pytest.approx(float(value), rel=2e-5, abs=1e-9), key


def assert_same_training(new: str, old: str, per_class: int) -> None:
    """The curves of the same training, perhaps on another machine.

    Not bit for bit: other processors and PyTorch versions sum in another order. After so few steps
    losses still agree to 4 digits. The recall of a class may differ by one of its ``per_class``
    test samples, which may lie on a boundary.
    """
    rows, before = table(new), table(old)
    assert list(rows[0])[: len(before[0])] == list(before[0])
    assert len(rows) == len(before)
    for a, b in zip(rows, before, strict=True):
        at = f"{b['method']}, repeat {b['repeat']}, epoch {b['epoch']}"
        assert [a[key] for key in ("repeat", "epoch", "lr")] == [
            b[key] for key in ("repeat", "epoch", "lr")
        ]
        assert a["method"] in (b["method"], label_today(b["method"]))
        for key in ("train_loss", "test_loss"):
            assert bool(a[key]) == bool(b[key]), at
            if b[key]:
                assert math.isclose(float(a[key]), float(b[key]), rel_tol=1e-4), f"{key} of {at}"
        for key in (key for key in b if key.startswith("recall ")):
            assert abs(float(a[key]) - float(b[key])) <= 1.001 / per_class, f"{key} of {at}"
