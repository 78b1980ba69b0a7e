"""A warm process that trains one experiment after another for a `JobQueue`.

    python -m harmony_core.runs.worker ROOT

One JSON value a line: it says ``"ready"``, is given an experiment's id, says the id when that is
finished (its record says how), and is given the next. When its parent goes, however that happens,
its input ends and it leaves at once; what it was training can be resumed from its checkpoint.
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
from typing import IO

from ..errors import HarmonyError
from .execute import execute
from .store import RunStore


def main(root: str) -> None:
    faulthandler.enable()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    ids: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(sys.stdin, ids), daemon=True).start()
    warm_up()
    _say(answers, "ready")
    store = RunStore(root)
    while True:
        run_id = ids.get()
        with contextlib.suppress(HarmonyError):  # then the record says it, or is gone
            execute(store, run_id, locked=True)
        gc.collect()
        _say(answers, run_id)


def _listen(source: IO[str], ids: queue.Queue[str]) -> None:
    """Pass on the ids that come in; the end of the input ends the process."""
    for line in source:
        ids.put(json.loads(line))
    os._exit(0)


def _say(answers: IO[str], word: str) -> None:
    answers.write(json.dumps(word) + "\n")
    answers.flush()


def warm_up() -> None:
    """Import torch and train a moment, so that a first experiment starts at once."""
    os.environ.setdefault("GOMP_SPINCOUNT", "0")  # threads that spin slow down everybody else
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
