"""Trainings that are killed while they run: in a shell, in a worker, under a server; full disks.

Each function trains one experiment to its end through several accidents, and calls ``struck`` right
before each of them and ``looked`` once the process is gone.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks._served_app import ROOT, served
from benchmarks._websocket_visit import websocket_visit
from harmony_core.config import ExperimentConfig
from harmony_core.experiments.link import to_query
from harmony_core.runs.jobs import JobQueue
from harmony_core.runs.store import RunStore

PATIENCE = 300.0
DISK = 96
"""MB of the disk that is filled; a training wants 64 MB free."""
LOOK = 0.002
AN_EPOCH = 0.1
"""Seconds, about, in which an epoch is trained and written."""


@dataclass(frozen=True)
class Accident:
    """One experiment, and what to call around each accident."""

    store: RunStore
    config: ExperimentConfig
    chance: random.Random
    struck: Callable[[str], None]
    looked: Callable[[str], None]

    def wait_to_strike(self, run_id: str, ended: Callable[[], bool]) -> bool:
        """Wait for a random epoch, and a little longer; False if the training had ended by then."""
        wanted = self.chance.randrange(self.config.seeds.repeats * (self.config.epochs + 1))

        def reached() -> bool:
            return self.store.get(run_id).state == "running" and self.epochs(run_id) >= wanted

        wait_until(lambda: reached() or ended())
        time.sleep(self.chance.uniform(0, AN_EPOCH))
        if ended() or self.store.get(run_id).state != "running":
            return False
        self.struck(run_id)
        return True

    def epochs(self, run_id: str) -> int:
        """How many epochs of all repeats have frames."""
        return sum(len(self.store.epochs(run_id, i)) for i in range(self.config.seeds.repeats))


def kill_shell(accident: Accident, kills: int) -> str:
    """`run` in a shell, then `resume`, killed so many times; the id of the experiment."""
    run_id = accident.store.create(accident.config).id
    while True:
        process = _resume(accident.store.root, run_id)
        try:
            if kills and accident.wait_to_strike(run_id, partial(_ended, process)):
                kills -= 1
                process.kill()
                process.wait()
                accident.looked(run_id)
            elif not process.wait(PATIENCE):
                return run_id
            else:
                raise RuntimeError(f"resume ended with {process.returncode}")
        finally:
            process.kill()


def kill_worker(accident: Accident, kills: int) -> str:
    """A worker of a queue, killed so many times; the id of the experiment."""
    store = accident.store
    queue = JobQueue(store)
    run_id = store.create(accident.config).id
    try:
        while True:
            queue.submit(run_id)
            ended = lambda: queue.position(run_id) is None  # noqa: E731
            if kills and accident.wait_to_strike(run_id, ended):
                kills -= 1
                (pid,) = queue.pids()
                os.kill(pid, signal.SIGKILL)
                wait_until(ended)
                accident.looked(run_id)
            else:
                wait_until(ended)
                if store.get(run_id).state == "done":
                    return run_id
                raise RuntimeError(store.get(run_id).error)
    finally:
        queue.shutdown()


def kill_server(accident: Accident, kills: int) -> str:
    """A server with its page open, killed once; a shell resumes what it trained."""
    store, known = accident.store, set(accident.store.ids())
    with (
        served(runs=store.root) as (address, pid),
        ExitStack() as visits,
    ):
        visit = visits.enter_context(websocket_visit(address))
        visit.open("arena", to_query(accident.config))
        wait_until(lambda: bool(set(store.ids()) - known))
        (run_id,) = set(store.ids()) - known
        if accident.wait_to_strike(run_id, lambda: not store.get(run_id).active):
            kills -= 1
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not store.locked(run_id))
            accident.looked(run_id)
        else:
            wait_until(lambda: not store.get(run_id).active)
            return run_id
    return run_id if store.get(run_id).state == "done" else _to_the_end(store, run_id)


def fill_disk(accident: Accident, kills: int) -> str:
    """A shell whose disk is filled so many times, and emptied once the training has failed."""
    store, filler = accident.store, accident.store.root.parent / "filler"
    run_id = store.create(accident.config).id
    while True:
        process = _resume(store.root, run_id)
        try:
            if kills and accident.wait_to_strike(run_id, partial(_ended, process)):
                kills -= 1
                _fill(filler)
                process.wait(PATIENCE)
                filler.unlink()
                accident.looked(run_id)
            else:
                process.wait(PATIENCE)
            if store.get(run_id).state == "done":
                return run_id
            if not kills:
                return _to_the_end(store, run_id)
        finally:
            process.kill()


@contextmanager
def small_disk() -> Iterator[Path]:
    """A folder on a disk of `DISK` MB; `PermissionError` where this user cannot mount one."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", folder]
        try:
            made = subprocess.run(command, capture_output=True, text=True)
        except FileNotFoundError as error:
            raise PermissionError("this system has no `mount`") from error
        if made.returncode:
            raise PermissionError(f"this user cannot mount a small disk ({made.stderr.strip()})")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


def wait_until(done: Callable[[], bool]) -> None:
    """Look again and again, for at most `PATIENCE` seconds."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Expected the training to go on within {PATIENCE:.0f} s.")
        time.sleep(LOOK)


def _resume(root: Path, run_id: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "harmony_core", "resume", run_id, "--runs", str(root)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen([*command, "--quiet"], cwd=ROOT, stdout=quiet, stderr=quiet)


def _ended(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


def _to_the_end(store: RunStore, run_id: str) -> str:
    if _resume(store.root, run_id).wait(PATIENCE):
        raise RuntimeError(f"resume failed: {store.get(run_id).error}")
    return run_id


def _fill(path: Path) -> None:
    with open(path, "wb", buffering=0) as file:
        try:
            while file.write(bytes(2**20)) == 2**20:
                pass
            while file.write(bytes(2**10)) == 2**10:
                pass
        except OSError:
            pass
