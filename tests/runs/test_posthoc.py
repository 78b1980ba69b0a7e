"""Post-hoc steps on runs on disk: computed once, kept, and refused with a reason."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from harmony_core.analysis.accuracy import frame_figures
from harmony_core.config import MethodConfig
from harmony_core.errors import ConfigError, RunError
from harmony_core.posthoc import POSTHOC
from harmony_core.runs.execute import execute
from harmony_core.runs.posthoc.compute import compute
from harmony_core.runs.posthoc.process import PosthocProcess, PosthocRequest
from harmony_core.runs.posthoc.results import chosen_steps, result_path, stored_results
from harmony_core.runs.store import RunStore
from tests.compatibility.old_files import take
from tests.runs.conftest import small_config

LIMIT = 60.0


def trained(store: RunStore, posthoc: str = "none", repeats: int = 1) -> str:
    methods = (MethodConfig("ce", posthoc=posthoc), MethodConfig("ldam", posthoc=posthoc))
    run_id = store.create(small_config(repeats=repeats, methods=methods)).id
    assert execute(store, run_id).state == "done"
    return run_id


def test_a_step_on_a_finished_run_equals_a_run_with_the_step(store: RunStore) -> None:
    plain = trained(store, repeats=2)
    for step in ("crt", "tau_norm"):
        other = trained(store, step, repeats=2)
        for repeat in range(2):
            found = compute(store, plain, repeat, chosen_steps([step]))[step]
            counts = store.scene(other, repeat).train_counts
            for m, frame in enumerate(store.frames(other, repeat, 3)):
                figures = frame_figures(frame, counts)
                assert found.after[m] == pytest.approx(
                    {name: figures[name] for name in found.after[m]}, abs=1e-5
                )
            for m, frame in enumerate(store.frames(plain, repeat, 3)):
                figures = frame_figures(frame, counts)
                assert found.before[m] == pytest.approx(
                    {name: figures[name] for name in found.before[m]}, abs=1e-5
                )


def test_results_are_kept_and_computed_again_after_a_new_checkpoint(store: RunStore) -> None:
    run_id = trained(store)
    steps = chosen_steps(["ncm"])
    path = result_path(store.root, run_id, 0, "ncm", steps["ncm"])
    assert stored_results(store, run_id, 0, steps) == {}
    first = compute(store, run_id, 0, steps)
    written = path.stat().st_mtime_ns
    assert compute(store, run_id, 0, steps) == first == stored_results(store, run_id, 0, steps)
    assert path.stat().st_mtime_ns == written
    other = chosen_steps(["ncm"], {"metric": "euclidean"})
    assert stored_results(store, run_id, 0, other) == {}
    later = written + 10**9
    os.utime(store.repeat_folder(run_id, 0) / "checkpoint.pt", ns=(later, later))
    assert stored_results(store, run_id, 0, steps) == {}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}', '{"format": 1, "before": 3}'])
def test_a_damaged_result_is_computed_again(store: RunStore, content: str) -> None:
    run_id = trained(store)
    steps = chosen_steps(["tau_norm"])
    first = compute(store, run_id, 0, steps)
    result_path(store.root, run_id, 0, "tau_norm", steps["tau_norm"]).write_text(content)
    assert stored_results(store, run_id, 0, steps) == {}
    assert compute(store, run_id, 0, steps) == first


def test_what_cannot_be_done_is_said(store: RunStore) -> None:
    run_id = trained(store)
    steps = chosen_steps()
    with pytest.raises(RunError, match="Expected a repeat from 1 to 1"):
        compute(store, run_id, 1, steps)
    (store.repeat_folder(run_id, 0) / "checkpoint.pt").write_bytes(b"damaged")
    with pytest.raises(RunError, match="bytes that were written, but .* Resume the experiment"):
        compute(store, run_id, 0, steps)
    store.drop_checkpoint(run_id, 0)
    with pytest.raises(RunError, match="Expected a checkpoint of experiment .* Run it again"):
        compute(store, run_id, 0, steps)
    with pytest.raises(RunError, match="trained to the end of repeat 1"):
        compute(store, store.create(small_config()).id, 0, steps)


def test_steps_are_chosen_with_their_parameters() -> None:
    assert list(chosen_steps()) == list(POSTHOC)
    both = chosen_steps(["tau_norm", "logit_adjustment"], {"tau": 0.5})
    assert both == {"logit_adjustment": {"tau": 0.5}, "tau_norm": {"tau": 0.5}}
    with pytest.raises(ConfigError, match="Expected post-hoc step to be one of"):
        chosen_steps(["none"])
    with pytest.raises(ConfigError, match=r"chosen post-hoc steps \(metric\), but got 'tau'"):
        chosen_steps(["ncm"], {"tau": 1.0})
    with pytest.raises(ConfigError, match="from 0 to 2, but got 2.5"):
        chosen_steps(["tau_norm"], {"tau": 2.5})


@pytest.mark.parametrize("name", ["finished", "every_loss"])
def test_runs_of_0_1_0_with_a_checkpoint_can_be_used(name: str, runs_folder: Path) -> None:
    store = RunStore(runs_folder)
    run_id = take(name, runs_folder)
    record = store.get(run_id)
    found = compute(store, run_id, 0, chosen_steps(["logit_adjustment", "lws"]))
    counts = store.scene(run_id, 0).train_counts
    frames = store.frames(run_id, 0, record.config.epochs)
    for frame, before in zip(frames, found["lws"].before, strict=True):
        expected = frame_figures(frame, counts)["balanced_accuracy"]
        assert before["balanced_accuracy"] == pytest.approx(expected, abs=0.04)
    assert len(found["lws"].after) == len(frames)


def wait(process: PosthocProcess) -> None:
    deadline = time.monotonic() + LIMIT
    while process.current() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_process_of_its_own_computes_them(store: RunStore) -> None:
    run_id = trained(store)
    steps = chosen_steps(["logit_adjustment", "ncm"])
    process = PosthocProcess(store.root)
    request = PosthocRequest.of(run_id, 0, steps)
    process.start(request)
    assert process.current() == request
    wait(process)
    assert process.error(request) == ""
    assert set(stored_results(store, run_id, 0, steps)) == set(steps)


def test_the_process_says_why_it_cannot(store: RunStore) -> None:
    process = PosthocProcess(store.root)
    request = PosthocRequest.of(store.create(small_config()).id, 0, chosen_steps(["ncm"]))
    process.start(request)
    wait(process)
    assert process.error(request).startswith("Expected experiment")
    assert "status -9" in process.error_of("", -9)
