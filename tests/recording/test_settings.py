"""What a recording is told: counts, classes, and the config that says so."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import harmony_core
from harmony_core.config import ExperimentConfig, RecordedConfig
from harmony_core.errors import ConfigError, DataError
from harmony_core.losses import LOSSES, build_loss
from harmony_core.recording.criterion import criterion_of


def test_a_config_without_a_recording_is_written_as_before() -> None:
    assert "recorded" not in ExperimentConfig().to_dict()


def test_the_config_of_a_recording_survives_json() -> None:
    config = ExperimentConfig(recorded=RecordedConfig("Lightning", "birds", "resnet18"), epochs=7)
    again = ExperimentConfig.from_json(config.to_json())
    assert again.recorded == config.recorded
    assert again.epochs == 7
    with pytest.raises(ConfigError, match=r"key of `config\.recorded`"):
        ExperimentConfig.from_dict({"format": 4, "recorded": {"seed": 1}})


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_named_with_its_settings(name: str) -> None:
    settings = {
        parameter.name: parameter.high
        for parameter in LOSSES[name].parameters[:1]
        if isinstance(parameter.default, float) and parameter.high is not None
    }
    method = criterion_of(build_loss(name, [9, 3], **settings)).method
    assert method.loss == name
    assert method.params == LOSSES[name].resolve(settings)


def test_counts_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Leave one of the two out"):
        harmony_core.record(tmp_path, train_counts=[2, 2], train_targets=[0, 0, 1])
    with pytest.raises(DataError, match="whole numbers"):
        harmony_core.record(tmp_path, train_counts=[2.5, 2])
    assert not list(tmp_path.iterdir())


def test_targets_may_be_a_list_or_a_tensor(tmp_path: Path) -> None:
    for targets in ([0, 1, 1], torch.tensor([0, 1, 1])):
        run = harmony_core.record(tmp_path, train_targets=targets)
        run.step(torch.zeros(3, 2), torch.tensor([0, 1, 1]), index=torch.arange(3))
        run.epoch()
        run.close()


def test_what_is_no_criterion_is_refused(tmp_path: Path) -> None:
    run = harmony_core.record(tmp_path)
    with pytest.raises(ConfigError, match=r"run\.watch\(nn\.CrossEntropyLoss"):
        run.watch("cross-entropy")  # type: ignore[type-var]
    with pytest.raises(ConfigError, match="takes several"):
        run.watch(torch.nn.MultiLabelSoftMarginLoss())
    run.close()


def test_a_criterion_has_to_be_given_logits_and_targets(tmp_path: Path) -> None:
    run = harmony_core.record(tmp_path)
    criterion = run.watch(lambda *given: torch.zeros(()))
    with pytest.raises(DataError, match=r"call `run\.step`"):
        criterion(torch.zeros(2, 2))
    run.close()
