"""Whether a training that is killed at any moment ends as one that was left alone.

    python benchmarks/crash.py [--points 100] [--disks 10] [--minutes M] [--seed 0]

Kills a training with SIGKILL at that many random moments, in turns one in a shell, one in a worker
and one whose server is killed, and fills its disk at some more. After each accident the frames of
all epochs that were finished must be there, to the byte those of the undisturbed training; after
resuming, so must every file of the experiment, and no temporary file may be left. Exits with 1 if
anything differs. Filling a disk needs the right to mount one.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._crash_kills import (
    Accident,
    fill_disk,
    kill_server,
    kill_shell,
    kill_worker,
    small_disk,
)
from benchmarks._markdown_table import print_table
from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig, Seeds
from harmony_core.experiments.complete import complete
from harmony_core.runs.execute import execute
from harmony_core.runs.store import RunStore

CONFIG = complete(
    ExperimentConfig(
        DataConfig("clouds", {"n_max": 60, "classes": 3}, 10.0),
        methods=(MethodConfig("ce"), MethodConfig("harmonized")),
        epochs=25,
        seeds=Seeds(repeats=2),
        device="cpu",
        record=RecordConfig(grid=8, tracked=20),
    )
)
KILLS = 3
"""Of one experiment."""
Act = Callable[[Accident, int], str]


@dataclass
class Seen:
    """What was found after the accidents of one kind."""

    kind: str
    accidents: int = 0
    epochs: int = 0
    """Finished before an accident, all of them compared after it"""
    lost: int = 0
    ended: int = 0
    """Experiments resumed to their end"""
    problems: list[str] = field(default_factory=list)


class Check:
    """Compares experiments with the undisturbed one."""

    def __init__(self, reference: Path) -> None:
        self._store = RunStore(reference)
        self._id = self._store.create(CONFIG).id
        execute(self._store, self._id)
        self._finished: set[str] = set()

    def accident(self, store: RunStore, chance: random.Random, seen: Seen) -> Accident:
        def struck(run_id: str) -> None:
            folder, self._finished = store.folder(run_id), set()
            if store.get(run_id).message == "training":  # before, it drops what it trains again
                found = folder.glob("repeat-*/frames/[0-9]*.npz")
                self._finished = {str(path.relative_to(folder)) for path in found}

        def looked(run_id: str) -> None:
            folder = store.folder(run_id)
            seen.accidents += 1
            for name in sorted(self._finished):
                seen.epochs += 1
                if self._differs(folder, name):
                    seen.lost += 1
                    seen.problems.append(f"{run_id}: {name} is missing or another file")
            state = store.get(run_id).state  # done, if it finished just before
            if state not in ("interrupted", "failed", "done"):
                seen.problems.append(f"{run_id}: {state} after the accident")

        return Accident(store, CONFIG, chance, struck, looked)

    def ended(self, store: RunStore, run_id: str, seen: Seen) -> None:
        """Compare all files of an experiment that was resumed to its end."""
        seen.ended += 1
        folder, record = store.folder(run_id), store.get(run_id)
        if (record.state, record.note, record.config) != ("done", "", CONFIG):
            seen.problems.append(f"{run_id}: {record.state} {record.error} {record.note}")
        whole = self._store.folder(self._id)
        for name in sorted(_files(whole) | _files(folder)):
            if name.startswith("repeat-") and self._differs(folder, name):
                seen.problems.append(f"{run_id}: {name} differs")
        left = _files(folder) - _files(whole) - {"title"}
        if left:
            seen.problems.append(f"{run_id}: left behind: {', '.join(sorted(left))}")

    def _differs(self, folder: Path, name: str) -> bool:
        expected, got = self._store.folder(self._id) / name, folder / name
        try:
            return got.read_bytes() != expected.read_bytes()
        except FileNotFoundError:
            return True


def _files(folder: Path) -> set[str]:
    """What an experiment consists of; an empty lock of a map may stay, its next user takes it."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(folder))
        for path in paths
        if path.parts[-3:][0] != "embedding" or path.name != "lock"
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=100, metavar="N", help="kills")
    parser.add_argument("--disks", type=int, default=10, metavar="N", help="full disks; 0: none")
    parser.add_argument("--minutes", type=float, default=math.inf, metavar="M", help="at most")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    chosen = parser.parse_args()
    chance, start = random.Random(chosen.seed), time.monotonic()
    until = start + 60 * chosen.minutes
    kinds: dict[str, Act] = {"shell": kill_shell, "worker": kill_worker, "server": kill_server}
    found = {kind: Seen(f"kill -9 of the {kind}") for kind in kinds}
    disk = Seen("full disk")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as disks:
        check = Check(Path(folder) / "reference")
        if chosen.disks:
            try:
                small = RunStore(disks.enter_context(small_disk()) / "runs")
                while (left := chosen.disks - disk.accidents) > 0 and time.monotonic() < until:
                    train(fill_disk, check, small, chance, disk, min(left, KILLS))
            except PermissionError as error:
                print(f"No disk was filled: {error}.")
        store = RunStore(Path(folder) / "runs")
        while (left := chosen.points - sum(seen.accidents for seen in found.values())) > 0:
            if time.monotonic() >= until:
                break
            kind = min(kinds, key=lambda kind: found[kind].accidents)
            train(kinds[kind], check, store, chance, found[kind], min(left, KILLS))
    return report([*found.values(), disk], time.monotonic() - start)


def train(
    act: Act, check: Check, store: RunStore, chance: random.Random, seen: Seen, kills: int
) -> None:
    """Train one experiment through its accidents, and compare it."""
    try:
        run_id = act(check.accident(store, chance, seen), kills)
        check.ended(store, run_id, seen)
        if not seen.problems:
            store.delete(run_id)
    except Exception as error:  # noqa: BLE001 - every kind of failure is a result
        seen.accidents += 1
        seen.problems.append(f"{type(error).__name__}: {error}")


def report(found: list[Seen], seconds: float) -> int:
    heads = ["accident", "number", "finished epochs", "lost", "resumed to the end", "problems"]
    rows = [
        [seen.kind, *(str(n) for n in (seen.accidents, seen.epochs, seen.lost, seen.ended)),
         str(len(seen.problems))] for seen in found
    ]  # fmt: skip
    print_table(heads, rows)
    print(f"{seconds / 60:.1f} minutes")
    problems = [problem for seen in found for problem in seen.problems]
    for problem in problems:
        print(f"  {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
