"""The command line under torchrun: processes that train, refuse, stop and end together."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from harmony_core.cli import main
from harmony_core.config import ExperimentConfig
from harmony_core.runs import ExperimentRecord, RunStore

ROOT = Path(__file__).parents[1]
SMALL = shlex.split(
    "--data clouds --data-param n_max=60 --data-param test_per_class=20,classes=3 "
    "--imbalance-factor 6 --device cpu"
)
LONG = ["run", *SMALL, "--methods", "ce,harmonized", "--epochs", "10000", "--record-every", "1000"]


def command(*words: str, ranks: int = 1) -> list[str]:
    launcher = (
        ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(ranks)]
        if ranks > 1
        else []
    )
    return [sys.executable, *launcher, "-m", "harmony_core", *words]


@pytest.mark.slow
def test_two_processes_give_the_curves_of_one(runs_folder: Path) -> None:
    words = shlex.split(
        "run --data clouds --data-param n_max=100,test_per_class=50,classes=3 --imbalance-factor 5 "
        "--methods ce,ldam:drw,harmonized[warmup=1] --epochs 3 --repeats 2 --batch-size 32 "
        "--device cpu --quiet --json"
    )
    documents = []
    for ranks in (1, 2):
        done = subprocess.run(
            command(*words, ranks=ranks), cwd=ROOT, capture_output=True, text=True, check=False,
            env={**os.environ, "HARMONY_RUNS": str(runs_folder)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        documents.append(json.loads(done.stdout))  # one document: only rank 0 speaks
    store = RunStore(runs_folder)
    assert len(store.ids()) == 2
    assert documents[1]["device"].endswith("× 2 processes")
    one, two = (document["id"] for document in documents)
    for repeat in (0, 1):
        assert store.epochs(one, repeat) == store.epochs(two, repeat) == [0, 1, 2, 3]
        for epoch in range(4):
            for a, b in zip(
                store.frames(one, repeat, epoch), store.frames(two, repeat, epoch), strict=True
            ):
                np.testing.assert_allclose(a.test_loss, b.test_loss, rtol=1e-4)
                np.testing.assert_allclose(a.train_loss, b.train_loss, rtol=1e-4)
                np.testing.assert_allclose(a.grad_counts.sum(1), b.grad_counts.sum(1))
                np.testing.assert_allclose(a.head_norms, b.head_norms, rtol=1e-3)
                assert abs(a.confusion - b.confusion).sum() <= 4


@pytest.mark.slow
def test_two_processes_refuse_together(runs_folder: Path) -> None:
    """A mistake and a failed training end both processes, with rank 0's words only."""
    for words, message in (
        (["run", "--methods", "nonsense"], "harmony: Expected loss to be one of"),
        (["run", *SMALL, "--batch-size", "1", "--quiet"], "at least 2 samples, one for each"),
    ):
        done = subprocess.run(
            command(*words, ranks=2), cwd=ROOT, capture_output=True, text=True, check=False,
            env={**os.environ, "HARMONY_RUNS": str(runs_folder)},
        )  # fmt: skip
        assert done.returncode != 0
        assert done.stderr.count(message) == 1, done.stderr
    (record,) = RunStore(runs_folder).list()
    assert record.state == "failed"


@contextmanager
def training(runs_folder: Path) -> Iterator[tuple[subprocess.Popen[str], RunStore, str]]:
    """Two processes in the middle of a long training."""
    store = RunStore(runs_folder)
    with subprocess.Popen(
        command(*LONG, "--quiet", ranks=2), cwd=ROOT, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "HARMONY_RUNS": str(runs_folder)},
    ) as process:  # fmt: skip
        end = time.monotonic() + 120
        while not (store.ids() and store.list() and store.list()[0].epoch > 10):
            assert time.monotonic() < end
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        (run_id,) = store.ids()
        yield process, store, run_id


def finish(store: RunStore, ended: ExperimentRecord) -> None:
    """Shorten what is left of an experiment and train it in this process."""
    config = ExperimentConfig.from_dict({**ended.config.to_dict(), "epochs": ended.epoch + 1})
    store.save(ended.replace(config=config))
    assert main(["resume", ended.id, "--quiet"]) == 0
    done = store.get(ended.id)
    assert (done.state, done.error) == ("done", "")


@pytest.mark.slow
def test_two_processes_stop_together_and_one_goes_on(runs_folder: Path) -> None:
    with training(runs_folder) as (process, store, run_id):
        store.request_stop(run_id)
        err = process.communicate(timeout=120)[1]
    stopped = store.get(run_id)
    assert (stopped.state, stopped.error) == ("stopped", "")
    assert f"resume {run_id}" in err
    finish(store, stopped)


def process_of(rank: int, launcher: int) -> int:
    """The process that torchrun started for a rank."""
    children = Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
    for child in children:
        if f"RANK={rank}".encode() in Path(f"/proc/{child}/environ").read_bytes().split(b"\0"):
            return int(child)
    raise AssertionError(f"no process of rank {rank} among {children}")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc")
@pytest.mark.parametrize("rank", [0, 1])
def test_a_killed_process_ends_the_training_which_one_resumes(runs_folder: Path, rank: int) -> None:
    with training(runs_folder) as (process, store, run_id):
        os.kill(process_of(rank, process.pid), signal.SIGKILL)
        err = process.communicate(timeout=120)[1]
    assert process.returncode != 0
    lost = store.get(run_id)
    assert lost.state == "interrupted"
    assert "Resume" in lost.error
    assert err.count(f"resume {run_id}") == 1, err
    assert err.count("Traceback (most") == 1, err  # torchrun's own report
    assert not (runs_folder / run_id / "traceback.txt").exists()
    finish(store, lost)
