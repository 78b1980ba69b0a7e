"""Two processes over gloo record what one process records of the whole batch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import harmony_core
from harmony_core.runs.store import RunStore
from tests.free_port import free_port

from .loops import COUNTS, blobs, only_frame, small_network

ROOT = Path(__file__).parents[2]
LOOP = """
import sys, torch
from torch import nn
import harmony_core
from tests.recording.loops import COUNTS, blobs, small_network

rank, root, port = int(sys.argv[1]), sys.argv[2], sys.argv[3]
torch.distributed.init_process_group(
    "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=2
)
x, y = blobs(COUNTS)
test_x, test_y = blobs([20, 20, 20], seed=1)
network = small_network()
with harmony_core.record(root, loss=nn.CrossEntropyLoss(), train_targets=y) as run:
    criterion = run.watch(nn.CrossEntropyLoss())
    for epoch in range(2):
        mine = torch.arange(rank, len(y), 2)
        for index in mine.split(20):
            run.step(network(x[index]), y[index], index=index)
        with torch.no_grad():
            criterion(network(test_x[rank::2]), test_y[rank::2])
        run.epoch()
print(run.id)
torch.distributed.destroy_process_group()
"""


@pytest.mark.slow
def test_rank_zero_writes_what_all_ranks_have_seen(tmp_path: Path) -> None:
    port = str(free_port())
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", LOOP, str(rank), str(tmp_path / "two"), port],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for rank in range(2)
    ]  # fmt: skip
    said = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert said[1] == ""
    store = RunStore(tmp_path / "two")
    assert [record.id for record in store.list()] == [said[0]]
    x, y = blobs(COUNTS)
    test_x, test_y = blobs([20, 20, 20], seed=1)
    network = small_network()
    with harmony_core.record(tmp_path / "one", loss=nn.CrossEntropyLoss(), train_targets=y) as run:
        for _ in range(2):
            run.step(network(x), y, index=torch.arange(len(y)))
            with torch.no_grad():
                run.test(network(test_x), test_y)
            run.epoch()
    for epoch in (1, 2):
        two, one = (
            only_frame(root, name, epoch)
            for root, name in ((tmp_path / "two", said[0]), (tmp_path / "one", run.id))
        )
        for name in ("confusion", "grad_counts"):
            np.testing.assert_array_equal(getattr(two, name), getattr(one, name), err_msg=name)
        for name in ("grad_pull", "test_loss", "ece", "auprc", "tracked_grad_norm"):
            np.testing.assert_allclose(
                getattr(two, name), getattr(one, name), rtol=1e-5, err_msg=name
            )
