"""A warm process that trains one experiment after another for a `JobQueue`.

    python -m harmony_core.runs.worker ROOT

It reads and writes one JSON value a line: it writes ``"ready"``, reads an experiment's id, writes
the id once the experiment has ended (its record says how), and reads the next; ``"alive"`` every
second in between. When the parent is gone, its input ends and it exits at once; the experiment can
be resumed from its checkpoint.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import json
import os
import queue
import sys
import threading
import time
from typing import IO

from ..errors import HarmonyError
from ..quiet_logs import hide_messages
from .execute import execute
from .store import RunStore


def main(root: str) -> None:
    """Train experiments of the runs folder ``root`` until the input ends."""
    faulthandler.enable()
    hide_messages()  # the log is the server's; the experiment's folder has the whole report
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # keeps what libraries print out of the answers
    ids: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read_ids, args=(sys.stdin, ids), daemon=True).start()
    writing = threading.Lock()
    threading.Thread(target=_say_alive, args=(answers, writing), daemon=True).start()
    warm_up()
    _write(answers, writing, "ready")
    store = RunStore(root)
    while True:
        run_id = ids.get()
        with contextlib.suppress(HarmonyError):  # the record says why, or has been deleted
            execute(store, run_id, locked=True)
        gc.collect()
        _write(answers, writing, run_id)


def _read_ids(lines: IO[str], ids: queue.Queue[str]) -> None:
    """Queue the ids that are read; exit the process at the end of the input."""
    for line in lines:
        ids.put(json.loads(line))
    os._exit(0)


def _say_alive(answers: IO[str], writing: threading.Lock) -> None:
    with contextlib.suppress(OSError, ValueError):  # the parent is gone
        while True:
            _write(answers, writing, "alive")
            time.sleep(1)


def _write(answers: IO[str], writing: threading.Lock, answer: str) -> None:
    with writing:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def warm_up() -> None:
    """Import torch and train for a moment, so that the first experiment starts at once."""
    os.environ.setdefault("GOMP_SPINCOUNT", "0")  # spinning threads slow down other processes
    import torch

    from ..config import DataConfig, ExperimentConfig, RecordConfig
    from ..data import build_dataset
    from ..experiments.complete import complete
    from ..training.lockstep import train

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with contextlib.suppress(HarmonyError):
        config = complete(
            ExperimentConfig(
                data=DataConfig(params={"n_max": 100, "test_per_class": 20}),
                epochs=1,
                device="cpu",
                record=RecordConfig(grid=8, tracked=10),
            )
        )
        for _ in train(config, build_dataset(config.data, 0)):
            pass
    torch.set_num_threads(threads)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main(sys.argv[1])
