"""A loss is its file, its explanation and one registry entry; the rest of the library follows."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from harmony_core.cli import main
from harmony_core.config import ExperimentConfig
from harmony_core.experiments.method_text import method_label, parse_methods
from harmony_core.explain.base import RecordedExplanation, explanation_of
from harmony_core.explain.sample import explain
from harmony_core.export.snippet import snippet
from harmony_core.losses import LOSSES
from harmony_core.runs import RunStore
from tests.added.registry_entry import POLY
from tests.explain import test_sample
from tests.losses import test_by_hand, test_contract, test_oracles
from tests.losses.cases import batches, build
from tests.losses.known import known

Check = Callable[..., None]
SETTINGS = [{}, {"epsilon": 0.0}, {"epsilon": 4.0}]


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, POLY.name, POLY)


def checks(*modules: object, of: tuple[str, ...]) -> list[Check]:
    """The tests of modules that ask for these arguments and no more."""
    found = [
        function
        for module in modules
        for name, function in vars(module).items()
        if name.startswith("test_") and tuple(inspect.signature(function).parameters) == of
    ]
    assert found
    return found


@pytest.mark.parametrize("params", SETTINGS, ids=str)
@pytest.mark.parametrize("check", checks(test_contract, of=("name", "params")))
def test_the_contract_of_all_losses_holds(check: Check, params: dict) -> None:
    check("poly1", params)


@pytest.mark.parametrize("check", checks(test_contract, test_by_hand, of=("name",)))
def test_its_declaration_and_its_value_by_hand_are_checked(check: Check) -> None:
    check("poly1")


@pytest.mark.parametrize("params", SETTINGS, ids=str)
def test_it_is_held_to_its_oracle(params: dict) -> None:
    test_oracles.test_matches_its_oracle_while_training_and_in_evaluation("poly1", params)
    test_oracles.test_a_differentiated_weight_gives_the_derivative_of_the_loss("poly1", params)


@pytest.mark.parametrize("epsilon", [0.0, 1.0, 4.0])
def test_its_gradient_is_the_derivative_of_its_formula(epsilon: float) -> None:
    batch = batches(n=6, steps=1)[0]
    ours, theirs = (batch.logits.clone().requires_grad_() for _ in range(2))
    value = build("poly1", {"epsilon": epsilon})(ours, batch.targets)
    entropy = F.cross_entropy(theirs, batch.targets, reduction="none")
    wanted = (entropy + epsilon * (1 - torch.exp(-entropy))).mean()
    value.backward()
    wanted.backward()
    torch.testing.assert_close(value, wanted)
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_without_an_oracle_the_tests_say_what_to_add(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "other", POLY)
    with pytest.raises(AssertionError, match=r"oracles/poly_loss.py to have KNOWN\['other'\]"):
        known("other")


@pytest.mark.parametrize("epoch", [0, 1, 20])
def test_every_number_and_formula_of_a_sample_is_its_own(epoch: int) -> None:
    for check in checks(test_sample, of=("name", "params", "deferral", "epoch")):
        for deferral in ("none", "drw"):
            check("poly1", {"epsilon": 2.0}, deferral, epoch)


def test_without_an_explanation_the_recorded_weight_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fields = {field.name: field.default for field in dataclasses.fields(POLY)}
    plain = dataclasses.replace(POLY, explanation=str(fields["explanation"]))
    monkeypatch.setitem(LOSSES, "poly1", plain)
    method = test_sample.method_of("poly1", {}, "none")
    _, scene, frame, _ = test_sample.trained(method, 1)
    config = ExperimentConfig(methods=(method,), epochs=test_sample.EPOCHS)
    assert isinstance(explanation_of(method, scene.train_counts), RecordedExplanation)
    found = explain(config, scene, frame, 3)
    assert found.weight == pytest.approx(float(frame.tracked_weight[3]))
    assert "as recorded" in found.notes[-1]


def test_the_command_line_lists_it_and_trains_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods"]) == 0
    assert "epsilon=1.0 (0 to 8)" in capsys.readouterr().out.split("poly1: Poly-1.")[1]
    words = "run --methods poly1[epsilon=2],ce --data clouds --data-param n_max=40,classes=3"
    assert main([*words.split(), "--epochs", "2", "--device", "cpu", "--quiet", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["state"] == "done"
    store = RunStore()
    record = store.get(store.ids()[0])
    assert method_label(record.config.methods[0]) == "Poly-1 epsilon=2"
    scene, frames = store.scene(record.id, 0), store.frames(record.id, 0, 2)
    found = explain(record.config, scene, frames[0], 0)
    assert found.weight == pytest.approx(float(frames[0].tracked_weight[0]), rel=1e-3)
    assert any(r"\epsilon" in block for block in found.latex)


def test_its_script_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ExperimentConfig(methods=parse_methods("poly1[epsilon=2]"))
    script = tmp_path / "train.py"
    script.write_text(snippet(config, 0), "utf-8")
    assert 'build_loss("poly1", counts, epsilon=2.0)' in script.read_text("utf-8")
    monkeypatch.setattr("sys.argv", ["train.py", "2"])
    runpy.run_path(str(script), run_name="__main__")
    assert re.search(r"Balanced accuracy [\d.]+ %", capsys.readouterr().out)
