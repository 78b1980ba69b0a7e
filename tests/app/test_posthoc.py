"""Post-hoc steps in the Arena: offered under the results, computed beside the server, shown."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig, Seeds
from harmony_core.experiments.complete import complete
from harmony_core.posthoc import POSTHOC
from harmony_core.runs.execute import execute
from harmony_core.runs.posthoc.compute import compute
from harmony_core.runs.posthoc.process import PosthocProcess, PosthocRequest
from harmony_core.runs.posthoc.results import chosen_steps
from harmony_core.runs.store import RunStore

from .conftest import Open, finished, texts

CONFIG = ExperimentConfig(
    data=DataConfig("clouds", {"classes": 3, "n_max": 40, "test_per_class": 20}, 10.0),
    methods=(MethodConfig("ce"), MethodConfig("ldam", posthoc="crt")),
    epochs=2,
    seeds=Seeds(3, 3, 3, repeats=2),
    record=RecordConfig(grid=10, tracked=30),
)
HEADING = "Another last layer, after training"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A runs folder with one small experiment, trained by the real engine."""
    folder = tmp_path_factory.mktemp("trained") / "runs"
    store = RunStore(folder)
    run = store.create(complete(CONFIG)).id
    assert execute(store, run).state == "done"
    return folder, run


@pytest.fixture
def run(trained: tuple[Path, str], runs_folder: Path) -> str:
    shutil.copytree(trained[0], runs_folder)
    return trained[1]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[PosthocRequest]:
    """What the page asked for; nothing is started."""
    requests: list[PosthocRequest] = []
    monkeypatch.setattr(PosthocProcess, "start", lambda self, request: requests.append(request))
    return requests


def test_a_finished_run_offers_the_steps(
    open_page: Open, run: str, asked: list[PosthocRequest]
) -> None:
    at = open_page("arena", run=run, repeat="2")
    assert not at.exception
    assert HEADING in [element.value for element in at.header]
    said = texts(at)
    assert "This is repeat 2 with seed 4, a single one" in said
    assert "LDAM \\+ cRT: the results of the last epoch above already include the step" in said
    assert "→" not in said
    assert len(at.latex) >= len(POSTHOC)
    at.slider(key=f"posthoc-tau_norm-tau-{run}-1").set_value(0.5)
    at.run()
    at.button(key=f"posthoc-start-{run}-1").click().run()
    assert not at.exception
    steps = chosen_steps()
    steps["tau_norm"]["tau"] = 0.5
    assert asked == [PosthocRequest.of(run, 1, steps)]


def test_stored_results_are_shown(
    open_page: Open, run: str, store: RunStore, asked: list[PosthocRequest]
) -> None:
    found = compute(store, run, 1, chosen_steps())
    at = open_page("arena", run=run, repeat="2")
    assert not at.exception
    said = texts(at)
    assert said.count("→") == 1 + 2 * len(POSTHOC) * 4
    before, after = (getattr(found["ncm"], when)[0]["tail"] for when in ("before", "after"))
    row = rf"Cross-entropy</th><td>{POSTHOC['ncm'].title}</td>.*?</tr>"
    (cells,) = re.findall(row, said)
    assert f"<td>{100 * before:.1f} → {100 * after:.1f}</td></tr>" in cells
    assert f"posthoc-start-{run}-1" not in {button.key for button in at.button}
    at.slider(key=f"posthoc-logit_adjustment-tau-{run}-1").set_value(0.5)
    at.run()
    assert texts(at).count("→") == 1 + 2 * (len(POSTHOC) - 1) * 4
    assert f"posthoc-start-{run}-1" in {button.key for button in at.button}


def test_a_failure_is_shown_and_can_be_tried_again(
    open_page: Open, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "Expected <more> memory."
    monkeypatch.setattr(PosthocProcess, "error", lambda self, request: reason)
    at = open_page("arena", run=run)
    assert not at.exception
    assert [error.value for error in at.error] == [r"Expected \<more\> memory."]
    assert f"posthoc-start-{run}-1" in {button.key for button in at.button}


def test_while_it_is_computed_it_can_be_stopped(
    open_page: Open, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    current: list[PosthocRequest | None] = [PosthocRequest.of(run, 1, chosen_steps())]
    monkeypatch.setattr(PosthocProcess, "current", lambda self: current[0])
    monkeypatch.setattr(PosthocProcess, "stop", lambda self: current.__setitem__(0, None))
    at = open_page("arena", run=run)
    assert not at.exception
    assert f"posthoc-start-{run}-1" not in {button.key for button in at.button}
    at.button(key="posthoc-stop").click().run()
    assert not at.exception
    assert current == [None]
    assert f"posthoc-start-{run}-1" in {button.key for button in at.button}


def test_without_a_checkpoint_one_message_says_so(open_page: Open, store: RunStore) -> None:
    run = finished(store)
    at = open_page("arena", run=run)
    assert not at.exception
    assert not at.error
    said = [info.value for info in at.info if "checkpoint" in info.value]
    assert len(said) == 1
    assert "only its results were kept" in said[0]


def test_an_unfinished_run_has_no_such_part(open_page: Open, store: RunStore) -> None:
    run = finished(store, state="stopped", epochs=3)
    (store.repeat_folder(run, 0) / "frames" / "00003.npz").unlink()
    at = open_page("arena", run=run)
    assert not at.exception
    assert HEADING not in [element.value for element in at.header]
