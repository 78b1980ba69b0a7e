"""Configs of formats 1 and 2 on one's own files test on the samples that 0.1.0 tested on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harmony_core.config import ExperimentConfig
from harmony_core.data import LongTailedDataset, build_dataset
from harmony_core.data.tables import load_training_data
from harmony_core.experiments.complete import complete

from .old_files import OLD

MEANS = {
    "leaves.csv": [0.11, -0.16, 0.26, 0.5, 0.6, 1.0],
    "pictures.zip": [88.43, 86.31, 91.05],
}
"""Of the test inputs that 0.1.0 drew with seed 3, row by row."""
TARGETS = {"leaves.csv": [2, 2, 1, 1, 0, 0], "pictures.zip": [0, 1, 2]}


@pytest.mark.parametrize("form", [{}, {"format": 1}, {"format": 2}])
@pytest.mark.parametrize(("name", "data"), [("leaves.csv", "table"), ("pictures.zip", "images")])
def test_a_config_draws_the_same_test_set(
    name: str, data: str, form: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMONY_DATA", str(tmp_path))
    source = str(OLD / "inspection" / name)
    values = {"name": data, "params": {"source": source}, "profile": "as_is"}
    config = complete(ExperimentConfig.from_dict({**form, "data": values}))
    assert_as_it_was(name, build_dataset(config.data, 3))


@pytest.mark.parametrize("name", list(MEANS))
def test_a_script_draws_the_same_test_set(name: str) -> None:
    assert_as_it_was(name, load_training_data(OLD / "inspection" / name, seed=3))


def assert_as_it_was(name: str, dataset: LongTailedDataset) -> None:
    inputs, targets = dataset.test_inputs, dataset.test_targets
    assert targets.tolist() == TARGETS[name]
    means = inputs.reshape(len(targets), -1).astype(float).mean(axis=1)
    np.testing.assert_allclose(means, MEANS[name], atol=0.02)
